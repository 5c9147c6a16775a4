// What commits do to a log's access list, worked out before anything is written.
#pragma once

#include <unordered_map>
#include <vector>

#include "relay/log_store.hpp"
#include "tern/limits.hpp"

namespace tern::relay {

/// What one commit does to the list.
struct AccessEffect {
  /// Begin with the commit; also a device that is removed and added in one.
  std::vector<DeviceId> joins;
  /// Had been struck, and go on where they were: who struck them had no right to.
  std::vector<DeviceId> restored;
  std::vector<DeviceId> strikes;
};

/// Devices that the commits of one append may put on, strike from the list and name in vain: so
/// many that a list which is wrong altogether is replaced by one.
inline constexpr std::size_t access_moves_max = 2 * limits::chat_devices_max;

/// A device that a whole list names and that has not registered. Of a log whose list is lost with
/// the rest it is kept on the list: this relay has forgotten its registration too, and it comes
/// back later than those who name it.
enum class Unregistered : std::uint8_t { passed_over, kept };

class AccessEditor {
 public:
  /// `author` commits and stays; `members` are on the list now (1 with a log to be created). One
  /// that is not on it (`listed`) can only name the whole list, which restores who was on it before
  /// and strikes nobody.
  AccessEditor(LogTransaction& store, const LogId& log, const DeviceId& author,
               std::uint32_t members, bool listed = true,
               Unregistered unregistered = Unregistered::passed_over);

  /// On top of the changes before it. Errors: access_change_invalid, chat_too_large,
  /// batch_too_large (over access_moves_max), storage_*.
  Result<AccessEffect> apply(const wire::AccessChange& change);
  std::uint32_t members() const { return members_; }

 private:
  Result<bool> on_list(const DeviceId& device);
  Result<void> check_known(const DeviceId& device);
  Result<AccessEffect> apply_change(const wire::AccessChange& change);
  Result<AccessEffect> apply_set(const wire::AccessChange& change);
  Result<std::vector<DeviceId>> whole_list();
  Result<void> put_on(const DeviceId& device, AccessEffect& effect);
  Result<void> strike(const DeviceId& device, AccessEffect& effect);
  void join(const DeviceId& device, bool was_on_list, AccessEffect& effect);

  LogTransaction& store_;
  LogId log_;
  DeviceId author_;
  std::uint32_t members_;
  bool listed_;
  Unregistered unregistered_;
  std::size_t moves_ = 0;
  std::unordered_map<DeviceId, bool> changed_;  // device -> now on the list
};

}  // namespace tern::relay
