// A group of thousands in one process.
#pragma once

#include <map>
#include <memory>

#include "crypto/deterministic_entropy.hpp"
#include "mls/group.hpp"
#include "mls/treekem.hpp"

namespace tern::bench {

inline constexpr std::uint64_t crowd_now_s = 1'700'000'000;

/// Accepts every leaf: what the application makes of a credential is not measured here.
class AcceptAll final : public mls::Authenticator {
 public:
  Result<void> check_leaf(const mls::Credential&, const crypto::VerifyKey&) override { return {}; }
  Result<void> check_successor(const mls::Credential&, const mls::Credential&) override {
    return {};
  }
};

/// A client with a KeyPackage, not in the group yet.
struct Newcomer {
  mls::Identity identity;
  mls::KeyPackageBundle key_package;
};

/// What somebody who was added needs to join.
struct Invited {
  Newcomer who;
  Bytes welcome;
};

/// Knows the keys of all members, so that whoever is wanted can act in the present epoch and
/// nobody has to follow the commits: thousands of commits by as many members take seconds.
class Crowd {
 public:
  /// "Fresh": the member at leaf 0 founds the group and adds all others in one commit.
  explicit Crowd(std::size_t members);
  /// "Half committed": every second leaf makes a commit, so that no inner node is blank.
  void commit_half();

  std::size_t size() const { return group_->member_count(); }
  /// That member's own view of the present epoch.
  mls::Group member(mls::LeafIndex index) const;
  const mls::Identity& identity(mls::LeafIndex index) const {
    return members_[index.value].identity;
  }
  /// The KeyPackages of all but the founder.
  std::vector<Bytes> key_packages() const;
  /// Group::create and the one commit that adds everybody else.
  mls::PendingCommit found();
  /// An update unless the request says more. The epoch stays.
  mls::PendingCommit commit(mls::Group& group, const mls::CommitRequest& request = {});
  /// The last of those whom found() added.
  Invited last_founding_member();
  /// Somebody who is added to the present epoch by its founder. The epoch stays.
  Invited invite();
  mls::Group join(const Invited& invited, const mls::JoinOptions& options = {});

  AcceptAll& authenticator() { return authenticator_; }
  Entropy& entropy() { return entropy_; }

 private:
  Newcomer newcomer(std::uint32_t number);
  void advance(mls::LeafIndex committer, std::unique_ptr<mls::Group> next);

  crypto::DeterministicEntropy entropy_{1};
  AcceptAll authenticator_;
  std::vector<Newcomer> members_;
  std::vector<crypto::DhKeyPair> leaf_keys_;
  std::map<mls::NodeIndex, crypto::DhKeyPair> node_keys_;
  std::unique_ptr<mls::Group> group_;  // as whoever committed last sees it
};

}  // namespace tern::bench
