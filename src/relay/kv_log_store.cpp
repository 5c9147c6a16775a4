#include "relay/kv_log_store.hpp"

#include "base/deliberate_fault.hpp"
#include "base/try.hpp"
#include "relay/kv_log_transaction.hpp"

namespace tern::relay {
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
  return store::while_growing(environment_, [&] { return attempt(work); });
}

}  // namespace tern::relay
