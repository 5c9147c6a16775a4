#include "samples.hpp"

namespace tern::wire::test {

std::uint64_t Samples::number() {
  constexpr std::uint64_t edges[] = {0, 1, 0xff, 0xffff, 0xffffffff, ~std::uint64_t{0}};
  return coin() ? entropy_.u64() >> below(64) : edges[below(std::size(edges))];
}

ByteSpan Samples::bytes(std::size_t max) {
  Bytes out(below(max + 1));
  entropy_.fill(out);
  return kept_.emplace_back(std::move(out));
}

std::string_view Samples::as_view(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view Samples::text(std::size_t max) {
  Bytes& out = kept_.emplace_back();
  constexpr std::string_view letters[] = {"a", " ", "ß", "語", "🪶"};
  const auto length = below(max + 1);
  while (out.size() + 4 <= length) {
    const auto letter = as_bytes(letters[below(std::size(letters))]);
    out.insert(out.end(), letter.begin(), letter.end());
  }
  return as_view(out);
}

Entry Samples::entry() {
  Entry out{.id = id<EntryId>(), .base = number(), .payload = bytes(600)};
  out.kind = static_cast<EntryKind>(1 + below(7));
  return out;
}

LogPosition Samples::position() {
  return {id<LogId>(), number(), coin() ? id<LogHash>() : LogHash{}};
}

LogHead Samples::head() {
  return {.log = id<LogId>(),
          .head = number(),
          .base = number(),
          .first_kept = number(),
          .generation = number32(),
          .member = coin(),
          .hash_matches = coin(),
          .joined = number()};
}

Entries Samples::entries() {
  Entries out{.log = id<LogId>(), .entries = {}, .head = number(), .seal = number()};
  out.entries = list(5, [&] {
    Entry one = entry();
    if (coin()) {
      one.own = true;
      one.payload = {};
    }
    return one;
  });
  std::uint64_t seq = 1 + below(std::uint64_t{1} << 40);
  for (Entry& one : out.entries) one.seq = seq++;
  return out;
}

Welcomes Samples::welcomes(std::uint32_t entry_index) {
  Welcomes out{.entry_index = entry_index, .group_info = bytes(400)};
  out.devices = list(4, [&] { return WelcomeFor{id<DeviceId>(), bytes(300)}; });
  return out;
}

Append Samples::append() {
  Append out{.log = id<LogId>(), .base = number(), .store_counter = number()};
  out.entries = list(5, [&] { return entry(); });
  for (std::uint32_t i = 0; i < out.entries.size(); ++i)
    if (coin()) out.welcomes.push_back(welcomes(i));
  return out;
}

std::vector<Request> Samples::requests() {
  CreateLog create{.log = id<LogId>(), .first = entry(), .welcomes = welcomes(0)};
  if (coin()) create.pair = {id<AccountId>(), id<AccountId>()};
  return {Resume{.version = static_cast<std::uint16_t>(number()),
                 .store_counter = number(),
                 .logs = list(6, [&] { return position(); })},
          Register{bytes(300), bytes(300), bytes(64)},
          PublishKeyPackages{list(5, [&] { return bytes(400); }), bytes(400), coin()},
          ClaimKeyPackages{ids<AccountId>(5), ids<DeviceId>(5)},
          create,
          append(),
          Read{id<LogId>(), number(), number32(), coin()},
          Ack{list(6, [&] { return position(); }), number()},
          Reserve{id<LogId>()},
          Signal{id<LogId>(), bytes(100)},
          Ping{},
          PutBlob{.address = id<BlobAddress>(),
                  .bytes = below(limits::blob_bytes_max + 1),
                  .chunk = number32(),
                  .payload = bytes(300)},
          GetBlob{id<AccountId>(), id<BlobAddress>(), number32()},
          RequestCode{"+3212345678", coin() ? id<WorkChallenge>() : WorkChallenge{}, number()},
          Confirm{"+3212345678", "012345", coin() ? id<PinProof>() : PinProof{}},
          SetPin{coin() ? id<PinProof>() : PinProof{}},
          DeleteAccount{random(64)},
          OprfEvaluate{number32(), random(32 * below(5))},
          GetDirectory{},
          GetSegments{number32(), static_cast<std::uint8_t>(number())},
          GetChanges{number32(), number(), number()},
          Lookup{number32(), random(tag_bytes * below(5))},
          ReportHead{id<LogId>(),
                     {number(), id<LogHash>(), number(), id<LogHash>(), number32(), number()}},
          ReadMembers{id<LogId>()}};
}

Segments Samples::segments() {
  Segments out{.epoch = number32(), .first = static_cast<std::uint8_t>(below(250))};
  out.segments = list(4, [&] {
    return Segment{number(), bytes(100), random(directory_record_bytes * below(3))};
  });
  return out;
}

Records Samples::records() {
  Bytes counts = {0, 2, 1};
  return {number32(), kept_.emplace_back(std::move(counts)), random(3 * directory_record_bytes)};
}

std::vector<Answer> Samples::answers() {
  constexpr Errc codes[] = {Errc::stale, Errc::rate_limited, Errc::internal, Errc::rejoin_refused};
  return {Resumed{.version = static_cast<std::uint16_t>(number()),
                  .store_counter = number(),
                  .registered = coin(),
                  .key_packages_left = number32(),
                  .logs = list(6, [&] { return head(); })},
          Registered{id<DeviceId>()},
          KeyPackagesPublished{number32()},
          Claimed{list(3, [&] { return bytes(300); }),
                  list(3,
                       [&] {
                         return ClaimedDevice{id<AccountId>(), id<DeviceId>(), bytes(500)};
                       })},
          Appended{number(), number(), number(), ids<DeviceId>(3),
                   coin() ? id<LogHash>() : LogHash{}, number()},
          entries(),
          Done{},
          Refused{codes[below(std::size(codes))], number32(), number(), number(), number32()},
          BlobStored{number32(), coin()},
          BlobChunk{number32(), bytes(300)},
          WorkWanted{id<WorkChallenge>(), static_cast<std::uint8_t>(number())},
          CodeSent{number32()},
          Evaluated{number32(), random(32 * below(5)), random(64)},
          DirectoryHead{number32(), id<PublicKey>(), number(), number(), coin()},
          segments(),
          Changes{number32(), number(), number(), number(), bytes(90), bytes(90),
                  random(directory_record_bytes * below(3))},
          records(),
          Members{ids<DeviceId>(9)}};
}

std::vector<Push> Samples::pushes() {
  return {entries(), SignalPush{id<LogId>(), id<DeviceId>(), bytes(100)},
          Notice{.what = static_cast<Notice::What>(1 + below(4)),
                 .log = coin() ? head() : LogHead{},
                 .key_packages_left = number32(),
                 .blob = {}},
          Notice{.what = Notice::What::blob_advanced,
                 .log = {},
                 .blob = {id<AccountId>(), id<BlobAddress>(), number32()}}};
}

BlobRef Samples::blob_ref() {
  return {.owner = id<AccountId>(),
          .address = id<BlobAddress>(),
          .bytes = 18 + below(limits::blob_chunk_bytes - 17),
          .key = random(32),
          .header = random(24)};
}

ByteSpan Samples::random(std::size_t size) {
  Bytes& out = kept_.emplace_back(size);
  entropy_.fill(out);
  return out;
}

VoiceContent Samples::voice() {
  VoiceContent out;
  out.clip.samples = below(limits::voice_samples_max + 1);
  entropy_.fill(out.clip.waveform);
  // As many steps as the wire has.
  out.clip.loudness_lufs = static_cast<float>(below(14'001)) / 100 - 70;
  out.clip.peak = static_cast<float>(below(65'536)) / 65'535;
  entropy_.fill(out.packets_hash.bytes);
  if (coin())
    out.blob = blob_ref();
  else
    out.audio = joined("O", bytes(300));
  return out;
}

FileContent Samples::file() {
  FileContent out{.name = as_view(joined("f", as_bytes(text(limits::file_name_bytes_max - 1)))),
                  .type = text(limits::file_type_bytes_max),
                  .bytes = 0,
                  .blob = blob_ref(),
                  .picture = {}};
  out.bytes = out.blob.bytes - limits::blob_chunk_overhead_bytes;
  return out;
}

FileContent Samples::image() {
  auto out = file();
  out.picture = {number32(), number32(), bytes(300)};
  return out;
}

ByteSpan Samples::joined(std::string_view first, ByteSpan second) {
  Bytes& out = kept_.emplace_back(to_bytes(as_bytes(first)));
  out.insert(out.end(), second.begin(), second.end());
  return out;
}

std::vector<Content> Samples::contents() {
  const auto content = [&](decltype(Content::body) body) {
    Content out{.sent_ms = static_cast<std::int64_t>(number()), .body = std::move(body)};
    if (coin()) out.again = Again{id<MessageId>(), number()};
    return out;
  };
  TextContent text_content{.text = text(300)};
  if (coin()) text_content.reply_to = id<MessageId>();
  return {content(text_content),
          content(ReceiptContent{number(), number(), number32(),
                                 coin() ? id<DirectoryKeyHash>() : DirectoryKeyHash{}}),
          content(CustomContent{text(limits::custom_type_bytes_max), bytes(300)}),
          content(voice()),
          content(file()),
          content(image()),
          content(UnknownContent{static_cast<std::uint16_t>(100 + below(156))})};
}

EntryHeader Samples::entry_header() {
  EntryHeader out{.entry_id = id<EntryId>(),
                  .seen_seq = number(),
                  .seen_hash = id<LogHash>(),
                  .access = {},
                  .returning = {},
                  .answer = {},
                  .restart = {},
                  .blobs = ids<BlobAddress>(limits::entry_blobs_max)};
  out.access.mode = static_cast<AccessChange::Mode>(below(3));
  if (out.access.mode != AccessChange::Mode::none) out.access.added = ids<DeviceId>(9);
  if (out.access.mode == AccessChange::Mode::change) out.access.removed = ids<DeviceId>(9);
  if (out.access.mode != AccessChange::Mode::none)
    for (auto left = below(3); left > 0; --left)
      out.returning.push_back(proof_of(rejoin_request()));
  if (!out.returning.empty()) {
    entropy_.fill(out.answer.device_key);
    out.answer.signature = id<Signature>();
  }
  if (out.access.mode == AccessChange::Mode::set && coin())
    out.restart = {id<DeviceId>(), 1 + number32() / 2, id<Signature>()};
  return out;
}

RejoinRequest Samples::rejoin_request() {
  RejoinRequest out{.log = id<LogId>(),
                    .device = id<DeviceId>(),
                    .generation = number32(),
                    .cursor = number(),
                    .cursor_hash = id<LogHash>(),
                    .not_by = ids<DeviceId>(rejoin_not_by_max),
                    .key_package = bytes(500),
                    .signature = id<Signature>()};
  out.reason = static_cast<RejoinRequest::Reason>(1 + below(5));
  entropy_.fill(out.nonce);
  return out;
}

InboxWelcome Samples::inbox_welcome() {
  return {.log = id<LogId>(),
          .generation = number32(),
          .commit_seq = number(),
          .hash = id<LogHash>(),
          .seal = number(),
          .group_secrets = bytes(300),
          .group_info = bytes(600)};
}

DeviceCertificate Samples::device_certificate() {
  return {.account_key = id<PublicKey>(),
          .device_key = id<PublicKey>(),
          .transport_key = id<PublicKey>(),
          .list_number = number32(),
          .issued_s = static_cast<std::int64_t>(number()),
          .signature = id<Signature>()};
}

DeviceList Samples::device_list() {
  return {.account_key = id<PublicKey>(),
          .number = number32(),
          .device_keys = ids<PublicKey>(limits::devices_per_account_max),
          .signature = id<Signature>()};
}

GroupPolicy Samples::group_policy() {
  const auto who = [&] { return static_cast<GroupPolicy::Who>(1 + below(2)); };
  return {.title = text(limits::chat_title_bytes_max),
          .admins = ids<AccountId>(9),
          .one_to_one = coin(),
          .may_add = who(),
          .may_remove = who(),
          .may_rename = who()};
}

}  // namespace tern::wire::test
