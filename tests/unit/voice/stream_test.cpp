#include <catch2/catch.hpp>
#include <cmath>

#include "tern/voice_stream.hpp"
#include "unit/voice/ogg_builder.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

constexpr std::size_t frames = 3;  // 60 ms

struct Live {
  Pcm pcm = speech(48'000 * 3);
  Bytes file;
  std::vector<Bytes> packets;
  Pcm whole;
  Live() {
    const auto recorded = record(pcm, {.constant_bitrate = true, .on_packet = [&](ByteSpan p) {
                                         packets.push_back(to_bytes(p));
                                       }});
    file = recorded.file;
    packets.resize(packets.size() / frames * frames);
    whole = play(file, as_decoded());
  }
  std::size_t count() const { return packets.size() / frames; }
};
const Live& live() {
  static const Live once;
  return once;
}

void add(VoiceStream& stream, std::uint64_t counter) {
  std::vector<ByteSpan> spans;
  for (std::size_t i = 0; i < frames; ++i) spans.push_back(live().packets[counter * frames + i]);
  stream.add(counter, spans).value();
}

/// All that there is now.
StreamState drain(VoiceStream& stream, Pcm& heard) {
  Pcm piece(1'000);
  for (;;) {
    const auto read = stream.read(piece);
    heard.insert(heard.end(), piece.begin(),
                 piece.begin() + static_cast<std::ptrdiff_t>(read.frames));
    if (read.state != StreamState::playing) return read.state;
  }
}

VoiceStream start() { return VoiceStream::start(48'000, frames).value(); }

TEST_CASE("live packets in order sound as the durable message does, sample by sample") {
  auto stream = start();
  Pcm heard;
  for (std::uint64_t i = 0; i < live().count(); ++i) {
    CHECK(drain(stream, heard) == StreamState::waiting);
    add(stream, i);
    CHECK(stream.position() == heard.size());
  }
  stream.end(live().count());
  CHECK(drain(stream, heard) == StreamState::ended);
  CHECK(heard.size() == live().packets.size() * 960 - 312);
  CHECK(std::equal(heard.begin(), heard.end(), live().whole.begin()));
}

TEST_CASE("packets out of order, late and doubled change nothing") {
  auto stream = start();
  Pcm heard;
  for (std::uint64_t i = 0; i + 1 < live().count(); i += 2) {
    add(stream, i + 1);
    add(stream, i);
    add(stream, i);
    add(stream, i + 1);
    CHECK(drain(stream, heard) == StreamState::waiting);
    add(stream, i / 2);
  }
  CHECK(std::equal(heard.begin(), heard.end(), live().whole.begin()));
}

TEST_CASE("one missing packet is concealed once the one behind it is here, and time stays right") {
  auto stream = start();
  Pcm heard;
  for (std::uint64_t i = 0; i < live().count(); ++i) {
    if (i == 10) continue;
    if (i == 11) {
      CHECK(drain(stream, heard) == StreamState::waiting);
      CHECK(heard.size() == 10 * frames * 960 - 312);
    }
    add(stream, i);
    drain(stream, heard);
  }
  stream.end(live().count());
  CHECK(drain(stream, heard) == StreamState::ended);
  REQUIRE(heard.size() == live().packets.size() * 960 - 312);
  const std::size_t gap = 10 * frames * 960 - 312;
  CHECK(std::equal(heard.begin(), heard.begin() + static_cast<std::ptrdiff_t>(gap),
                   live().whole.begin()));
  CHECK(energy(std::span(heard).subspan(gap, 480)) > 0);
  // Some time behind it the decoder is where it would be.
  const std::size_t later = gap + 48'000, rest = heard.size() - later;
  CHECK(snr_db(std::span(live().whole).subspan(later, rest), std::span(heard).subspan(later)) > 15);
}

TEST_CASE("two missing packets in a row are a loss, and it says where") {
  auto stream = start();
  Pcm heard;
  for (std::uint64_t i = 0; i < 5; ++i) add(stream, i);
  add(stream, 7);
  CHECK(drain(stream, heard) == StreamState::lost);
  CHECK(heard.size() == 5 * frames * 960 - 312);
  CHECK(stream.position() == heard.size());
  add(stream, 5);
  CHECK(drain(stream, heard) == StreamState::lost);
}

TEST_CASE("a beginning that is missing is a loss") {
  auto stream = start();
  Pcm heard;
  CHECK(drain(stream, heard) == StreamState::waiting);
  add(stream, 1);
  CHECK(drain(stream, heard) == StreamState::lost);
  CHECK(heard.empty());
}

TEST_CASE("a last packet that is missing is concealed when the end is known, two are a loss") {
  Pcm heard;
  auto stream = start();
  add(stream, 0);
  stream.end(2);
  CHECK(drain(stream, heard) == StreamState::ended);
  CHECK(heard.size() == 2 * frames * 960 - 312);
  auto other = start();
  add(other, 0);
  other.end(3);
  CHECK(drain(other, heard) == StreamState::lost);
  auto nothing = start();
  nothing.end(0);
  CHECK(drain(nothing, heard) == StreamState::ended);
}

TEST_CASE("a packet behind the end is left out, and one far ahead says that too much is missing") {
  auto stream = start();
  Pcm heard;
  add(stream, 0);
  stream.end(1);
  add(stream, 1);
  CHECK(drain(stream, heard) == StreamState::ended);
  CHECK(heard.size() == frames * 960 - 312);

  auto late = start();
  add(late, 9);
  CHECK(drain(late, heard) == StreamState::lost);
}

TEST_CASE("whoever reads late has missed nothing, as long as no packet is missing") {
  const auto& once = live();
  REQUIRE(once.count() > 20);
  auto stream = start();
  Pcm heard;
  // The others' order is the line's.
  for (std::uint64_t i = 0; i < 20; i += 2) {
    add(stream, i + 1);
    add(stream, i);
  }
  CHECK(drain(stream, heard) == StreamState::waiting);
  CHECK(heard.size() == 20 * frames * 960 - 312);
  CHECK(std::equal(heard.begin(), heard.end(), once.whole.begin()));

  // Eight may be on their way, not nine.
  for (const std::uint64_t missing : {8, 9}) {
    auto gap = start();
    for (std::uint64_t i = 0; i < 5; ++i) add(gap, i);
    add(gap, 5 + missing);
    heard.clear();
    drain(gap, heard);
    CHECK(heard.empty() == (missing == 9));
  }
}

TEST_CASE("so many packets wait for who does not read, and one more is a loss") {
  const Bytes silence = live().packets[0];
  const std::vector<ByteSpan> packet(frames, silence);
  for (const std::uint64_t count : {64, 65}) {
    auto stream = start();
    for (std::uint64_t i = 0; i < count; ++i) stream.add(i, packet).value();
    Pcm heard;
    CHECK(drain(stream, heard) == (count == 64 ? StreamState::waiting : StreamState::lost));
  }
}

TEST_CASE("an end that was played already ends the stream") {
  auto stream = start();
  Pcm heard;
  add(stream, 0);
  add(stream, 1);
  CHECK(drain(stream, heard) == StreamState::waiting);
  stream.end(1);
  CHECK(drain(stream, heard) == StreamState::ended);
}

TEST_CASE("the last packet is as short as the speech that was left") {
  auto stream = start();
  Pcm heard;
  add(stream, 0);
  const Bytes last = live().packets[frames];
  const ByteSpan one[] = {last};
  stream.add(1, one).value();
  stream.end(2);
  CHECK(drain(stream, heard) == StreamState::ended);
  CHECK(heard.size() == (frames + 1) * 960 - 312);
}

TEST_CASE("what is no live packet is refused") {
  auto stream = start();
  const Bytes good = live().packets[0], long_one = {0xf9, 1, 1}, bad = {0xf9, 1};
  const ByteSpan four[] = {good, good, good, good}, with_bad[] = {good, good, bad},
                 with_long[] = {long_one, good, good}, with_none[] = {good, {}, good};
  CHECK(stream.add(0, {}).error() == Errc::opus_packet_invalid);
  CHECK(stream.add(0, four).error() == Errc::opus_packet_invalid);
  CHECK(stream.add(0, with_bad).error() == Errc::opus_packet_invalid);
  CHECK(stream.add(0, with_long).error() == Errc::opus_packet_invalid);
  CHECK(stream.add(0, with_none).error() == Errc::opus_packet_invalid);
  CHECK(VoiceStream::start(7'999, 3).error() == Errc::invalid_argument);
  CHECK(VoiceStream::start(48'000, 0).error() == Errc::invalid_argument);
  CHECK(VoiceStream::start(48'000, 51).error() == Errc::invalid_argument);
}

TEST_CASE("a live stream plays at another rate, as long as it is") {
  auto stream = VoiceStream::start(16'000, frames).value();
  Pcm heard;
  for (std::uint64_t i = 0; i < 8; ++i) add(stream, i);
  stream.end(8);
  CHECK(drain(stream, heard) == StreamState::ended);
  CHECK(heard.size() == (8 * frames * 960 - 312) / 3);
  CHECK(stream.position() == 8 * frames * 960 - 312);
}

}  // namespace
}  // namespace tern::voice::test
