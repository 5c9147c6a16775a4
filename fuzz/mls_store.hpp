// The records of a group of twenty as Bo's device keeps them, in the middle of an epoch: a tree of
// several blocks, ratchets that were used, a proposal that waits.
#pragma once

#include <map>

#include "mls_people.hpp"

namespace tern::fuzzing {

/// Records in memory.
class Records final : public mls::RecordSource {
 public:
  Result<std::optional<crypto::SecretBytes>> get(ByteSpan key) const override;
  void apply(const mls::RecordChanges& changes);
  std::map<Bytes, Bytes> all;
};

struct Kept {
  Kept();
  crypto::DeterministicEntropy entropy{7};
  mls::Identity anna, bo;
  Records records;                          ///< Bo's
  Bytes said;                               ///< by Anna, for Bo to read: an application message …
  Bytes proposed;                           ///< … a proposal …
  Bytes committed;                          ///< … and a commit of what waits
  crypto::SecretBytes authenticator_after;  ///< the commit's epoch
};
inline constexpr std::string_view what_anna_says = "Tot straks!";
const Kept& kept();

/// `records` where the tree hash that the GroupContext names, and those that blocks have of the
/// blocks below them, are of the blocks that are there: what only who can unseal records can do.
void make_hashes_right(Records& records);

}  // namespace tern::fuzzing
