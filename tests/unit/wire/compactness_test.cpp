#include <catch2/catch.hpp>

#include "wire/content.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::wire;

namespace {

LogId some_log() { return *LogId::from(Bytes(16, 0xc4)); }

/// `count` entries with nothing left at its default.
std::vector<Entry> entries_of(std::size_t count, ByteSpan payload) {
  std::vector<Entry> out(count);
  for (std::size_t i = 0; i < count; ++i)
    out[i] = {.seq = 1'000'000 + i,
              .id = *EntryId::from(Bytes(16, 0xee)),
              .kind = EntryKind::commit,
              .base = 999'999,
              .payload = payload};
  return out;
}

Append append_of(std::size_t count, ByteSpan payload) {
  return {.log = some_log(),
          .base = 999'999,
          .entries = entries_of(count, payload),
          .store_counter = 123'456};
}

}  // namespace

TEST_CASE("a message of 256 bytes costs at most 160 bytes of frame, each way") {
  const Bytes payload(256, 7);
  CHECK(encode(RequestFrame{77, append_of(1, payload)}).size() <= 256 + 160);
  const Entries push{.log = some_log(), .entries = entries_of(1, payload), .head = 1'000'000};
  CHECK(encode(Push(push)).size() <= 256 + 160);
}

TEST_CASE("an entry adds at most entry_overhead_bytes to a frame, whatever its length") {
  for (std::size_t length : {0, 1, 2, 3, 4, 5, 6, 7, 255, 1000}) {
    const Bytes payload(length, 7);
    const auto one = encode(RequestFrame{77, append_of(1, payload)}).size();
    const auto many = encode(RequestFrame{77, append_of(512, payload)}).size();
    CHECK(one <= frame_overhead_bytes + entry_overhead_bytes + length);
    CHECK(many - one <= 511 * (entry_overhead_bytes + length));
    CHECK(many <= frame_overhead_bytes + 512 * (entry_overhead_bytes + length));
  }
}

TEST_CASE("entries of one batch cost at most 48 bytes each beside their payload") {
  const Bytes payload(255, 7);
  const auto bytes = encode(RequestFrame{77, append_of(512, payload)}).size();
  CHECK(bytes <= frame_overhead_bytes + 512 * (48 + payload.size()));
}

TEST_CASE("a device's Welcome adds at most welcome_overhead_bytes") {
  for (std::size_t length : {0, 1, 301, 302, 303}) {
    const Bytes secrets(length, 7);
    Append append = append_of(1, secrets);
    append.welcomes = {{.entry_index = 0, .group_info = secrets, .devices = {}}};
    append.welcomes[0].devices.resize(256, {*DeviceId::from(Bytes(16, 1)), secrets});
    CHECK(encode(RequestFrame{77, append}).size() <= frame_overhead_bytes + entry_overhead_bytes +
                                                         2 * length +
                                                         256 * (welcome_overhead_bytes + length));
  }
}

TEST_CASE("a batch filled to its limit by the stated overheads fits a frame") {
  const std::size_t share = limits::batch_bytes_max / limits::batch_entries_max;
  const Bytes payload(share - entry_overhead_bytes, 7);
  const Bytes bytes = encode(RequestFrame{77, append_of(limits::batch_entries_max, payload)});
  CHECK(bytes.size() <= limits::frame_bytes_max);
  CHECK(decode_request(bytes).has_value());
}

TEST_CASE("the longest resume and its answer fit a frame") {
  const auto hash = *LogHash::from(Bytes(32, 1));
  Resume resume;
  resume.logs.resize(limits::resume_logs_max, {some_log(), ~std::uint64_t{0}, hash});
  const Bytes asked = encode(RequestFrame{1, resume});
  CHECK(asked.size() <= limits::frame_bytes_max);
  CHECK(decode_request(asked).has_value());

  Resumed resumed;
  resumed.logs.resize(limits::resume_logs_max, {some_log(), 9, 8, 7, 6, false, false});
  const Bytes answered = encode(AnswerFrame{1, resumed});
  CHECK(answered.size() <= limits::frame_bytes_max);
  CHECK(decode_server_frame(answered).has_value());
}

TEST_CASE("small frames are small") {
  CHECK(encode(RequestFrame{1, Ping{}}).size() <= 40);
  CHECK(encode(AnswerFrame{1, Done{}}).size() <= 40);
  CHECK(encode(AnswerFrame{1, Appended{.first_seq = 5, .head = 6, .base = 4}}).size() <= 80);
}

TEST_CASE("a text's content costs at most 80 bytes beside the text, a receipt 72 in all") {
  const std::string text(300, 'x');
  CHECK(encode(Content{.sent_ms = 1'700'000'000'000, .body = TextContent{.text = text}}).size() <=
        300 + 80);
  CHECK(encode(Content{.sent_ms = 1'700'000'000'000, .body = ReceiptContent{5, 5}}).size() <= 72);
}

TEST_CASE("a blob's chunk costs at most 160 bytes of frame, each way") {
  const Bytes payload(limits::blob_chunk_bytes, 7);
  const auto address = *BlobAddress::from(Bytes(32, 1));
  const PutBlob put{
      .address = address, .bytes = limits::blob_bytes_max, .chunk = 1'599, .payload = payload};
  CHECK(encode(RequestFrame{77, put}).size() <= payload.size() + 160);
  CHECK(encode(AnswerFrame{77, BlobChunk{1'599, payload}}).size() <= payload.size() + 160);
}
