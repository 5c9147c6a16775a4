// Each limit of a frame at its edge, from both sides.
#include <catch2/catch.hpp>

#include "base/try.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::wire;

namespace {

Result<void> outcome(const Request& request) {
  const Bytes bytes = encode(RequestFrame{1, request});
  TERN_TRY(decode_request(bytes));
  return {};
}

Result<void> outcome(const Answer& answer) {
  const Bytes bytes = encode(AnswerFrame{1, answer});
  TERN_TRY(decode_server_frame(bytes));
  return {};
}

Append limited_append(std::size_t entries, ByteSpan payload) {
  Append append;
  append.entries.resize(entries, {.payload = payload});
  return append;
}

}  // namespace

TEST_CASE("a frame over 1 MiB is refused before it is looked at") {
  Bytes bytes = encode(RequestFrame{1, Ping{}});
  bytes.resize(limits::frame_bytes_max);
  CHECK(decode_request(bytes).has_value());
  bytes.push_back(0);
  CHECK(decode_request(bytes).error() == Errc::frame_too_large);
  CHECK(decode_server_frame(bytes).error() == Errc::frame_too_large);
  CHECK_FALSE(request_id(bytes));
}

TEST_CASE("an entry's payload may have 256 KiB and no byte more") {
  Bytes payload(limits::entry_payload_bytes_max, 1);
  CHECK(outcome(limited_append(1, payload)).has_value());
  CHECK(outcome(CreateLog{.first = {.payload = payload}}).has_value());
  CHECK(outcome(Signal{.payload = payload}).has_value());
  CHECK(outcome(Entries{.entries = {{.seq = 1, .payload = payload}}}).has_value());
  payload.push_back(1);
  const auto refused = outcome(limited_append(1, payload));
  REQUIRE(refused.error() == Errc::entry_too_large);
  CHECK(refused.error().message().find("262145") != std::string::npos);
  CHECK(refused.error().message().find("262144") != std::string::npos);
  CHECK(outcome(CreateLog{.first = {.payload = payload}}).error() == Errc::entry_too_large);
  CHECK(outcome(Signal{.payload = payload}).error() == Errc::entry_too_large);
  CHECK(outcome(Entries{.entries = {{.seq = 1, .payload = payload}}}).error() ==
        Errc::entry_too_large);
}

TEST_CASE("a Welcome that is read may have 900 KiB and no byte more, and is not appended") {
  Bytes payload(limits::welcome_bytes_max, 1);
  const auto entries = [&payload] {
    return Entries{.entries = {{.seq = 1, .kind = EntryKind::welcome, .payload = payload}}};
  };
  CHECK(outcome(entries()).has_value());
  Append append;
  append.entries = {{.kind = EntryKind::welcome, .payload = payload}};
  CHECK(outcome(append).error() == Errc::entry_too_large);
  payload.push_back(1);
  CHECK(outcome(entries()).error() == Errc::entry_too_large);
}

TEST_CASE("an append may have 512 entries and no more") {
  CHECK(outcome(limited_append(limits::batch_entries_max, {})).has_value());
  CHECK(outcome(limited_append(limits::batch_entries_max + 1, {})).error() ==
        Errc::batch_too_large);
}

TEST_CASE("the payloads of an append may sum up to batch_bytes_max and no more") {
  const Bytes payload(limits::batch_bytes_max / 4, 1);
  Append append = limited_append(4, payload);
  CHECK(outcome(append).has_value());
  const Bytes one(1, 1);
  append.entries.push_back({.payload = one});
  CHECK(outcome(append).error() == Errc::batch_too_large);
}

TEST_CASE("an answer may have 512 entries and no more") {
  Entries entries;
  entries.entries.resize(limits::batch_entries_max);
  entries.entries[0].seq = 1;
  CHECK(outcome(entries).has_value());
  entries.entries.emplace_back();
  CHECK(outcome(entries).error() == Errc::batch_too_large);
}

