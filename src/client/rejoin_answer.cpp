// The side that is asked.
#include <algorithm>

#include "client/key_packages.hpp"
#include "client/record_codec.hpp"
#include "client/rejoin.hpp"
#include "client/seating.hpp"
#include "client/survey.hpp"

namespace tern::client::rejoin {
namespace {

// Who knows the other has answered by then, after a random moment and others' commits.
constexpr std::int64_t known_first_ms = 30'000;

/// The last request of one device.
struct Request {
  DeviceId device;
  bool waiting = true;
  std::uint64_t cursor = 0;
  std::int64_t seen_ms = 0;  ///< Unix time, this device's clock
  std::array<std::uint8_t, 16> nonce{};
  LeafTime leaf_time = 0;
  Bytes payload;  ///< the request as it came; empty once it is answered
};

bool is_mine(const Step& step, const DeviceId& device) {
  return device == step.device.account.device;
}

Bytes key_of(const Step& step, const Chat& chat, const DeviceId& device) {
  return row_key(chat.row, step.rows.sealer().row_id(tables::rejoins, device));
}

Result<Request> decode(ByteSpan bytes) {
  RecordReader reader(bytes);
  Request out;
  out.device = reader.fixed<DeviceId>();
  out.waiting = reader.flag();
  out.cursor = reader.number<std::uint64_t>();
  out.seen_ms = reader.signed_number();
  out.nonce = reader.fixed<EntryId>().bytes;
  out.leaf_time = reader.number<LeafTime>();
  out.payload = to_bytes(reader.vector());
  TERN_TRY(reader.finish("rejoin"));
  return out;
}

Result<std::optional<Request>> load(const Step& step, const Chat& chat, const DeviceId& device) {
  TERN_ASSIGN(const auto row, step.rows.get(tables::rejoins, key_of(step, chat, device)));
  if (!row) return std::optional<Request>();
  TERN_ASSIGN(auto request, decode(*row));
  return std::optional(std::move(request));
}

Result<void> store(Step& step, const Chat& chat, const Request& request) {
  RecordWriter writer;
  writer.raw(request.device);
  write_flag(writer, request.waiting);
  writer.number(request.cursor);
  write_signed(writer, request.seen_ms);
  writer.raw(request.nonce).number(request.leaf_time).vector(request.payload);
  return step.rows.put(tables::rejoins, key_of(step, chat, request.device), writer.span());
}

Result<std::optional<mls::Member>> member_of(const mls::Group& group, const DeviceId& device) {
  TERN_ASSIGN(auto members, group.members());
  for (auto& member : members)
    if (crypto::device_id(member.signature_key) == device) return std::optional(std::move(member));
  return std::optional<mls::Member>();
}

// For this group, from a device whose leaf is in the tree: a removed member must not come back by
// asking. Once: what all members see in the tree, and not what each remembers, tells an old request
// (leaf_time.hpp).
Result<LeafTime> check(Step& step, Chat& chat, const wire::RejoinRequest& request) {
  if (request.log != chat.id() || request.generation != chat.record.generation)
    return Error(Errc::rejoin_refused, "a request to rejoin another log or generation");
  TERN_ASSIGN(const auto* const group, chat.group());
  TERN_ASSIGN(const auto member, member_of(*group, request.device));
  if (!member) return Error(Errc::rejoin_refused, "a request to rejoin by a device that is out");
  if (!crypto::verify(member->signature_key, wire::signed_bytes(request),
                      crypto::Signature{request.signature.bytes}))
    return Error(Errc::signature_invalid, "a request to rejoin that its device did not sign");
  TERN_ASSIGN(const auto info,
              mls::inspect_key_package(request.key_package,
                                       static_cast<std::uint64_t>(step.now.wall_ms / 1000)));
  if (info.signature_key != member->signature_key)
    return Error(Errc::rejoin_refused, "a request to rejoin with another device's KeyPackage");
  TERN_TRY(step.device.authentication.check_newcomer(info));
  TERN_ASSIGN(const auto seat, seat_of(member->credential));
  TERN_ASSIGN(const auto wanted, seat_of(info.credential));
  if (wanted.account != seat.account)
    return Error(Errc::rejoin_refused, "a request to rejoin under another account");
  const auto time = leaf_time(info.leaf_extensions);
  TERN_ASSIGN(const auto present, leaf_time_at(*group, member->leaf));
  if (time <= present)
    return Error(Errc::rejoin_refused, "a request to rejoin that is older than the device's leaf");
  return time;
}

// Of several that wait the newest counts: an older one may be for a KeyPackage that its device has
// lost since. By what its device says of the time, so that nobody keeps an old one alive.
bool is_outdated(const std::optional<Request>& before, LeafTime time) {
  return before && before->waiting && time <= before->leaf_time;
}

// Somebody's answer to the last one was of no use, and she is not to be the first again.
bool was_answered_in_vain(const Step& step, const std::optional<Request>& before) {
  if (!before || before->waiting) return false;
  const auto since_ms = step.now.wall_ms - before->seen_ms;
  return since_ms >= 0 && since_ms < step.device.config.rejoin_interval_ms / 2;
}

// What the device had applied that a commit takes out; nullopt: it did not ask, or was answered by
// an earlier commit. Another's commit may answer a request that this device has not taken.
Result<std::optional<std::uint64_t>> answer(Step& step, Chat& chat, const DeviceId& device,
                                            const MembershipChange& change) {
  TERN_ASSIGN(auto request, load(step, chat, device));
  const bool waited = request && request->waiting;
  const auto proof = std::find_if(change.returning.begin(), change.returning.end(),
                                  [&](const auto& other) { return other.device == device; });
  const bool shown = proof != change.returning.end();
  std::uint64_t read = 0;
  if (shown) {
    TERN_ASSIGN(read, common_with(step, chat, change.seq, proof->cursor, proof->cursor_hash));
  }
  // An older one than the one that waits, which is to be answered yet: the tree says when not.
  if (shown && waited && request->nonce != proof->nonce) return std::optional(read);
  // It was compared when it came, with what was known there.
  if (shown && waited) read = std::min(read, request->cursor);
  if (waited) {
    auto& record = step.edit(chat);
    if (record.rejoins_waiting > 0) --record.rejoins_waiting;
  }
  if (shown) {
    if (request && !waited && request->nonce == proof->nonce) return std::optional<std::uint64_t>();
    request = Request{device, false, read, step.now.wall_ms, proof->nonce, 0, {}};
  } else if (!waited) {
    return std::optional<std::uint64_t>();
  }
  request->waiting = false;
  request->payload.clear();
  TERN_TRY(store(step, chat, *request));
  return std::optional(request->cursor);
}

// An invitation back is believed when it is by somebody whom the device knew (check_way_back() of
// joining.cpp). One that came in behind what the other had read lets those go first who were there
// before; the relay takes one request a day, so that an answer in vain costs a day.
bool leaves_to_others(Step& step, const Chat& chat, const Seat* me, std::uint64_t cursor,
                      std::int64_t seen_ms) {
  if (!me || cursor == 0 || me->joined_seq <= cursor) return false;
  const auto waited_ms = step.now.wall_ms - seen_ms;
  if (waited_ms < 0 || waited_ms >= known_first_ms) return false;
  step.device.timers.wake(chat.id(), step.now.mono_ms + known_first_ms - waited_ms);
  return true;
}

// Who comes back from another history than the others' may have written there what they never got.
// Of that it says nothing again that is from before the newest member came: so there is a gap.
Result<void> tell_what_is_withheld(Step& step, Chat& chat, const Roster& roster,
                                   const MembershipChange& change) {
  const auto since = roster.newest_member();
  const auto* const me = roster.find(step.device.account.device);
  const auto withholds = [&](const wire::RejoinProof& proof) {
    return proof.reason == wire::RejoinRequest::Reason::hole && proof.cursor < since;
  };
  if (!me || me->joined_seq >= since ||
      std::none_of(change.returning.begin(), change.returning.end(), withholds))
    return {};
  return membership::notice(step, chat, change.seq, notice_of_gap,
                            {Notice::What::gap, step.device.account.id});
}

// Who comes back from before this device's own request has not read it, and takes for delivered
// what had reached the device that it was.
Result<void> tell_what_was_not_asked(Step& step, Chat& chat, const MembershipChange& change) {
  const auto& record = chat.record;
  const bool unread =
      std::any_of(change.returning.begin(), change.returning.end(),
                  [&](const wire::RejoinProof& proof) { return proof.cursor <= record.gap_last; });
  if (record.gap_first > record.gap_last || !unread) return {};
  return tell_gap_once(step, chat, record.gap_last + 1);
}

}  // namespace

Result<std::uint64_t> common_with(Step& step, Chat& chat, std::uint64_t seq, std::uint64_t cursor,
                                  const wire::LogHash& cursor_hash) {
  TERN_ASSIGN(const auto hash, chat.hashes.at(step.rows, chat.row, cursor));
  const bool differs = hash && !cursor_hash.is_zero() && *hash != cursor_hash;
  if (cursor < seq && !differs) return cursor;
  const auto there = std::min(cursor, seq);
  return there - std::min(there, hashes_kept);
}

Result<void> receive(Step& step, Chat& chat, std::uint64_t seq, ByteSpan payload) {
  const auto request = wire::decode_rejoin_request(payload);
  if (!request) {
    step.problem(chat.id(), request.error().errc(), "a request to rejoin that does not parse");
    return {};
  }
  // From before it was let in again, or a relay hands it back: nobody answers themselves, and the
  // row is that of the request that this device asks with now.
  if (is_mine(step, request->device)) return {};
  TERN_ASSIGN(const auto before, load(step, chat, request->device));
  auto checked = check(step, chat, *request);
  if (checked && is_outdated(before, *checked))
    checked = Error(Errc::rejoin_refused, "a request to rejoin that is older than the one before");
  if (!checked) {
    if (is_storage(checked.error().errc())) return checked.error();
    step.problem(chat.id(), checked.error().errc(), checked.error().message());
    return {};
  }
  Request kept;
  kept.device = request->device;
  TERN_ASSIGN(kept.cursor, common_with(step, chat, seq, request->cursor, request->cursor_hash));
  kept.seen_ms = step.now.wall_ms;
  kept.nonce = request->nonce;
  kept.leaf_time = *checked;
  kept.payload = to_bytes(payload);
  TERN_TRY(store(step, chat, kept));
  if (!before || !before->waiting) ++step.edit(chat).rejoins_waiting;
  // Then nobody waits for others.
  if (was_answered_in_vain(step, before)) chat.pace.volunteer_at = step.now.mono_ms;
  step.look_at(chat);
  return {};
}

// The relay takes one request a day: who was put back to an old copy since has only this to say it.
Result<void> begins_anew(Step& step, Chat& chat, const DeviceId& device, std::uint64_t seq,
                         const wire::EntryHeader& header) {
  if (header.seen_seq == 0 || is_mine(step, device)) return {};
  TERN_ASSIGN(const auto read, common_with(step, chat, seq, header.seen_seq, header.seen_hash));
  TERN_ASSIGN(const auto before, load(step, chat, device));
  auto kept = before.value_or(Request{});
  kept.cursor = kept.waiting && before ? std::min(kept.cursor, read) : read;
  kept.device = device;
  kept.waiting = true;
  return store(step, chat, kept);
}

Result<std::vector<Asked>> waiting(Step& step, const Chat& chat) {
  std::vector<Asked> out;
  if (chat.record.rejoins_waiting == 0) return out;
  const auto own = key_of(step, chat, step.device.account.device);
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  const auto* const me = roster.find(step.device.account.device);
  TERN_TRY(step.rows.scan(
      tables::rejoins, chat.row, {}, [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
        if (std::equal(key.begin(), key.end(), own.begin(), own.end())) return Scan::next;
        TERN_ASSIGN(const auto kept, decode(value));
        if (!kept.waiting || kept.payload.empty()) return Scan::next;
        const auto decoded = wire::decode_rejoin_request(kept.payload);
        if (!decoded) return Scan::next;  // kept by another version of this program
        const auto& request = *decoded;
        if (leaves_to_others(step, chat, me, request.cursor, kept.seen_ms)) return Scan::next;
        const auto& others = request.not_by;
        if (std::find(others.begin(), others.end(), step.device.account.device) != others.end())
          return Scan::next;
        out.push_back({wire::proof_of(request), to_bytes(request.key_package), kept.leaf_time});
        return Scan::next;
      }));
  return out;
}

Result<void> give_up(Step& step, Chat& chat, const DeviceId& device) {
  TERN_ASSIGN(auto request, load(step, chat, device));
  if (!request || !request->waiting) return {};
  request->waiting = false;
  // Another may answer it yet, and then it is answered here too.
  request->nonce = {};
  auto& record = step.edit(chat);
  if (record.rejoins_waiting > 0) --record.rejoins_waiting;
  return store(step, chat, *request);
}

Result<void> members_changed(Step& step, Chat& chat, const Roster& roster,
                             const MembershipChange& change) {
  if (chat.record.rejoins_waiting == 0 && change.returning.empty()) return {};
  TERN_TRY(tell_what_is_withheld(step, chat, roster, change));
  TERN_TRY(tell_what_was_not_asked(step, chat, change));
  auto missed = Missed{UINT64_MAX, change.seq};
  for (const auto& seat : change.removed) {
    TERN_ASSIGN(const auto answered, answer(step, chat, seat.device, change));
    if (answered && roster.find(seat.device)) missed.after = std::min(missed.after, *answered);
  }
  missed.after = std::max(missed.after, roster.newest_member());
  if (roster.seats().size() > say_again_devices_max || missed.after >= missed.before) return {};
  return queue_again(step, chat, missed);
}

Result<void> say_again(Step& step, Chat& chat, const Roster& before, std::uint64_t returning_read) {
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  if (roster.seats().size() > say_again_devices_max) return {};
  // Of a log that the relay has lost the end of, own messages may stand behind the new group.
  auto missed = Missed{std::min(chat.record.delivered_to_all, returning_read), seqs_end};
  const auto own = key_of(step, chat, step.device.account.device);
  TERN_TRY(step.rows.scan(tables::rejoins, chat.row, {},
                          [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
                            if (std::equal(key.begin(), key.end(), own.begin(), own.end()))
                              return Scan::next;
                            TERN_ASSIGN(const auto request, decode(value));
                            if (request.waiting && roster.find(request.device))
                              missed.after = std::min(missed.after, request.cursor);
                            return Scan::next;
                          }));
  TERN_ASSIGN(const auto survey, Survey::load(step.rows, chat));
  for (const auto& asked : survey.asked)
    if (roster.find(asked.device)) missed.after = std::min(missed.after, asked.cursor);
  return queue_again(step, chat, meant_for_all(before, roster, missed));
}

Result<void> answer_late(Step& step, Chat& chat, const Roster& before,
                         std::uint64_t returning_read) {
  const auto& record = chat.record;
  if (record.gap_first > record.gap_last) return {};
  return say_again(step, chat, before, returning_read);
}

}  // namespace tern::client::rejoin
