// A member that breaks one rule at a time: messages made of the library's own pieces, each of
// which a test may change on the way.
#pragma once

#include <functional>

#include "commit_forgery.hpp"
#include "mls/epoch_advance.hpp"
#include "mls/key_package_record.hpp"
#include "mls/welcome.hpp"
#include "people.hpp"

namespace tern::test {

/// With the whole tree.
inline const mls::Epoch& epoch_of(Person& person) {
  const auto& epoch = *person.group().state().epoch;
  REQUIRE(epoch.read_tree().has_value());
  return epoch;
}
mls::LeafNode own_leaf_of(Person& person);

/// A commit by a person of the test.
Bytes forge_commit(Person& committer, const CommitForgery& forgery);

/// A proposal as its sender would send it, unchecked.
Bytes forge_proposal(Person& sender, const mls::Proposal& proposal);
/// As above, and taken up by its sender's and everybody's state: for a commit by reference.
void send_proposal(Person& sender, const mls::Proposal& proposal,
                   const std::vector<std::unique_ptr<Person>>& everybody);

/// Any content, signed with the sender's key unless the test says otherwise.
struct ContentForgery {
  mls::ContentType type = mls::ContentType::application;
  Bytes body;
  Bytes authenticated_data;
  std::optional<mls::LeafIndex> sender;
  std::function<void(mls::AuthenticatedContent&)> edit_message;
};
Bytes forge_content(Person& sender, const ContentForgery& forgery);
Bytes application_body(std::string_view text);

/// An Update for oneself; `edit` comes before the signature, `edit_signed` after it.
mls::LeafNode forge_update(Person& member, const std::function<void(mls::LeafNode&)>& edit = {});

/// A KeyPackage: edits come before the leaf's signature, before the KeyPackage's, and after.
struct KeyPackageForgery {
  std::function<void(mls::LeafNode&)> edit_leaf;
  std::function<void(mls::KeyPackage&)> edit;
  std::function<void(mls::KeyPackage&)> edit_signed;
};
mls::PrivateKeyPackage forge_key_package(Person& person, const KeyPackageForgery& forgery = {});
Bytes message_of(const mls::KeyPackage& key_package);

/// A Welcome to `person`, made by somebody who is in the group with `mine` added already.
struct WelcomeForgery {
  std::function<void(mls::GroupInfo&)> edit_info;         ///< before it is signed
  std::function<void(mls::GroupInfo&)> edit_signed_info;  ///< after
  std::function<void(mls::GroupSecrets&)> edit_secrets;
  std::function<void(mls::Welcome&)> edit_welcome;
};
/// The group after `inviter` has added `mine`, and what a Welcome needs of it.
struct Invitation {
  mls::Epoch epoch;
  mls::Secret joiner_secret;
  std::optional<mls::Secret> path_secret;
  const mls::PrivateKeyPackage* mine;
};
Invitation invite(Person& inviter, const mls::PrivateKeyPackage& mine);
Bytes forge_welcome(Person& inviter, const Invitation& invitation, const WelcomeForgery& forgery);
/// With a tree in place of the invitation's; GroupInfo says its tree hash unless edited.
Bytes forge_welcome_with_tree(Person& inviter, const Invitation& invitation, ByteSpan tree,
                              WelcomeForgery forgery = {});
Result<mls::Group> join(Person& person, const mls::PrivateKeyPackage& mine, ByteSpan welcome);

}  // namespace tern::test
