// The relay's storage port, written for logs: append if nothing came between, read from a seq,
// advance a cursor, take a key package. Every call names the one log, device or account whose rows
// it touches: nothing is numbered across logs and nothing scans over them, so that a sharded SQL
// database could stand behind it as LMDB does now.
//
// Ids stand in clear in keys and rows: the relay works with them, and its owner could not be kept
// from seeing them. Payloads are ciphertext. Phone numbers: directory_store.hpp.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "crypto/dh.hpp"
#include "crypto/hash.hpp"
#include "crypto/signature.hpp"
#include "relay/directory_store.hpp"
#include "store/port.hpp"
#include "wire/entry.hpp"

namespace tern::relay {

using store::Scan;

enum class LogKind : std::uint8_t { chat = 1, inbox = 2 };

/// Where a log stands.
struct LogState {
  LogKind kind = LogKind::chat;
  std::uint64_t head = 0;
  std::uint64_t base = 0;        ///< seq of the newest handshake entry
  std::uint64_t first_kept = 1;  ///< older entries are forgotten
  std::uint32_t generation = 0;
  std::uint32_t members = 0;     ///< devices on the access list
  std::uint32_t expiry_day = 0;  ///< the day for which note_expiry() was last called
  wire::LogHash hash;            ///< running hash at `head`
  wire::LogHash base_hash;       ///< running hash at `base`
  wire::LogHash forgotten_hash;  ///< running hash at `first_kept` - 1
  /// The newest hole: entries that an older copy of the disk did not have; 0: there was none.
  std::uint64_t lost_first = 0;
  std::uint64_t lost_last = 0;
  friend bool operator==(const LogState&, const LogState&) = default;
};

/// Where the GroupInfo is that the Welcomes of one commit share.
struct SharedGroupInfo {
  LogId log;
  std::uint64_t commit_seq = 0;
};

struct EntryRow {
  std::uint64_t seq = 0;
  EntryId id;
  wire::EntryKind kind = wire::EntryKind::application;
  std::uint64_t base = 0;
  DeviceId author;
  std::int64_t stored_s = 0;  ///< Unix time, the relay's clock
  wire::LogHash hash;         ///< running hash up to and including this entry
  /// A Welcome whose payload lacks it.
  std::optional<SharedGroupInfo> group_info;
  ByteSpan payload;
};

/// The seqs of one append.
struct SeqRange {
  std::uint64_t first = 0;
  std::uint32_t count = 0;
  friend bool operator==(const SeqRange&, const SeqRange&) = default;
};

/// A device's place on a log's access list, or what is remembered of one that was struck.
struct Membership {
  std::uint64_t acked = 0;       ///< the last entry that it said it has applied
  std::uint64_t struck_seq = 0;  ///< the entry that took it off the list; 0: on the list
  std::int64_t struck_s = 0;
  std::int64_t rejoin_s = 0;  ///< when it last asked to be added again
  std::uint64_t joined = 0;   ///< the entry that last put it on the list; 0: it made the log
  /// Its latest appends, newest first: where a repeated one is looked for.
  std::array<SeqRange, 4> appends{};
  bool on_list() const { return struck_seq == 0; }
};

struct DeviceRow {
  AccountId account;
  crypto::VerifyKey device_key;
  crypto::DhPublicKey transport_key;
  std::int64_t issued_s = 0;  ///< of its newest certificate
  bool revoked = false;
};

struct AccountRow {
  std::uint32_t list_number = 0;
  Bytes device_list;  ///< encoded wire::DeviceList
};

struct StoredKeyPackage {
  std::uint64_t number = 0;  ///< 0: the last resort
  Bytes key_package;
};

/// Whose blob, and which.
struct BlobName {
  AccountId owner;
  BlobAddress address;
  friend auto operator<=>(const BlobName&, const BlobName&) = default;
};

struct BlobRow {
  std::uint64_t bytes = 0;    ///< of all of it, as its owner declared
  std::uint64_t room = 0;     ///< what it takes of its owner's BlobUse
  std::uint64_t number = 0;   ///< among all that its owner ever began: its chunks go by it
  std::uint32_t chunks = 0;   ///< the first so many are there
  bool complete = false;      ///< all are, and they belong to the address
  std::uint32_t due_day = 0;  ///< on this day it may be dropped
};

/// An account's blobs together.
struct BlobUse {
  std::uint64_t blobs = 0;
  std::uint64_t room = 0;  ///< the sum of theirs
  std::uint64_t next_number = 1;
  friend bool operator==(const BlobUse&, const BlobUse&) = default;
};

/// A blob that is no more, but for chunks that are yet to be erased.
struct DroppedBlob {
  AccountId owner;
  std::uint64_t number = 0;
  std::uint64_t chunks = 0;
};

/// One batch's view. Spans that it hands out live until the next call. After an error only drop it.
class LogTransaction : public DirectoryTransaction {
 public:
  using Scan = store::Scan;

