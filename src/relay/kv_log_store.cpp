#include "relay/kv_log_store.hpp"

#include "base/deliberate_fault.hpp"
#include "base/try.hpp"
#include "relay/kv_log_transaction.hpp"

namespace tern::relay {
namespace {

// A map doubles each time: after so many it would not fit into an address.
constexpr int grow_attempts_max = 32;

}  // namespace

Result<void> KvLogStore::attempt(const std::function<Result<void>(LogTransaction&)>& work) {
  TERN_ASSIGN(const auto rows, environment_.write());
  KvLogTransaction transaction(*rows);
  TERN_TRY(work(transaction));
  TERN_ASSIGN(const auto durability, transaction.finish());
  if (!durability) return {};
  if (is_deliberate(DeliberateFault::acknowledged_before_sync))
    return rows->commit(store::Durability::lazy);
  return rows->commit(*durability);
}

// Not store::transact(): how sure the commit must be is known only when the work is done.
Result<void> KvLogStore::transact(const std::function<Result<void>(LogTransaction&)>& work) {
  for (int grown = 0;; ++grown) {
    auto done = attempt(work);
    if (done || !(done.error() == Errc::storage_map_full) || grown == grow_attempts_max)
      return done;
    TERN_TRY(environment_.grow());
  }
}

}  // namespace tern::relay
