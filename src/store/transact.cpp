#include "base/try.hpp"
#include "store/port.hpp"

namespace tern::store {

namespace {

// A map doubles each time: after so many it would not fit into an address.
constexpr int grow_attempts_max = 32;

}  // namespace

Result<void> while_growing(Environment& environment, const std::function<Result<void>()>& attempt) {
  for (int grown = 0;; ++grown) {
    auto done = attempt();
    if (done || !(done.error() == Errc::storage_map_full) || grown == grow_attempts_max)
      return done;
    TERN_TRY(environment.grow());
  }
}

Result<void> transact(Environment& environment, Durability durability,
                      const std::function<Result<void>(WriteTransaction&)>& work) {
  return while_growing(environment, [&]() -> Result<void> {
    TERN_ASSIGN(const auto transaction, environment.write());
    TERN_TRY(work(*transaction));
    return transaction->commit(durability);
  });
}

}  // namespace tern::store
