#include "crypto/entropy_ahead.hpp"

#include <algorithm>

namespace tern::crypto {

void EntropyAhead::fill(MutableByteSpan out) {
  if (out.size() > drawn_bytes) return from_.fill(out);
  if (out.size() > drawn_bytes - used_) {
    from_.fill(drawn_.mutable_span());
    used_ = 0;
  }
  const auto handed_out = drawn_.mutable_span().subspan(used_, out.size());
  std::copy(handed_out.begin(), handed_out.end(), out.begin());
  wipe(handed_out);
  used_ += out.size();
}

}  // namespace tern::crypto
