// WAV files of 16 bits, sample by sample. (What send takes, of any kind of WAV, the library reads.)
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace voice {

class WavReader {
 public:
  /// Throws Failure when it is none, or not of 16 bits and one or two channels.
  explicit WavReader(const std::string& path);
  std::uint32_t rate() const { return rate_; }
  std::uint32_t channels() const { return channels_; }
  /// The next samples, interleaved: whole frames; none at the end.
  std::span<const float> read(std::size_t frames);

 private:
  void read_format(std::uint32_t bytes);
  std::uint32_t number(std::size_t bytes);

  std::string path_;
  std::ifstream in_;
  std::uint32_t rate_ = 0;
  std::uint32_t channels_ = 0;
  std::uint32_t left_ = 0;  ///< bytes of samples
  std::vector<char> bytes_;
  std::vector<float> pcm_;
};

/// Mono. Written beside `path`, and there once finish() was called.
class WavWriter {
 public:
  WavWriter(const std::string& path, std::uint32_t rate);
  ~WavWriter();
  WavWriter(const WavWriter&) = delete;
  WavWriter& operator=(const WavWriter&) = delete;
  void write(std::span<const float> pcm);
  void finish();
  std::uint64_t samples() const { return samples_; }

 private:
  void write_header();

  std::string path_;
  std::ofstream out_;
  std::uint32_t rate_;
  std::uint64_t samples_ = 0;
  bool finished_ = false;
};

}  // namespace voice
