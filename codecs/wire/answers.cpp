// Answers and pushes: from structures to frames and back.
#include "answers_generated.h"
#include "wire/flat_contacts.hpp"
#include "wire/flat_reader.hpp"
#include "wire/flat_writer.hpp"
#include "wire/frames.hpp"

namespace tern::wire {
Answer::Answer(const Answer& other) = default;
Answer::Answer(Answer&& other) noexcept = default;
Answer& Answer::operator=(const Answer& other) = default;
Answer& Answer::operator=(Answer&& other) noexcept = default;
Answer::~Answer() = default;

namespace {

// ---- writing --------------------------------------------------------------------------------

Offset<fb::LogHead> flat_head(FlatBuilder& b, const LogHead& head) {
  const auto log = flat(head.log);
  return fb::CreateLogHead(b, &log, head.head, head.base, head.first_kept, head.generation,
                           head.member, head.hash_matches, head.joined);
}

Offset<fb::Resumed> flat_member(FlatBuilder& b, const Resumed& a) {
  return fb::CreateResumed(b, a.version, a.store_counter, a.registered, a.key_packages_left,
                           flat_list<fb::LogHead>(b, a.logs, flat_head));
}

Offset<fb::Registered> flat_member(FlatBuilder& b, const Registered& a) {
  const auto device = flat(a.device);
  return fb::CreateRegistered(b, &device);
}

Offset<fb::KeyPackagesPublished> flat_member(FlatBuilder& b, const KeyPackagesPublished& a) {
  return fb::CreateKeyPackagesPublished(b, a.left);
}

Offset<fb::Claimed> flat_member(FlatBuilder& b, const Claimed& a) {
  const auto device_lists = flat_blobs(b, a.device_lists);
  const auto devices = flat_list<fb::ClaimedDevice>(
      b, a.devices, [](FlatBuilder& inner, const ClaimedDevice& claimed) {
        const auto key_package = flat_bytes(inner, claimed.key_package);
        const auto account = flat(claimed.account);
        const auto device = flat(claimed.device);
        return fb::CreateClaimedDevice(inner, &account, &device, key_package);
      });
  return fb::CreateClaimed(b, device_lists, devices);
}

Offset<fb::Appended> flat_member(FlatBuilder& b, const Appended& a) {
  const auto hash = flat(a.hash);
  return fb::CreateAppended(b, a.first_seq, a.head, a.base, flat_ids(b, a.inbox_full),
                            a.hash.is_zero() ? nullptr : &hash, a.seal);
}

Offset<fb::Entries> flat_member(FlatBuilder& b, const Entries& a) {
  const auto entries = flat_list<fb::Entry>(b, a.entries, flat_entry);
  const auto log = flat(a.log);
  const auto first_seq = a.entries.empty() ? 0 : a.entries.front().seq;
  return fb::CreateEntries(b, &log, first_seq, entries, a.head, a.seal);
}

Offset<fb::BlobStored> flat_member(FlatBuilder& b, const BlobStored& a) {
  return fb::CreateBlobStored(b, a.chunks, a.complete);
}

Offset<fb::BlobChunk> flat_member(FlatBuilder& b, const BlobChunk& a) {
  return fb::CreateBlobChunk(b, a.chunk, flat_bytes(b, a.payload));
}

Offset<fb::Members> flat_member(FlatBuilder& b, const Members& a) {
  return fb::CreateMembers(b, flat_ids(b, a.devices));
}

Offset<fb::Done> flat_member(FlatBuilder& b, const Done&) { return fb::CreateDone(b); }

Offset<fb::Refused> flat_member(FlatBuilder& b, const Refused& a) {
  return fb::CreateRefused(b, static_cast<std::uint16_t>(a.code), a.retry_after_ms, a.base, a.head,
                           a.limit);
}

Offset<fb::SignalPush> flat_member(FlatBuilder& b, const SignalPush& push) {
  const auto payload = flat_bytes(b, push.payload);
  const auto log = flat(push.log);
  const auto from = flat(push.from);
  return fb::CreateSignalPush(b, &log, &from, payload);
}

Offset<fb::Notice> flat_member(FlatBuilder& b, const Notice& push) {
  const Offset<fb::LogHead> log = push.log.log.is_zero() ? 0 : flat_head(b, push.log);
  Offset<fb::BlobHead> blob;
  if (push.what == Notice::What::blob_advanced) {
    const auto owner = flat(push.blob.owner);
    const auto address = flat(push.blob.address);
    blob = fb::CreateBlobHead(b, &owner, &address, push.blob.chunks);
  }
  return fb::CreateNotice(b, static_cast<std::uint8_t>(push.what), log, push.key_packages_left,
                          blob);
}

template <class Table>
fb::Answer answer_tag(Offset<Table>) {
  return fb::AnswerTraits<Table>::enum_value;
}
template <class Table>
fb::Push push_tag(Offset<Table>) {
  return fb::PushTraits<Table>::enum_value;
}

template <class Union>
std::size_t room_for(const Union& member) {
  if (const auto* entries = std::get_if<Entries>(&member)) return flat_room(entries->entries);
  if constexpr (std::is_same_v<Union, Answer>) {
    if (const auto* chunk = std::get_if<BlobChunk>(&member))
      return chunk->payload.size() + frame_overhead_bytes;
    if (const auto bytes = contact_bytes(member)) return bytes + frame_overhead_bytes;
  }
  return 1024;
}

// ---- reading --------------------------------------------------------------------------------

constexpr Limit resumed_limit{"logs resumed", limits::resume_logs_max, Errc::too_long};
constexpr Limit lists_limit{"device lists claimed", limits::claim_devices_max, Errc::too_long};
constexpr Limit claimed_limit{"devices claimed", limits::claim_devices_max, Errc::too_long};
constexpr Limit full_limit{"devices with a full inbox", limits::chat_devices_max,
                           Errc::chat_too_large};
constexpr Limit members_limit{"members of a log", limits::chat_devices_max, Errc::chat_too_large};
constexpr Limit answered_limit{"entries in an answer", limits::batch_entries_max,
                               Errc::batch_too_large};

LogHead head_from(FlatReader&, const fb::LogHead& from) {
  return {.log = fixed_from<LogId>(*from.log()),
          .head = from.head(),
          .base = from.base(),
          .first_kept = from.first_kept(),
          .generation = from.generation(),
          .member = from.member(),
          .hash_matches = from.hash_matches(),
          .joined = from.joined()};
}

Result<Resumed> member_from(FlatReader& reader, const fb::Resumed& from) {
  Resumed out{.version = from.version(),
              .store_counter = from.store_counter(),
              .registered = from.registered(),
              .key_packages_left = from.key_packages_left()};
  TERN_ASSIGN(out.logs, list_from<LogHead>(reader, from.logs(), resumed_limit, head_from));
  return out;
}

Result<Registered> member_from(FlatReader&, const fb::Registered& from) {
  return Registered{fixed_from<DeviceId>(*from.device())};
}

Result<KeyPackagesPublished> member_from(FlatReader&, const fb::KeyPackagesPublished& from) {
  return KeyPackagesPublished{from.left()};
}

ClaimedDevice claimed_from(FlatReader& reader, const fb::ClaimedDevice& from) {
  return {fixed_from<AccountId>(*from.account()), fixed_from<DeviceId>(*from.device()),
          reader.bytes(from.key_package())};
}

Result<Claimed> member_from(FlatReader& reader, const fb::Claimed& from) {
  Claimed out;
  TERN_ASSIGN(out.device_lists,
              list_from<ByteSpan>(reader, from.device_lists(), lists_limit, blob_from));
  TERN_ASSIGN(out.devices,
              list_from<ClaimedDevice>(reader, from.devices(), claimed_limit, claimed_from));
  return out;
}

Result<Appended> member_from(FlatReader& reader, const fb::Appended& from) {
  Appended out{.first_seq = from.first_seq(),
               .head = from.head(),
               .base = from.base(),
               .inbox_full = {},
               .hash = fixed_or_zero<LogHash>(from.hash()),
               .seal = from.seal()};
  TERN_ASSIGN(out.inbox_full, ids_from<DeviceId>(reader, from.inbox_full(), full_limit));
  return out;
}

Result<Entries> member_from(FlatReader& reader, const fb::Entries& from) {
  Entries out{.log = fixed_from<LogId>(*from.log()),
              .entries = {},
              .head = from.head(),
              .seal = from.seal()};
  TERN_ASSIGN(out.entries, list_from<Entry>(reader, from.entries(), answered_limit, entry_from));
  const auto first = from.first_seq();
  const auto after = first + out.entries.size();
  if (!out.entries.empty() && (first == 0 || after < first))
    return Error(Errc::frame_malformed, "no log has a seq " + std::to_string(first));
  for (std::size_t i = 0; i < out.entries.size(); ++i) out.entries[i].seq = first + i;
  return out;
}

Result<BlobStored> member_from(FlatReader&, const fb::BlobStored& from) {
  return BlobStored{from.chunks(), from.complete()};
}

Result<BlobChunk> member_from(FlatReader& reader, const fb::BlobChunk& from) {
  BlobChunk out{from.chunk(), reader.bytes(from.payload())};
  if (out.payload.size() > chunk_limit.max) return over_limit(chunk_limit, out.payload.size());
  return out;
}

Result<Members> member_from(FlatReader& reader, const fb::Members& from) {
  Members out;
  TERN_ASSIGN(out.devices, ids_from<DeviceId>(reader, from.devices(), members_limit));
  return out;
}

Result<Done> member_from(FlatReader&, const fb::Done&) { return Done{}; }

Result<Refused> member_from(FlatReader&, const fb::Refused& from) {
  const auto code = static_cast<Errc>(from.code());
  return Refused{// A newer relay's reason is a reason that this build cannot act upon.
                 .code = name(code) == "unknown" ? Errc::frame_unsupported : code,
                 .retry_after_ms = from.retry_after_ms(),
                 .base = from.base(),
                 .head = from.head(),
                 .limit = from.limit()};
}

Result<SignalPush> member_from(FlatReader& reader, const fb::SignalPush& from) {
  SignalPush out{.log = fixed_from<LogId>(*from.log()),
                 .from = fixed_from<DeviceId>(*from.from()),
                 .payload = reader.bytes(from.payload())};
  if (out.payload.size() > signal_limit.max) return over_limit(signal_limit, out.payload.size());
  return out;
}

bool known_notice(std::uint8_t what) {
  return what >= static_cast<std::uint8_t>(Notice::What::log_advanced) &&
         what <= static_cast<std::uint8_t>(Notice::What::blob_advanced);
}

Result<Notice> member_from(FlatReader& reader, const fb::Notice& from) {
  Notice out{.what = static_cast<Notice::What>(from.what()),
             .log = from.log() ? head_from(reader, *from.log()) : LogHead{},
             .key_packages_left = from.key_packages_left()};
  if (const auto* blob = from.blob())
    out.blob = {fixed_from<AccountId>(*blob->owner()), fixed_from<BlobAddress>(*blob->address()),
                blob->chunks()};
  return out;
}

/// The member that the tag names, which a hostile frame may leave out.
template <class Out, class Table>
Result<Out> body_from(FlatReader& reader, const Table* table) {
  if (!table) return Error(Errc::frame_malformed, "an answer or push without its body");
  TERN_ASSIGN(auto body, member_from(reader, *table));
  return Out(std::move(body));
}

Result<Answer> answer_from(FlatReader& reader, const fb::ServerFrame& frame) {
  const auto body = [&](const auto* table) { return body_from<Answer>(reader, table); };
  switch (frame.answer_type()) {
    case fb::Answer::Resumed:
      return body(frame.answer_as_Resumed());
    case fb::Answer::Registered:
      return body(frame.answer_as_Registered());
    case fb::Answer::KeyPackagesPublished:
      return body(frame.answer_as_KeyPackagesPublished());
    case fb::Answer::Claimed:
      return body(frame.answer_as_Claimed());
    case fb::Answer::Appended:
      return body(frame.answer_as_Appended());
    case fb::Answer::Entries:
      return body(frame.answer_as_Entries());
    case fb::Answer::Done:
      return body(frame.answer_as_Done());
    case fb::Answer::Refused:
      return body(frame.answer_as_Refused());
    case fb::Answer::BlobStored:
      return body(frame.answer_as_BlobStored());
    case fb::Answer::BlobChunk:
      return body(frame.answer_as_BlobChunk());
    case fb::Answer::WorkWanted:
      return body(frame.answer_as_WorkWanted());
    case fb::Answer::CodeSent:
      return body(frame.answer_as_CodeSent());
    case fb::Answer::Evaluated:
      return body(frame.answer_as_Evaluated());
    case fb::Answer::DirectoryHead:
      return body(frame.answer_as_DirectoryHead());
    case fb::Answer::Segments:
      return body(frame.answer_as_Segments());
    case fb::Answer::Changes:
      return body(frame.answer_as_Changes());
    case fb::Answer::Records:
      return body(frame.answer_as_Records());
    case fb::Answer::Members:
      return body(frame.answer_as_Members());
    case fb::Answer::NONE:
      break;
  }
  return Answer(Refused{.code = Errc::frame_unsupported});
}

/// nullopt: of a newer version.
Result<std::optional<Push>> push_from(FlatReader& reader, const fb::ServerFrame& frame) {
  const auto body = [&](const auto* table) {
    return body_from<std::optional<Push>>(reader, table);
  };
  switch (frame.push_type()) {
    case fb::Push::Entries:
      return body(frame.push_as_Entries());
    case fb::Push::SignalPush:
      return body(frame.push_as_SignalPush());
    case fb::Push::Notice: {
      const auto* notice = frame.push_as_Notice();
      if (notice && !known_notice(notice->what())) return std::optional<Push>();
      return body(notice);
    }
    case fb::Push::NONE:
      break;
  }
  return std::optional<Push>();
}

}  // namespace

Bytes encode(const AnswerFrame& frame) {
  FlatBuilder builder(room_for(frame.answer));
  const auto root = std::visit(
      [&](const auto& answer) {
        const auto body = flat_member(builder, answer);
        return fb::CreateServerFrame(builder, frame.id, answer_tag(body), body.Union());
      },
      frame.answer);
  builder.Finish(root);
  return flat_take(builder);
}

Bytes encode(const Push& push) {
  FlatBuilder builder(room_for(push));
  const auto root = std::visit(
      [&](const auto& member) {
        const auto body = flat_member(builder, member);
        return fb::CreateServerFrame(builder, 0, fb::Answer::NONE, 0, push_tag(body), body.Union());
      },
      push);
  builder.Finish(root);
  return flat_take(builder);
}

Result<std::optional<ServerFrame>> decode_server_frame(ByteSpan bytes) {
  if (bytes.size() > frame_limit.max) return over_limit(frame_limit, bytes.size());
  FlatReader reader(bytes);
  const auto* frame = reader.root<fb::ServerFrame>();
  if (!frame) return Errc::frame_malformed;
  const bool is_answer = frame->answer_type() != fb::Answer::NONE;
  if (is_answer == (frame->push_type() != fb::Push::NONE))
    return Error(Errc::frame_malformed, "a frame is one answer or one push");

  std::optional<ServerFrame> out;
  if (is_answer) {
    TERN_ASSIGN(Answer answer, answer_from(reader, *frame));
    out = AnswerFrame{frame->id(), std::move(answer)};
  } else {
    TERN_ASSIGN(std::optional<Push> push, push_from(reader, *frame));
    if (push) out = std::move(*push);
  }
  if (reader.claims_bytes_twice()) return Error(Errc::frame_malformed, "bytes are claimed twice");
  return out;
}

}  // namespace tern::wire
