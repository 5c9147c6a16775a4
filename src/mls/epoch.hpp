// Everything that one member knows of one epoch and that no message of the epoch changes.
#pragma once

#include "mls/group_context.hpp"
#include "mls/key_schedule.hpp"
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
  RatchetTree tree;
  LeafIndex own_leaf;
  PrivateKeys keys;
  GroupParameters parameters;  ///< of context.extensions
  /// What the commit that began this epoch said of the group that follows: then this is the last.
  std::optional<ReInit> reinit = std::nullopt;
};

}  // namespace tern::mls
