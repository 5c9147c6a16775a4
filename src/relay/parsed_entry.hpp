// An appended entry, looked at as far as a relay can look: its limits, its kind, and the header
// that its author has authenticated to the members.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tern/result.hpp"
#include "wire/entry.hpp"

namespace tern::relay {

struct ParsedEntry {
  const wire::Entry* entry = nullptr;
  std::uint64_t seen_seq = 0;  ///< how far its author had read when it encrypted
  wire::AccessChange access;
  std::uint32_t restarts = 0;  ///< the generation that a restart says it begins
  std::optional<wire::RejoinRequest> rejoin;
  std::vector<BlobAddress> blobs;  ///< its author's, that it names

  bool is_commit() const {
    return entry->kind == wire::EntryKind::commit || entry->kind == wire::EntryKind::restart;
  }
};

/// Commits of one append that may change the access list.
inline constexpr std::size_t access_changes_per_append_max = 8;

/// Sizes and numbers were held against their limits when the request was decoded.
/// Errors: malformed (no entries, a kind that only a relay makes, an MLS message of another kind,
/// the same id twice, a rejoin or restart that is not alone), header_mismatch,
/// access_change_invalid, batch_too_large (commits that change the access list).
Result<std::vector<ParsedEntry>> parse_entries(std::span<const wire::Entry> entries);

}  // namespace tern::relay
