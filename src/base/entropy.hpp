// Randomness is a port: the system's in production, a seed's in the simulator.
#pragma once

#include "tern/bytes.hpp"

namespace tern {

class Entropy {
 public:
  virtual ~Entropy() = default;
  /// Fills `out` with bytes that nobody can guess (in production).
  virtual void fill(MutableByteSpan out) = 0;

  template <class Fixed>
  Fixed make() {
    Fixed out;
    fill(out.bytes);
    return out;
  }
  std::uint64_t u64() {
    std::array<std::uint8_t, 8> raw;
    fill(raw);
    std::uint64_t out = 0;
    for (auto byte : raw) out = out << 8 | byte;
    return out;
  }
  /// Uniform in [0, bound); bound > 0. For jitter, not for keys: the modulo bias is 2^-32 at most.
  std::uint64_t below(std::uint64_t bound) { return u64() % bound; }
};

}  // namespace tern
