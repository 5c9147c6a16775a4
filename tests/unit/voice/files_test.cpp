#include <catch2/catch.hpp>
#include <fstream>

#include "support/temporary_folder.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

Pcm play_file(const std::string& path) {
  auto player = VoicePlayer::open(open_voice_file(path).value()).value();
  Pcm out(48'000 * 10);
  out.resize(player.read(std::span<float>(out)).value().frames);
  return out;
}

TEST_CASE("a file appears under its name when it is finished, and reads as it was recorded") {
  tern::test::TemporaryFolder folder;
  const std::string path = folder.path / "clip.opus";
  const Pcm pcm = speech(48'000 * 2) + Pcm(48'000 * 2);
  auto recorder =
      VoiceRecorder::start({.trim_silence = true}, make_voice_file(path).value()).value();
  push(recorder, pcm);
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(std::filesystem::file_size(path + ".part") > 1'000);
  const auto clip = recorder.finish().value();
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
  CHECK(play_file(path) == play(record(pcm, {.trim_silence = true}).file));
  CHECK(measure_voice(*open_voice_file(path).value())->samples == clip.samples);
}

TEST_CASE("a draft in a file is there when its recorder is not, and goes when it is discarded") {
  tern::test::TemporaryFolder folder;
  const std::string path = folder.path / "clip.opus";
  {
    auto recorder = VoiceRecorder::start({}, make_voice_file(path).value()).value();
    push(recorder, speech(48'000));
  }
  const auto left = std::filesystem::file_size(path + ".part");
  CHECK(left > 1'000);
  // It is nobody's to write over.
  const auto refused = make_voice_file(path);
  CHECK(refused.error() == Errc::file_io);
  CHECK(refused.error().message().find(path + ".part") != std::string::npos);
  CHECK(std::filesystem::file_size(path + ".part") == left);
  auto recorder = resume_voice_file(path, {}).value();
  push(recorder, speech(48'000));
  recorder.discard().value();
  CHECK(std::filesystem::is_empty(folder.path));
}

TEST_CASE("a recording into a file that was cut off anywhere goes on in the same file") {
  tern::test::TemporaryFolder folder;
  const std::string path = folder.path / "clip.opus", part = path + ".part";
  for (const std::size_t missing : {0, 1, 500}) {
    {
      auto recorder = VoiceRecorder::start({}, make_voice_file(path).value()).value();
      push(recorder, speech(48'000 * 3));
    }
    std::filesystem::resize_file(part, std::filesystem::file_size(part) - missing);
    auto recorder = resume_voice_file(path, {}).value();
    CHECK(recorder.samples() > 48'000 * 2);
    CHECK(resume_voice_file(path, {}).error() == Errc::file_io);  // one at a time
    push(recorder, speech(48'000));
    const auto clip = recorder.finish().value();
    CHECK(clip.samples > 48'000 * 3);
    CHECK(play_file(path).size() == clip.samples);
    CHECK_FALSE(std::filesystem::exists(part));
    std::filesystem::remove(path);
  }
}

TEST_CASE("what is no draft is not gone on with, and stays as it is") {
  tern::test::TemporaryFolder folder;
  const std::string path = folder.path / "clip.opus", part = path + ".part";
  CHECK(resume_voice_file(path, {}).error() == Errc::file_io);
  CHECK_FALSE(std::filesystem::exists(part));
  std::ofstream(part) << std::string(100'000, 'd');
  CHECK_FALSE(resume_voice_file(path, {}));
  CHECK(std::filesystem::file_size(part) == 100'000);
  std::filesystem::remove(part);
  // A recorder that does not begin leaves nothing in the way of the next one.
  CHECK_FALSE(VoiceRecorder::start({.sample_rate = 1}, make_voice_file(path).value()));
  CHECK(make_voice_file(path));
}

TEST_CASE("a file that cannot be read or written is an error") {
  tern::test::TemporaryFolder folder;
  CHECK(make_voice_file(folder.path / "no" / "clip.opus").error() == Errc::file_io);
  CHECK(open_voice_file(folder.path / "none.opus").error() == Errc::file_io);
  CHECK(open_voice_file(folder.path).error() == Errc::file_io);
  std::ofstream(folder.path / "empty.opus").flush();
  CHECK(VoicePlayer::open(open_voice_file(folder.path / "empty.opus").value()).error() ==
        Errc::ogg_truncated);
}

}  // namespace
}  // namespace tern::voice::test
