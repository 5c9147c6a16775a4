#include "client/survey.hpp"

#include <algorithm>

#include "client/reading.hpp"
#include "client/record_codec.hpp"
#include "client/rejoin.hpp"

namespace tern::client {
namespace {

using Mode = wire::AccessChange::Mode;

bool contains(const std::vector<DeviceId>& devices, const DeviceId& device) {
  return std::find(devices.begin(), devices.end(), device) != devices.end();
}

Result<void> store(Rows& rows, const Chat& chat, const Survey& survey) {
  RecordWriter writer;
  writer.number(survey.seq);
  write_ids(writer, survey.removed);
  for (const auto& asked : survey.asked)
    writer.raw(asked.device).number(asked.cursor).vector(asked.key_package);
  return rows.put(tables::surveys, chat.row, writer.span());
}

bool takes_out(const wire::AccessChange& access, const DeviceId& device) {
  if (contains(access.added, device)) return false;
  return access.mode == Mode::set || contains(access.removed, device);
}

// What takes this device out too says nothing of the others: if it is true nobody who could follow
// it follows a new group of this device's, and if it is a lie it is one about all of them.
void note_access(Survey& survey, const wire::AccessChange& access, const Roster& roster,
                 const DeviceId& me) {
  if (takes_out(access, me)) return;
  for (const auto& seat : roster.seats()) {
    if (contains(access.added, seat.device))
      std::erase(survey.removed, seat.device);
    else if (takes_out(access, seat.device) && !survey.has_removed(seat.device))
      survey.removed.push_back(seat.device);
  }
}

// Somebody answered, or began anew: whoever is brought back asks no more.
void note_handshake(Survey& survey, const wire::Entry& entry, const Roster& roster,
                    const DeviceId& me) {
  const auto envelope = wire::peek_private_message(entry.payload);
  if (!envelope) return;
  const auto header = wire::decode_entry_header(envelope->authenticated_data);
  if (!header || header->entry_id != entry.id) return;
  if (header->access.mode != Mode::none) note_access(survey, header->access, roster, me);
  if (entry.kind == wire::EntryKind::restart) survey.asked.clear();
  std::erase_if(survey.asked, [&](const Survey::Asked& asked) {
    return std::any_of(header->returning.begin(), header->returning.end(),
                       [&](const auto& proof) { return proof.device == asked.device; });
  });
}

// A relay that made requests up would have this device begin anew without need.
Result<void> note_request(Step& step, Chat& chat, Survey& survey, const wire::Entry& entry,
                          const Roster& roster) {
  const auto request = wire::decode_rejoin_request(entry.payload);
  if (request && request->device == step.device.account.device) return {};
  if (!request || request->log != chat.id() || !roster.find(request->device)) return {};
  const auto info = mls::inspect_key_package(request->key_package,
                                             static_cast<std::uint64_t>(step.now.wall_ms / 1000));
  if (!info || crypto::device_id(info->signature_key) != request->device) return {};
  if (!crypto::verify(info->signature_key, wire::signed_bytes(*request),
                      crypto::Signature{request->signature.bytes}))
    return {};
  TERN_ASSIGN(const auto read,
              rejoin::common_with(step, chat, entry.seq, request->cursor, request->cursor_hash));
  std::erase_if(survey.asked, [&](const auto& asked) { return asked.device == request->device; });
  survey.asked.push_back({request->device, read, to_bytes(request->key_package)});
  return {};
}

std::uint64_t first_missing(const Chat& chat, const Survey& survey) {
  return std::max(survey.seq + 1, chat.line.first_kept);
}

}  // namespace

Result<Survey> Survey::load(const ReadRows& rows, const Chat& chat) {
  Survey out;
  out.seq = rejoin::trusted_cursor(chat.record);
  TERN_ASSIGN(const auto row, rows.get(tables::surveys, chat.row));
  if (!row) return out;
  RecordReader reader(*row);
  out.seq = reader.number<std::uint64_t>();
  out.removed = reader.ids<DeviceId>();
  while (reader.more()) {
    Asked asked;
    asked.device = reader.fixed<DeviceId>();
    asked.cursor = reader.number<std::uint64_t>();
    asked.key_package = to_bytes(reader.vector());
    out.asked.push_back(std::move(asked));
  }
  TERN_TRY(reader.finish("survey"));
  return out;
}

bool Survey::has_removed(const DeviceId& device) const { return contains(removed, device); }

const Survey::Asked* Survey::find(const DeviceId& device) const {
  const auto found = std::find_if(asked.begin(), asked.end(),
                                  [&](const Asked& other) { return other.device == device; });
  return found == asked.end() ? nullptr : &*found;
}

namespace survey {

Result<bool> is_done(Step& step, Chat& chat, const Survey& survey) {
  if (chat.line.first_kept > chat.line.head) return true;
  // It resumed from where it could follow last, and is pushed nothing before it has read on.
  if (survey.seq >= chat.line.head && chat.line.was_read) return true;
  if (const auto at = may_read_at(chat); at > step.now.mono_ms) {
    step.device.timers.wake(chat.id(), at);
    return false;
  }
  TERN_TRY(read_whole(step, chat, first_missing(chat, survey)));
  return false;
}

Result<std::optional<std::uint64_t>> left_out_in(Step& step, Chat& chat,
                                                 const wire::Entries& answer) {
  TERN_ASSIGN(const auto survey, Survey::load(step.rows, chat));
  const auto next = first_missing(chat, survey);
  const auto is_hole = [](const wire::Entry& entry) { return entry.kind == wire::EntryKind::hole; };
  if (!lacks(answer, chat.line.read_from, next, is_hole)) return std::optional<std::uint64_t>();
  return std::optional(next);
}

Result<void> note(Step& step, Chat& chat, const std::vector<wire::Entry>& entries) {
  TERN_ASSIGN(auto survey, Survey::load(step.rows, chat));
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  const auto& me = step.device.account.device;
  const auto before = survey.seq;
  for (const auto& entry : entries) {
    if (entry.seq <= survey.seq) continue;
    const bool follows = entry.seq == survey.seq + 1;
    // The relay may have forgotten some, or lost it.
    if (!follows && entry.seq > chat.line.first_kept && entry.kind != wire::EntryKind::hole) break;
    survey.seq = entry.seq;
    if (entry.own) continue;
    if (wire::is_handshake(entry.kind)) note_handshake(survey, entry, roster, me);
    if (entry.kind == wire::EntryKind::rejoin)
      TERN_TRY(note_request(step, chat, survey, entry, roster));
  }
  if (survey.seq == before) return {};
  step.edit(chat);
  return store(step.rows, chat, survey);
}

}  // namespace survey
}  // namespace tern::client
