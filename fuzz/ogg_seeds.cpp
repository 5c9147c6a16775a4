// Ogg Opus files that break one rule each, and drafts that are not this recorder's.
#include "unit/voice/ogg_builder.hpp"
#include "voice/ogg_page.hpp"
#include "voice_seeds.hpp"

namespace tern::fuzzing {
namespace {

using namespace voice::test;

// Who reads it (fuzz_ogg_opus.cpp).
constexpr std::uint8_t resumed = 0, imported = 1, played = 2, played_as_it_is = 251;

class Files {
 public:
  void add(std::uint8_t reader, const std::string& name, const Bytes& file) {
    out_.push_back({"ogg_opus", name, Bytes{reader} + file});
  }
  std::vector<VoiceSeed> take() && { return std::move(out_); }

 private:
  std::vector<VoiceSeed> out_;
};

BuiltPage page(std::uint32_t number, std::int64_t granule, std::vector<Bytes> packets) {
  return {.granule = granule, .number = number, .packets = std::move(packets)};
}

BuiltPage last(BuiltPage of) {
  of.flags |= 4;
  return of;
}

void add_pages(Files& files) {
  const auto packet = silent_packet();
  const auto good = built_file(2, 2);
  const auto add = [&](const std::string& name, const Bytes& rest) {
    files.add(imported, name, built_headers() + rest);
  };
  files.add(imported, "silent", good);
  files.add(imported, "not_ogg", Bytes(60, 'x'));
  files.add(played_as_it_is, "wrong_checksum", good + Bytes{0});
  files.add(imported, "chained", good + good);
  files.add(imported, "behind_the_end", good + build(last(page(4, 3'840, {}))));
  auto of_another = last(page(2, 960, {packet}));
  of_another.serial = 8;
  add("another_serial", build(of_another));
  add("page_missing", build(last(page(3, 960, {packet}))));
  auto continued = last(page(2, 960, {packet}));
  continued.flags |= 1;
  add("continues_nothing", build(continued));
  auto open = page(2, -1, {Bytes(255, 0xf8)});
  open.open = true;
  add("packet_over_two_pages",
      build(open) + build({.flags = 5, .granule = 960, .number = 3, .packets = {Bytes{0xff}}}));
  open.flags = 4;
  add("open_at_the_end", build(open));
  add("empty_page", build(page(2, 960, {packet})) + build(page(3, 7, {})));
  add("empty_end", build(page(2, 960, {packet})) + build(last(page(3, -1, {}))));
  add("no_packet", build(last(page(2, 960, {{}}))));
  add("negative_granule", build(last(page(2, -5, {packet}))));
  add("before_the_beginning", build(page(2, 5, {packet})));
  add("granule_gap", build(page(2, 960, {packet})) + build(page(3, 5'000, {packet})));
  add("less_than_nothing", build(last(page(2, 100, {packet}))));
  add("an_hour", build(page(2, 960, {packet})) +
                     build({.granule = std::int64_t{1} << 40, .number = 3, .packets = {packet}}));
}

void add_headers(Files& files) {
  const auto sound = build(last(page(2, 960, {silent_packet()})));
  const auto add = [&](const std::string& name, const Bytes& head, const Bytes& tags) {
    files.add(imported, name, built_headers(head, tags) + sound);
  };
  add("stereo", opus_head(2), opus_tags({Bytes(20, 'c')}));
  add("version_16", opus_head(1, 312, 0, 16), opus_tags());
  add("no_channel", opus_head(0), opus_tags());
  add("three_channels", opus_head(3), opus_tags());
  add("family_1", opus_head(1, 312, 0, 1, 1), opus_tags());
  add("short_head", Bytes(7, 'O'), opus_tags());
  add("no_tags", opus_head(), Bytes(20, 'O'));
  add("short_tags", opus_head(), Bytes{'O', 'p', 'u', 's', 'T', 'a', 'g', 's', 9, 0, 0, 0});
  files.add(imported, "sound_behind_head",
            build({.flags = 2, .packets = {opus_head(), silent_packet()}}));
  files.add(imported, "no_first_page", build(page(0, 0, {opus_head()})));
  files.add(imported, "ends_with_head", build({.flags = 6, .packets = {opus_head()}}));
}

void add_seeks(Files& files) {
  // Long enough that somebody goes back to where they have been.
  files.add(played, "seek_to_the_beginning", built_file(20, 2));
  files.add(played + 20, "seek_back", built_file(20, 2));
  files.add(played + 21, "seek_forward", built_file(20, 2));
}

BuiltPage of_ours(BuiltPage of) {
  of.serial = voice::serial_number;
  return of;
}

void add_drafts(Files& files) {
  const auto packet = silent_packet();
  const auto headers = [](const Bytes& head) {
    return build(of_ours({.flags = 2, .number = 0, .packets = {head}})) +
           build(of_ours({.number = 1, .packets = {opus_tags()}}));
  };
  const auto ours = headers(opus_head());
  const auto one = build(of_ours(page(2, 960, {packet})));
  files.add(resumed, "draft_of_nothing", {});
  files.add(resumed, "draft_headers", ours);
  files.add(resumed, "draft_half_headers", Bytes(ours.begin(), ours.begin() + 60));
  files.add(resumed, "draft_of_a_page", ours + one);
  files.add(resumed, "draft_and_half_a_page", ours + one + Bytes(one.begin(), one.end() - 2));
  files.add(resumed, "draft_and_noise", ours + one + Bytes(40, 'x'));
  files.add(resumed, "noise", Bytes(40, 'x'));
  files.add(resumed, "draft_that_ended", ours + build(of_ours(last(page(2, 960, {packet})))));
  files.add(resumed, "draft_in_stereo", headers(opus_head(2)) + one);
  files.add(resumed, "draft_with_gain", headers(opus_head(1, 312, 256)) + one);
  files.add(resumed, "draft_of_another", built_file(1, 1));
  files.add(resumed, "draft_that_begins_late", ours + build(of_ours(page(2, 9'600, {packet}))));
  const Bytes short_packet{0xf0, 0xff, 0xfe};  // 10 ms
  files.add(resumed, "draft_of_short_packets", ours + build(of_ours(page(2, 480, {short_packet}))));
  auto open = of_ours(page(3, -1, {Bytes(255, 0xf8)}));
  open.open = true;
  files.add(resumed, "draft_open_at_the_end", ours + one + build(open));
}

}  // namespace

std::vector<VoiceSeed> ogg_seeds() {
  Files files;
  add_pages(files);
  add_headers(files);
  add_seeks(files);
  add_drafts(files);
  return std::move(files).take();
}

}  // namespace tern::fuzzing
