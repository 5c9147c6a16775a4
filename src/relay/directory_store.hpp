// The relay's storage port for phone numbers and the directory. As in log_store.hpp every call
// names the one number, account, epoch or segment whose rows it touches.
//
// A number is nowhere in clear, and nowhere under a hash that somebody without the relay's secret
// could compute: rows go by its NumberId, and what has to be read again is sealed.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/entropy.hpp"
#include "crypto/hash.hpp"
#include "crypto/oprf.hpp"
#include "store/port.hpp"
#include "tern/bytes.hpp"
#include "wire/contact_frames.hpp"

namespace tern::relay {

/// A keyed hash of a phone number.
using NumberId = FixedBytes<struct NumberIdTag, 16>;
using DirectoryRecord = FixedBytes<struct DirectoryRecordTag, wire::directory_record_bytes>;

struct NumberRow {
  AccountId account;
  Bytes sealed;  ///< the number, for the next key of the directory
};

/// What is known of an account that has, or had, a number.
struct OwnerRow {
  std::optional<NumberId> number;
  std::int64_t first_confirmed_s = 0;        ///< its first number ever
  std::uint32_t seen_day = 0;                ///< the last day on which a device of it was connected
  std::optional<crypto::Blake2bDigest> pin;  ///< a keyed hash of it
  std::uint32_t pin_day = 0;                 ///< the day of `pin_tries`
  std::uint32_t pin_tries = 0;               ///< wrong ones
};

/// BLAKE2b-128 of a batch to be evaluated.
using BatchHash = FixedBytes<struct BatchHashTag, 16>;

/// How much an account has had evaluated.
struct MeterRow {
  std::uint32_t spent = 0;      ///< of its burst
  std::int64_t as_of_ms = 0;    ///< when `spent` was that much; Unix time
  std::uint32_t epoch = 0;      ///< the newest that there was when it was last charged
  std::uint32_t evaluated = 0;  ///< in that epoch, free ones too
  std::uint32_t free_left = 0;  ///< in that epoch
  BatchHash last_batch;         ///< of what was charged last
};

enum class EpochStage : std::uint8_t {
  filling = 1,   ///< not all numbers are in it yet
  current = 2,   ///< the newest that is complete
  previous = 3,  ///< still served
  dead = 4       ///< its rows are being erased
};

struct EpochRow {
  std::uint32_t epoch = 0;
  EpochStage stage = EpochStage::filling;
  crypto::voprf::Element public_key;
  Bytes sealed_key;  ///< the private one
};

/// A version of the directory says how many changes led to it, and behind that so many bits that
/// are drawn. A relay that was put back to an old copy counts the same changes again, and is not to
/// take what a device has of the lost ones for its own.
inline constexpr unsigned version_drawn_bits = 24;
constexpr std::uint64_t changes_before(std::uint64_t version) {
  return version >> version_drawn_bits;
}
std::uint64_t version_after(std::uint64_t version, Entropy& entropy);

/// Where an epoch's directory stands.
struct DirectoryState {
  std::uint64_t version = 0;
  std::uint64_t members = 0;
  std::uint64_t first_kept = 1;       ///< one behind the last version whose change was forgotten
  std::optional<NumberId> filled_to;  ///< while it is filled: all numbers up to here are in it
};

struct Member {
  wire::Tag tag = 0;
  AccountId account;
  friend auto operator<=>(const Member&, const Member&) = default;
};
struct DirectoryChange {
  bool added = false;  ///< else removed
  Member member;
};

/// What is counted of the codes that a number was sent, or an account asked for.
using SendsKey = FixedBytes<struct SendsKeyTag, 17>;

/// A row that is to be looked at on a day, for it may be of no use any more: a verification, or
/// else what is counted under `sends`.
struct ContactDue {
  std::uint32_t day = 0;
  std::optional<std::pair<AccountId, NumberId>> verification;
  SendsKey sends;
};

class DirectoryTransaction {
 public:
  virtual ~DirectoryTransaction() = default;
  using Scan = store::Scan;

  // -- numbers and whose they are
  virtual Result<std::optional<NumberRow>> number(const NumberId& number) = 0;
  virtual Result<void> put_number(const NumberId& number, const NumberRow& row) = 0;
  virtual Result<void> erase_number(const NumberId& number) = 0;
  /// In the order of their ids. One shard's rows at a time are enough.
  virtual Result<std::vector<std::pair<NumberId, NumberRow>>> numbers_after(
      const std::optional<NumberId>& after, std::size_t count_max) = 0;
  virtual Result<std::optional<OwnerRow>> owner(const AccountId& account) = 0;
  virtual Result<void> put_owner(const AccountId& account, const OwnerRow& row) = 0;
  virtual Result<void> put_owner_lazily(const AccountId& account, const OwnerRow& row) = 0;
  virtual Result<void> erase_owner(const AccountId& account) = 0;