  // -- logs
  virtual Result<std::optional<LogState>> log(const LogId& log) = 0;
  virtual Result<void> create_log(const LogId& log, const LogState& state) = 0;
  /// Adds `rows` if the log still stands at `before`, which it then leaves at `after`.
  virtual Result<void> append(const LogId& log, const LogState& before, const LogState& after,
                              std::span<const EntryRow> rows) = 0;
  using VisitEntry = std::function<Scan(const EntryRow&)>;
  /// Entries `from` … `to` that are kept, upwards. Spans of all that were visited live until the
  /// next call.
  virtual Result<void> read(const LogId& log, std::uint64_t from, std::uint64_t to,
                            const VisitEntry& visit) = 0;
  /// Forgets up to `count_max` entries from the oldest on, none after `to`; how many they were.
  /// Where there is a hole it forgets nothing beyond it that is not there. Lazily kept.
  virtual Result<std::size_t> forget(const LogId& log, std::uint64_t to, std::size_t count_max) = 0;

  /// How many of an inbox's kept entries came from this author.
  virtual Result<std::uint64_t> inbox_share(const LogId& inbox, const DeviceId& author) = 0;

  // -- access lists and cursors
  virtual Result<std::optional<Membership>> member(const LogId& log, const DeviceId& device) = 0;
  virtual Result<void> put_member(const LogId& log, const DeviceId& device,
                                  const Membership& membership) = 0;
  /// As put_member(), of one that is on the list, or off it, as it was when member() gave it.
  virtual Result<void> update_member(const LogId& log, const DeviceId& device,
                                     const Membership& membership) = 0;
  virtual Result<void> erase_member(const LogId& log, const DeviceId& device) = 0;
  using VisitMember = std::function<Scan(const DeviceId&, const Membership&)>;
  /// Who is on the list; who was struck, however many, costs nothing here.
  virtual Result<void> members(const LogId& log, const VisitMember& visit) = 0;
  virtual Result<void> struck(const LogId& log, const VisitMember& visit) = 0;
  /// Logs in which the device is or was a member.
  virtual Result<void> logs_of(const DeviceId& device,
                               const std::function<Scan(const LogId&)>& visit) = 0;
  /// Forward only; for a member only. Lazily kept.
  virtual Result<void> advance_cursor(const LogId& log, const DeviceId& device,
                                      std::uint64_t acked) = 0;

  // -- accounts and devices
  virtual Result<std::optional<AccountRow>> account(const AccountId& account) = 0;
  virtual Result<void> put_account(const AccountId& account, const AccountRow& row) = 0;
  virtual Result<std::optional<DeviceRow>> device(const DeviceId& device) = 0;
  virtual Result<std::optional<DeviceId>> device_with(const crypto::DhPublicKey& transport_key) = 0;
  virtual Result<void> put_device(const DeviceId& device, const DeviceRow& row) = 0;
  virtual Result<std::uint64_t> store_counter(const DeviceId& device) = 0;
  /// Upwards only. Lazily kept.
  virtual Result<void> raise_store_counter(const DeviceId& device, std::uint64_t counter) = 0;

  // -- key packages
  virtual Result<std::uint32_t> key_packages_left(const DeviceId& device) = 0;
  /// The next to give away: the oldest single-use one, else the last resort.
  virtual Result<std::optional<StoredKeyPackage>> next_key_package(const DeviceId& device) = 0;
  virtual Result<std::optional<StoredKeyPackage>> last_resort(const DeviceId& device) = 0;
  virtual Result<void> take_key_package(const DeviceId& device, std::uint64_t number) = 0;
  /// Adds single-use ones and keeps the newest `keep_max`.
  virtual Result<void> put_key_packages(const DeviceId& device, std::span<const ByteSpan> added,
                                        std::size_t keep_max) = 0;
  virtual Result<void> put_last_resort(const DeviceId& device, ByteSpan key_package) = 0;
  virtual Result<void> forget_key_packages(const DeviceId& device) = 0;

