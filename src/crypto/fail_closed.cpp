#include "crypto/fail_closed.hpp"

#include <sodium.h>

namespace tern::crypto {

void fail_closed(MutableByteSpan out) noexcept {
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

}  // namespace tern::crypto
