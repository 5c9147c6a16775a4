// Files from somebody who means harm: each breaks one rule, and is refused for it before it is
// decoded.
#include <catch2/catch.hpp>
#include <limits>

#include "tern/limits.hpp"
#include "unit/voice/ogg_builder.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

/// What all who read a whole file say of it.
Errc refusal(const Bytes& file) {
  const auto opened = VoicePlayer::open(make_voice_source(file));
  const auto measured = measure_voice(*make_voice_source(file));
  const auto visited = visit_voice_packets(*make_voice_source(file), [](ByteSpan) {});
  SinkLog log;
  const auto imported = import_voice(file, {}, logged(log));
  CHECK(log.file.empty());
  REQUIRE_FALSE(opened);
  REQUIRE_FALSE(measured);
  REQUIRE_FALSE(visited);
  REQUIRE_FALSE(imported);
  CHECK(measured.error().errc() == opened.error().errc());
  CHECK(visited.error().errc() == opened.error().errc());
  if (file.size() >= 4 && file[0] == 'O' && file[3] == 'S')
    CHECK(imported.error().errc() == opened.error().errc());
  return opened.error().errc();
}

bool accepted(const Bytes& file) { return measure_voice(*make_voice_source(file)).has_value(); }

Bytes last_page(std::int64_t granule, std::vector<Bytes> packets, std::uint32_t number = 2) {
  return build({.flags = 4, .granule = granule, .number = number, .packets = std::move(packets)});
}

TEST_CASE("the files that these tests break are good before") {
  CHECK(accepted(built_file(1, 1)));
  CHECK(accepted(built_file(5, 25, 900)));
}

TEST_CASE("a file that ends at any byte before its end is truncated") {
  const Bytes file = built_file(3, 4);
  for (std::size_t bytes = 0; bytes < file.size(); ++bytes) {
    INFO(bytes);
    CHECK(measure_voice(*make_voice_source(
                            Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(bytes))))
              .error() == Errc::ogg_truncated);
  }
}

TEST_CASE("a file with any bit of a page turned is damaged") {
  const Bytes file = built_file(2, 3);
  for (std::size_t byte = 0; byte < file.size(); ++byte) {
    Bytes damaged = file;
    damaged[byte] ^= 1U << byte % 8;
    const auto measured = measure_voice(*make_voice_source(damaged));
    REQUIRE_FALSE(measured);
    // A length that grew lets the file end too early.
    if (measured.error().errc() != Errc::ogg_truncated)
      CHECK(measured.error() == Errc::ogg_malformed);
  }
}

