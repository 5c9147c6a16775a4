#include "store/sealed.hpp"

#include "base/try.hpp"
#include "crypto/hash.hpp"

namespace tern::store {

namespace {

crypto::Secret<32> derive(const StorageKey& key, std::string_view purpose) {
  // One key, one use (RFC 5869 §3.2): the label keeps the two apart.
  const auto root = crypto::hkdf_extract(as_bytes("tern store 1"), key.span());
  crypto::Secret<32> out;
  crypto::hkdf_expand(root.span(), {as_bytes(purpose)}, out.mutable_span());
  return out;
}

// The row's place: what was sealed for one row does not open in another.
Bytes place(Table table, ByteSpan row_key) {
  Bytes out;
  out.reserve(1 + row_key.size());
  out.push_back(table.id);
  out.insert(out.end(), row_key.begin(), row_key.end());
  return out;
}

constexpr std::string_view check_row = "key-check";

}  // namespace

Sealer::Sealer(const StorageKey& key, Entropy& entropy)
    : seal_key_(derive(key, "seal")), hash_key_(derive(key, "row id")), entropy_(entropy) {}

RowId Sealer::row_id(Table table, ByteSpan id) const {
  const std::uint8_t number[] = {table.id};
  const auto digest = crypto::blake2b({number, id}, hash_key_.span());
  return *RowId::from(digest.span().first(RowId::size_bytes));
}

Bytes Sealer::seal(Table table, ByteSpan row_key, ByteSpan value, Entropy& entropy) const {
  return crypto::xseal(seal_key_.span(), place(table, row_key), value, entropy);
}

Result<crypto::SecretBytes> Sealer::open(Table table, ByteSpan row_key, ByteSpan sealed) const {
  auto opened = crypto::xopen(seal_key_.span(), place(table, row_key), sealed);
  if (!opened)
    return Error(Errc::storage_damaged,
                 "a row of table " + std::to_string(table.id) + " was changed outside tern");
  return opened;
}

Result<void> check_key(WriteTransaction& transaction, Table table, const Sealer& sealer) {
  const auto key = as_bytes(check_row);
  TERN_ASSIGN(const auto row, transaction.get(table, key));
  if (!row) return transaction.put(table, key, sealer.seal(table, key, key, sealer.entropy()));
  if (!sealer.open(table, key, *row)) return Errc::storage_wrong_key;
  return {};
}

}  // namespace tern::store
