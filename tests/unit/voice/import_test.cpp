#include <algorithm>
#include <catch2/catch.hpp>

#include "unit/voice/ogg_builder.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

std::vector<Bytes> packets_of(const Bytes& file) {
  std::vector<Bytes> out;
  visit_voice_packets(*make_voice_source(file), [&](ByteSpan packet) {
    out.push_back(to_bytes(packet));
  }).value();
  return out;
}

TEST_CASE("an Ogg Opus file of one channel keeps its packets, its gain and its length") {
  const auto recorded = record(speech(48'000 * 4 + 1'234));
  const Bytes secret(5'000, 'S');
  // The same sound with another's headers: comments, a gain, an odd pre-skip, another page layout.
  const auto packets = packets_of(recorded.file);
  Bytes foreign = built_headers(opus_head(1, 1'000, -512), opus_tags({secret}));
  for (std::size_t at = 0, number = 2; at < packets.size(); at += 60, ++number) {
    const auto to = std::min(at + 60, packets.size());
    const bool last = to == packets.size();
    foreign = foreign + build({.flags = static_cast<std::uint8_t>(last ? 4 : 0),
                               .granule = static_cast<std::int64_t>(to * 960) - (last ? 100 : 0),
                               .number = static_cast<std::uint32_t>(number),
                               .packets = {packets.begin() + static_cast<std::ptrdiff_t>(at),
                                           packets.begin() + static_cast<std::ptrdiff_t>(to)}});
  }
  Bytes file;
  std::vector<Bytes> seen;
  const auto clip =
      import_voice(foreign, {.on_packet = [&](ByteSpan p) { seen.push_back(to_bytes(p)); }},
                   make_voice_buffer(file))
          .value();
  CHECK(packets_of(file) == packets);
  CHECK(seen == packets);
  CHECK(clip.samples == packets.size() * 960 - 100 - 1'000);
  CHECK(play(file, as_decoded()) == play(foreign, as_decoded()));
  CHECK(clip == measure_voice(*make_voice_source(file)).value());
  CHECK(std::search_n(file.begin(), file.end(), 10, 'S') == file.end());
  // Half a second a page, whatever it was before.
  CHECK(page_offsets(file).size() - 1 == 2 + (packets.size() + 24) / 25);
}

TEST_CASE("a recording that is imported is the same file") {
  const auto recorded = record(speech(48'000 * 3 + 5));
  Bytes file;
  const auto clip = import_voice(recorded.file, {}, make_voice_buffer(file)).value();
  CHECK(file == recorded.file);
  CHECK(clip.samples == recorded.clip.samples);
}

TEST_CASE("packets behind the end of a file are left out, and its time begins at 0") {
  const std::vector<Bytes> many(200, silent_packet());
  const Bytes foreign =
      built_headers() +
      build({.granule = 1'000'000 + 9'600, .number = 2, .packets = {10, silent_packet()}}) +
      build({.flags = 4, .granule = 1'000'000 + 9'600 + 2'000, .number = 3, .packets = many});
  Bytes file;
  const auto clip = import_voice(foreign, {}, make_voice_buffer(file)).value();
  CHECK(clip.samples == 11'600 - 312);
  CHECK(packets_of(file).size() == 13);
  CHECK(play(file).size() == clip.samples);
}

TEST_CASE("long and large packets are passed through in pages that hold them") {
  Bytes large(1'276, 0x55);
  large[0] = 0xf8;
  const Bytes longest = {0xfb, 6};  // 120 ms
  std::vector<Bytes> packets(40, large);
  packets.insert(packets.end(), 30, longest);
  Bytes foreign = built_headers();
  std::int64_t granule = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    granule += packets[i] == large ? 960 : 5'760;
    foreign = foreign + build({.flags = static_cast<std::uint8_t>(i + 1 == packets.size() ? 4 : 0),
                               .granule = granule,
                               .number = static_cast<std::uint32_t>(i + 2),
                               .packets = {packets[i]}});
  }
  Bytes file;
  const auto clip = import_voice(foreign, {}, make_voice_buffer(file)).value();
  CHECK(clip.samples == static_cast<std::uint64_t>(granule) - 312);
  CHECK(packets_of(file) == packets);
}

TEST_CASE("a stereo file is decoded, mixed and encoded again") {
  const Bytes foreign =
      built_headers(opus_head(2)) + build({.flags = 4,
                                           .granule = 19'000,
                                           .number = 2,
                                           .packets = std::vector<Bytes>(20, silent_packet(true))});
  Bytes file;
  const auto clip =
      import_voice(foreign, {.sample_rate = 8'000, .channels = 2}, make_voice_buffer(file)).value();
  CHECK(clip.samples == 19'000 - 312);
  CHECK(file[28 + 9] == 1);
  CHECK(play(file).size() == clip.samples);
}

TEST_CASE("an import ends with its sink's error") {
  SinkLog log;
  log.refuse = true;
  CHECK(import_voice(record(speech(48'000)).file, {}, logged(log)).error() == Errc::storage_full);
}

}  // namespace
}  // namespace tern::voice::test
