// A command ends at its first error: require() turns one into an exception that main() prints.
#pragma once

#include <stdexcept>
#include <tern/result.hpp>

namespace chat {

/// A sentence for the person at the terminal.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
T require(tern::Result<T> result) {
  if (!result) throw Failure(result.error().message());
  return std::move(result).value();
}
inline void require(tern::Result<void> result) {
  if (!result) throw Failure(result.error().message());
}

}  // namespace chat
