#include "base/try.hpp"
#include "store/port.hpp"

namespace tern::store {

namespace {

// A map doubles each time: after so many it would not fit into an address.
constexpr int grow_attempts_max = 32;

Result<void> attempt(Environment& environment, Durability durability,
                     const std::function<Result<void>(WriteTransaction&)>& work) {
  TERN_ASSIGN(const auto transaction, environment.write());
  TERN_TRY(work(*transaction));
  return transaction->commit(durability);
}

}  // namespace

Result<void> transact(Environment& environment, Durability durability,
                      const std::function<Result<void>(WriteTransaction&)>& work) {
  for (int grown = 0;; ++grown) {
    auto done = attempt(environment, durability, work);
    if (done || !(done.error() == Errc::storage_map_full) || grown == grow_attempts_max)
      return done;
    TERN_TRY(environment.grow());
  }
}

}  // namespace tern::store
