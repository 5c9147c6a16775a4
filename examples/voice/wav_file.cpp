#include "examples/voice/wav_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "chat/require.hpp"

namespace voice {
namespace {

using chat::Failure;

constexpr std::uint64_t wav_bytes_max = 0xFFFF'FFFF - 36;

std::string part_of(const std::string& path) { return path + ".part"; }

}  // namespace

WavReader::WavReader(const std::string& path) : path_(path), in_(path, std::ios::binary) {
  std::array<char, 12> riff{};
  in_.read(riff.data(), riff.size());
  const std::string_view head(riff.data(), riff.size());
  if (!in_ || !head.starts_with("RIFF") || !head.ends_with("WAVE"))
    throw Failure(path + " is no WAV file");
  for (std::array<char, 4> name{}; in_.read(name.data(), name.size());) {
    const auto bytes = number(4);
    const std::string_view chunk(name.data(), name.size());
    if (chunk == "data" && rate_ != 0) {
      left_ = bytes - bytes % (2 * channels_);
      return;
    }
    if (chunk == "fmt ")
      read_format(bytes);
    else
      in_.seekg(bytes + bytes % 2, std::ios::cur);
  }
  throw Failure(path + " ends before its sound begins");
}

std::uint32_t WavReader::number(std::size_t bytes) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    out |= static_cast<std::uint32_t>(in_.get() & 0xFF) << (8 * i);
  return out;
}

void WavReader::read_format(std::uint32_t bytes) {
  constexpr std::uint32_t read_here = 16;
  const auto format = number(2);
  channels_ = number(2);
  rate_ = number(4);
  number(4);  // bytes a second
  number(2);  // bytes a frame
  const auto bits = number(2);
  const bool pcm = format == 1 || format == 0xFFFE;
  if (!in_ || bytes < read_here || !pcm || bits != 16 || channels_ < 1 || channels_ > 2 ||
      rate_ == 0)
    throw Failure(path_ + " is not a WAV file of 16 bits, mono or stereo");
  in_.seekg(bytes - read_here + bytes % 2, std::ios::cur);
}

std::span<const float> WavReader::read(std::size_t frames) {
  const auto wanted = std::min<std::size_t>(left_, frames * channels_ * 2);
  bytes_.resize(wanted);
  in_.read(bytes_.data(), static_cast<std::streamsize>(wanted));
  auto got = static_cast<std::size_t>(in_.gcount());
  got -= got % (std::size_t{2} * channels_);
  left_ = got < wanted ? 0 : left_ - static_cast<std::uint32_t>(got);
  pcm_.resize(got / 2);
  for (std::size_t i = 0; i < pcm_.size(); ++i) {
    const auto low = static_cast<std::uint8_t>(bytes_[2 * i]);
    const auto high = static_cast<std::uint8_t>(bytes_[2 * i + 1]);
    pcm_[i] = static_cast<float>(static_cast<std::int16_t>(low | (high << 8))) / 32768.0F;
  }
  return pcm_;
}

WavWriter::WavWriter(const std::string& path, std::uint32_t rate)
    : path_(path), out_(part_of(path), std::ios::binary), rate_(rate) {
  write_header();
  if (!out_) throw Failure(path + " cannot be written");
}

WavWriter::~WavWriter() {
  std::error_code none;
  if (!finished_) std::filesystem::remove(part_of(path_), none);
}

void WavWriter::write_header() {
  std::string head;
  const auto add = [&head](std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) head += static_cast<char>(value >> (8 * i) & 0xFF);
  };
  const auto bytes = static_cast<std::uint32_t>(samples_ * 2);
  head += "RIFF";
  add(36 + bytes, 4);
  head += "WAVEfmt ";
  add(16, 4);
  add(1, 2);  // PCM
  add(1, 2);  // mono
  add(rate_, 4);
  add(rate_ * 2, 4);
  add(2, 2);
  add(16, 2);
  head += "data";
  add(bytes, 4);
  out_.write(head.data(), static_cast<std::streamsize>(head.size()));
}

void WavWriter::write(std::span<const float> pcm) {
  if ((samples_ + pcm.size()) * 2 > wav_bytes_max)
    throw Failure(path_ + " would be longer than a WAV file can be");
  std::string bytes;
  bytes.reserve(pcm.size() * 2);
  for (const float sample : pcm) {
    const auto value = std::lround(std::clamp(sample * 32768.0F, -32768.0F, 32767.0F));
    bytes += static_cast<char>(value & 0xFF);
    bytes += static_cast<char>(value >> 8 & 0xFF);
  }
  out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  samples_ += pcm.size();
  if (!out_) throw Failure(path_ + " cannot be written");
}

void WavWriter::finish() {
  out_.seekp(0);
  write_header();
  out_.close();
  std::error_code failed;
  if (out_) std::filesystem::rename(part_of(path_), path_, failed);
  if (!out_ || failed) throw Failure(path_ + " cannot be written");
  finished_ = true;
}

}  // namespace voice
