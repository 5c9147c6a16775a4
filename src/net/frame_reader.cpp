#include "net/frame_reader.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::net {
namespace {

// Room is made for this much at once; beyond, as the bytes arrive, so that a length alone costs
// the receiver nothing.
constexpr std::size_t frame_reserved_bytes_max = 64 * 1024;

}  // namespace

Result<void> FrameReader::feed(ByteSpan plaintext, std::vector<Bytes>& frames) {
  while (!plaintext.empty()) {
    if (length_seen_ < frame_length_bytes)
      TERN_TRY(feed_length(plaintext));
    else
      feed_frame(plaintext, frames);
  }
  return {};
}

Result<void> FrameReader::feed_length(ByteSpan& plaintext) {
  length_ = length_ << 8 | plaintext.front();
  plaintext = plaintext.subspan(1);
  if (++length_seen_ < frame_length_bytes) return {};
  if (length_ > limits::frame_bytes_max) return Errc::frame_too_large;
  // No frame is empty; thousands of them in one message would be work for nothing.
  if (length_ == 0) return Errc::frame_malformed;
  frame_.reserve(std::min<std::size_t>(length_, frame_reserved_bytes_max));
  return {};
}

void FrameReader::feed_frame(ByteSpan& plaintext, std::vector<Bytes>& frames) {
  const auto part = plaintext.first(std::min(plaintext.size(), length_ - frame_.size()));
  frame_.insert(frame_.end(), part.begin(), part.end());
  plaintext = plaintext.subspan(part.size());
  if (frame_.size() < length_) return;
  frames.push_back(std::move(frame_));
  *this = FrameReader();
}

}  // namespace tern::net
