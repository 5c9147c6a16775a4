// The group's rules (GroupContext extension), and whether a commit keeps them. Every member judges
// alike: only by the tree, the policy and the commit, never by what one device happens to know.
#pragma once

#include "client/roster.hpp"
#include "mls/extensions.hpp"
#include "wire/content.hpp"
#include "wire/entry.hpp"

namespace tern::client {

/// wire::GroupPolicy with its own memory.
struct Policy {
  std::string title;
  std::vector<AccountId> admins;
  bool one_to_one = false;
  wire::GroupPolicy::Who may_add = wire::GroupPolicy::Who::admins;
  wire::GroupPolicy::Who may_remove = wire::GroupPolicy::Who::admins;
  wire::GroupPolicy::Who may_rename = wire::GroupPolicy::Who::admins;

  bool is_admin(const AccountId& account) const;
  bool allows(wire::GroupPolicy::Who who, const AccountId& account) const;
};

/// Errors: policy_violated when there is none, or it does not parse.
Result<Policy> policy_in(const mls::Extensions& extensions);
mls::Extensions extensions_with(const Policy& policy);

/// A commit as the rules see it.
struct CommitFacts {
  Seat committer;
  std::vector<Seat> before;  ///< the tree's members before it; unused when nobody is added
                             ///< and `access` does not say the whole list
  std::vector<Seat> added;
  std::vector<Seat> removed;
  std::vector<DeviceId> leaving;    ///< those whose own proposals to leave it may carry out
  std::vector<DeviceId> returning;  ///< those whose own requests to be added again it carries
  std::vector<DeviceId> outdated;   ///< the same, of requests that are older than the leaf removed
  const mls::Extensions* new_extensions = nullptr;
  wire::AccessChange access;
};

/// Errors: policy_violated, access_change_invalid (the relay was told something else), and
/// chat_too_large; each with a sentence.
Result<void> check_commit(const Policy& policy, const CommitFacts& facts);

}  // namespace tern::client
