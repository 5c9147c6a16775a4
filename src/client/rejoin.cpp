// The side that asks.
#include "client/rejoin.hpp"

#include <algorithm>
#include <utility>

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
  std::vector<DeviceId> answered_by;
  Bytes payload;
  /// How many before it, one after the other, were answered to no avail.
  std::uint32_t in_vain = 0;
};

// So long a Welcome may take from the commit's entry on. Each time in vain twice as long: with each
// answer a commit is written, and all that was missed is said again.
constexpr std::int64_t answer_wait_ms = 60'000;
constexpr std::uint32_t answer_wait_doublings_max = 10;

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
  out.answered_by = reader.ids<DeviceId>();
  out.payload = to_bytes(reader.vector());
  if (reader.more()) out.in_vain = reader.number<std::uint32_t>();
  TERN_TRY(reader.finish("rejoin"));
  return std::optional(std::move(out));
}

Result<void> store_own(Step& step, const Chat& chat, const OwnRequest& request) {
  RecordWriter writer;
  writer.raw(request.id);
  write_flag(writer, request.at_relay);
  write_signed(writer, request.answered_ms);
  write_ids(writer, request.answered_by);
  writer.vector(request.payload).number(request.in_vain);
  return step.rows.put(tables::rejoins, own_key(step, chat), writer.span());
}

// As one whose answer was of no use.
void name_answerer(OwnRequest& own, const DeviceId& device) {
  auto& all = own.answered_by;
  if (all.size() < wire::rejoin_not_by_max &&
      std::find(all.begin(), all.end(), device) == all.end())
    all.push_back(device);
}

// The log's, which may have begun another while this device could not follow.
std::uint32_t generation_of(const Chat& chat) {
  return chat.line.known ? chat.line.generation : chat.record.generation;
}

bool is_of_this_generation(const Chat& chat, const OwnRequest& own) {
  const auto request = wire::decode_rejoin_request(own.payload);
  return request && request->generation == generation_of(chat);
}

// Not all of the others: then it begins with anybody again.
Result<std::vector<DeviceId>> not_by(Step& step, const Chat& chat, const OwnRequest& answered) {
  TERN_ASSIGN(const auto before, wire::decode_rejoin_request(answered.payload));
  auto out = before.not_by;
  for (const auto& device : answered.answered_by)
    if (std::find(out.begin(), out.end(), device) == out.end()) out.push_back(device);
  if (out.size() > wire::rejoin_not_by_max)
    out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(wire::rejoin_not_by_max));
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  const auto is_out = [&](const Seat& seat) {
    return seat.device == step.device.account.device ||
           std::find(out.begin(), out.end(), seat.device) != out.end();
  };
  if (std::all_of(roster.seats().begin(), roster.seats().end(), is_out)) out.clear();
  return out;
}

// Not everybody is known to have said all of it. Receipts come after all that was queued before
// them.
bool is_gap_open(const Step& step, const Chat& chat) {
  const auto& record = chat.record;
  return record.gap_first <= record.gap_last &&
         !(receipts::kept(step, chat) && record.delivered_to_all > record.gap_last);
}

// What became of the last one: nobody has answered it in its time, or somebody to no avail.
struct Before {
  bool unanswered = false;
  std::vector<DeviceId> not_by;
  std::uint32_t in_vain = 0;
};

