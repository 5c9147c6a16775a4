// Requests: from structures to frames and back.
#include "requests_generated.h"
#include "wire/flat_contacts.hpp"
#include "wire/flat_reader.hpp"
#include "wire/flat_writer.hpp"
#include "wire/frames.hpp"

namespace tern::wire {
Request::Request(const Request& other) = default;
Request::Request(Request&& other) noexcept = default;
Request& Request::operator=(const Request& other) = default;
Request& Request::operator=(Request&& other) noexcept = default;
Request::~Request() = default;

namespace {

// ---- writing --------------------------------------------------------------------------------

Offset<fb::Resume> flat_request(FlatBuilder& b, const Resume& r) {
  return fb::CreateResume(b, r.version, r.store_counter, flat_positions(b, r.logs));
}

Offset<fb::Register> flat_request(FlatBuilder& b, const Register& r) {
  const auto certificate = flat_required_bytes(b, r.certificate);
  const auto device_list = flat_required_bytes(b, r.device_list);
  return fb::CreateRegister(b, certificate, device_list, flat_bytes(b, r.proof));
}

Offset<fb::PublishKeyPackages> flat_request(FlatBuilder& b, const PublishKeyPackages& r) {
  const auto single_use = flat_blobs(b, r.single_use);
  return fb::CreatePublishKeyPackages(b, single_use, flat_bytes(b, r.last_resort), r.replace);
}

Offset<fb::ClaimKeyPackages> flat_request(FlatBuilder& b, const ClaimKeyPackages& r) {
  const auto accounts = flat_ids(b, r.accounts);
  return fb::CreateClaimKeyPackages(b, accounts, flat_ids(b, r.devices));
}

Offset<fb::Welcomes> flat_welcomes(FlatBuilder& b, const Welcomes& welcomes) {
  const auto group_info = flat_bytes(b, welcomes.group_info);
  const auto devices = flat_list<fb::WelcomeFor>(
      b, welcomes.devices, [](FlatBuilder& inner, const WelcomeFor& welcome) {
        const auto secrets = flat_bytes(inner, welcome.group_secrets);
        const auto device = flat(welcome.device);
        return fb::CreateWelcomeFor(inner, &device, secrets);
      });
  return fb::CreateWelcomes(b, welcomes.entry_index, group_info, devices);
}

Offset<fb::CreateLog> flat_request(FlatBuilder& b, const CreateLog& r) {
  const auto first = flat_entry(b, r.first);
  const auto welcomes = flat_welcomes(b, r.welcomes);
  const auto log = flat(r.log);
  const auto pair =
      r.pair ? fb::AccountPair(flat(r.pair->first), flat(r.pair->second)) : fb::AccountPair();
  return fb::CreateCreateLog(b, &log, r.pair ? &pair : nullptr, first, welcomes);
}

Offset<fb::Append> flat_request(FlatBuilder& b, const Append& r) {
  const auto entries = flat_list<fb::Entry>(b, r.entries, flat_entry);
  const auto welcomes = flat_list<fb::Welcomes>(b, r.welcomes, flat_welcomes);
  const auto log = flat(r.log);
  return fb::CreateAppend(b, &log, r.base, entries, welcomes, r.store_counter);
}

Offset<fb::Read> flat_request(FlatBuilder& b, const Read& r) {
  const auto log = flat(r.log);
  return fb::CreateRead(b, &log, r.from, r.entries_max, r.whole);
}

Offset<fb::Ack> flat_request(FlatBuilder& b, const Ack& r) {
  return fb::CreateAck(b, flat_positions(b, r.logs), r.store_counter);
}

Offset<fb::Reserve> flat_request(FlatBuilder& b, const Reserve& r) {
  const auto log = flat(r.log);
  return fb::CreateReserve(b, &log);
}

Offset<fb::Signal> flat_request(FlatBuilder& b, const Signal& r) {
  const auto payload = flat_bytes(b, r.payload);
  const auto log = flat(r.log);
  return fb::CreateSignal(b, &log, payload);
}

Offset<fb::ReportHead> flat_request(FlatBuilder& b, const ReportHead& r) {
  const auto log = flat(r.log);
  const auto hash = flat(r.head.hash);
  const auto base_hash = flat(r.head.base_hash);
  return fb::CreateReportHead(b, &log, r.head.seq, &hash, r.head.base, r.head.generation,
                              r.head.seal, &base_hash);
}

Offset<fb::ReadMembers> flat_request(FlatBuilder& b, const ReadMembers& r) {
  const auto log = flat(r.log);
  return fb::CreateReadMembers(b, &log);
}

Offset<fb::Ping> flat_request(FlatBuilder& b, const Ping&) { return fb::CreatePing(b); }

Offset<fb::PutBlob> flat_request(FlatBuilder& b, const PutBlob& r) {
  const auto payload = flat_bytes(b, r.payload);
  const auto address = flat(r.address);
  return fb::CreatePutBlob(b, &address, r.bytes, r.chunk, payload);
}

Offset<fb::GetBlob> flat_request(FlatBuilder& b, const GetBlob& r) {
  const auto owner = flat(r.owner);
  const auto address = flat(r.address);
  return fb::CreateGetBlob(b, &owner, &address, r.chunk);
}

template <class Table>
fb::Request tag_of(Offset<Table>) {
  return fb::RequestTraits<Table>::enum_value;
}

std::size_t room_for(const Request& request) {
  if (const auto* append = std::get_if<Append>(&request)) return flat_room(append->entries);
  const auto* put = std::get_if<PutBlob>(&request);
  return put ? put->payload.size() + frame_overhead_bytes : 1024;
}

// ---- reading --------------------------------------------------------------------------------

constexpr Limit resume_limit{"logs to resume", limits::resume_logs_max, Errc::too_long};
constexpr Limit ack_limit{"logs to acknowledge", limits::resume_logs_max, Errc::too_long};
constexpr Limit publish_limit{"key packages to publish", limits::key_packages_published,
                              Errc::too_long};
constexpr Limit accounts_limit{"accounts to claim for", limits::claim_devices_max, Errc::too_long};
constexpr Limit devices_limit{"devices to claim for", limits::claim_devices_max, Errc::too_long};
constexpr Limit appended_limit{"entries in an append", limits::batch_entries_max,
                               Errc::batch_too_large};
constexpr Limit append_limit{"bytes in an append", limits::batch_bytes_max, Errc::batch_too_large};
constexpr Limit commits_limit{"commits with Welcomes in an append", limits::batch_entries_max,
                              Errc::batch_too_large};
constexpr Limit welcomes_limit{"devices with a Welcome", limits::chat_devices_max,
                               Errc::chat_too_large};

Result<Request> request_from(FlatReader& reader, const fb::Resume& from) {
  Resume out{.version = from.version(), .store_counter = from.store_counter()};
  TERN_ASSIGN(out.logs, list_from<LogPosition>(reader, from.logs(), resume_limit, position_from));
  return Request(std::move(out));
}

Result<Request> request_from(FlatReader& reader, const fb::Register& from) {
  return Request(Register{.certificate = reader.bytes(from.certificate()),
                          .device_list = reader.bytes(from.device_list()),
                          .proof = reader.bytes(from.proof())});
}

Result<Request> request_from(FlatReader& reader, const fb::PublishKeyPackages& from) {
  PublishKeyPackages out{.last_resort = reader.bytes(from.last_resort()),
                         .replace = from.replace()};
  TERN_ASSIGN(out.single_use,
              list_from<ByteSpan>(reader, from.single_use(), publish_limit, blob_from));
  return Request(std::move(out));
}

Result<Request> request_from(FlatReader& reader, const fb::ClaimKeyPackages& from) {
  ClaimKeyPackages out;
  TERN_ASSIGN(out.accounts, ids_from<AccountId>(reader, from.accounts(), accounts_limit));
  TERN_ASSIGN(out.devices, ids_from<DeviceId>(reader, from.devices(), devices_limit));
  return Request(std::move(out));
}

WelcomeFor welcome_from(FlatReader& reader, const fb::WelcomeFor& from) {
  return {fixed_from<DeviceId>(*from.device()), reader.bytes(from.group_secrets())};
}

Result<Welcomes> welcomes_from(FlatReader& reader, const fb::Welcomes& from) {
  Welcomes out{.entry_index = from.entry_index(), .group_info = reader.bytes(from.group_info())};
  TERN_ASSIGN(out.devices,
              list_from<WelcomeFor>(reader, from.devices(), welcomes_limit, welcome_from));
  return out;
}

// A Welcome without its commit would let its device into a group that never was.
Result<void> check_index(const Welcomes& welcomes, std::size_t entries) {
  if (welcomes.entry_index < entries) return {};
  return Error(Errc::frame_malformed, "Welcomes for an entry that is not in the request");
}

/// An entry on its way to the relay: it has no seq yet, and is nobody's own.
Result<Entry> new_entry_from(FlatReader& reader, const fb::Entry& from) {
  TERN_ASSIGN(Entry out, entry_from(reader, from));
  if (out.own) return Error(Errc::frame_malformed, "an entry to append is marked as read back");
  if (out.payload.size() > payload_limit.max) return over_limit(payload_limit, out.payload.size());
  return out;
}

Result<Request> request_from(FlatReader& reader, const fb::CreateLog& from) {
  CreateLog out{.log = fixed_from<LogId>(*from.log())};
  if (const auto* pair = from.pair())
    out.pair = {fixed_from<AccountId>(pair->first()), fixed_from<AccountId>(pair->second())};
  TERN_ASSIGN(out.first, new_entry_from(reader, *from.first()));
  if (const auto* welcomes = from.welcomes()) {
    TERN_ASSIGN(out.welcomes, welcomes_from(reader, *welcomes));
    TERN_TRY(check_index(out.welcomes, 1));
  }
  return Request(std::move(out));
}

Result<Request> request_from(FlatReader& reader, const fb::Append& from) {
  Append out{.log = fixed_from<LogId>(*from.log()),
             .base = from.base(),
             .store_counter = from.store_counter()};
  TERN_ASSIGN(out.entries,
              list_from<Entry>(reader, from.entries(), appended_limit, new_entry_from));
  std::size_t payload_bytes = 0;
  for (const Entry& entry : out.entries) payload_bytes += entry.payload.size();
  if (payload_bytes > append_limit.max) return over_limit(append_limit, payload_bytes);
  TERN_ASSIGN(out.welcomes,
              list_from<Welcomes>(reader, from.welcomes(), commits_limit, welcomes_from));
  for (const Welcomes& welcomes : out.welcomes) TERN_TRY(check_index(welcomes, out.entries.size()));
  return Request(std::move(out));
}

Result<Request> request_from(FlatReader&, const fb::Read& from) {
  return Request(Read{.log = fixed_from<LogId>(*from.log()),
                      .from = from.from(),
                      .entries_max = from.entries_max(),
                      .whole = from.whole()});
}

Result<Request> request_from(FlatReader& reader, const fb::Ack& from) {
  Ack out{.store_counter = from.store_counter()};
  TERN_ASSIGN(out.logs, list_from<LogPosition>(reader, from.logs(), ack_limit, position_from));
  return Request(std::move(out));
}

Result<Request> request_from(FlatReader&, const fb::Reserve& from) {
  return Request(Reserve{.log = fixed_from<LogId>(*from.log())});
}

Result<Request> request_from(FlatReader& reader, const fb::Signal& from) {
  Signal out{.log = fixed_from<LogId>(*from.log()), .payload = reader.bytes(from.payload())};
  if (out.payload.size() > signal_limit.max) return over_limit(signal_limit, out.payload.size());
  return Request(out);
}

Result<Request> request_from(FlatReader&, const fb::ReportHead& from) {
  return Request(ReportHead{.log = fixed_from<LogId>(*from.log()),
                            .head = {.seq = from.seq(),
                                     .hash = fixed_from<LogHash>(*from.hash()),
                                     .base = from.base(),
                                     .base_hash = fixed_from<LogHash>(*from.base_hash()),
                                     .generation = from.generation(),
                                     .seal = from.seal()}});
}

Result<Request> request_from(FlatReader&, const fb::ReadMembers& from) {
  return Request(ReadMembers{fixed_from<LogId>(*from.log())});
}

Result<Request> request_from(FlatReader&, const fb::Ping&) { return Request(Ping{}); }

Result<Request> request_from(FlatReader& reader, const fb::PutBlob& from) {
  PutBlob out{.address = fixed_from<BlobAddress>(*from.address()),
              .bytes = from.bytes(),
              .chunk = from.chunk(),
              .payload = reader.bytes(from.payload())};
  if (out.bytes > limits::blob_bytes_max) return over_limit(blob_limit, out.bytes);
  if (out.payload.size() > chunk_limit.max) return over_limit(chunk_limit, out.payload.size());
  return Request(out);
}

Result<Request> request_from(FlatReader&, const fb::GetBlob& from) {
  return Request(GetBlob{.owner = fixed_from<AccountId>(*from.owner()),
                         .address = fixed_from<BlobAddress>(*from.address()),
                         .chunk = from.chunk()});
}

/// The member that the tag names, which a hostile frame may leave out.
template <class Table>
Result<Request> member_from(FlatReader& reader, const fb::RequestFrame& frame) {
  const auto* table = frame.request_as<Table>();
  if (!table) return Error(Errc::frame_malformed, "a request without its body");
  return request_from(reader, *table);
}

Result<Request> known_request_from(FlatReader& reader, const fb::RequestFrame& frame) {
  switch (frame.request_type()) {
    case fb::Request::Resume:
      return member_from<fb::Resume>(reader, frame);
    case fb::Request::Register:
      return member_from<fb::Register>(reader, frame);
    case fb::Request::PublishKeyPackages:
      return member_from<fb::PublishKeyPackages>(reader, frame);
    case fb::Request::ClaimKeyPackages:
      return member_from<fb::ClaimKeyPackages>(reader, frame);
    case fb::Request::CreateLog:
      return member_from<fb::CreateLog>(reader, frame);
    case fb::Request::Append:
      return member_from<fb::Append>(reader, frame);
    case fb::Request::Read:
      return member_from<fb::Read>(reader, frame);
    case fb::Request::Ack:
      return member_from<fb::Ack>(reader, frame);
    case fb::Request::Reserve:
      return member_from<fb::Reserve>(reader, frame);
    case fb::Request::Signal:
      return member_from<fb::Signal>(reader, frame);
    case fb::Request::Ping:
      return member_from<fb::Ping>(reader, frame);
    case fb::Request::PutBlob:
      return member_from<fb::PutBlob>(reader, frame);
    case fb::Request::GetBlob:
      return member_from<fb::GetBlob>(reader, frame);
    case fb::Request::RequestCode:
      return member_from<fb::RequestCode>(reader, frame);
    case fb::Request::Confirm:
      return member_from<fb::Confirm>(reader, frame);
    case fb::Request::SetPin:
      return member_from<fb::SetPin>(reader, frame);
    case fb::Request::DeleteAccount:
      return member_from<fb::DeleteAccount>(reader, frame);
    case fb::Request::OprfEvaluate:
      return member_from<fb::OprfEvaluate>(reader, frame);
    case fb::Request::GetDirectory:
      return member_from<fb::GetDirectory>(reader, frame);
    case fb::Request::GetSegments:
      return member_from<fb::GetSegments>(reader, frame);
    case fb::Request::GetChanges:
      return member_from<fb::GetChanges>(reader, frame);
    case fb::Request::Lookup:
      return member_from<fb::Lookup>(reader, frame);
    case fb::Request::ReportHead:
      return member_from<fb::ReportHead>(reader, frame);
    case fb::Request::ReadMembers:
      return member_from<fb::ReadMembers>(reader, frame);
    case fb::Request::NONE:
      break;
  }
  return Error(Errc::frame_malformed, "a frame without a request");
}

}  // namespace

Bytes encode(const RequestFrame& frame) {
  FlatBuilder builder(room_for(frame.request));
  const auto root = std::visit(
      [&](const auto& request) {
        const auto body = flat_request(builder, request);
        return fb::CreateRequestFrame(builder, frame.id, tag_of(body), body.Union());
      },
      frame.request);
  builder.Finish(root);
  return flat_take(builder);
}

Result<std::variant<RequestFrame, UnsupportedRequest>> decode_request(ByteSpan bytes) {
  using Decoded = std::variant<RequestFrame, UnsupportedRequest>;
  if (bytes.size() > frame_limit.max) return over_limit(frame_limit, bytes.size());
  FlatReader reader(bytes);
  const auto* frame = reader.root<fb::RequestFrame>();
  if (!frame) return Errc::frame_malformed;
  if (frame->request_type() > fb::Request::MAX) return Decoded(UnsupportedRequest{frame->id()});
  TERN_ASSIGN(Request request, known_request_from(reader, *frame));
  if (reader.claims_bytes_twice()) return Error(Errc::frame_malformed, "bytes are claimed twice");
  return Decoded(RequestFrame{frame->id(), std::move(request)});
}

std::optional<std::uint32_t> request_id(ByteSpan bytes) {
  if (bytes.size() > frame_limit.max) return std::nullopt;
  const FlatReader reader(bytes);
  const auto* frame = reader.root<fb::RequestFrame>();
  if (!frame) return std::nullopt;
  return frame->id();
}

}  // namespace tern::wire