  // -- codes that are waited for, sealed, and times of codes that were sent
  virtual Result<std::optional<Bytes>> verification(const AccountId& account,
                                                    const NumberId& number) = 0;
  virtual Result<void> put_verification(const AccountId& account, const NumberId& number,
                                        ByteSpan sealed) = 0;
  virtual Result<void> erase_verification(const AccountId& account, const NumberId& number) = 0;
  virtual Result<std::vector<NumberId>> verifications_of(const AccountId& account,
                                                         std::size_t count_max) = 0;
  /// When codes were sent, Unix seconds, oldest first.
  virtual Result<std::vector<std::int64_t>> sends(const SendsKey& key) = 0;
  /// None: the row goes.
  virtual Result<void> put_sends(const SendsKey& key, std::span<const std::int64_t> sends) = 0;

  // -- what an account has had evaluated
  virtual Result<std::optional<MeterRow>> meter(const AccountId& account) = 0;
  virtual Result<void> put_meter(const AccountId& account, const MeterRow& row) = 0;
  virtual Result<void> erase_meter(const AccountId& account) = 0;

  // -- epochs: a few
  virtual Result<std::vector<EpochRow>> epochs() = 0;
  virtual Result<void> put_epoch(const EpochRow& row) = 0;
  virtual Result<DirectoryState> directory(std::uint32_t epoch) = 0;
  virtual Result<void> put_directory(std::uint32_t epoch, const DirectoryState& state) = 0;
  /// The epoch and its state; its members and changes are gone.
  virtual Result<void> erase_epoch(std::uint32_t epoch) = 0;

  // -- an epoch's members
  virtual Result<std::optional<wire::Tag>> place_of(std::uint32_t epoch,
                                                    const AccountId& account) = 0;
  virtual Result<void> put_record(std::uint32_t epoch, const Member& member,
                                  const DirectoryRecord& record) = 0;
  virtual Result<void> erase_record(std::uint32_t epoch, const Member& member) = 0;
  virtual Result<std::optional<DirectoryRecord>> record(std::uint32_t epoch,
                                                        const Member& member) = 0;
  using VisitRecord = std::function<Scan(const Member&, const DirectoryRecord&)>;
  /// In the order of tags, equal ones in that of accounts.
  virtual Result<void> segment(std::uint32_t epoch, std::uint8_t segment,
                               const VisitRecord& visit) = 0;
  virtual Result<void> records_under(std::uint32_t epoch, wire::Tag tag,
                                     const VisitRecord& visit) = 0;

  // -- an epoch's changes: that of a version leads to it from the one before
  virtual Result<void> put_change(std::uint32_t epoch, std::uint64_t version,
                                  const DirectoryChange& change) = 0;
  virtual Result<bool> has_change(std::uint32_t epoch, std::uint64_t version) = 0;
  using VisitChange = std::function<Scan(std::uint64_t version, const DirectoryChange&)>;
  /// Those of versions after `since`, up to `until`.
  virtual Result<void> changes(std::uint32_t epoch, std::uint64_t since, std::uint64_t until,
                               const VisitChange& visit) = 0;
  /// Forgets up to `count_max` changes from the oldest on, none after `to`; how many. Lazily kept.
  virtual Result<std::size_t> forget_changes(std::uint32_t epoch, std::uint64_t to,
                                             std::size_t count_max) = 0;
  /// Erases up to so many members and changes of an epoch; how many there were. Lazily kept.
  virtual Result<std::size_t> erase_rows_of(std::uint32_t epoch, std::size_t count_max) = 0;

  // -- what is to be looked at on a day. Lazily kept.
  virtual Result<void> note_contact_due(const ContactDue& due) = 0;
  virtual Result<std::vector<ContactDue>> contact_dues(std::uint32_t day_max,
                                                       std::size_t count_max) = 0;
  virtual Result<void> erase_contact_due(const ContactDue& due) = 0;

  // -- accounts that are no more, but for what is yet to be erased
  virtual Result<bool> is_being_deleted(const AccountId& account) = 0;
  virtual Result<void> put_deletion(const AccountId& account) = 0;
  virtual Result<void> erase_deletion(const AccountId& account) = 0;
  virtual Result<std::optional<AccountId>> next_deletion() = 0;
};

}  // namespace tern::relay
