// Randomness drawn a page at a time, for work that needs a little of it very often: a draw from the
// system costs as much as sealing a row.
#pragma once

#include "base/entropy.hpp"
#include "crypto/secret.hpp"

namespace tern::crypto {

/// Hands out what it drew from `from`, each byte once; what it handed out, and at its end the rest,
/// is wiped. Made for one piece of work (a transaction, a batch) on one thread: a copy of the
/// process's memory that is run twice hands out the same bytes twice. `from` must outlive it.
class EntropyAhead final : public Entropy {
 public:
  explicit EntropyAhead(Entropy& from) : from_(from) {}
  void fill(MutableByteSpan out) override;

 private:
  static constexpr std::size_t drawn_bytes = 512;
  Entropy& from_;
  Secret<drawn_bytes> drawn_;
  std::size_t used_ = drawn_bytes;
};

}  // namespace tern::crypto
