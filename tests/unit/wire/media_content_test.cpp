// Voice, files and images: every rule of theirs, kept and broken.
#include <catch2/catch.hpp>

#include "base/try.hpp"
#include "newer_generated.h"
#include "samples.hpp"

using namespace tern;
using namespace tern::wire;
using tern::wire::test::Samples;

namespace {

const Bytes sound(100, 7);

/// Of one byte of content.
BlobRef some_blob() {
  BlobRef out{.owner = {}, .address = {}, .bytes = 18, .key = {}, .header = {}};
  out.address.bytes.fill(1);
  return out;
}

/// Sets what a file and its blob say of their size, which belong together.
void set_content_bytes(FileContent& file, std::uint64_t bytes) {
  constexpr std::uint64_t chunk = limits::blob_chunk_bytes - limits::blob_chunk_overhead_bytes;
  file.bytes = bytes;
  file.blob.bytes = bytes + (bytes + chunk - 1) / chunk * limits::blob_chunk_overhead_bytes;
}
constexpr std::uint64_t largest_content =
    limits::blob_bytes_max / limits::blob_chunk_bytes *
    (limits::blob_chunk_bytes - limits::blob_chunk_overhead_bytes);

VoiceContent some_voice() {
  VoiceContent out;
  out.audio = sound;
  return out;
}

FileContent some_file(std::string_view name = "a.pdf") {
  return {.name = name, .type = "application/pdf", .bytes = 1, .blob = some_blob(), .picture = {}};
}

FileContent some_image() {
  auto out = some_file("a.jpg");
  out.picture = {640, 480, sound};
  return out;
}

Result<void> media_outcome(const decltype(Content::body)& body) {
  const Bytes bytes = encode(Content{.body = body});
  TERN_TRY(decode_content(bytes));
  return {};
}

/// What is read of a Voice that no encoder of ours makes.
Result<void> built_voice(std::size_t peaks, bool with_audio, bool with_blob) {
  flatbuffers::FlatBufferBuilder builder;
  const fb::Id id;
  const std::array<std::uint8_t, 32> ones{1};
  const fb::Hash hash{flatbuffers::span<const std::uint8_t, 32>(ones)};
  const fb::StreamHeader header;
  const auto blob = fb::CreateBlobRef(builder, &id, &hash, 18, &hash, &header);
  const auto waveform = builder.CreateVector(Bytes(peaks, 1));
  const auto audio = builder.CreateVector(sound);
  const auto voice =
      fb::CreateVoice(builder, 48'000, waveform, -2'300, 1'000, &hash, with_audio ? audio : 0,
                      with_blob ? blob : flatbuffers::Offset<fb::BlobRef>(0));
  builder.Finish(fb::CreateContent(builder, 1, 0, fb::Body::Voice, voice.Union()));
  TERN_TRY(decode_content({builder.GetBufferPointer(), builder.GetSize()}));
  return {};
}

}  // namespace

TEST_CASE("a voice message has its sound in itself or in a blob, not both and not neither") {
  auto voice = some_voice();
  CHECK(media_outcome(voice).has_value());
  voice.blob = some_blob();
  CHECK(media_outcome(voice).error() == Errc::malformed);
  voice.audio = {};
  CHECK(media_outcome(voice).has_value());
  voice.blob.reset();
  CHECK(media_outcome(voice).error() == Errc::malformed);
}

TEST_CASE("a voice message may have 48 KiB of sound in itself and no byte more") {
  Bytes audio(limits::voice_inline_bytes_max, 1);
  auto voice = some_voice();
  voice.audio = audio;
  CHECK(media_outcome(voice).has_value());
  audio.push_back(1);
  voice.audio = audio;
  CHECK(media_outcome(voice).error() == Errc::too_long);
}

TEST_CASE("a voice message may last 15 minutes and no sample longer") {
  auto voice = some_voice();
  voice.clip.samples = limits::voice_samples_max;
  CHECK(media_outcome(voice).has_value());
  voice.clip.samples = limits::voice_samples_max + 1;
  CHECK(media_outcome(voice).error() == Errc::voice_too_long);
  voice.clip.samples = UINT64_MAX;
  CHECK(media_outcome(voice).error() == Errc::voice_too_long);
}

