// TERN_CHECK: our own broken invariant. Stops a debug build or a test; in release the caller
// returns Errc::internal, for the library never takes its host down.
#pragma once

#include "tern/result.hpp"

namespace tern {
/// Prints where and aborts in builds with TERN_CHECKS_ABORT; otherwise returns.
void check_failed(const char* condition, const char* file, int line) noexcept;
}  // namespace tern

/// For functions that return Result: a broken invariant becomes Errc::internal.
#define TERN_CHECK(condition)                                                                 \
  do {                                                                                        \
    if (!(condition)) [[unlikely]] {                                                          \
      ::tern::check_failed(#condition, __FILE__, __LINE__);                                   \
      return ::tern::Error(::tern::Errc::internal, "internal: " #condition " does not hold"); \
    }                                                                                         \
  } while (false)
