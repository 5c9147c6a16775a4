// The access lists of busy logs, kept in memory for the fan-out; bounded.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "relay/log_store.hpp"

namespace tern::relay {

class AccessLists {
 public:
  using List = std::shared_ptr<const std::vector<DeviceId>>;
  /// `devices_max`: over all lists together, so that memory stays bounded.
  explicit AccessLists(std::size_t devices_max = 262'144) : devices_max_(devices_max) {}

  /// From memory, else from `store`. The log's list has not been changed in this transaction.
  Result<List> get(LogTransaction& store, const LogId& log);
  /// Straight from `store`, for a list that this transaction has changed.
  static Result<List> load(LogTransaction& store, const LogId& log);
  void forget(const LogId& log);

 private:
  void insert(const LogId& log, List list);

  std::size_t devices_max_;
  // Two generations: when the young one is full it becomes the old one, whose lists then go unless
  // they are asked for again.
  std::unordered_map<LogId, List> young_;
  std::unordered_map<LogId, List> old_;
  std::size_t young_devices_ = 0;
};

}  // namespace tern::relay
