#include "client/policy.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "client/seating.hpp"
#include "tern/limits.hpp"

namespace tern::client {
namespace {

using Devices = std::vector<DeviceId>;

bool holds(const Devices& devices, const DeviceId& device) {
  return std::find(devices.begin(), devices.end(), device) != devices.end();
}

bool has_account(const std::vector<Seat>& seats, const AccountId& account) {
  return std::any_of(seats.begin(), seats.end(),
                     [&](const Seat& seat) { return seat.account == account; });
}

Devices sorted(Devices devices) {
  std::sort(devices.begin(), devices.end());
  return devices;
}

Devices devices_after(const CommitFacts& facts) {
  const auto removed = devices_of(facts.removed);
  Devices out = devices_of(facts.added);
  for (const auto& seat : facts.before)
    if (!holds(removed, seat.device)) out.push_back(seat.device);
  return sorted(std::move(out));
}

Result<void> check_access(const CommitFacts& facts) {
  using Mode = wire::AccessChange::Mode;
  const auto& access = facts.access;
  bool honest = false;
  if (access.mode == Mode::none) honest = facts.added.empty() && facts.removed.empty();
  if (access.mode == Mode::change)
    honest = sorted(access.added) == devices_of(facts.added) &&
             sorted(access.removed) == devices_of(facts.removed);
  if (access.mode == Mode::set) honest = sorted(access.added) == devices_after(facts);
  if (honest) return {};
  return Error(Errc::access_change_invalid,
               "a commit that told the relay another membership than it makes");
}

bool holds(const std::vector<Seat>& seats, const Seat& wanted) {
  return std::any_of(seats.begin(), seats.end(), [&](const Seat& seat) {
    return seat.device == wanted.device && seat.account == wanted.account;
  });
}

// The same device of the same account out and in again: how somebody who lost the thread is brought
// back, by its own request. A Welcome that it did not ask for may be one that it cannot use, and
// the removal an expulsion; in a chat of two there is nobody to expel from.
bool comes_back(const Policy& policy, const CommitFacts& facts, const Seat& seat) {
  return holds(facts.added, seat) && holds(facts.removed, seat) &&
         (policy.one_to_one || holds(facts.returning, seat.device));
}

Result<void> check_hands(const CommitFacts& facts) {
  const auto removed = devices_of(facts.removed);
  for (const auto& seat : facts.added)
    if (holds(removed, seat.device) && !holds(facts.removed, seat))
      return Error(Errc::policy_violated, "a device that changes hands");
  return {};
}

Result<void> check_adds(const Policy& policy, const CommitFacts& facts) {
  for (const auto& seat : facts.added) {
    if (comes_back(policy, facts, seat)) continue;
    if (policy.one_to_one && !has_account(facts.before, seat.account))
      return Error(Errc::policy_violated, "a third account for a chat of two");
    // One's own further devices are no new member.
    if (seat.account == facts.committer.account) continue;
    if (policy.allows(policy.may_add, facts.committer.account)) continue;
    return Error(Errc::policy_violated, holds(facts.outdated, seat.device)
                                            ? "an old request to be added again, answered anew"
                                            : "an add by who may not add");
  }
  return {};
}

Result<void> check_removes(const Policy& policy, const CommitFacts& facts) {
  for (const auto& seat : facts.removed) {
    if (comes_back(policy, facts, seat) || holds(facts.leaving, seat.device)) continue;
    if (seat.account == facts.committer.account) continue;
    if (policy.one_to_one || !policy.allows(policy.may_remove, facts.committer.account))
      return Error(Errc::policy_violated, "a removal by who may not remove");
  }
  return {};
}

Result<void> check_extensions(const Policy& policy, const CommitFacts& facts) {
  if (!facts.new_extensions) return {};
  TERN_ASSIGN(const auto wanted, policy_in(*facts.new_extensions));
  // What this version does not know (external senders, say) it lets nobody bring in.
  if (facts.new_extensions->size() != 1)
    return Error(Errc::policy_violated, "group context extensions beside the policy");
  if (wanted.one_to_one != policy.one_to_one)
    return Error(Errc::policy_violated, "a chat of two stays one, a group a group");
  auto renamed = policy;
  renamed.title = wanted.title;
  const bool only_renames = extensions_with(renamed) == *facts.new_extensions;
  const auto& committer = facts.committer.account;
  if (only_renames ? policy.allows(policy.may_rename, committer) : policy.is_admin(committer))
    return {};
  return Error(Errc::policy_violated, "a change of the group's rules by who may not");
}

}  // namespace

bool Policy::is_admin(const AccountId& account) const {
  return std::find(admins.begin(), admins.end(), account) != admins.end();
}

bool Policy::allows(wire::GroupPolicy::Who who, const AccountId& account) const {
  return who == wire::GroupPolicy::Who::members || is_admin(account);
}

Result<Policy> policy_in(const mls::Extensions& extensions) {
  const auto* extension = mls::find_extension(extensions, mls::extension_tern_policy);
  if (!extension) return Error(Errc::policy_violated, "a group without a policy");
  const auto wire_policy = wire::decode_group_policy(extension->data);
  if (!wire_policy) return Error(Errc::policy_violated, "a policy that does not parse");
  return Policy{std::string(wire_policy->title), wire_policy->admins,
                wire_policy->one_to_one,         wire_policy->may_add,
                wire_policy->may_remove,         wire_policy->may_rename};
}

mls::Extensions extensions_with(const Policy& policy) {
  const wire::GroupPolicy wire_policy{policy.title,   policy.admins,     policy.one_to_one,
                                      policy.may_add, policy.may_remove, policy.may_rename};
  return {{mls::extension_tern_policy, wire::encode(wire_policy)}};
}

Result<void> check_commit(const Policy& policy, const CommitFacts& facts) {
  TERN_TRY(check_access(facts));
  TERN_TRY(check_hands(facts));
  TERN_TRY(check_adds(policy, facts));
  TERN_TRY(check_removes(policy, facts));
  TERN_TRY(check_extensions(policy, facts));
  if (!facts.added.empty() && devices_after(facts).size() > limits::chat_devices_max)
    return Error(Errc::chat_too_large, "a commit that makes the chat larger than " +
                                           std::to_string(limits::chat_devices_max) + " devices");
  return {};
}

}  // namespace tern::client
