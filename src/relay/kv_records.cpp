// KvLogTransaction: the directory's epochs, records and changes.
#include <algorithm>

#include "base/codec.hpp"
#include "base/try.hpp"
#include "relay/contact_rows.hpp"
#include "relay/kv_log_transaction.hpp"
#include "relay/rows.hpp"
#include "relay/tables.hpp"

namespace tern::relay {
namespace {

constexpr std::uint8_t row_part = 0;
constexpr std::uint8_t state_part = 1;

Result<DirectoryRecord> record_from(ByteSpan value) {
  const auto record = DirectoryRecord::from(value);
  if (!record) return Error(Errc::storage_damaged, "a record of the directory has another length");
  return *record;
}

}  // namespace

Result<std::vector<EpochRow>> KvLogTransaction::epochs() {
  std::vector<EpochRow> out;
  Result<void> outcome;
  TERN_TRY(rows_.scan(tables::epochs, {}, {}, [&](ByteSpan key, ByteSpan value) {
    if (key.back() != row_part) return Scan::next;
    std::uint32_t epoch = 0;
    for (const auto byte : key.first(4)) epoch = epoch << 8 | byte;
    auto row = decode_epoch_row(epoch, value);
    if (!row) {
      outcome = row.error();
      return Scan::stop;
    }
    out.push_back(std::move(*row));
    return Scan::next;
  }));
  TERN_TRY(outcome);
  return out;
}

Result<void> KvLogTransaction::put_epoch(const EpochRow& row) {
  return put(tables::epochs, EpochKey(row.epoch).part(row_part), encode(row));
}

Result<DirectoryState> KvLogTransaction::directory(std::uint32_t epoch) {
  TERN_ASSIGN(const auto row, rows_.get(tables::epochs, EpochKey(epoch).part(state_part)));
  if (!row) return Error(Errc::storage_damaged, "the state of the directory is missing");
  return decode_directory_state(*row);
}

Result<void> KvLogTransaction::put_directory(std::uint32_t epoch, const DirectoryState& state) {
  return put(tables::epochs, EpochKey(epoch).part(state_part), encode(state));
}

Result<void> KvLogTransaction::erase_epoch(std::uint32_t epoch) {
  TERN_TRY(erase(tables::epochs, EpochKey(epoch).part(row_part)));
  return erase(tables::epochs, EpochKey(epoch).part(state_part));
}

Result<std::optional<wire::Tag>> KvLogTransaction::place_of(std::uint32_t epoch,
                                                            const AccountId& account) {
  TERN_ASSIGN(const auto row, rows_.get(tables::places, Key(account, epoch)));
  std::optional<wire::Tag> out;
  if (row) {
    TERN_ASSIGN(out, decode_number(*row));
  }
  return out;
}

Result<void> KvLogTransaction::put_record(std::uint32_t epoch, const Member& member,
                                          const DirectoryRecord& record) {
  TERN_TRY(put(tables::places, Key(member.account, epoch), encode_number(member.tag)));
  return put(tables::records, EpochKey(epoch).tag(member.tag).account(member.account), record);
}

Result<void> KvLogTransaction::erase_record(std::uint32_t epoch, const Member& member) {
  TERN_TRY(erase(tables::places, Key(member.account, epoch)));
  return erase(tables::records, EpochKey(epoch).tag(member.tag).account(member.account));
}

Result<std::optional<DirectoryRecord>> KvLogTransaction::record(std::uint32_t epoch,
                                                                const Member& member) {
  TERN_ASSIGN(const auto row,
              rows_.get(tables::records, EpochKey(epoch).tag(member.tag).account(member.account)));
  std::optional<DirectoryRecord> out;
  if (row) {
    TERN_ASSIGN(out, record_from(*row));
  }
  return out;
}

Result<void> KvLogTransaction::visit_records(ByteSpan prefix, const VisitRecord& visit) {
  Result<void> outcome;
  TERN_TRY(rows_.scan(tables::records, prefix, prefix, [&](ByteSpan key, ByteSpan value) {
    const auto member = decode_record_key(key);
    const auto record = record_from(value);
    if (member && record) return visit(*member, *record);
    outcome = member ? record.error() : member.error();
    return Scan::stop;
  }));
  return outcome;
}

Result<void> KvLogTransaction::segment(std::uint32_t epoch, std::uint8_t segment,
                                       const VisitRecord& visit) {
  return visit_records(EpochKey(epoch).segment(segment), visit);
}

Result<void> KvLogTransaction::records_under(std::uint32_t epoch, wire::Tag tag,
                                             const VisitRecord& visit) {
  return visit_records(EpochKey(epoch).tag(tag), visit);
}

Result<void> KvLogTransaction::put_change(std::uint32_t epoch, std::uint64_t version,
                                          const DirectoryChange& change) {
  return put(tables::changes, EpochKey(epoch).version(version), encode(change));
}

Result<bool> KvLogTransaction::has_change(std::uint32_t epoch, std::uint64_t version) {
  TERN_ASSIGN(const auto row, rows_.get(tables::changes, EpochKey(epoch).version(version)));
  return row.has_value();
}

Result<void> KvLogTransaction::changes(std::uint32_t epoch, std::uint64_t since,
                                       std::uint64_t until, const VisitChange& visit) {
  if (since >= until) return {};
  Result<void> outcome;
  const EpochKey prefix(epoch);
  const auto first = EpochKey(epoch).version(since + 1);
  TERN_TRY(rows_.scan(tables::changes, prefix, first, [&](ByteSpan key, ByteSpan value) {
    const auto version = number_at_end(key);
    if (version > until) return Scan::stop;
    const auto change = decode_directory_change(value);
    if (!change) {
      outcome = change.error();
      return Scan::stop;
    }
    return visit(version, *change);
  }));
  return outcome;
}

Result<std::size_t> KvLogTransaction::forget_changes(std::uint32_t epoch, std::uint64_t to,
                                                     std::size_t count_max) {
  TERN_ASSIGN(auto state, directory(epoch));
  std::vector<std::uint64_t> versions;
  if (count_max > 0)
    TERN_TRY(changes(epoch, state.first_kept - 1, std::min(to, state.version),
                     [&](std::uint64_t version, const DirectoryChange&) {
                       versions.push_back(version);
                       return versions.size() < count_max ? Scan::next : Scan::stop;
                     }));
  if (versions.empty()) return std::size_t{0};
  for (const auto version : versions)
    TERN_TRY(erase_lazily(tables::changes, EpochKey(epoch).version(version)));
  state.first_kept = versions.back() + 1;
  TERN_TRY(put_lazily(tables::epochs, EpochKey(epoch).part(state_part), encode(state)));
  return versions.size();
}

Result<std::size_t> KvLogTransaction::erase_rows_of(std::uint32_t epoch, std::size_t count_max) {
  const EpochKey prefix(epoch);
  std::vector<Member> members;
  TERN_TRY(visit_records(prefix, [&](const Member& member, const DirectoryRecord&) {
    members.push_back(member);
    return members.size() < count_max ? Scan::next : Scan::stop;
  }));
  for (const auto& member : members) {
    TERN_TRY(erase_lazily(tables::places, Key(member.account, epoch)));
    TERN_TRY(
        erase_lazily(tables::records, EpochKey(epoch).tag(member.tag).account(member.account)));
  }
  std::vector<Bytes> keys;
  if (members.size() < count_max)
    TERN_TRY(rows_.scan(tables::changes, prefix, prefix, [&](ByteSpan key, ByteSpan) {
      keys.push_back(to_bytes(key));
      return members.size() + keys.size() < count_max ? Scan::next : Scan::stop;
    }));
  for (const auto& key : keys) TERN_TRY(erase_lazily(tables::changes, key));
  return members.size() + keys.size();
}

}  // namespace tern::relay
