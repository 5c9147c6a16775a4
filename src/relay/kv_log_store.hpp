// The relay's storage port over ordered tables: LMDB in production, memory in the simulator.
#pragma once

#include "relay/log_store.hpp"

namespace tern::relay {

class KvLogStore final : public LogStore {
 public:
  /// `environment` outlives the store, which is its only writer.
  explicit KvLogStore(store::Environment& environment) : environment_(environment) {}
  Result<void> transact(const std::function<Result<void>(LogTransaction&)>& work) override;

 private:
  Result<void> attempt(const std::function<Result<void>(LogTransaction&)>& work);
  store::Environment& environment_;
};

}  // namespace tern::relay
