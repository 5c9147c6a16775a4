// What a function that cannot return an error does when its caller, tern itself, breaks its rule.
#pragma once

#include "base/check.hpp"
#include "tern/bytes.hpp"

namespace tern::crypto {

/// Random bytes in place of a result. Zeros or stale bytes would be a key that others can guess;
/// nobody can guess these, so whatever follows fails to decrypt or to verify.
void fail_closed(MutableByteSpan out) noexcept;

}  // namespace tern::crypto

/// Whether `condition` holds; if not, stops a debug build, and in release fails `out` closed.
#define TERN_HOLDS_OR_FAIL_CLOSED(condition, out)                        \
  ((condition) || (::tern::check_failed(#condition, __FILE__, __LINE__), \
                   ::tern::crypto::fail_closed(out), false))
