// Anna and Bo, who are in one group, and Cleo, who was invited to it: the same in every run. What
// is in the hands of a hostile member is here: her keys, and so her signature on anything.
#pragma once

#include "crypto/deterministic_entropy.hpp"
#include "mls/framing.hpp"
#include "mls/group.hpp"
#include "mls/group_info.hpp"

namespace tern::fuzzing {

inline constexpr std::uint64_t now_s = 1'700'000'000;

/// Knows and trusts everybody.
class Everybody : public mls::Authenticator {
 public:
  Result<void> check_leaf(const mls::Credential&, const crypto::VerifyKey&) override { return {}; }
  Result<void> check_successor(const mls::Credential&, const mls::Credential&) override {
    return {};
  }
};

struct People {
  People();
  crypto::DeterministicEntropy entropy{1};
  mls::Identity anna, bo, cleo;
  mls::KeyPackageBundle cleos;           ///< Cleo's KeyPackage
  std::optional<mls::Group> annas, bos;  ///< the group as each has it
  Bytes welcome;                         ///< Cleo's
};
People& people();

/// A message of Anna's with this inside, whatever it is. A commit's path gets her signature; her
/// confirmation tag is of zeros, the last thing that is checked.
Bytes sent_by_anna(mls::ContentType type, ByteSpan body);
/// What Bo finds in a message of Anna's.
Bytes found_by_bo(ByteSpan message);

/// A Welcome for Cleo to the group that `info` describes, with all in it that an inviter can make
/// right: tree hash, confirmation tag, signature.
Bytes welcome_of_anna(mls::GroupInfo info);
/// What Cleo finds in a Welcome.
Bytes found_by_cleo(ByteSpan welcome);

}  // namespace tern::fuzzing
