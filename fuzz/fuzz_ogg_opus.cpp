// An Ogg Opus file that somebody sends. The first byte says who reads it, and in which pieces.
#include <algorithm>
#include <cmath>

#include "target.hpp"
#include "tern/limits.hpp"
#include "tern/voice_player.hpp"
#include "tern/voice_recorder.hpp"

using namespace tern;

namespace {

/// Gives a few bytes more with each question.
class Trickle final : public VoiceSource {
 public:
  Trickle(ByteSpan file, std::size_t step) : file_(file), step_(step) {}
  Result<std::size_t> read(std::uint64_t offset, MutableByteSpan into) override {
    here_ = std::min(file_.size(), here_ + step_);
    if (offset >= here_) return std::size_t{0};
    const auto rest = file_.first(here_).subspan(static_cast<std::size_t>(offset));
    const auto some = std::min(rest.size(), into.size());
    std::copy_n(rest.begin(), some, into.begin());
    return some;
  }
  Result<bool> complete() override { return here_ == file_.size(); }

 private:
  ByteSpan file_;
  std::size_t step_, here_ = 0;
};

// RFC 3533 §6: without a right checksum nothing behind it would ever be read.
std::uint32_t checksum(ByteSpan page) {
  std::uint32_t crc = 0;
  for (std::size_t i = 0; i < page.size(); ++i) {
    crc ^= std::uint32_t{i >= 22 && i < 26 ? std::uint8_t{0} : page[i]} << 24;
    for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ (crc >> 31 != 0 ? 0x04c11db7U : 0U);
  }
  return crc;
}

Bytes with_right_checksums(ByteSpan file) {
  Bytes out = to_bytes(file);
  for (std::size_t at = 0; at + 27 <= out.size();) {
    std::size_t size = std::size_t{27} + out[at + 26];
    for (std::size_t i = 0; i < out[at + 26] && at + 27 + i < out.size(); ++i)
      size += out[at + 27 + i];
    if (at + size > out.size()) break;
    const std::uint32_t sum = checksum(ByteSpan(out).subspan(at, size));
    for (std::size_t i = 0; i < 4; ++i) out[at + 22 + i] = static_cast<std::uint8_t>(sum >> 8 * i);
    at += size;
  }
  return out;
}

constexpr std::uint64_t samples_max = 48'000;  // of each input: a run stays short

void play(const std::shared_ptr<VoiceSource>& source, std::uint8_t how) {
  PlayerSettings settings;
  settings.sample_rate = how % 2 == 0 ? 48'000 : 11'025;
  settings.speed = how % 3 == 0 ? 1 : 1.7;
  settings.clip = VoiceClip{.samples = 100'000, .loudness_lufs = -40};
  auto player = VoicePlayer::open(source, settings);
  if (!player) return;
  float pcm[700];
  for (std::size_t i = 0; i < samples_max / std::size(pcm) / 2; ++i) {
    if (i == 20) player->seek(std::uint64_t{how} << (how % 40)).value();
    const auto read = player->read(std::span<float>(pcm));
    if (!read) break;
    for (std::size_t k = 0; k < read->frames; ++k)
      expect(std::abs(pcm[k]) <= 1, "no sample passes full scale, and each is a number");
    if (read->state == PlayerState::ended) break;
  }
}

void import(const Bytes& file) {
  const auto whole = make_voice_source(file);
  const auto opened = VoicePlayer::open(whole);
  if (opened && opened->duration().value_or(0) > samples_max) return;
  const auto measured = measure_voice(*whole);
  expect(!measured || opened.has_value(), "what can be measured can be opened");
  Bytes again;
  const auto imported = import_voice(file, {}, make_voice_buffer(again));
  if (!imported) return;
  const auto second = measure_voice(*make_voice_source(again));
  expect(second.has_value(), "what was imported is a good file");
  expect(second->samples == imported->samples, "and as long");
}

void resume(const Bytes& file) {
  std::uint64_t kept = 0;
  Bytes rest;
  const auto resumed = VoiceRecorder::resume({}, make_voice_buffer(rest), file, &kept);
  expect(!resumed || kept <= file.size(), "no more is kept of a draft than there is");
}

}  // namespace

void fuzz(ByteSpan input) {
  if (input.empty()) return;
  const std::uint8_t how = input[0];
  const Bytes file =
      how > 250 ? to_bytes(input.subspan(1)) : with_right_checksums(input.subspan(1));
  if (how % 4 == 0) return resume(file);
  if (how % 4 == 1) return import(file);
  play(std::make_shared<Trickle>(file, 40 + how * 5U), how);
}