TEST_CASE("8,192 logs may be resumed or acknowledged and no more") {
  Resume resume;
  resume.logs.resize(limits::resume_logs_max);
  Ack ack{.logs = resume.logs};
  Resumed resumed;
  resumed.logs.resize(limits::resume_logs_max);
  CHECK(outcome(resume).has_value());
  CHECK(outcome(ack).has_value());
  CHECK(outcome(resumed).has_value());
  resume.logs.emplace_back();
  ack.logs.emplace_back();
  resumed.logs.emplace_back();
  CHECK(outcome(resume).error() == Errc::too_long);
  CHECK(outcome(ack).error() == Errc::too_long);
  CHECK(outcome(resumed).error() == Errc::too_long);
}

TEST_CASE("key packages may be claimed for 256 accounts and devices and no more") {
  ClaimKeyPackages claim;
  claim.accounts.resize(limits::claim_devices_max);
  claim.devices.resize(limits::claim_devices_max);
  CHECK(outcome(claim).has_value());
  claim.accounts.emplace_back();
  CHECK(outcome(claim).error() == Errc::too_long);
  claim.accounts.clear();
  claim.devices.emplace_back();
  CHECK(outcome(claim).error() == Errc::too_long);
}

TEST_CASE("256 devices may come claimed and no more") {
  Claimed claimed;
  claimed.devices.resize(limits::claim_devices_max);
  claimed.device_lists.resize(limits::claim_devices_max);
  CHECK(outcome(claimed).has_value());
  claimed.devices.emplace_back();
  CHECK(outcome(claimed).error() == Errc::too_long);
  claimed.devices.clear();
  claimed.device_lists.emplace_back();
  CHECK(outcome(claimed).error() == Errc::too_long);
}

TEST_CASE("100 key packages may be published at once and no more") {
  PublishKeyPackages publish;
  publish.single_use.resize(limits::key_packages_published);
  CHECK(outcome(publish).has_value());
  publish.single_use.emplace_back();
  CHECK(outcome(publish).error() == Errc::too_long);
}

TEST_CASE("one commit may welcome 2,000 devices and no more") {
  CreateLog create;
  create.welcomes.devices.resize(limits::chat_devices_max);
  CHECK(outcome(create).has_value());
  create.welcomes.devices.emplace_back();
  CHECK(outcome(create).error() == Errc::chat_too_large);

  Appended appended;
  appended.inbox_full.resize(limits::chat_devices_max);
  CHECK(outcome(appended).has_value());
  appended.inbox_full.emplace_back();
  CHECK(outcome(appended).error() == Errc::chat_too_large);
}

TEST_CASE("a request over a limit still tells its id") {
  const Bytes bytes = encode(RequestFrame{4711, limited_append(limits::batch_entries_max + 1, {})});
  CHECK_FALSE(decode_request(bytes).has_value());
  CHECK(request_id(bytes) == 4711);
}

TEST_CASE("Welcomes must belong to an entry of the same request") {
  Append append = limited_append(2, {});
  append.welcomes = {{.entry_index = 1}};
  CHECK(outcome(append).has_value());
  append.welcomes[0].entry_index = 2;
  CHECK(outcome(append).error() == Errc::frame_malformed);
  CHECK(outcome(CreateLog{.welcomes = {.entry_index = 1}}).error() == Errc::frame_malformed);
}

TEST_CASE("a kind of entry that there is not is refused") {
  for (int kind : {0, 8, 255}) {
    Append append = limited_append(1, {});
    append.entries[0].kind = static_cast<EntryKind>(kind);
    CHECK(outcome(append).error() == Errc::frame_malformed);
  }
}

TEST_CASE("an entry to append that is marked as read back is refused") {
  Append append = limited_append(1, {});
  append.entries[0].own = true;
  CHECK(outcome(append).error() == Errc::frame_malformed);
}

TEST_CASE("seqs start at 1 and do not run over") {
  Entries entries{.entries = {{.seq = 0}}};
  CHECK(outcome(entries).error() == Errc::frame_malformed);
  entries.entries = {{.seq = ~std::uint64_t{0} - 1}};
  CHECK(outcome(entries).has_value());
  entries.entries = {{.seq = ~std::uint64_t{0}}, {}};
  CHECK(outcome(entries).error() == Errc::frame_malformed);
}

