// KvLogTransaction: logs, their entries, access lists and cursors.
#include <algorithm>

#include "base/check.hpp"
#include "base/try.hpp"
#include "relay/kv_log_transaction.hpp"
#include "relay/tables.hpp"

namespace tern::relay {
namespace {

// The part of a key after its 16-byte prefix.
template <class Id>
Id id_at_end(ByteSpan key) {
  return *Id::from(key.last(Id::size_bytes));
}

}  // namespace

Result<std::optional<store::Durability>> KvLogTransaction::finish() {
  for (auto& [log, held] : held_) {
    if (held.changed) TERN_TRY(rows_.put(tables::logs, log, encode(*held.state)));
  }
  if (synced_) return std::optional(store::Durability::synced);
  if (lazy_) return std::optional(store::Durability::lazy);
  return std::optional<store::Durability>();
}

Result<KvLogTransaction::HeldState*> KvLogTransaction::held(const LogId& log) {
  const auto found = held_.find(log);
  if (found != held_.end()) return &found->second;
  TERN_ASSIGN(const auto row, rows_.get(tables::logs, log));
  HeldState state;
  if (row) {
    TERN_ASSIGN(state.state, decode_log_state(*row));
  }
  return &held_.emplace(log, state).first->second;
}

Result<std::optional<LogState>> KvLogTransaction::log(const LogId& log) {
  TERN_ASSIGN(const auto* state, held(log));
  return state->state;
}

Result<void> KvLogTransaction::create_log(const LogId& log, const LogState& state) {
  TERN_ASSIGN(auto* const row, held(log));
  TERN_CHECK(!row->state);
  *row = {state, true};
  synced_ = true;
  return {};
}

Result<void> KvLogTransaction::append(const LogId& log, const LogState& before,
                                      const LogState& after, std::span<const EntryRow> rows) {
  TERN_ASSIGN(auto* const state, held(log));
  TERN_CHECK(state->state && *state->state == before);
  for (auto rest = rows; !rest.empty();) {
    const auto together = entries_in_row(rest);
    encode_into(row_bytes_, rest.first(together));
    TERN_TRY(put(tables::entries, Key(log, rest.front().seq), row_bytes_));
    rest = rest.subspan(together);
  }
  if (after.kind == LogKind::inbox) {
    for (const auto& row : rows) {
      TERN_ASSIGN(const auto share, inbox_share(log, row.author));
      TERN_TRY(put(tables::inbox_shares, Key(log, row.author), encode_number(share + 1)));
    }
  }
  *state = {after, true};
  synced_ = true;
  return {};
}

// An entry lies in the last row that begins at it or before.
Result<std::uint64_t> KvLogTransaction::row_of(const LogId& log, std::uint64_t seq) {
  auto out = seq;
  TERN_TRY(rows_.scan_back(tables::entries, log, Key(log, seq), [&](ByteSpan key, ByteSpan) {
    out = number_at_end(key);
    return Scan::stop;
  }));
  return out;
}

Result<void> KvLogTransaction::read(const LogId& log, std::uint64_t from, std::uint64_t to,
                                    const VisitEntry& visit) {
  TERN_ASSIGN(const auto first, row_of(log, from));
  Result<void> outcome;
  const auto up_to = [&](const EntryRow& row) { return row.seq > to ? Scan::stop : visit(row); };
  TERN_TRY(rows_.scan(tables::entries, log, Key(log, first), [&](ByteSpan key, ByteSpan value) {
    const auto seq = number_at_end(key);
    if (seq > to) return Scan::stop;
    const auto visited = visit_entries(seq, value, from, up_to);
    if (visited) return *visited;
    outcome = visited.error();
    return Scan::stop;
  }));
  return outcome;
}

Result<EntryRow> KvLogTransaction::entry(const LogId& log, std::uint64_t seq) {
  std::optional<EntryRow> out;
  TERN_TRY(read(log, seq, seq, [&](const EntryRow& row) {
    out = row;
    return Scan::stop;
  }));
  if (!out) return Error(Errc::storage_damaged, "an entry of a log is missing");
  return *out;
}

// Rows of which no entry is wanted any more: one that is in part stays until the rest goes too.
Result<void> KvLogTransaction::erase_rows(const LogId& log, std::uint64_t from, std::uint64_t to) {
  TERN_ASSIGN(const auto first, row_of(log, from));
  Result<void> outcome;
  std::vector<std::uint64_t> gone;
  TERN_TRY(rows_.scan(tables::entries, log, Key(log, first), [&](ByteSpan key, ByteSpan value) {
    const auto seq = number_at_end(key);
    const auto count = count_entries(value);
    if (!count) outcome = count.error();
    if (!count || seq + *count - 1 > to) return Scan::stop;
    gone.push_back(seq);
    return Scan::next;
  }));
  TERN_TRY(outcome);
  for (const auto seq : gone) TERN_TRY(erase_lazily(tables::entries, Key(log, seq)));
  return {};
}

Result<std::size_t> KvLogTransaction::forget(const LogId& log, std::uint64_t to,
                                             std::size_t count_max) {
  TERN_ASSIGN(auto* const row, held(log));
  TERN_CHECK(row->state);
  auto& state = *row->state;
  to = std::min(to, state.head);
  if (count_max == 0 || to < state.first_kept) return std::size_t{0};
  // Not counted up: the seqs of a hole have no rows.
  std::vector<std::uint64_t> seqs;
  wire::LogHash last_hash;
  TERN_TRY(read(log, state.first_kept, to, [&](const EntryRow& entry) {
    seqs.push_back(entry.seq);
    last_hash = entry.hash;
    return seqs.size() < count_max ? Scan::next : Scan::stop;
  }));
  if (seqs.empty()) return std::size_t{0};
  if (state.kind == LogKind::inbox) {
    for (const auto seq : seqs) {
      TERN_ASSIGN(const auto welcome, entry(log, seq));
      TERN_TRY(release_welcome(log, welcome));
    }
  }
  TERN_TRY(erase_rows(log, state.first_kept, seqs.back()));
  state.first_kept = seqs.back() + 1;
  state.forgotten_hash = last_hash;
  row->changed = true;
  lazy_ = true;
  return seqs.size();
}

Result<std::uint64_t> KvLogTransaction::inbox_share(const LogId& inbox, const DeviceId& author) {
  TERN_ASSIGN(const auto row, rows_.get(tables::inbox_shares, Key(inbox, author)));
  if (!row) return std::uint64_t{0};
  return decode_number(*row);
}

Result<void> KvLogTransaction::release_welcome(const LogId& inbox, const EntryRow& row) {
  // The row's spans do not outlive the next call.
  const auto author = row.author;
  if (row.group_info) TERN_TRY(release_group_info(*row.group_info));
  TERN_ASSIGN(const auto share, inbox_share(inbox, author));
  const Key key(inbox, author);
  if (share > 1) return put_lazily(tables::inbox_shares, key, encode_number(share - 1));
  return erase_lazily(tables::inbox_shares, key);
}

Result<std::optional<Membership>> KvLogTransaction::member(const LogId& log,
                                                           const DeviceId& device) {
  const Key key(log, device);
  TERN_ASSIGN(auto row, rows_.get(tables::members, key));
  if (!row) {
    TERN_ASSIGN(row, rows_.get(tables::struck, key));
  }
  std::optional<Membership> out;
  if (row) {
    TERN_ASSIGN(out, decode_membership(*row));
  }
  return out;
}

Result<void> KvLogTransaction::put_member(const LogId& log, const DeviceId& device,
                                          const Membership& membership) {
  const Key key(log, device);
  const auto [table, other] = membership.on_list() ? std::pair(tables::members, tables::struck)
                                                   : std::pair(tables::struck, tables::members);
  TERN_ASSIGN(const auto present, rows_.get(table, key));
  if (!present) {
    TERN_TRY(erase(other, key));
    TERN_TRY(put(tables::device_logs, Key(device, log), {}));
  }
  return put(table, key, encode(membership));
}

Result<void> KvLogTransaction::update_member(const LogId& log, const DeviceId& device,
                                             const Membership& membership) {
  return put(membership.on_list() ? tables::members : tables::struck, Key(log, device),
             encode(membership));
}

Result<void> KvLogTransaction::erase_member(const LogId& log, const DeviceId& device) {
  TERN_TRY(erase_lazily(tables::device_logs, Key(device, log)));
  TERN_TRY(erase_lazily(tables::struck, Key(log, device)));
  return erase_lazily(tables::members, Key(log, device));
}

Result<void> KvLogTransaction::members(const LogId& log, const VisitMember& visit) {
  return memberships(tables::members, log, visit);
}

Result<void> KvLogTransaction::struck(const LogId& log, const VisitMember& visit) {
  return memberships(tables::struck, log, visit);
}

Result<void> KvLogTransaction::memberships(store::Table table, const LogId& log,
                                           const VisitMember& visit) {
  Result<void> outcome;
  TERN_TRY(rows_.scan(table, log, log, [&](ByteSpan key, ByteSpan value) {
    const auto membership = decode_membership(value);
    if (!membership) {
      outcome = membership.error();
      return Scan::stop;
    }
    return visit(id_at_end<DeviceId>(key), *membership);
  }));
  return outcome;
}

Result<void> KvLogTransaction::logs_of(const DeviceId& device,
                                       const std::function<Scan(const LogId&)>& visit) {
  return rows_.scan(tables::device_logs, device, device,
                    [&](ByteSpan key, ByteSpan) { return visit(id_at_end<LogId>(key)); });
}

Result<void> KvLogTransaction::advance_cursor(const LogId& log, const DeviceId& device,
                                              std::uint64_t acked) {
  TERN_ASSIGN(auto membership, member(log, device));
  if (!membership || membership->acked >= acked) return {};
  membership->acked = acked;
  const auto table = membership->on_list() ? tables::members : tables::struck;
  return put_lazily(table, Key(log, device), encode(*membership));
}

Result<void> KvLogTransaction::note_expiry(const Expiry& expiry) {
  return put_lazily(tables::expiries, Key::day_and_log(expiry.day, expiry.log), {});
}

Result<std::vector<LogTransaction::Expiry>> KvLogTransaction::expired(std::uint32_t day_max,
                                                                      std::size_t count_max) {
  std::vector<Expiry> out;
  TERN_TRY(rows_.scan(tables::expiries, {}, {}, [&](ByteSpan key, ByteSpan) {
    std::uint32_t day = 0;
    for (auto byte : key.first(4)) day = day << 8 | byte;
    if (day > day_max || out.size() == count_max) return Scan::stop;
    out.push_back({day, id_at_end<LogId>(key)});
    return Scan::next;
  }));
  return out;
}

Result<void> KvLogTransaction::erase_expiry(const Expiry& expiry) {
  return erase_lazily(tables::expiries, Key::day_and_log(expiry.day, expiry.log));
}

}  // namespace tern::relay