TEST_CASE("a waveform has 64 peaks") {
  CHECK(built_voice(64, true, false).has_value());
  for (const std::size_t peaks : {0, 1, 63, 65, 10'000})
    CHECK(built_voice(peaks, true, false).error() == Errc::malformed);
  CHECK(built_voice(64, true, true).error() == Errc::malformed);
  CHECK(built_voice(64, false, false).error() == Errc::malformed);
}

TEST_CASE("loudness and peak outside of what there is arrive at the edge of it") {
  const auto arrived = [](float loudness, float peak) {
    auto voice = some_voice();
    voice.clip.loudness_lufs = loudness;
    voice.clip.peak = peak;
    const Bytes bytes = encode(Content{.body = voice});
    return std::get<VoiceContent>(decode_content(bytes).value().body).clip;
  };
  CHECK(arrived(-23.45F, 0.5F).loudness_lufs == Approx(-23.45F));
  CHECK(arrived(-23.45F, 0.5F).peak == Approx(0.5F).epsilon(0.001));
  CHECK(arrived(-1'000, -1).loudness_lufs == loudness_unknown_lufs);
  CHECK(arrived(-1'000, -1).peak == 0);
  CHECK(arrived(1'000, 2).loudness_lufs == 70);
  CHECK(arrived(1'000, 2).peak == 1);
  CHECK(arrived(loudness_unknown_lufs, 1).loudness_lufs == loudness_unknown_lufs);
}

TEST_CASE("a blob that a message points at has content, and at most 100 MiB with its seals") {
  const auto with_bytes = [](std::uint64_t bytes) {
    auto voice = some_voice();
    voice.audio = {};
    voice.blob = some_blob();
    voice.blob->bytes = bytes;
    return media_outcome(voice);
  };
  CHECK(with_bytes(18).has_value());
  CHECK(with_bytes(limits::blob_bytes_max).has_value());
  CHECK(with_bytes(limits::blob_bytes_max + 1).error() == Errc::blob_too_large);
  CHECK(with_bytes(UINT64_MAX).error() == Errc::blob_too_large);
  CHECK(with_bytes(0).error() == Errc::malformed);
  CHECK(with_bytes(17).error() == Errc::malformed);
  CHECK(with_bytes(limits::blob_chunk_bytes).has_value());
  CHECK(with_bytes(limits::blob_chunk_bytes + 17).error() == Errc::malformed);
  CHECK(with_bytes(limits::blob_chunk_bytes + 18).has_value());
}

TEST_CASE("a blob has an address") {
  auto file = some_file();
  file.blob.address = {};
  CHECK(media_outcome(file).error() == Errc::malformed);
}

TEST_CASE("a file's size is its blob's, and may be what fits 100 MiB and no byte more") {
  for (auto file : {some_file(), some_image()}) {
    set_content_bytes(file, largest_content);
    CHECK(media_outcome(file).has_value());
    set_content_bytes(file, largest_content + 1);
    CHECK(media_outcome(file).error() == Errc::blob_too_large);
    set_content_bytes(file, 100'000);
    ++file.bytes;
    CHECK(media_outcome(file).error() == Errc::malformed);
    file.bytes = UINT64_MAX;
    CHECK(media_outcome(file).error() == Errc::blob_too_large);
  }
}

TEST_CASE("a file's name may have 255 bytes and its type 127, and no more") {
  const std::string name(limits::file_name_bytes_max, 'n');
  const std::string type(limits::file_type_bytes_max, 't');
  auto file = some_file(name);
  file.type = type;
  CHECK(media_outcome(file).has_value());
  const auto longer_name = name + 'n';
  file.name = longer_name;
  CHECK(media_outcome(file).error() == Errc::too_long);
  const auto longer_type = type + 't';
  file.name = name;
  file.type = longer_type;
  CHECK(media_outcome(file).error() == Errc::too_long);
  file.type = "";
  CHECK(media_outcome(file).has_value());
}

TEST_CASE("a file's name names a file and no place") {
  using namespace std::literals;
  for (const auto name :
       {"a"sv, "a.pdf"sv, ".profile"sv, "..."sv, "a b"sv, "\xc3\x9f.txt"sv, "..a"sv}) {
    CHECK(is_file_name(name));
    CHECK(media_outcome(some_file(name)).has_value());
  }
  for (const auto name : {""sv, "."sv, ".."sv, "/"sv, "a/b"sv, "/etc/passwd"sv, "../a"sv, "a\\b"sv,
                          "a\nb"sv, "a\0b"sv, "\x1f"sv, "\x7f"sv}) {
    CHECK_FALSE(is_file_name(name));
    CHECK(media_outcome(some_file(name)).error() == Errc::malformed);
  }
}

TEST_CASE("a file's name and type are UTF-8") {
  CHECK(media_outcome(some_file("caf\xe9")).error() == Errc::text_not_utf8);
  auto file = some_file();
  file.type = "\xff";
  CHECK(media_outcome(file).error() == Errc::text_not_utf8);
}

TEST_CASE("an image's thumbnail may have 32 KiB and no byte more, or be missing") {
  Bytes thumbnail(limits::thumbnail_bytes_max, 1);
  auto image = some_image();
  image.picture->thumbnail = thumbnail;
  CHECK(media_outcome(image).has_value());
  thumbnail.push_back(1);
  image.picture->thumbnail = thumbnail;
  CHECK(media_outcome(image).error() == Errc::too_long);
  image.picture->thumbnail = {};
  CHECK(media_outcome(image).has_value());
}

TEST_CASE("a file is no image, and an image keeps its size") {
  const auto arrived = [](const FileContent& file, Bytes& bytes) {
    bytes = encode(Content{.body = file});
    return std::get<FileContent>(decode_content(bytes).value().body);
  };
  Bytes bytes;
  CHECK_FALSE(arrived(some_file(), bytes).picture.has_value());
  const auto image = arrived(some_image(), bytes);
  REQUIRE(image.picture.has_value());
  CHECK(image.picture->width == 640);
  CHECK(image.picture->height == 480);
}

TEST_CASE("a file without its blob, and a blob without its key, are malformed") {
  const fb::Id id;
  const std::array<std::uint8_t, 32> ones{1};
  const fb::Hash hash{flatbuffers::span<const std::uint8_t, 32>(ones)};
  const fb::StreamHeader header;
  const auto read = [](flatbuffers::FlatBufferBuilder& builder, fb::Body tag,
                       flatbuffers::Offset<void> body) {
    builder.Finish(fb::CreateContent(builder, 1, 0, tag, body));
    const auto decoded = decode_content({builder.GetBufferPointer(), builder.GetSize()});
    return decoded ? Errc{} : decoded.error().errc();
  };
  for (const auto tag : {fb::Body::Voice, fb::Body::File, fb::Body::Image}) {
    flatbuffers::FlatBufferBuilder builder;
    CHECK(read(builder, tag, 0) == Errc::malformed);
  }
  flatbuffers::FlatBufferBuilder no_blob;
  const auto empty = no_blob.EndTable(no_blob.StartTable());
  CHECK(read(no_blob, fb::Body::File, empty) == Errc::malformed);
  for (int missing = 0; missing < 5; ++missing) {
    flatbuffers::FlatBufferBuilder builder;
    const auto name = builder.CreateString("a");
    const auto type = builder.CreateString("b");
    fb::BlobRefBuilder ref(builder);
    if (missing != 0) ref.add_owner(&id);
    if (missing != 1) ref.add_address(&hash);
    if (missing != 2) ref.add_key(&hash);
    if (missing != 3) ref.add_header(&header);
    ref.add_bytes(18);
    const auto start = flatbuffers::Offset<fb::BlobRef>(builder.EndTable(ref.start_));
    fb::FileBuilder file(builder);
    file.add_name(name);
    file.add_type(type);
    file.add_bytes(1);
    file.add_blob(start);
    const auto body = builder.EndTable(file.start_);
    CHECK(read(builder, fb::Body::File, body) == (missing < 4 ? Errc::malformed : Errc{}));
  }
}
