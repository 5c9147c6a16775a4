#include "relay/access_editor.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::relay {
namespace {

using Devices = std::vector<DeviceId>;

Result<Devices> sorted_without_doubles(Devices devices) {
  std::sort(devices.begin(), devices.end());
  if (std::adjacent_find(devices.begin(), devices.end()) != devices.end())
    return Errc::access_change_invalid;
  return devices;
}

bool contains(const Devices& sorted, const DeviceId& device) {
  return std::binary_search(sorted.begin(), sorted.end(), device);
}

}  // namespace

AccessEditor::AccessEditor(LogTransaction& store, const LogId& log, const DeviceId& author,
                           std::uint32_t members, bool listed, Unregistered unregistered)
    : store_(store),
      log_(log),
      author_(author),
      members_(members),
      listed_(listed),
      unregistered_(unregistered) {
  changed_[author] = listed;
}

Result<AccessEffect> AccessEditor::apply(const wire::AccessChange& change) {
  using Mode = wire::AccessChange::Mode;
  if (change.mode == Mode::none) return AccessEffect{};
  if (!listed_ && change.mode != Mode::set) return Errc::access_change_invalid;
  TERN_ASSIGN(auto effect, change.mode == Mode::set ? apply_set(change) : apply_change(change));
  if (members_ > limits::chat_devices_max) return Errc::chat_too_large;
  moves_ += effect.joins.size() + effect.restored.size() + effect.strikes.size();
  if (moves_ > access_moves_max) return Errc::batch_too_large;
  return effect;
}

Result<bool> AccessEditor::on_list(const DeviceId& device) {
  const auto changed = changed_.find(device);
  if (changed != changed_.end()) return changed->second;
  TERN_ASSIGN(const auto membership, store_.member(log_, device));
  return membership && membership->on_list();
}

Result<void> AccessEditor::check_known(const DeviceId& device) {
  TERN_ASSIGN(const auto row, store_.device(device));
  if (!row || row->revoked) return Errc::access_change_invalid;
  return {};
}

Result<void> AccessEditor::strike(const DeviceId& device, AccessEffect& effect) {
  // RFC 9420 §12.2: a commit cannot remove its committer.
  if (device == author_) return Errc::access_change_invalid;
  changed_[device] = false;
  --members_;
  effect.strikes.push_back(device);
  return {};
}

void AccessEditor::join(const DeviceId& device, bool was_on_list, AccessEffect& effect) {
  changed_[device] = true;
  if (!was_on_list) ++members_;
  effect.joins.push_back(device);
}

Result<AccessEffect> AccessEditor::apply_change(const wire::AccessChange& change) {
  if (change.added.size() > limits::adds_per_commit_max) return Errc::access_change_invalid;
  TERN_ASSIGN(const auto added, sorted_without_doubles(change.added));
  TERN_ASSIGN(const auto removed, sorted_without_doubles(change.removed));
  AccessEffect effect;
  for (const auto& device : removed) {
    if (contains(added, device)) continue;
    TERN_ASSIGN(const bool listed, on_list(device));
    if (!listed) {
      // Of a deleted account: in the tree it is still there.
      TERN_ASSIGN(const auto known, store_.device(device));
      if (!known) continue;
      return Errc::access_change_invalid;
    }
    TERN_TRY(strike(device, effect));
  }
  for (const auto& device : added) {
    TERN_ASSIGN(const bool listed, on_list(device));
    // Removed and added in one commit is how a device comes back that asked to rejoin, whether or
    // not a false change has struck it meanwhile.
    if (listed && !contains(removed, device)) return Errc::access_change_invalid;
    if (device == author_) return Errc::access_change_invalid;
    TERN_TRY(check_known(device));
    join(device, listed, effect);
  }
  return effect;
}

// The list as a member sees it in the tree.
Result<AccessEffect> AccessEditor::apply_set(const wire::AccessChange& change) {
  if (change.added.size() > limits::chat_devices_max) return Errc::chat_too_large;
  if (!change.removed.empty()) return Errc::access_change_invalid;
  TERN_ASSIGN(const auto wanted, sorted_without_doubles(change.added));
  if (!contains(wanted, author_)) return Errc::access_change_invalid;
  TERN_ASSIGN(const auto present, whole_list());
  AccessEffect effect;
  for (const auto& device : present) {
    if (listed_ && !contains(wanted, device)) TERN_TRY(strike(device, effect));
  }
  for (const auto& device : wanted) {
    if (!contains(present, device)) TERN_TRY(put_on(device, effect));
  }
  return effect;
}

Result<void> AccessEditor::put_on(const DeviceId& device, AccessEffect& effect) {
  TERN_ASSIGN(const auto before, store_.member(log_, device));
  if (!before) {
    TERN_ASSIGN(const auto registered, store_.device(device));
    // Of a deleted account: in the tree it is still there, and the others are to have their list.
    // Whoever invents devices would have a row kept for each.
    if (!registered && unregistered_ == Unregistered::passed_over) {
      ++moves_;  // to look for it costs as much
      return {};
    }
    if (!listed_) return Errc::access_change_invalid;
  }
  changed_[device] = true;
  ++members_;
  (before ? effect.restored : effect.joins).push_back(device);
  return {};
}

Result<Devices> AccessEditor::whole_list() {
  Devices out;
  TERN_TRY(store_.members(log_, [&](const DeviceId& device, const Membership&) {
    if (!changed_.count(device)) out.push_back(device);
    return Scan::next;
  }));
  for (const auto& [device, listed] : changed_) {
    if (listed) out.push_back(device);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace tern::relay
