// A whole file in memory that somebody else keeps.
#pragma once

#include <algorithm>

#include "tern/voice_player.hpp"

namespace tern::voice {

class SpanSource final : public VoiceSource {
 public:
  explicit SpanSource(ByteSpan file) : file_(file) {}
  Result<std::size_t> read(std::uint64_t offset, MutableByteSpan into) override {
    if (offset >= file_.size()) return std::size_t{0};
    const auto rest = file_.subspan(static_cast<std::size_t>(offset));
    const auto some = std::min(rest.size(), into.size());
    std::copy_n(rest.begin(), some, into.begin());
    return some;
  }
  Result<bool> complete() override { return true; }

 private:
  ByteSpan file_;
};

}  // namespace tern::voice
