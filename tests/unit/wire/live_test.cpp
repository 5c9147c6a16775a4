#include "wire/live.hpp"

#include <catch2/catch.hpp>

#include "tern/limits.hpp"

using namespace tern;
using namespace tern::wire;

namespace {

LivePacket some_packet(ByteSpan ciphertext) {
  LivePacket out;
  out.stream.bytes.fill(7);
  out.epoch = 5;
  out.leaf = 2;
  out.counter = 41;
  out.packet_frames = 12;
  out.ciphertext = ciphertext;
  out.signature.bytes.fill(9);
  return out;
}

}  // namespace

TEST_CASE("a live packet is read as it was written, and cut anywhere it is refused") {
  const Bytes ciphertext(736, 3);
  const auto packet = some_packet(ciphertext);
  const auto bytes = encode(packet);
  const auto read = decode_live_packet(bytes).value();
  CHECK(encode(read) == bytes);
  CHECK(live_header(read) == live_header(packet));
  CHECK(read.counter == 41);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_live_packet(ByteSpan(bytes).first(size)));
  auto longer = bytes;
  longer.push_back(0);
  CHECK(decode_live_packet(longer).error() == Errc::trailing_bytes);
}

TEST_CASE(
    "another kind of signal, another version, and what a live packet may not say are refused") {
  const Bytes ciphertext(10, 3);
  const auto changed = [&](auto change) {
    auto packet = some_packet(ciphertext);
    change(packet);
    return decode_live_packet(encode(packet));
  };
  auto bytes = encode(some_packet(ciphertext));
  ++bytes[0];
  CHECK(decode_live_packet(bytes).error() == Errc::frame_unsupported);
  --bytes[0];
  ++bytes[1];
  CHECK(decode_live_packet(bytes).error() == Errc::unsupported_version);
  CHECK(changed([](auto& p) { p.packet_frames = 2; }).error() == Errc::malformed);
  CHECK(changed([](auto& p) { p.packet_frames = 3; }));
  CHECK(changed([](auto& p) { p.packet_frames = 13; }).error() == Errc::malformed);
  const Bytes largest(limits::live_packet_bytes_max), larger(limits::live_packet_bytes_max + 1);
  CHECK(changed([&](auto& p) { p.ciphertext = largest; }));
  CHECK(changed([&](auto& p) { p.ciphertext = larger; }).error() == Errc::too_long);
}

TEST_CASE("the speech in a live packet has no more Opus packets than it says, and no empty one") {
  const auto audio = encode_live_audio({Bytes(60, 1), Bytes(60, 2), Bytes(61, 3)});
  const auto read = decode_live_audio(audio, 3).value();
  REQUIRE(read.size() == 3);
  CHECK(to_bytes(read[2]) == Bytes(61, 3));
  CHECK(decode_live_audio(audio, 2).error() == Errc::malformed);
  CHECK(decode_live_audio(encode_live_audio({Bytes{}}), 3).error() == Errc::malformed);
  CHECK(decode_live_audio(ByteSpan(audio).first(audio.size() - 1), 3).error() == Errc::truncated);
}

TEST_CASE("live packets of constant bitrate are all of one length") {
  std::size_t length = 0;
  for (std::uint32_t counter = 0; counter < 300; counter += 7) {
    const auto audio = encode_live_audio(std::vector<Bytes>(12, Bytes(60, 1)));
    auto packet = some_packet(audio);
    packet.counter = counter;
    const auto bytes = encode(packet).size();
    CHECK((length == 0 || length == bytes));
    length = bytes;
  }
  CHECK(length < 860);
}
