// Where a random world's decisions come from: a seed, or the bytes of a fuzzer.
#pragma once

#include <iterator>

#include "tern/bytes.hpp"

namespace tern::sim {

class Choices {
 public:
  static Choices from_seed(std::uint64_t seed);
  /// Every choice takes what it needs of them. When they are used up, all is calm: below() is 0.
  static Choices from_bytes(ByteSpan bytes);

  /// In [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  std::int64_t between(std::int64_t first, std::int64_t last) {
    return first + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(last - first + 1)));
  }
  /// False once the bytes are used up. n = 0: never.
  bool one_in(std::uint64_t n) { return n != 0 && below(n) == n - 1; }
  template <class List>
  auto& one_of(List& list) {
    return list[below(std::size(list))];
  }
  bool used_up() const { return by_bytes_ && at_ == bytes_.size(); }

 private:
  Choices() = default;

  bool by_bytes_ = false;
  std::uint64_t state_ = 0;
  Bytes bytes_;
  std::size_t at_ = 0;
};

}  // namespace tern::sim