Result<OwnRequest> make_request(Step& step, Chat& chat, const Before& before) {
  auto& device = step.device;
  auto& record = step.edit(chat);
  const auto time = before.unanswered ? leaf_time_far_after(step.now, record.leaf_time)
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
  TERN_ASSIGN(const auto hash, chat.hashes.at(step.rows, chat.row, request.cursor));
  request.cursor_hash = hash.value_or(wire::LogHash{});
  request.reason = record.rejoin_reason;
  device.entropy.fill(request.nonce);
  request.not_by = before.not_by;
  request.key_package = key_package;
  const auto signature = device.account.identity.signing_key.sign(wire::signed_bytes(request));
  request.signature = wire::Signature{signature.bytes};
  OwnRequest out;
  out.id = device.entropy.make<EntryId>();
  out.payload = wire::encode(request);
  out.in_vain = before.in_vain;
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

bool lost_its_place(const ChatRecord& record) {
  return record.state == ChatState::split &&
         record.rejoin_reason == wire::RejoinRequest::Reason::hole;
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

namespace {

std::int64_t wait_ms(const Step& step, const OwnRequest& asked) {
  const auto interval_ms = step.device.config.rejoin_interval_ms;
  if (asked.answered_ms == 0) return interval_ms;
  return std::min(answer_wait_ms << std::min(asked.in_vain, answer_wait_doublings_max),
                  interval_ms);
}

}  // namespace

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
  if (counts && waited_ms >= 0 && waited_ms < wait_ms(step, *known)) {
    step.device.timers.wake(chat.id(), step.now.mono_ms + wait_ms(step, *known) - waited_ms);
    return {};
  }
  Before before{counts && !answered, {}};
  if (answered) {
    TERN_ASSIGN(before.not_by, not_by(step, chat, *known));
    before.in_vain = known->in_vain + 1;
  }
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

std::optional<DeviceId> answerer(const Chat& chat, const wire::EntryHeader& header) {
  if (header.returning.empty()) return std::nullopt;
  const crypto::VerifyKey key{header.answer.device_key};
  if (!crypto::verify(key, wire::signed_answer(header, chat.id()),
                      crypto::Signature{header.answer.signature.bytes}))
    return std::nullopt;
  return crypto::device_id(key);
}

Result<void> note_answers(Step& step, Chat& chat, const std::vector<wire::Entry>& entries) {
  TERN_ASSIGN(auto own, load_own(step, chat));
  if (!own) return {};
  TERN_ASSIGN(const auto mine, wire::decode_rejoin_request(own->payload));
  std::vector<DeviceId> by;
  for (const auto& entry : entries) {
    if (entry.own || entry.kind != wire::EntryKind::commit) continue;
    const auto header = entry_checks::header_of(entry);
    if (!header || std::none_of(header->returning.begin(), header->returning.end(),
                                [&](const auto& proof) { return proof.nonce == mine.nonce; }))
      continue;
    if (const auto device = answerer(chat, *header)) by.push_back(*device);
  }
  if (by.empty()) return {};
  for (const auto& device : by) name_answerer(*own, device);
  TERN_TRY(store_own(step, chat, *own));
  return answered_in_vain(step, chat);
}

Result<void> answered_in_vain_by(Step& step, Chat& chat, const DeviceId& device) {
  TERN_ASSIGN(auto own, load_own(step, chat));
  if (!own) return {};
  name_answerer(*own, device);
  TERN_TRY(store_own(step, chat, *own));
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

Result<void> forget_own(Step& step, Chat& chat) {
  step.look_at(chat);
  return step.rows.erase(tables::rejoins, own_key(step, chat));
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

Result<void> mark_gap(Step& step, Chat& chat, const Roster& before, std::uint64_t newest_member) {
  const auto& record = chat.record;
  if (record.gap_first > record.gap_last) return {};
  TERN_ASSIGN(const auto after, Roster::load(step.rows, chat.row));
  const bool same = std::equal(before.seats().begin(), before.seats().end(), after.seats().begin(),
                               after.seats().end(),
                               [](const Seat& a, const Seat& b) { return a.device == b.device; });
  // Who has not asked is not known to have missed anything.
  const bool asked = record.rejoin_asked_ms != 0;
  const bool withheld = newest_member > record.gap_first;
  if (same && asked && !withheld && record.devices <= say_again_devices_max) return {};
  return tell_gap(step, chat);
}

Result<void> note_gone(Step& step, Chat& chat, const Roster& before, const Roster& after) {
  const auto& record = chat.record;
  if (record.gap_first > record.gap_last) return {};
  TERN_ASSIGN(const auto marks, Watermarks::load(step.rows, chat.row));
  // Receipts come after all that was queued before them.
  const auto has_said_all = [&](const AccountId& account) {
    return std::any_of(marks.accounts.begin(), marks.accounts.end(), [&](const Watermark& mark) {
      return mark.account == account && mark.delivered > record.gap_last;
    });
  };
  const bool lost =
      std::any_of(before.seats().begin(), before.seats().end(), [&](const Seat& seat) {
        return !after.has(seat.account) && seat.account != step.device.account.id &&
               seat.joined_seq <= record.gap_last && !has_said_all(seat.account);
      });
  return lost ? tell_gap_once(step, chat, record.gap_last + 1) : Result<void>();
}

Result<void> leave_gap(Step& step, Chat& chat, std::uint64_t seq) {
  const bool open = is_gap_open(step, chat);
  auto& record = step.edit(chat);
  const auto after_gap = std::exchange(record.gap_last, 0) + 1;
  record.gap_first = 1;
  if (!open) return {};
  TERN_ASSIGN(const auto told,
              history::get(step.rows, chat.row, logged_order(after_gap, notice_of_gap)));
  return told ? Result<void>() : tell_gap_once(step, chat, seq);
}

Result<void> tell_gap_once(Step& step, Chat& chat, std::uint64_t seq) {
  TERN_ASSIGN(const auto told, history::get(step.rows, chat.row, logged_order(seq, notice_of_gap)));
  if (told) return {};
  return membership::notice(step, chat, seq, notice_of_gap,
                            {Notice::What::gap, step.device.account.id});
}

Result<void> tell_gap(Step& step, Chat& chat) {
  return tell_gap_once(step, chat, chat.record.cursor);
}

}  // namespace tern::client::rejoin
