// A benchmark that fails measures nothing: it says why, and ends.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tern/result.hpp"

namespace tern::bench {

[[noreturn]] inline void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().message());
  return std::move(result).value();
}
inline void must(const Result<void>& result) {
  if (!result) give_up(result.error().message());
}

}  // namespace tern::bench
