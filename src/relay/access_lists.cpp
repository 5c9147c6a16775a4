#include "relay/access_lists.hpp"

#include "base/try.hpp"

namespace tern::relay {

Result<AccessLists::List> AccessLists::get(LogTransaction& store, const LogId& log) {
  if (const auto found = young_.find(log); found != young_.end()) return found->second;
  if (const auto found = old_.find(log); found != old_.end()) {
    auto list = found->second;
    insert(log, list);
    return list;
  }
  TERN_ASSIGN(auto list, load(store, log));
  insert(log, list);
  return list;
}

Result<AccessLists::List> AccessLists::load(LogTransaction& store, const LogId& log) {
  std::vector<DeviceId> devices;
  TERN_TRY(store.members(log, [&](const DeviceId& device, const Membership&) {
    devices.push_back(device);
    return Scan::next;
  }));
  return List(std::make_shared<const std::vector<DeviceId>>(std::move(devices)));
}

void AccessLists::forget(const LogId& log) {
  young_.erase(log);
  old_.erase(log);
}

void AccessLists::insert(const LogId& log, List list) {
  // An empty list takes room too.
  young_devices_ += list->size() + 4;
  young_[log] = std::move(list);
  if (young_devices_ * 2 <= devices_max_) return;
  old_ = std::move(young_);
  young_.clear();
  young_devices_ = 0;
}

}  // namespace tern::relay
