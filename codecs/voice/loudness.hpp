// EBU R 128 integrated loudness, in memory that does not grow.
#pragma once

#include <memory>
#include <span>

#include "tern/result.hpp"

namespace tern::voice {

class LoudnessMeter {
 public:
  LoudnessMeter();
  LoudnessMeter(LoudnessMeter&&) noexcept;
  LoudnessMeter& operator=(LoudnessMeter&&) noexcept;
  ~LoudnessMeter();
  /// Mono, at 48 kHz.
  void add(std::span<const float> pcm);
  /// loudness_unknown_lufs where there is none.
  float lufs() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tern::voice
