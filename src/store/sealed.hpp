// Tables whose rows nobody can read without the storage key: ids in keys are keyed hashes, values
// are sealed with XChaCha20-Poly1305 bound to their table and row.
#pragma once

#include "base/entropy.hpp"
#include "crypto/aead.hpp"
#include "store/port.hpp"

namespace tern::store {

/// The app's storage key: 32 bytes that it keeps in the phone's key store.
using StorageKey = crypto::Secret<32>;

/// 16 bytes that stand for an id in a row's key: a keyed hash, so that who has the file but not the
/// key cannot tell which ids it holds.
using RowId = FixedBytes<struct RowIdTag, 16>;

/// Derives the sealing and the key-hashing key (HKDF-SHA256, a label each). One for each
/// environment; `entropy` must outlive it. Threads may share it as far as they may share `entropy`.
class Sealer {
 public:
  Sealer(const StorageKey& key, Entropy& entropy);
  /// The same id has another row id in every table.
  RowId row_id(Table table, ByteSpan id) const;
  /// crypto::seal_overhead_bytes longer than `value`. Two seals of one value differ, by a nonce
  /// from `entropy`: the Sealer's own, or one that draws from it ahead.
  Bytes seal(Table table, ByteSpan row_key, ByteSpan value, Entropy& entropy) const;
  /// Errors: storage_damaged (a row that was changed or moved).
  Result<crypto::SecretBytes> open(Table table, ByteSpan row_key, ByteSpan sealed) const;
  Entropy& entropy() const { return entropy_; }

 private:
  crypto::Secret<32> seal_key_;
  crypto::Secret<32> hash_key_;
  Entropy& entropy_;
};

/// Writes the check row into a new environment, or opens it. Errors: storage_wrong_key.
/// Part of the caller's first transaction, so that a folder is never half made; before any other
/// row is read. The row's key is "key-check", which the table's other rows leave free.
Result<void> check_key(WriteTransaction& transaction, Table table, const Sealer& sealer);

}  // namespace tern::store