  // -- the GroupInfo that the Welcomes of one commit share; forget() of the last of them drops it
  virtual Result<void> put_shared_group_info(const SharedGroupInfo& where, std::uint32_t references,
                                             ByteSpan group_info) = 0;
  virtual Result<Bytes> shared_group_info(const SharedGroupInfo& where) = 0;

  // -- what will be too old: the logs to which something was appended on a day
  struct Expiry {
    std::uint32_t day = 0;
    LogId log;
  };
  virtual Result<void> note_expiry(const Expiry& expiry) = 0;
  /// The oldest, no newer than `day_max`. One shard's rows at a time are enough.
  virtual Result<std::vector<Expiry>> expired(std::uint32_t day_max, std::size_t count_max) = 0;
  virtual Result<void> erase_expiry(const Expiry& expiry) = 0;

  // -- blobs; `row` is what blob() or begin_blob() said last
  virtual Result<BlobUse> blob_use(const AccountId& owner) = 0;
  virtual Result<std::optional<BlobRow>> blob(const BlobName& blob) = 0;
  /// A blob of which there is none yet: `row` says its bytes, room and due day. Its number is given
  /// here, and its room charged to its owner.
  virtual Result<void> begin_blob(const BlobName& blob, BlobRow& row) = 0;
  /// The chunk after those that are there.
  virtual Result<void> add_blob_chunk(const BlobName& blob, BlobRow& row, ByteSpan chunk,
                                      const crypto::Blake2bDigest& hash) = 0;
  virtual Result<void> complete_blob(const BlobName& blob, BlobRow& row) = 0;
  virtual Result<void> set_blob_due(const BlobName& blob, BlobRow& row, std::uint32_t due_day) = 0;
  virtual Result<ByteSpan> blob_chunk(const BlobName& blob, const BlobRow& row,
                                      std::uint32_t chunk) = 0;
  /// Of the chunks that are there, in order.
  virtual Result<std::vector<crypto::Blake2bDigest>> blob_hashes(const BlobName& blob,
                                                                 const BlobRow& row) = 0;
  /// Gives its room back at once. Its chunks are left among the dropped ones, whatever is uploaded
  /// under the same name next. Lazily kept.
  virtual Result<void> drop_blob(const BlobName& blob, const BlobRow& row) = 0;
  /// Those to be dropped on `day_max` or before. One shard's rows at a time are enough.
  virtual Result<std::vector<BlobName>> due_blobs(std::uint32_t day_max, std::size_t count_max) = 0;
  virtual Result<std::vector<DroppedBlob>> dropped_blobs(std::size_t count_max) = 0;
  /// Erases up to `count_max` chunks of it. Lazily kept.
  virtual Result<void> erase_dropped(const DroppedBlob& blob, std::size_t count_max) = 0;

  // -- what is left of an account that is no more
  virtual Result<void> erase_account(const AccountId& account) = 0;
  /// All that ever registered, revoked ones too.
  virtual Result<std::vector<DeviceId>> devices_of(const AccountId& account,
                                                   std::size_t count_max) = 0;
  /// Its row, transport key and store counter.
  virtual Result<void> erase_device(const DeviceId& device) = 0;
  /// The device is no member of the log any more, and nothing is remembered of it there.
  virtual Result<void> drop_member(const LogId& log, const DeviceId& device) = 0;
  /// A log that has no entries left.
  virtual Result<void> erase_log(const LogId& log) = 0;
  virtual Result<std::vector<BlobName>> blobs_of(const AccountId& owner, std::size_t count_max) = 0;
  /// For an owner without blobs. False: chunks of dropped ones are still there; again later.
  virtual Result<bool> forget_blob_use(const AccountId& owner) = 0;
};

class LogStore {
 public:
  virtual ~LogStore() = default;
  /// Runs `work` and commits what it wrote: not at all when it wrote nothing, without waiting for
  /// the disk when all of it is lazily kept, synced otherwise. `work` may be run again, so it has
  /// no other effect. After an error nothing has changed. Errors: storage_*, and those of `work`.
  virtual Result<void> transact(const std::function<Result<void>(LogTransaction&)>& work) = 0;
};

}  // namespace tern::relay
