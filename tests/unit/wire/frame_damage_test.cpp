// Bytes that no encoder made: cut, flipped, and built by hand to cost their reader more than they
// cost their maker.
#include <catch2/catch.hpp>

#include "describe.hpp"
#include "newer_generated.h"
#include "samples.hpp"

using namespace tern;
using namespace tern::wire;
using tern::wire::test::describe;
using tern::wire::test::Samples;

namespace {

using Builder = flatbuffers::FlatBufferBuilder;

Bytes finish(Builder& builder, fb::Request tag, flatbuffers::Offset<void> body) {
  builder.Finish(fb::CreateRequestFrame(builder, 1, tag, body));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

/// What came out, or the name of the error.
std::string read_request(ByteSpan bytes) {
  const auto decoded = decode_request(bytes);
  if (!decoded) return std::string(name(decoded.error().errc()));
  if (const auto* frame = std::get_if<RequestFrame>(&*decoded))
    return std::to_string(frame->id) + describe(frame->request).dump();
  return "unsupported";
}

std::string read_server_frame(ByteSpan bytes) {
  const auto decoded = decode_server_frame(bytes);
  if (!decoded) return std::string(name(decoded.error().errc()));
  if (!*decoded) return "ignored";
  if (const auto* answer = std::get_if<AnswerFrame>(&**decoded))
    return std::to_string(answer->id) + describe(answer->answer).dump();
  return describe(std::get<Push>(**decoded)).dump();
}

std::string read_content(ByteSpan bytes) {
  const auto decoded = decode_content(bytes);
  return decoded ? describe(*decoded).dump() : std::string(name(decoded.error().errc()));
}

/// Every proper prefix is an error, but for the few that only lose padding and read as the whole.
template <class Read>
void cut_everywhere(const Bytes& bytes, const std::string& malformed, Read read) {
  const std::string whole = read(bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    const std::string got = read(cut);
    CAPTURE(length, bytes.size());
    if (bytes.size() - length >= 8 || got != whole) CHECK(got == malformed);
  }
}

/// No single flipped bit may do more than change what is read. (The sanitizers watch the rest.)
template <class Read>
std::size_t flip_everywhere(const Bytes& bytes, Read read) {
  std::size_t refused = 0;
  Bytes flipped = bytes;
  // Every third: in three bytes each bit has had its turn.
  for (std::size_t i = 0; i < bytes.size() * 8; i += 3) {
    const auto bit = static_cast<std::uint8_t>(1u << i % 8);
    flipped[i / 8] ^= bit;
    const std::string got = read(flipped);
    refused += got == "frame_malformed" || got == "malformed";
    flipped[i / 8] ^= bit;
  }
  return refused;
}

}  // namespace

TEST_CASE("a request cut anywhere is malformed") {
  Samples samples(11);
  for (const Request& request : samples.requests())
    cut_everywhere(encode(RequestFrame{1, request}), "frame_malformed", read_request);
}

TEST_CASE("an answer or push cut anywhere is malformed") {
  Samples samples(12);
  for (const Answer& answer : samples.answers())
    cut_everywhere(encode(AnswerFrame{1, answer}), "frame_malformed", read_server_frame);
  for (const Push& push : samples.pushes())
    cut_everywhere(encode(push), "frame_malformed", read_server_frame);
}

TEST_CASE("a content cut anywhere is malformed") {
  Samples samples(13);
  for (const Content& content : samples.contents())
    cut_everywhere(encode(content), "malformed", read_content);
}

TEST_CASE("a flipped bit is read to an error or to another frame, never further") {
  Samples samples(14);
  std::size_t refused = 0;
  for (const Request& request : samples.requests())
    refused += flip_everywhere(encode(RequestFrame{1, request}), read_request);
  for (const Answer& answer : samples.answers())
    refused += flip_everywhere(encode(AnswerFrame{1, answer}), read_server_frame);
  for (const Push& push : samples.pushes())
    refused += flip_everywhere(encode(push), read_server_frame);
  for (const Content& content : samples.contents())
    refused += flip_everywhere(encode(content), read_content);
  CHECK(refused > 1000);
}

TEST_CASE("noise is not a frame") {
  Samples samples(15);
  for (int i = 0; i < 2000; ++i) {
    const ByteSpan noise = samples.bytes(200);
    CHECK(read_request(noise) == "frame_malformed");
    CHECK(read_server_frame(noise) == "frame_malformed");
  }
}

TEST_CASE("a request or answer without its body is malformed") {
  Builder request;
  CHECK(read_request(finish(request, fb::Request::Append, 0)) == "frame_malformed");
  Builder none;
  CHECK(read_request(finish(none, fb::Request::NONE, 0)) == "frame_malformed");

  Builder answer;
  answer.Finish(fb::CreateServerFrame(answer, 1, fb::Answer::Done, 0));
  CHECK(read_server_frame({answer.GetBufferPointer(), answer.GetSize()}) == "frame_malformed");
  Builder push;
  push.Finish(fb::CreateServerFrame(push, 1, fb::Answer::NONE, 0, fb::Push::Notice, 0));
  CHECK(read_server_frame({push.GetBufferPointer(), push.GetSize()}) == "frame_malformed");
}

TEST_CASE("a server's frame is an answer or a push, not both and not neither") {
  Builder both;
  const auto done = fb::CreateDone(both).Union();
  const auto notice = fb::CreateNotice(both, 1).Union();
  both.Finish(fb::CreateServerFrame(both, 1, fb::Answer::Done, done, fb::Push::Notice, notice));
  CHECK(read_server_frame({both.GetBufferPointer(), both.GetSize()}) == "frame_malformed");
  Builder neither;
  neither.Finish(fb::CreateServerFrame(neither, 1));
  CHECK(read_server_frame({neither.GetBufferPointer(), neither.GetSize()}) == "frame_malformed");
}

TEST_CASE("a required id that is missing makes the frame malformed") {
  // fb::Reserve requires its log; an empty table under its tag does not have one.
  Builder builder;
  const auto empty = builder.EndTable(builder.StartTable());
  CHECK(read_request(finish(builder, fb::Request::Reserve, empty)) == "frame_malformed");
}

TEST_CASE("512 entries that share one payload are refused") {
  // 256 KiB on the wire would otherwise be 128 MiB in the relay's log.
  const Bytes payload(256 * 1024, 7);
  for (const std::size_t entries : {3, 4, 512}) {
    Builder builder;
    const auto shared = builder.CreateVector(payload);
    const fb::Id id;
    std::vector<flatbuffers::Offset<fb::Entry>> offsets;
    for (std::size_t i = 0; i < entries; ++i)
      offsets.push_back(fb::CreateEntry(builder, &id, 1, 0, false, shared));
    const auto list = builder.CreateVector(offsets);
    const auto append = fb::CreateAppend(builder, &id, 0, list).Union();
    const Bytes bytes = finish(builder, fb::Request::Append, append);
    CHECK(read_request(bytes) == (entries < 4 ? "frame_malformed" : "batch_too_large"));
  }
}

TEST_CASE("100 key packages that share their bytes are refused") {
  const Bytes package(1000, 7);
  Builder builder;
  const auto blob = fb::CreateBlob(builder, builder.CreateVector(package));
  const auto list = builder.CreateVector(std::vector<flatbuffers::Offset<fb::Blob>>(100, blob));
  const auto publish = fb::CreatePublishKeyPackages(builder, list).Union();
  CHECK(read_request(finish(builder, fb::Request::PublishKeyPackages, publish)) ==
        "frame_malformed");
}

TEST_CASE("a list of one table pointed at a hundred thousand times is not walked to its end") {
  Builder builder;
  const fb::Id id;
  const auto position = fb::CreateLogPosition(builder, &id, 1);
  const auto list =
      builder.CreateVector(std::vector<flatbuffers::Offset<fb::LogPosition>>(100'000, position));
  const auto resume = fb::CreateResume(builder, 1, 1, list).Union();
  CHECK(read_request(finish(builder, fb::Request::Resume, resume)) == "frame_malformed");
}

TEST_CASE("Welcomes that share their devices a hundred times over are refused") {
  // 100 × 2,000 devices would be within every list's own limit.
  Builder builder;
  const fb::Id id;
  const auto device = fb::CreateWelcomeFor(builder, &id, 0);
  const auto devices = builder.CreateVector(
      std::vector<flatbuffers::Offset<fb::WelcomeFor>>(limits::chat_devices_max, device));
  const auto welcomes = fb::CreateWelcomes(builder, 0, 0, devices);
  const auto all =
      builder.CreateVector(std::vector<flatbuffers::Offset<fb::Welcomes>>(100, welcomes));
  const auto entry = fb::CreateEntry(builder, &id);
  const auto entries = builder.CreateVector(&entry, 1);
  const auto append = fb::CreateAppend(builder, &id, 0, entries, all).Union();
  CHECK(read_request(finish(builder, fb::Request::Append, append)) == "frame_malformed");
}
