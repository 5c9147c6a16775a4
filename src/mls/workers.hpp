// Work that may be shared out: this library starts no thread, the application may lend it some.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "base/try.hpp"

namespace tern::mls {

/// Threads that the application lends for the long parts of a commit (an HPKE seal for each node
/// that it cannot address together) and of joining (a signature check for each leaf).
class Workers {
 public:
  virtual ~Workers() = default;
  /// Calls `piece(0)` … `piece(count - 1)`, each once, in any order and on any threads, and returns
  /// when all have returned. Pieces touch nothing of each other's.
  virtual void run(std::size_t count, const std::function<void(std::size_t)>& piece) = 0;
};

/// Calls them one after the other when nobody lends anything.
inline void run_pieces(Workers* workers, std::size_t count,
                       const std::function<void(std::size_t)>& piece) {
  if (workers) return workers->run(count, piece);
  for (std::size_t i = 0; i < count; ++i) piece(i);
}

/// What `make(i)`, a Result<T>, gives for each i, in order; else the first error in that order.
template <class T, class Make>
Result<std::vector<T>> map_pieces(Workers* workers, std::size_t count, Make&& make) {
  std::vector<T> made(count);
  std::vector<std::optional<Error>> errors(count);
  run_pieces(workers, count, [&](std::size_t i) {
    Result<T> result = make(i);
    if (result) {
      made[i] = std::move(result).value();
    } else {
      errors[i] = std::move(result).error();
    }
  });
  for (auto& error : errors)
    if (error) return std::move(*error);
  return made;
}

}  // namespace tern::mls
