// One fuzz target: a function of the library, called with bytes from outside.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "tern/bytes.hpp"

/// What the target does with one input. It returns for every input, and calls expect() on what
/// must hold whatever the input is.
void fuzz(tern::ByteSpan input);

/// Ends the run with the sentence that turned out false: a finding like a crash.
inline void expect(bool holds, const char* sentence) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", sentence);
  std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz({data, size});
  return 0;
}
