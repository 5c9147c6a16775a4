#include "base/check.hpp"

#ifdef TERN_CHECKS_ABORT
#include <cstdio>
#include <cstdlib>
#endif

namespace tern {

void check_failed([[maybe_unused]] const char* condition, [[maybe_unused]] const char* file,
                  [[maybe_unused]] int line) noexcept {
#ifdef TERN_CHECKS_ABORT
  std::fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, condition);
  std::abort();
#endif
}

}  // namespace tern
