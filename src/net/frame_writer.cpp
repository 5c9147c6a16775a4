#include "net/frame_writer.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "net/frame_reader.hpp"
#include "net/message_reader.hpp"

namespace tern::net {
namespace {

constexpr std::size_t plaintext_bytes_max =
    limits::noise_message_bytes_max - crypto::aead_tag_bytes;

// Cuts a stream into messages and encrypts each where it lies in `out`.
class MessageCutter {
 public:
  MessageCutter(NoiseCipher& cipher, Bytes& out) : cipher_(cipher), out_(out) { begin(); }

  Result<void> add(ByteSpan bytes) {
    while (!bytes.empty()) {
      if (plaintext_bytes() == plaintext_bytes_max) {
        TERN_TRY(end());
        begin();
      }
      const auto part =
          bytes.first(std::min(bytes.size(), plaintext_bytes_max - plaintext_bytes()));
      out_.insert(out_.end(), part.begin(), part.end());
      bytes = bytes.subspan(part.size());
    }
    return {};
  }
  Result<void> end() {
    const auto plaintext = plaintext_bytes();
    out_.resize(out_.size() + crypto::aead_tag_bytes);
    const auto message = MutableByteSpan(out_).subspan(start_ + message_length_bytes);
    out_[start_] = static_cast<std::uint8_t>(message.size() >> 8);
    out_[start_ + 1] = static_cast<std::uint8_t>(message.size());
    return cipher_.seal_into(message, {}, message.first(plaintext));
  }

 private:
  void begin() {
    start_ = out_.size();
    out_.resize(start_ + message_length_bytes);
  }
  std::size_t plaintext_bytes() const { return out_.size() - start_ - message_length_bytes; }

  NoiseCipher& cipher_;
  Bytes& out_;
  std::size_t start_ = 0;
};

std::array<std::uint8_t, frame_length_bytes> length_of(ByteSpan frame) {
  const auto bytes = static_cast<std::uint32_t>(frame.size());
  return {static_cast<std::uint8_t>(bytes >> 24), static_cast<std::uint8_t>(bytes >> 16),
          static_cast<std::uint8_t>(bytes >> 8), static_cast<std::uint8_t>(bytes)};
}

}  // namespace

Result<void> write_frames(std::span<const ByteSpan> frames, NoiseCipher& cipher, Bytes& out) {
  std::size_t total = 0;
  for (const auto frame : frames) {
    if (frame.size() > limits::frame_bytes_max) return Errc::frame_too_large;
    if (frame.empty()) return Errc::frame_malformed;
    total += frame_length_bytes + frame.size();
  }
  if (total == 0) return {};
  const auto messages = (total + plaintext_bytes_max - 1) / plaintext_bytes_max;
  out.reserve(out.size() + total + messages * (message_length_bytes + crypto::aead_tag_bytes));
  MessageCutter cutter(cipher, out);
  for (const auto frame : frames) {
    TERN_TRY(cutter.add(length_of(frame)));
    TERN_TRY(cutter.add(frame));
  }
  return cutter.end();
}

}  // namespace tern::net
