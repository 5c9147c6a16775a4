// The client's tables, and one transaction's view of them: values sealed at rest, ids in keys
// hidden behind keyed hashes.
#pragma once

#include <functional>

#include "crypto/entropy_ahead.hpp"
#include "store/sealed.hpp"

namespace tern::client {

/// Numbers are stable; none is used twice.
namespace tables {
inline constexpr store::Table device{1};         // this device: a handful of named rows
inline constexpr store::Table chats{2};          // chat -> ChatRecord
inline constexpr store::Table rosters{3};        // chat -> Roster
inline constexpr store::Table intents{4};        // chat -> Intents
inline constexpr store::Table groups{5};         // chat, record of mls -> that record
inline constexpr store::Table next_groups{6};    // those that the own pending commit changes
inline constexpr store::Table commits{7};        // chat -> PendingCommit
inline constexpr store::Table messages{8};       // chat, order -> MessageRow
inline constexpr store::Table message_ids{9};    // chat, message id, device -> order
inline constexpr store::Table outbox{10};        // chat, number -> OutboxRow
inline constexpr store::Table hashes{11};        // chat, block -> hashes of the log
inline constexpr store::Table watermarks{12};    // chat -> Watermarks
inline constexpr store::Table rejoins{13};       // chat, device -> what it asked for
inline constexpr store::Table key_packages{14};  // reference -> private half
inline constexpr store::Table device_lists{15};  // account -> the newest device list seen
inline constexpr store::Table welcomes{16};      // chat -> a Welcome to be used later
inline constexpr store::Table drafts{17};        // draft -> DraftRecord
inline constexpr store::Table draft_bytes{18};  // draft, offset -> content not sealed in chunks yet
inline constexpr store::Table blobs{19};        // blob -> BlobRecord
inline constexpr store::Table chunks{20};       // chunk store, number -> ciphertext
inline constexpr store::Table chunk_hashes{21};      // chunk store, number -> BLAKE2b-256 of it
inline constexpr store::Table transfers{22};         // blob -> itself, of those under way
inline constexpr store::Table contacts{23};          // number -> ContactRecord
inline constexpr store::Table contact_tags{24};      // tag, contact -> nothing
inline constexpr store::Table contact_accounts{25};  // account, contact -> nothing
inline constexpr store::Table contact_work{26};      // ContactWork, contact -> nothing
inline constexpr store::Table directory{27};         // "state", and "batch" while one is under way
inline constexpr store::Table segments{28};          // segment -> DirectorySegment
inline constexpr store::Table blocks{29};            // account -> itself, of those blocked
inline constexpr store::Table refused_logs{30};      // log -> nothing: by somebody who is blocked
inline constexpr store::Table policies{31};          // chat -> the group's rules, as last seen
inline constexpr store::Table surveys{32};           // chat -> Survey, while it cannot be followed
inline constexpr store::Table said_again{33};        // chat, seq -> order of what was said again
inline constexpr store::Table lost_messages{
    34};  // chat, order of an own one -> the seq it counts as

/// Of the rows above; an older program refuses a folder with a newer one (storage_newer).
inline constexpr std::uint32_t schema = 1;
}  // namespace tables

using crypto::SecretBytes;
using store::RowId;
using store::Scan;

/// A row's key: a row id, then whatever orders the rows under it.
Bytes row_key(const RowId& row, std::uint64_t number);
Bytes row_key(const RowId& row, ByteSpan rest);
/// The number at the end of row_key(row, number); 0 for a key that is too short.
std::uint64_t number_in(ByteSpan key);

/// Reading the tables. Spans given to a visitor live for the length of its call.
class ReadRows {
 public:
  ReadRows(store::ReadTransaction& transaction, const store::Sealer& sealer)
      : transaction_(transaction), sealer_(sealer) {}

  /// nullopt when there is no such row. Errors: storage_*.
  Result<std::optional<SecretBytes>> get(store::Table table, ByteSpan key) const;
  using Visit = std::function<Result<Scan>(ByteSpan key, ByteSpan value)>;
  /// As store::ReadTransaction::scan, with values opened; an error of `visit` ends the scan.
  Result<void> scan(store::Table table, ByteSpan prefix, ByteSpan first, const Visit& visit) const;
  Result<void> scan_back(store::Table table, ByteSpan prefix, ByteSpan last,
                         const Visit& visit) const;
  const store::Sealer& sealer() const { return sealer_; }

 private:
  store::ReadTransaction& transaction_;
  const store::Sealer& sealer_;
};

/// Reading and writing them. Counts, so that a transaction that wrote nothing need not commit.
class Rows : public ReadRows {
 public:
  Rows(store::WriteTransaction& transaction, const store::Sealer& sealer)
      : ReadRows(transaction, sealer), transaction_(transaction), nonces_(sealer.entropy()) {}

  Result<void> put(store::Table table, ByteSpan key, ByteSpan value);
  Result<void> erase(store::Table table, ByteSpan key);
  /// Every row whose key starts with `prefix`.
  Result<void> erase_all(store::Table table, ByteSpan prefix);
  std::size_t writes() const { return writes_; }

 private:
  store::WriteTransaction& transaction_;
  crypto::EntropyAhead nonces_;
  std::size_t writes_ = 0;
};

}  // namespace tern::client
