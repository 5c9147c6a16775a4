// A commit that breaks a rule, by whoever holds a member's keys.
#pragma once

#include <functional>

#include "mls/group.hpp"
#include "mls/group_state.hpp"

namespace tern::test {

/// A commit with what a test wants in it.
struct CommitForgery {
  std::vector<mls::ProposalOrRef> proposals;
  bool has_path = true;
  /// Before the parent hash and the signature are made.
  std::function<void(mls::LeafNode&)> edit_leaf;
  /// After the leaf is signed; `resign` signs it again.
  std::function<void(mls::UpdatePath&)> edit_path;
  bool resign = false;
  /// The last word before it is encrypted.
  std::function<void(mls::AuthenticatedContent&)> edit_message;
  Bytes authenticated_data;
};
/// `used` is what the group has consumed.
Bytes forge_commit(mls::Group& group, const crypto::SigningKey& key, Entropy& entropy,
                   const CommitForgery& forgery, mls::RecordChanges& used);

}  // namespace tern::test
