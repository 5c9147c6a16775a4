// Everything that one member knows of one epoch and that no message of the epoch changes.
#pragma once

#include "mls/group_context.hpp"
#include "mls/key_schedule.hpp"
#include "mls/lazy_tree.hpp"
#include "mls/leaf_validation.hpp"
#include "mls/reinit.hpp"
#include "mls/treekem.hpp"

namespace tern::mls {

struct Epoch {
  GroupContext context;
  Bytes encoded_context;  ///< what messages are signed with: encoded once
  Mac confirmation_tag;
  Digest interim_transcript_hash;
  EpochSecrets secrets;
  LazyTree tree;
  LeafIndex own_leaf;
  PrivateKeys keys;
  GroupParameters parameters;  ///< of context.extensions
  /// What the commit that began this epoch said of the group that follows: then this is the last.
  std::optional<ReInit> reinit = std::nullopt;

  /// Must come before anything that looks at more of the tree than single leaves. Errors:
  /// mls_state_malformed and the source's, only after Group::open().
  Result<void> read_tree() const {
    TERN_TRY(tree.read_whole());
    for (const auto& known : keys.path) {
      const auto* node = tree->parent_node(known.node);
      if (!node || node->encryption_key != known.key.public_key) return Errc::mls_state_malformed;
    }
    return {};
  }
  Epoch clone() const {
    return {context,          encoded_context,
            confirmation_tag, interim_transcript_hash,
            secrets.clone(),  tree,
            own_leaf,         keys.clone(),
            parameters,       reinit};
  }
};

}  // namespace tern::mls
