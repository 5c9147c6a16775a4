// What a joiner checks of a GroupInfo and its tree (RFC 9420 §12.4.3.1), by Welcome or by external
// commit.
#pragma once

#include "mls/group_info.hpp"
#include "mls/proposal_validation.hpp"
#include "mls/workers.hpp"

namespace tern::mls {

struct CheckedGroupInfo {
  RatchetTree tree;
  GroupParameters parameters;
};
/// `encoded` is what `info` was read from. Finds the tree, in the GroupInfo or out of band, and
/// makes all checks that need no secret; asks the application for every leaf. Errors:
/// mls_welcome_invalid (no tree), mls_version_unknown, mls_cipher_suite_unsupported,
/// mls_group_info_signature_invalid, those of RatchetTree::decode(), validate_tree(),
/// group_parameters(), check_leaf_itself() and check_leaf_in_group(), and the application's own.
Result<CheckedGroupInfo> check_group_info(const GroupInfo& info, ByteSpan encoded,
                                          std::optional<ByteSpan> ratchet_tree, Workers* workers,
                                          const Judge& judge);

}  // namespace tern::mls