TEST_CASE("what is no Ogg stream is none") {
  CHECK(refusal(Bytes(5'000, 'x')) == Errc::ogg_malformed);
  CHECK(refusal(Bytes(40, 0) + built_file(1, 1)) == Errc::ogg_malformed);
  CHECK(refusal(built_file(1, 1) + Bytes(30, 0)) == Errc::ogg_malformed);
  CHECK(refusal(built_file(1, 1) + Bytes(3, 0)) == Errc::ogg_malformed);
  SinkLog log;
  CHECK(import_voice(Bytes(5'000, 'x'), {}, logged(log)).error() == Errc::voice_format_unknown);
  CHECK(import_voice(Bytes(), {}, logged(log)).error() == Errc::voice_format_unknown);
}

TEST_CASE("a second stream is refused, behind the first and between its pages") {
  const Bytes file = built_file(1, 2);
  CHECK(refusal(file + file) == Errc::ogg_chained);
  const Bytes head = build({.flags = 2, .number = 0, .packets = {opus_head()}});
  const Bytes other = build({.flags = 2, .number = 0, .serial = 8, .packets = {opus_head()}});
  CHECK(refusal(head + other + build({.number = 1, .packets = {opus_tags()}}) +
                last_page(960, {silent_packet()})) == Errc::ogg_chained);
  CHECK(refusal(built_headers() +
                build({.granule = 960, .number = 2, .serial = 8, .packets = {silent_packet()}})) ==
        Errc::ogg_chained);
}

TEST_CASE("a page that is missing, doubled or out of order is noticed") {
  const Bytes file = built_file(4, 3);
  const auto at = page_offsets(file);
  const auto page = [&](std::size_t i) {
    return Bytes(file.begin() + static_cast<std::ptrdiff_t>(at[i]),
                 file.begin() + static_cast<std::ptrdiff_t>(at[i + 1]));
  };
  CHECK(refusal(page(0) + page(1) + page(2) + page(4) + page(5)) == Errc::ogg_malformed);
  CHECK(refusal(page(0) + page(1) + page(2) + page(2) + page(3) + page(4) + page(5)) ==
        Errc::ogg_malformed);
  CHECK(refusal(page(0) + page(1) + page(3) + page(2) + page(4) + page(5)) == Errc::ogg_malformed);
  CHECK(refusal(page(1) + page(2) + page(3)) == Errc::ogg_malformed);
  CHECK(refusal(file + build({.flags = 4, .granule = 11'520, .number = 6})) == Errc::ogg_malformed);
}

TEST_CASE("a head that breaks a rule is refused: version, channels, mapping family, length") {
  const auto with_head = [](const Bytes& head) {
    return built_headers(head) + last_page(960, {silent_packet()});
  };
  CHECK(accepted(with_head(opus_head())));
  CHECK(accepted(with_head(opus_head(2))));
  CHECK(accepted(with_head(opus_head(1, 312, 0, 15))));
  CHECK(refusal(with_head(opus_head(1, 312, 0, 16))) == Errc::opus_header_invalid);
  CHECK(refusal(with_head(opus_head(0))) == Errc::opus_header_invalid);
  CHECK(refusal(with_head(opus_head(3))) == Errc::opus_mapping_unsupported);
  CHECK(refusal(with_head(opus_head(255))) == Errc::opus_mapping_unsupported);
  for (const std::uint8_t family : {1, 2, 3, 255})
    CHECK(refusal(with_head(opus_head(1, 312, 0, 1, family))) == Errc::opus_mapping_unsupported);
  Bytes shortened = opus_head();
  shortened.pop_back();
  CHECK(refusal(with_head(shortened)) == Errc::opus_header_invalid);
  CHECK(refusal(with_head({0x01, 'v', 'o', 'r', 'b', 'i', 's'})) == Errc::opus_header_invalid);
  CHECK(refusal(with_head({})) == Errc::opus_header_invalid);
}

TEST_CASE("comments are skipped, not kept, and their lengths must fit") {
  const auto with_tags = [](const Bytes& tags) {
    return built_headers(opus_head(), tags) + last_page(960, {silent_packet()});
  };
  CHECK(accepted(with_tags(opus_tags({Bytes{'a', '=', 'b'}, Bytes{}}))));
  CHECK(accepted(with_tags(opus_tags() + Bytes(300, 0))));  // padding
  CHECK(refusal(with_tags(Bytes{'O', 'p', 'u', 's', 'X', 'a', 'g', 's', 0, 0, 0, 0, 0, 0, 0, 0})) ==
        Errc::opus_header_invalid);
  for (const std::size_t bytes : {0UL, 7UL, 8UL, 11UL, 12UL, 15UL, 19UL}) {
    Bytes cut = opus_tags();
    cut.resize(bytes);
    CHECK(refusal(with_tags(cut)) == Errc::opus_header_invalid);
  }
  Bytes four_gb = opus_tags();
  std::fill_n(four_gb.begin() + 8, 4, 0xff);  // the vendor's length
  CHECK(refusal(with_tags(four_gb)) == Errc::opus_header_invalid);
  Bytes many = opus_tags();
  std::fill_n(many.begin() + 16, 4, 0xff);  // the number of comments
  CHECK(refusal(with_tags(many)) == Errc::opus_header_invalid);
  CHECK(refusal(build({.flags = 2, .packets = {opus_head()}}) +
                build({.number = 1, .packets = {opus_tags(), silent_packet()}}) +
                last_page(960, {silent_packet()})) == Errc::opus_header_invalid);
}

/// Tags of so many bytes, over pages as full as they get.
Bytes pages_of_tags(std::size_t pages) {
  constexpr std::size_t full = 255 * 255;
  Bytes comment(pages * full - 24 - 100, 'x');
  const Bytes tags = opus_tags({comment});
  Bytes out = build({.flags = 2, .packets = {opus_head()}});
  for (std::size_t i = 0; i < pages; ++i) {
    const bool last = i + 1 == pages;
    const auto from = tags.begin() + static_cast<std::ptrdiff_t>(i * full);
    out = out + build({.flags = static_cast<std::uint8_t>(i > 0 ? 1 : 0),
                       .granule = last ? 0 : -1,
                       .number = static_cast<std::uint32_t>(i + 1),
                       .packets = {last ? Bytes(from, tags.end()) : Bytes(from, from + full)},
                       .open = !last});
  }
  return out + last_page(960, {silent_packet()}, static_cast<std::uint32_t>(pages + 1));
}

TEST_CASE("a cover among the comments is skipped, and comments without end are not") {
  CHECK(accepted(pages_of_tags(20)));  // 1.3 MB
  CHECK(refusal(pages_of_tags(70)) == Errc::opus_header_invalid);
}

TEST_CASE("a packet that no encoder makes is refused") {
  const auto with = [](const Bytes& packet) { return built_headers() + last_page(960, {packet}); };
  CHECK(accepted(with(silent_packet())));
  CHECK(refusal(with({})) == Errc::opus_packet_invalid);
  // Code 3: 63 frames of 20 ms, no frame at all, 7 frames of 20 ms: over 120 ms.
  CHECK(refusal(with({0xfb, 63})) == Errc::opus_packet_invalid);
  CHECK(refusal(with({0xfb, 0})) == Errc::opus_packet_invalid);
  CHECK(refusal(with({0xfb, 7})) == Errc::opus_packet_invalid);
  // Code 1: two frames of one length, of which one byte is left over.
  CHECK(refusal(with({0xf9, 1})) == Errc::opus_packet_invalid);
  // Code 2: a first frame that is longer than the packet.
  CHECK(refusal(with({0xfa, 200, 1})) == Errc::opus_packet_invalid);
  CHECK(refusal(with(Bytes(1'277, 0xf8))) == Errc::opus_packet_invalid);
  Bytes big(64'000, 0);
  big[0] = 0xf8;
  CHECK(refusal(with(big)) == Errc::opus_packet_invalid);
}

TEST_CASE("granule positions must be those of the packets") {
  const Bytes packet = silent_packet();
  const auto two = [&](std::int64_t first, std::int64_t second) {
    return built_headers() + build({.granule = first, .number = 2, .packets = {packet, packet}}) +
           last_page(second, {packet, packet}, 3);
  };
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(accepted(two(1'920, 3'840)));
  CHECK(accepted(two(1'920, 3'000)));
  CHECK(accepted(two(100'000, 101'920)));                           // begins later
  CHECK(refusal(two(1'919, 3'839)) == Errc::opus_granule_invalid);  // begins before 0
  CHECK(refusal(two(1'920, 3'841)) == Errc::opus_granule_invalid);  // a gap
  CHECK(refusal(two(1'920, 1'919)) == Errc::opus_granule_invalid);  // backwards
  CHECK(refusal(two(1'920, -1)) == Errc::opus_granule_invalid);
  CHECK(refusal(two(-1, 3'840)) == Errc::opus_granule_invalid);  // packets end here
  CHECK(refusal(two(-1'920, 0)) == Errc::opus_granule_invalid);
  CHECK(refusal(two(most, most)) == Errc::opus_granule_invalid);
  CHECK(refusal(two(most, std::numeric_limits<std::int64_t>::min())) == Errc::opus_granule_invalid);
  CHECK(refusal(two(1'920, most)) == Errc::opus_granule_invalid);
  // Only the one page that is the first and the last may begin before 0: it is trimmed.
  CHECK(accepted(built_headers() + last_page(500, {packet, packet})));
  // But not to less than nothing.
  CHECK(refusal(built_headers() + last_page(311, {packet, packet})) == Errc::opus_granule_invalid);
  CHECK(measure_voice(*make_voice_source(built_headers() + last_page(312, {packet, packet})))
            .error() == Errc::voice_empty);
}

TEST_CASE("hours of silence in a kilobyte are refused before they are decoded") {
  const std::int64_t hours = 48'000LL * 3'600 * 5;
  CHECK(refusal(built_headers() +
                build({.granule = 960, .number = 2, .packets = {silent_packet()}}) +
                last_page(hours, {silent_packet()}, 3)) == Errc::opus_granule_invalid);
  // 255 packets of 120 ms on each page: 15 minutes are 29.4 of them.
  const Bytes longest = {0xfb, 6};
  Bytes file = built_headers();
  for (std::uint32_t i = 0; i < 30; ++i)
    file = file + build({.flags = static_cast<std::uint8_t>(i == 29 ? 4 : 0),
                         .granule = (i + 1) * 255LL * 5'760,
                         .number = i + 2,
                         .packets = std::vector<Bytes>(255, longest)});
  CHECK(file.size() < 25'000);
  CHECK(refusal(file) == Errc::voice_too_long);
}

TEST_CASE("15 minutes are accepted, and one sample more is not") {
  const Bytes packet = {0xfb, 6};  // 120 ms
  const auto of = [&](std::uint64_t samples) {
    Bytes file = built_headers();
    const auto end = static_cast<std::int64_t>(samples) + 312;
    std::int64_t granule = 0;
    for (std::uint32_t number = 2; granule < end; ++number) {
      const auto packets = std::min<std::int64_t>(250, (end - granule + 5'759) / 5'760);
      granule += packets * 5'760;
      file =
          file + build({.flags = static_cast<std::uint8_t>(granule >= end ? 4 : 0),
                        .granule = std::min(granule, end),
                        .number = number,
                        .packets = std::vector<Bytes>(static_cast<std::size_t>(packets), packet)});
    }
    return VoicePlayer::open(make_voice_source(file));
  };
  CHECK(of(limits::voice_samples_max)->duration() == limits::voice_samples_max);
  CHECK(of(limits::voice_samples_max + 1).error() == Errc::voice_too_long);
}

TEST_CASE("packets that go over pages are put together, and must be whole") {
  Bytes packet(600, 0);
  packet[0] = 0xf8;
  const Bytes begin(packet.begin(), packet.begin() + 510), rest(packet.begin() + 510, packet.end());
  const Bytes first = build({.granule = -1, .number = 2, .packets = {begin}, .open = true});
  const auto second = [&](std::uint8_t flags) {
    return build({.flags = flags, .granule = 960, .number = 3, .packets = {rest}});
  };
  CHECK(accepted(built_headers() + first + second(5)));
  CHECK(refusal(built_headers() + first + second(4)) == Errc::ogg_malformed);
  CHECK(refusal(built_headers() + second(5)) == Errc::ogg_malformed);
  CHECK(
      refusal(built_headers() +
              build({.flags = 4, .granule = -1, .number = 2, .packets = {begin}, .open = true})) ==
      Errc::opus_granule_invalid);
}

TEST_CASE("an end without a sound is no clip") {
  CHECK(refusal(build({.flags = 6, .packets = {opus_head()}})) == Errc::ogg_truncated);
  CHECK(refusal(build({.flags = 2, .packets = {opus_head()}}) +
                build({.flags = 4, .number = 1, .packets = {opus_tags()}})) == Errc::ogg_truncated);
  CHECK(refusal(built_headers()) == Errc::ogg_truncated);
  CHECK(refusal(built_headers() + last_page(312, {})) == Errc::opus_granule_invalid);
}

TEST_CASE("a damaged file that is still arriving plays up to the damage, and says it each time") {
  Bytes file = record(speech(48'000 * 3)).file;
  file[file.size() / 2] ^= 1;
  auto source = std::make_shared<ArrivingSource>(file);
  auto player = VoicePlayer::open(source).value();
  source->arrive(file.size());
  Pcm pcm(48'000 * 4);
  const auto read = player.read(std::span<float>(pcm)).value();
  CHECK(read.frames > 24'000);
  CHECK(player.read(std::span<float>(pcm)).error() == Errc::ogg_malformed);
  CHECK(player.read(std::span<float>(pcm)).error() == Errc::ogg_malformed);
  CHECK(player.position() == read.frames);
  player.seek(0).value();
  CHECK(player.read(std::span<float>(pcm)).value().frames == read.frames);
}

}  // namespace
}  // namespace tern::voice::test
