#include <catch2/catch.hpp>

#include "describe.hpp"
#include "samples.hpp"

using namespace tern;
using namespace tern::wire;
using tern::wire::test::describe;
using tern::wire::test::Samples;

namespace {

bool points_into(ByteSpan inner, ByteSpan outer) {
  return inner.data() >= outer.data() && inner.data() + inner.size() <= outer.data() + outer.size();
}

}  // namespace

TEST_CASE("every request arrives as it was sent") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Samples samples(seed);
    for (const Request& request : samples.requests()) {
      const RequestFrame frame{static_cast<std::uint32_t>(samples.number()), request};
      const Bytes bytes = encode(frame);
      const auto decoded = decode_request(bytes);
      REQUIRE(decoded.has_value());
      const auto& arrived = std::get<RequestFrame>(*decoded);
      CHECK(arrived.id == frame.id);
      CHECK(arrived.request.index() == request.index());
      CHECK(describe(arrived.request) == describe(request));
      CHECK(request_id(bytes) == frame.id);
    }
  }
}

TEST_CASE("every answer arrives as it was sent") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Samples samples(seed);
    for (const Answer& answer : samples.answers()) {
      const AnswerFrame frame{static_cast<std::uint32_t>(samples.number()), answer};
      const Bytes bytes = encode(frame);
      const auto decoded = decode_server_frame(bytes);
      REQUIRE(decoded.has_value());
      REQUIRE(decoded->has_value());
      const auto& arrived = std::get<AnswerFrame>(**decoded);
      CHECK(arrived.id == frame.id);
      CHECK(arrived.answer.index() == answer.index());
      CHECK(describe(arrived.answer) == describe(answer));
    }
  }
}

TEST_CASE("every push arrives as it was sent") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Samples samples(seed);
    for (const Push& push : samples.pushes()) {
      const Bytes bytes = encode(push);
      const auto decoded = decode_server_frame(bytes);
      REQUIRE(decoded.has_value());
      REQUIRE(decoded->has_value());
      const auto& arrived = std::get<Push>(**decoded);
      CHECK(arrived.index() == push.index());
      CHECK(describe(arrived) == describe(push));
    }
  }
}

TEST_CASE("what is left at its default arrives as its default") {
  const auto request = [](const Request& sent) {
    const Bytes bytes = encode(RequestFrame{0, sent});
    const auto decoded = decode_request(bytes).value();
    CHECK(describe(std::get<RequestFrame>(decoded).request) == describe(sent));
  };
  request(Resume{});
  request(Register{});
  request(PublishKeyPackages{});
  request(ClaimKeyPackages{});
  request(CreateLog{});
  request(Append{});
  request(Read{});
  request(Ack{});
  request(Signal{});
  request(PutBlob{});
  request(GetBlob{});
  const Bytes bytes = encode(AnswerFrame{0, Resumed{.logs = {LogHead{}}}});
  const auto frame = decode_server_frame(bytes).value();
  CHECK(describe(std::get<AnswerFrame>(*frame).answer) ==
        describe(Answer(Resumed{.logs = {LogHead{}}})));
}

TEST_CASE("payloads are views of the frame that carried them") {
  const Bytes payload(5000, 0x5a);
  Append append;
  append.entries = {{.payload = payload}, {.payload = ByteSpan(payload).first(3)}};
  const Bytes bytes = encode(RequestFrame{1, append});
  const auto decoded = decode_request(bytes).value();
  const auto& arrived = std::get<Append>(std::get<RequestFrame>(decoded).request);
  for (const Entry& entry : arrived.entries) CHECK(points_into(entry.payload, bytes));
  const Bytes put = encode(RequestFrame{1, PutBlob{.bytes = 5000, .payload = payload}});
  const auto frame = decode_request(put).value();
  CHECK(points_into(std::get<PutBlob>(std::get<RequestFrame>(frame).request).payload, put));
  const Bytes chunk = encode(AnswerFrame{1, BlobChunk{.chunk = 0, .payload = payload}});
  const auto answer = std::get<AnswerFrame>(decode_server_frame(chunk).value().value()).answer;
  CHECK(points_into(std::get<BlobChunk>(answer).payload, chunk));
}

TEST_CASE("a notice tells of a blob only when it is about one") {
  Samples samples(9);
  Notice notice;
  notice.blob = {samples.id<AccountId>(), samples.id<BlobAddress>(), 7};
  for (const auto what :
       {Notice::What::log_advanced, Notice::What::key_packages_low, Notice::What::relay_stopping,
        Notice::What::device_revoked, Notice::What::blob_advanced}) {
    notice.what = what;
    const Bytes bytes = encode(Push(notice));
    const auto arrived =
        std::get<Notice>(std::get<Push>(decode_server_frame(bytes).value().value()));
    const bool of_blob = what == Notice::What::blob_advanced;
    CHECK(arrived.blob.chunks == (of_blob ? 7 : 0));
    CHECK(arrived.blob.address == (of_blob ? notice.blob.address : BlobAddress{}));
    CHECK(arrived.blob.owner == (of_blob ? notice.blob.owner : AccountId{}));
  }
}

TEST_CASE("a frame at any address is read the same, and its views point into it") {
  Samples samples(7);
  const auto requests = samples.requests();
  for (std::size_t shift = 0; shift < 8; ++shift) {
    for (const Request& request : requests) {
      const Bytes bytes = encode(RequestFrame{1, request});
      Bytes moved(shift, 0xff);
      moved.insert(moved.end(), bytes.begin(), bytes.end());
      const auto decoded = decode_request(ByteSpan(moved).subspan(shift)).value();
      const auto& arrived = std::get<RequestFrame>(decoded).request;
      CHECK(describe(arrived) == describe(request));
      if (const auto* append = std::get_if<Append>(&arrived)) {
        for (const Entry& entry : append->entries) CHECK(points_into(entry.payload, moved));
      }
    }
  }
}

TEST_CASE("entries that a reader wrote itself come without their payload") {
  const Bytes payload(1000, 1);
  Entries entries{.log = {}, .entries = {{.seq = 4, .own = true, .payload = payload}}, .head = 4};
  const Bytes bytes = encode(Push(entries));
  CHECK(bytes.size() < 200);
  const auto frame = decode_server_frame(bytes).value();
  const auto& arrived = std::get<Entries>(std::get<Push>(*frame)).entries.at(0);
  CHECK(arrived.own);
  CHECK(arrived.seq == 4);
  CHECK(arrived.payload.empty());
}

TEST_CASE("entries are numbered on from the first") {
  Entries entries{.log = {}, .entries = {{.seq = 41}, {.seq = 42}, {.seq = 43}}, .head = 50};
  const Bytes bytes = encode(AnswerFrame{3, entries});
  const auto frame = decode_server_frame(bytes).value();
  const auto& arrived = std::get<Entries>(std::get<AnswerFrame>(*frame).answer);
  REQUIRE(arrived.entries.size() == 3);
  CHECK(arrived.entries[2].seq == 43);
}
