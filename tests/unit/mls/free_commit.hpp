// Commits of every form that RFC 9420 allows, also those that Group::commit() never makes and
// other implementations do: without a path, by reference to one's own proposals, of a leaf that
// changes, in an order of one's own.
#pragma once

#include "hostile.hpp"

namespace tern::test {

struct FreeCommit {
  std::vector<mls::ProposalOrRef> proposals = {};
  bool has_path = true;
  mls::WireFormat format = mls::WireFormat::private_message;
  mls::TreeTransport tree = mls::TreeTransport::in_welcome;
  Bytes authenticated_data = {};
  /// Of a PrivateMessage: so many zeros (§6.3.1), and not Padmé.
  std::optional<std::size_t> padding_bytes = std::nullopt;
  /// Of the path's leaf, before it is signed.
  std::function<void(mls::LeafNode&)> edit_leaf = {};
  /// Signs the new leaf, whose signature key it then is; null: the committer's own.
  const crypto::SigningKey* new_key = nullptr;
  /// Of the Welcomes, before it is signed.
  std::function<void(mls::GroupInfo&)> edit_info = {};
};
/// As the committer itself makes it, with the next group and the Welcomes; keeps what it used of
/// this epoch. What the list says must be valid.
mls::PendingCommit make_free_commit(Person& committer, const FreeCommit& wish);

/// The references of all proposals that are pending at `person` and that a commit of it may cover.
std::vector<mls::ProposalOrRef> pending_refs(Person& person);

/// The KeyPackage of an MLSMessage.
mls::KeyPackage key_package_in(ByteSpan message);

}  // namespace tern::test
