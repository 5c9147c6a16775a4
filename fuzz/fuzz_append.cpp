// What a device appends to a log, as far as its relay looks into it: entries of every kind, whose
// payloads and headers are right but for what the input makes wrong about them.
#include <algorithm>

#include "envelope.hpp"
#include "input.hpp"
#include "relay/parsed_entry.hpp"
#include "target.hpp"

using namespace tern;
using wire::EntryKind;
using Mode = wire::AccessChange::Mode;

namespace {

constexpr std::size_t entries_max = 12;  // of each input: more than may change the access

struct Written {
  wire::Entry entry;
  Bytes payload;
};

std::uint8_t content_type_of(EntryKind kind) {
  if (kind == EntryKind::application) return 1;
  return kind == EntryKind::proposal ? 2 : 3;
}

Bytes header(const EntryId& id, Mode mode, std::size_t blobs) {
  wire::EntryHeader out;
  out.entry_id = id;
  out.access.mode = mode;
  if (mode != Mode::none) out.access.added = {DeviceId{}};
  if (mode == Mode::set) out.restart.generation = 2;
  out.blobs.resize(blobs);
  return encode(out);
}

// Three bytes an entry: its kind, its id, and what is to be said of its header; then its changes.
Written written(fuzzing::Input& input) {
  Written out;
  out.entry.kind = static_cast<EntryKind>(input.byte() % 9);
  out.entry.id.bytes[0] = input.byte();
  const auto how = input.byte();
  auto named = out.entry.id;
  if ((how & 4) != 0) named.bytes[1] = 1;
  const auto mode = static_cast<Mode>(how % 4 == 3 ? 0 : how % 4);
  auto type = content_type_of(out.entry.kind);
  if ((how & 8) != 0) type = static_cast<std::uint8_t>(type % 3 + 1);
  out.payload = out.entry.kind == EntryKind::rejoin
                    ? encode(wire::RejoinRequest{.reason = wire::RejoinRequest::Reason::split})
                    : fuzzing::private_message(type, header(named, mode, how >> 5));
  if ((how & 16) != 0) fuzzing::edit(out.payload, input);
  return out;
}

// Of an MLS message, by who reads it from scratch.
bool is_its_own_header(const wire::Entry& entry) {
  const auto envelope = wire::peek_private_message(entry.payload);
  const auto found = wire::decode_entry_header(envelope.value().authenticated_data);
  return found.value().entry_id == entry.id;
}

void check(const relay::ParsedEntry& parsed, bool is_alone) {
  const auto kind = parsed.entry->kind;
  const auto mode = parsed.access.mode;
  expect(parsed.rejoin.has_value() == (kind == EntryKind::rejoin), "a rejoin asks to come back");
  expect(parsed.rejoin || is_its_own_header(*parsed.entry), "a header is of its own entry");
  expect(mode == Mode::none || parsed.is_commit(), "only a commit changes who has access");
  expect(kind != EntryKind::restart || mode == Mode::set, "a restart names everybody");
  expect(is_alone || (kind != EntryKind::rejoin && kind != EntryKind::restart),
         "a rejoin and a restart come alone");
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  std::vector<Written> all;
  while (!input.empty() && all.size() < entries_max) all.push_back(written(input));
  std::vector<wire::Entry> entries;
  for (auto& each : all) {
    each.entry.payload = each.payload;
    entries.push_back(each.entry);
  }

  const auto parsed = relay::parse_entries(entries);
  if (!parsed) return;
  expect(!entries.empty() && parsed->size() == entries.size(), "entries are taken all or none");
  std::size_t access_changes = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& one = (*parsed)[i];
    expect(one.entry == &entries[i], "and in their order");
    for (std::size_t k = 0; k < i; ++k)
      expect(entries[k].id != entries[i].id, "no two entries have one id");
    access_changes += one.access.mode != Mode::none;
    check(one, entries.size() == 1);
  }
  expect(access_changes <= relay::access_changes_per_append_max, "one append changes so much");
}
