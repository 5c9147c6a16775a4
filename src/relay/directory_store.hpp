// The storage port of the directory: who is in it, by tag, and what has changed. Every call names an
// epoch and a tag, a version or an account, so that no request scans a table.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "store/port.hpp"
#include "wire/tag_set.hpp"

namespace tern::relay {

/// 16 bytes that stand for a phone number: a keyed hash.
using NumberId = FixedBytes<struct NumberIdTag, 16>;

/// One key of the directory's function, and how far the directory under it is.
struct EpochRow {
  enum class State : std::uint8_t {
    filling = 1,  ///< a rotation is computing its members; nobody is told of it
    live = 2,
    dead = 3,  ///< its rows are being erased
  };
  std::uint32_t number = 0;
  State state = State::live;
  Bytes sealed_key;
  std::uint64_t version = 0;      ///< counts its changes
  std::uint64_t members = 0;
  std::uint64_t first_change = 1;  ///< the oldest that is kept; version + 1: none
  std::uint64_t base_version = 0;  ///< of segments that have no row of their own
  NumberId filled_to;              ///< of a filling one: all numbers up to this are in it
};

/// A tag came or went.
struct ChangeRow {
  bool added = true;
  wire::Tag tag = 0;
  AccountId account;
};

/// What an account has had evaluated.
struct MeterRow {
  std::uint64_t spent_micro = 0;  ///< millionths of an evaluation, at `at_s`; they wear off
  std::int64_t at_s = 0;          ///< Unix time
  std::uint32_t epoch = 0;        ///< of the two counts below
  std::uint32_t charged = 0;      ///< in this epoch
  std::uint32_t free_left = 0;    ///< in this epoch: for those charged in the one before
  FixedBytes<struct MeteredBatchTag, 16> last_batch;  ///< BLAKE2b of its elements
};

class DirectoryRows {
 public:
  virtual ~DirectoryRows() = default;

  /// Ascending; three at most.
  virtual Result<std::vector<EpochRow>> epochs() = 0;
  virtual Result<void> put_epoch(const EpochRow& row) = 0;
  virtual Result<void> erase_epoch(std::uint32_t epoch) = 0;

  virtual Result<bool> has_member(std::uint32_t epoch, wire::Tag tag, const AccountId& account) = 0;
  virtual Result<void> put_member(std::uint32_t epoch, wire::Tag tag, const AccountId& account,
                                  ByteSpan record) = 0;
  virtual Result<void> erase_member(std::uint32_t epoch, wire::Tag tag,
                                    const AccountId& account) = 0;
  using VisitMember =
      std::function<store::Scan(wire::Tag tag, const AccountId& account, ByteSpan record)>;
  /// Those of one tag, or of one segment, ascending by tag, then account.
  virtual Result<void> members_with(std::uint32_t epoch, wire::Tag tag,
                                    const VisitMember& visit) = 0;
  virtual Result<void> members_in(std::uint32_t epoch, std::uint8_t segment,
                                  const VisitMember& visit) = 0;

  /// The version of a segment's last change; nullopt: the epoch's base_version.
  virtual Result<std::optional<std::uint64_t>> segment_version(std::uint32_t epoch,
                                                               std::uint8_t segment) = 0;
  virtual Result<void> put_segment_version(std::uint32_t epoch, std::uint8_t segment,
                                           std::uint64_t version) = 0;

  virtual Result<void> put_change(std::uint32_t epoch, std::uint64_t version,
                                  const ChangeRow& row) = 0;
  using VisitChange = std::function<store::Scan(std::uint64_t version, const ChangeRow& row)>;
  /// `from` … `to`.
  virtual Result<void> changes(std::uint32_t epoch, std::uint64_t from, std::uint64_t to,
                               const VisitChange& visit) = 0;
  virtual Result<void> erase_changes(std::uint32_t epoch, std::uint64_t from, std::uint64_t to) = 0;
  /// Erases up to `count_max` rows of an epoch, whatever they are; how many there were.
  virtual Result<std::size_t> erase_rows_of(std::uint32_t epoch, std::size_t count_max) = 0;

  virtual Result<std::optional<MeterRow>> meter(const AccountId& account) = 0;
  virtual Result<void> put_meter(const AccountId& account, const MeterRow& row) = 0;
  virtual Result<void> erase_meter(const AccountId& account) = 0;
};

}  // namespace tern::relay