TEST_CASE("a blob may have 100 MiB and no byte more") {
  CHECK(outcome(PutBlob{.bytes = limits::blob_bytes_max}).has_value());
  for (const auto bytes : {limits::blob_bytes_max + 1, UINT64_MAX}) {
    const auto refused = outcome(PutBlob{.bytes = bytes});
    REQUIRE(refused.error() == Errc::blob_too_large);
    CHECK(refused.error().message().find(std::to_string(bytes)) != std::string::npos);
  }
}

TEST_CASE("a blob's chunk may have 64 KiB and no byte more, each way") {
  Bytes payload(limits::blob_chunk_bytes, 1);
  CHECK(outcome(PutBlob{.bytes = payload.size(), .payload = payload}).has_value());
  CHECK(outcome(BlobChunk{.payload = payload}).has_value());
  payload.push_back(1);
  CHECK(outcome(PutBlob{.bytes = payload.size(), .payload = payload}).error() ==
        Errc::blob_too_large);
  CHECK(outcome(BlobChunk{.payload = payload}).error() == Errc::blob_too_large);
}

TEST_CASE("a chunk over its limit still tells its request's id") {
  const Bytes payload(limits::blob_chunk_bytes + 1, 1);
  const Bytes bytes = encode(RequestFrame{4711, PutBlob{.payload = payload}});
  CHECK_FALSE(decode_request(bytes).has_value());
  CHECK(request_id(bytes) == 4711);
}

TEST_CASE("what is asked of the directory is bounded, and cut nowhere") {
  const Bytes bytes(64 * 1024);
  const auto first = [&](std::size_t count) { return ByteSpan(bytes).first(count); };
  CHECK(outcome(OprfEvaluate{1, first(256 * 32)}).has_value());
  CHECK(outcome(OprfEvaluate{1, first(257 * 32)}).error() == Errc::oprf_batch_invalid);
  CHECK(outcome(OprfEvaluate{1, first(33)}).error() == Errc::frame_malformed);
  CHECK(outcome(Lookup{1, first(256 * 5)}).has_value());
  CHECK(outcome(Lookup{1, first(257 * 5)}).error() == Errc::too_long);
  CHECK(outcome(Lookup{1, first(6)}).error() == Errc::frame_malformed);
  CHECK(outcome(RequestCode{"+1234567890123456", {}, 0}).error() == Errc::number_invalid);
  CHECK(outcome(Confirm{"+12345678", "12345678901234567", {}}).error() == Errc::too_long);
  CHECK(outcome(DeleteAccount{first(65)}).error() == Errc::too_long);
}

TEST_CASE("what the directory answers is bounded, and cut nowhere") {
  const Bytes bytes(64 * 1024);
  const auto first = [&](std::size_t count) { return ByteSpan(bytes).first(count); };
  CHECK(outcome(Evaluated{1, first(256 * 32), first(64)}).has_value());
  CHECK(outcome(Evaluated{1, first(257 * 32), first(64)}).error() == Errc::oprf_batch_invalid);
  CHECK(outcome(Evaluated{1, first(33), first(64)}).error() == Errc::frame_malformed);
  CHECK(outcome(Evaluated{1, first(32), first(63)}).error() == Errc::frame_malformed);
  CHECK(outcome(Evaluated{1, first(32), first(65)}).error() == Errc::frame_malformed);
  CHECK(outcome(Segments{1, 255, {Segment{1, {}, {}}}}).has_value());
  CHECK(outcome(Segments{1, 255, {Segment{1, {}, {}}, Segment{1, {}, {}}}}).error() ==
        Errc::frame_malformed);
  CHECK(outcome(Segments{1, 0, {Segment{1, {}, first(71)}}}).error() == Errc::frame_malformed);
  CHECK(outcome(Changes{1, 1, 2, 2, {}, {}, first(73)}).error() == Errc::frame_malformed);
  const Bytes counts = {1, 1};
  CHECK(outcome(Records{1, counts, first(144)}).has_value());
  CHECK(outcome(Records{1, counts, first(72)}).error() == Errc::frame_malformed);
  CHECK(outcome(Records{1, first(257), {}}).error() == Errc::too_long);
}
