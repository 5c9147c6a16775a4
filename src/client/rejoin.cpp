// The side that asks.
#include "client/rejoin.hpp"

#include <algorithm>

#include "client/chat_work.hpp"
#include "client/commits.hpp"
#include "client/entry_checks.hpp"
#include "client/history.hpp"
#include "client/key_packages.hpp"
#include "client/receipts.hpp"
#include "client/record_codec.hpp"

namespace tern::client::rejoin {
namespace {

struct OwnRequest {
  EntryId id;
  bool at_relay = false;
  std::int64_t answered_ms = 0;  ///< Unix time, when the log first showed an answer; 0: none yet
  Bytes payload;
};

// So long a Welcome may take from the commit's entry on.
constexpr std::int64_t answer_wait_ms = 60'000;

Bytes own_key(const Step& step, const Chat& chat) {
  const auto device = step.rows.sealer().row_id(tables::rejoins, step.device.account.device);
  return row_key(chat.row, device);
}

Result<std::optional<OwnRequest>> load_own(Step& step, const Chat& chat) {
  TERN_ASSIGN(const auto row, step.rows.get(tables::rejoins, own_key(step, chat)));
  if (!row) return std::optional<OwnRequest>();
  RecordReader reader(*row);
  OwnRequest out;
  out.id = reader.fixed<EntryId>();
  out.at_relay = reader.flag();
  out.answered_ms = reader.signed_number();
  out.payload = to_bytes(reader.vector());
  TERN_TRY(reader.finish("rejoin"));
  return std::optional(std::move(out));
}

Result<void> store_own(Step& step, const Chat& chat, const OwnRequest& request) {
  RecordWriter writer;
  writer.raw(request.id);
  write_flag(writer, request.at_relay);
  write_signed(writer, request.answered_ms);
  writer.vector(request.payload);
  return step.rows.put(tables::rejoins, own_key(step, chat), writer.span());
}

// The log's, which may have begun another while this device could not follow.
std::uint32_t generation_of(const Chat& chat) {
  return chat.line.known ? chat.line.generation : chat.record.generation;
}

bool is_of_this_generation(const Chat& chat, const OwnRequest& own) {
  const auto request = wire::decode_rejoin_request(own.payload);
  return request && request->generation == generation_of(chat);
}

// Whether the last one stood its time and nobody could answer it.
enum class Before : std::uint8_t { none, in_vain };

Result<OwnRequest> make_request(Step& step, Chat& chat, Before before) {
  auto& device = step.device;
  auto& record = step.edit(chat);
  const auto time = before == Before::in_vain ? leaf_time_far_after(step.now, record.leaf_time)
                                              : leaf_time_after(step.now, record.leaf_time);
  TERN_ASSIGN(const auto key_package,
              key_packages::make_one(step.rows, step.now, identity_at(device.account, time),
                                     device.entropy));
  record.leaf_time = time;
  record.leaf_generation = generation_of(chat);
  // Those that the relay hands out are to be newer than this one.
  auto& published = step.edit_device();
  published.leaf_time = std::max(published.leaf_time, time);
  published.renew_single_use = true;
  published.renew_last_resort = true;
  wire::RejoinRequest request;
  request.log = chat.id();
  request.device = device.account.device;
  request.generation = generation_of(chat);
  request.cursor = trusted_cursor(record);
  request.reason = record.rejoin_reason;
  device.entropy.fill(request.nonce);
  request.key_package = key_package;
  const auto signature = device.account.identity.signing_key.sign(wire::signed_bytes(request));
  request.signature = wire::Signature{signature.bytes};
  OwnRequest out{device.entropy.make<EntryId>(), false, 0, wire::encode(request)};
  TERN_TRY(store_own(step, chat, out));
  record.rejoin_asked_ms = step.now.wall_ms;
  step.sync();
  return out;
}

void send(Step& step, Chat& chat, const OwnRequest& request) {
  wire::Append append;
  append.log = chat.id();
  append.store_counter = step.device.record.store_counter;
  append.entries.push_back({0, request.id, wire::EntryKind::rejoin, 0, false, request.payload});
  step.send({Purpose::What::rejoin, chat.id()}, append);
  step.then([&chat] { chat.line.appending = true; });
}

}  // namespace

// Authors say again what may be different, and what is here already is known by its id.
std::uint64_t trusted_cursor(const ChatRecord& record) {
  if (!record.forked && !record.rolled_back) return record.cursor;
  return record.cursor - std::min(record.cursor, hashes_kept);
}

Result<void> become_split(Step& step, Chat& chat, wire::RejoinRequest::Reason reason) {
  auto& record = step.edit(chat);
  record.state = ChatState::split;
  record.rejoin_reason = reason;
  TERN_TRY(commits::drop(step, chat));
  step.emit(ChatChanged{chat.id()});
  step.look_at(chat);
  return {};
}

Result<void> ask(Step& step, Chat& chat) {
  if (chat.line.busy()) return {};
  if (holds(step, chat)) return {};
  TERN_ASSIGN(const auto known, load_own(step, chat));
  if (known && !known->at_relay && is_of_this_generation(chat, *known)) {
    send(step, chat, *known);
    return {};
  }
  const bool counts = known && is_of_this_generation(chat, *known);
  // By a commit that brought no Welcome of use: the relay lets it ask again.
  const bool answered = counts && known->answered_ms != 0;
  const auto waited_ms =
      step.now.wall_ms - (answered ? known->answered_ms : chat.record.rejoin_asked_ms);
  const auto interval_ms = answered ? answer_wait_ms : step.device.config.rejoin_interval_ms;
  if (counts && waited_ms >= 0 && waited_ms < interval_ms) {
    step.device.timers.wake(chat.id(), step.now.mono_ms + interval_ms - waited_ms);
    return {};
  }
  const auto before = counts && !answered ? Before::in_vain : Before::none;
  TERN_ASSIGN(const auto request, make_request(step, chat, before));
  send(step, chat, request);
  return {};
}

Result<bool> is_asked(Step& step, const Chat& chat) {
  TERN_ASSIGN(const auto own, load_own(step, chat));
  return own && own->at_relay && is_of_this_generation(chat, *own);
}

Result<void> asked(Step& step, Chat& chat) {
  chat.line.appending = false;
  TERN_ASSIGN(auto request, load_own(step, chat));
  if (!request) return {};
  request->at_relay = true;
  return store_own(step, chat, *request);
}

Result<void> note_answers(Step& step, Chat& chat, const std::vector<wire::Entry>& entries) {
  TERN_ASSIGN(auto own, load_own(step, chat));
  if (!own || own->answered_ms != 0) return {};
  TERN_ASSIGN(const auto mine, wire::decode_rejoin_request(own->payload));
  const auto answers = [&](const wire::Entry& entry) {
    if (entry.own || entry.kind != wire::EntryKind::commit) return false;
    const auto header = entry_checks::header_of(entry);
    return header && std::any_of(header->returning.begin(), header->returning.end(),
                                 [&](const auto& proof) { return proof.nonce == mine.nonce; });
  };
  if (std::none_of(entries.begin(), entries.end(), answers)) return {};
  return answered_in_vain(step, chat);
}

Result<void> answered_in_vain(Step& step, Chat& chat) {
  TERN_ASSIGN(auto own, load_own(step, chat));
  if (!own || own->answered_ms != 0) return {};
  own->answered_ms = step.now.wall_ms;
  step.edit(chat);
  step.look_at(chat);
  return store_own(step, chat, *own);
}

Result<std::optional<Bytes>> own_payload(Step& step, const Chat& chat, const EntryId& id) {
  TERN_ASSIGN(auto request, load_own(step, chat));
  if (!request || request->id != id) return std::optional<Bytes>();
  return std::optional(std::move(request->payload));
}

Result<void> forget_all(Step& step, Chat& chat) {
  auto& record = step.edit(chat);
  record.rejoin_asked_ms = 0;
  record.rejoins_waiting = 0;
  record.restart_wanted = false;
  chat.pace.restart_at = never_ms;
  chat.pace.restart_planned = false;
  TERN_TRY(step.rows.erase(tables::surveys, chat.row));
  return step.rows.erase_all(tables::rejoins, chat.row);
}

Result<void> mark_gap(Step& step, Chat& chat, const Roster& before) {
  const auto& record = chat.record;
  if (record.gap_first > record.gap_last) return {};
  TERN_ASSIGN(const auto after, Roster::load(step.rows, chat.row));
  const bool same = std::equal(before.seats().begin(), before.seats().end(), after.seats().begin(),
                               after.seats().end(),
                               [](const Seat& a, const Seat& b) { return a.device == b.device; });
  // Who has not asked is not known to have missed anything.
  const bool asked = record.rejoin_asked_ms != 0;
  if (same && asked && record.devices <= say_again_devices_max) return {};
  return tell_gap(step, chat);
}

Result<void> leave_gap(Step& step, Chat& chat, std::uint64_t seq) {
  auto& record = step.edit(chat);
  const auto after_gap = record.gap_last + 1;
  const bool open = record.gap_first <= record.gap_last;
  record.gap_first = 1;
  record.gap_last = 0;
  // Receipts come after all that was queued before them.
  if (!open || (receipts::kept(step, chat) && record.delivered_to_all >= after_gap)) return {};
  TERN_ASSIGN(const auto told,
              history::get(step.rows, chat.row, logged_order(after_gap, notice_of_gap)));
  if (told) return {};
  return membership::notice(step, chat, seq, notice_of_gap,
                            {Notice::What::gap, step.device.account.id});
}

Result<void> tell_gap(Step& step, Chat& chat) {
  return membership::notice(step, chat, chat.record.cursor, notice_of_gap,
                            {Notice::What::gap, step.device.account.id});
}

}  // namespace tern::client::rejoin
