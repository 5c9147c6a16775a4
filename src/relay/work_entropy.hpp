// Randomness for work on another thread, which cannot share the strand's: a stream under a key that
// was drawn for it alone.
#pragma once

#include <algorithm>

#include "base/entropy.hpp"
#include "crypto/hash.hpp"

namespace tern::relay {

class WorkEntropy final : public Entropy {
 public:
  explicit WorkEntropy(Entropy& source) { source.fill(key_.mutable_span()); }
  void fill(MutableByteSpan out) override {
    while (!out.empty()) {
      ++block_;
      std::array<std::uint8_t, 8> number;
      for (std::size_t i = 0; i < number.size(); ++i)
        number[i] = static_cast<std::uint8_t>(block_ >> (8 * i));
      auto bytes = crypto::blake2b({number}, key_.span());
      const auto size = std::min(out.size(), bytes.bytes.size());
      std::copy_n(bytes.bytes.begin(), size, out.begin());
      crypto::wipe(bytes.bytes);
      out = out.subspan(size);
    }
  }

 private:
  crypto::Secret<64> key_;
  std::uint64_t block_ = 0;
};

}  // namespace tern::relay
