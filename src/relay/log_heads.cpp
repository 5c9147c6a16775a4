#include "relay/log_heads.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::relay {

std::uint64_t readable_to(const LogState& state, const Membership& membership) {
  return membership.on_list() ? state.head : std::min(state.head, membership.struck_seq);
}

wire::LogHead log_head(const LogId& log, const LogState& state, const Membership& membership) {
  wire::LogHead out;
  out.log = log;
  out.head = readable_to(state, membership);
  out.base = std::min(state.base, out.head);
  out.first_kept = state.first_kept;
  out.generation = state.generation;
  out.member = membership.on_list();
  return out;
}

bool list_is_lost(const LogState& state) {
  return state.lost_first != 0 && state.lost_first <= state.base && state.base <= state.lost_last;
}

std::uint64_t joined_at(const LogState& state, const Membership& membership) {
  const bool said_again = state.lost_first != 0 && state.lost_last < state.base;
  return said_again && membership.joined < state.lost_first ? state.lost_last + 1
                                                            : membership.joined;
}

Result<bool> hash_matches(LogTransaction& store, const LogId& log, const LogState& state,
                          std::uint64_t seq, const wire::LogHash& hash) {
  if (seq > state.head) return false;
  if (seq == state.head) return hash == state.hash;
  if (seq + 1 == state.first_kept) return hash == state.forgotten_hash;
  if (seq + 1 < state.first_kept) return state.lost_first == 0 || seq < state.lost_first;
  bool matches = true;
  TERN_TRY(store.read(log, seq, seq, [&](const EntryRow& row) {
    matches = row.hash == hash;
    return Scan::stop;
  }));
  return matches;
}

}  // namespace tern::relay
