#include "relay/repeated_append.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::relay {
namespace {

std::vector<EntryId> sorted_ids(std::span<const ParsedEntry> entries) {
  std::vector<EntryId> ids;
  ids.reserve(entries.size());
  for (const auto& parsed : entries) ids.push_back(parsed.entry->id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

Result<Repeated> find_repeated(LogTransaction& store, const LogId& log, const LogState& state,
                               const Membership& author, std::span<const ParsedEntry> entries) {
  auto seen_seq = entries.front().seen_seq;
  for (const auto& parsed : entries) seen_seq = std::min(seen_seq, parsed.seen_seq);
  Repeated out;
  std::vector<EntryId> ids;
  for (const auto& append : author.appends) {
    const auto last = append.first + append.count - 1;
    if (append.count == 0 || last <= seen_seq || last < state.first_kept) break;
    if (ids.empty()) ids = sorted_ids(entries);
    TERN_TRY(store.read(log, append.first, last, [&](const EntryRow& row) {
      if (std::binary_search(ids.begin(), ids.end(), row.id)) ++out.entries;
      if (row.id == entries.front().entry->id) {
        out.first_seq = row.seq;
        if (row.kind == wire::EntryKind::restart) out.restart_hash = row.hash;
      }
      return Scan::next;
    }));
  }
  return out;
}

}  // namespace tern::relay
