#include "relay/parsed_entry.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::relay {
namespace {

using wire::EntryKind;

// Two entries with one id could not be told apart by those who repeat or dedupe them.
Result<void> check_ids_differ(std::span<const wire::Entry> entries) {
  if (entries.size() < 2) return {};
  std::vector<EntryId> ids;
  ids.reserve(entries.size());
  for (const auto& entry : entries) ids.push_back(entry.id);
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) return Errc::malformed;
  return {};
}

// RFC 9420 §6: content_type of the MLS message that each kind of entry carries; 0: none does.
std::uint8_t content_type_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::application:
      return 1;
    case EntryKind::proposal:
      return 2;
    case EntryKind::commit:
    case EntryKind::restart:
      return 3;
    default:
      return 0;
  }
}

Result<void> check_access(const ParsedEntry& parsed) {
  using Mode = wire::AccessChange::Mode;
  const auto mode = parsed.access.mode;
  if (mode != Mode::none && !parsed.is_commit()) return Errc::access_change_invalid;
  // A restart is a new group: it names everybody.
  if (parsed.entry->kind == EntryKind::restart && mode != Mode::set)
    return Errc::access_change_invalid;
  return {};
}

Result<ParsedEntry> parse_message(const wire::Entry& entry) {
  const auto expected = content_type_of(entry.kind);
  if (expected == 0) return Errc::malformed;
  const auto envelope = wire::peek_private_message(entry.payload);
  if (!envelope || envelope->content_type != expected) return Errc::malformed;
  auto header = wire::decode_entry_header(envelope->authenticated_data);
  if (!header || header->entry_id != entry.id) return Errc::header_mismatch;
  ParsedEntry out;
  out.entry = &entry;
  out.seen_seq = header->seen_seq;
  out.access = std::move(header->access);
  out.restarts = header->restart.generation;
  out.blobs = std::move(header->blobs);
  TERN_TRY(check_access(out));
  return out;
}

Result<ParsedEntry> parse_rejoin(const wire::Entry& entry) {
  const auto request = wire::decode_rejoin_request(entry.payload);
  if (!request) return Errc::malformed;
  ParsedEntry out;
  out.entry = &entry;
  out.rejoin = *request;
  return out;
}

}  // namespace

Result<std::vector<ParsedEntry>> parse_entries(std::span<const wire::Entry> entries) {
  if (entries.empty()) return Errc::malformed;
  TERN_TRY(check_ids_differ(entries));
  std::vector<ParsedEntry> out;
  out.reserve(entries.size());
  std::size_t access_changes = 0;
  for (const auto& entry : entries) {
    const bool rejoin = entry.kind == EntryKind::rejoin;
    const bool alone = rejoin || entry.kind == EntryKind::restart;
    if (alone && entries.size() > 1) return Errc::malformed;
    TERN_ASSIGN(auto parsed, rejoin ? parse_rejoin(entry) : parse_message(entry));
    if (parsed.access.mode != wire::AccessChange::Mode::none) ++access_changes;
    if (access_changes > access_changes_per_append_max) return Errc::batch_too_large;
    out.push_back(std::move(parsed));
  }
  return out;
}

}  // namespace tern::relay
