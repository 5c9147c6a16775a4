#include "mls/group_info_validation.hpp"

#include <algorithm>
#include <atomic>

#include "mls/tree_validation.hpp"

namespace tern::mls {
namespace {

Result<RatchetTree> find_tree(const GroupInfo& info, std::optional<ByteSpan> out_of_band,
                              Workers* workers) {
  if (const auto* extension = find_extension(info.extensions, extension_ratchet_tree))
    return RatchetTree::decode(extension->data, workers);
  if (!out_of_band)
    return Error(Errc::mls_welcome_invalid, "the Welcome has no ratchet tree and none was given");
  return RatchetTree::decode(*out_of_band, workers);
}

Result<void> check_itself(const GroupInfo& info, ByteSpan encoded, const RatchetTree& tree) {
  if (info.group_context.version != protocol_version_mls10) return Errc::mls_version_unknown;
  // "Verify that the cipher_suite in the GroupInfo matches the cipher_suite in the KeyPackage."
  if (info.group_context.cipher_suite != cipher_suite_3) return Errc::mls_cipher_suite_unsupported;
  // "The public key is taken from the LeafNode of the ratchet tree with leaf index signer. If the
  // node is blank or if signature verification fails, return an error."
  const auto* signer = tree.leaf(info.signer);
  if (!signer || !verify_group_info(info, encoded, signer->signature_key()))
    return Errc::mls_group_info_signature_invalid;
  return {};
}

// "For each non-empty leaf node, validate the LeafNode as described in §7.3", but for what the
// application makes of its credential.
Result<void> check_leaf_alone(const LeafNode& leaf, ByteSpan encoded, const LeafPlace& place,
                              const GroupRequirements& requirements) {
  TERN_TRY(check_leaf_itself(leaf, encoded, place, std::nullopt));
  return check_leaf_in_group(leaf, requirements);
}

// Verdicts that are reached in any order and count in their own.
class Verdicts {
 public:
  explicit Verdicts(std::size_t count) : verdicts_(count), first_failed_(count) {}
  const Result<void>& operator[](std::size_t i) const { return verdicts_[i]; }

  template <class Check>
  void reach(Workers* workers, Check&& check) {
    run_pieces(workers, verdicts_.size(), [&](std::size_t i) {
      // Nobody will ask for what comes behind a failure.
      if (i > first_failed_) return;
      verdicts_[i] = check(i);
      if (verdicts_[i]) return;
      auto first = first_failed_.load();
      while (i < first && !first_failed_.compare_exchange_weak(first, i)) {
      }
    });
  }

 private:
  std::vector<Result<void>> verdicts_;
  std::atomic<std::size_t> first_failed_;
};

// What the members' leaves are found to be, on any thread, and what the caller's goes on with.
class LeafChecks {
 public:
  LeafChecks(const RatchetTree& tree, ByteSpan group_id, const GroupRequirements& requirements)
      : tree_(tree),
        group_id_(group_id),
        requirements_(requirements),
        leaves_(tree.leaves()),
        known_(leaves_.size()) {}

  std::size_t count() const { return leaves_.size(); }
  Result<void> check(std::size_t i) {
    const auto& leaf = *tree_.leaf(leaves_[i]);
    auto decoded = leaf.decoded();
    auto verdict =
        check_leaf_alone(decoded, leaf.encoded(), {group_id_, leaves_[i]}, requirements_);
    const bool knows_all = knows_credentials_in_use(decoded, tree_);
    known_[i] = {std::move(decoded.credential), knows_all};
    return verdict;
  }
  Result<void> ask(std::size_t i, Authenticator& authenticator) const {
    return authenticator.check_leaf(known_[i].credential, tree_.leaf(leaves_[i])->signature_key());
  }
  // §7.3: "Verify that the credential type is supported by all members of the group".
  Result<void> check_credentials() const {
    if (std::all_of(known_.begin(), known_.end(),
                    [](const auto& leaf) { return leaf.knows_all_credentials; }))
      return {};
    return Errc::mls_leaf_credential_unsupported;
  }

 private:
  struct Known {
    Credential credential;
    bool knows_all_credentials = false;
  };
  const RatchetTree& tree_;
  const ByteSpan group_id_;
  const GroupRequirements& requirements_;
  const std::vector<LeafIndex> leaves_;
  std::vector<Known> known_;
};

}  // namespace

Result<CheckedGroupInfo> check_group_info(const GroupInfo& info, ByteSpan encoded,
                                          std::optional<ByteSpan> ratchet_tree, Workers* workers,
                                          const Judge& judge) {
  TERN_ASSIGN(auto tree, find_tree(info, ratchet_tree, workers));
  auto parameters = group_parameters(info.group_context.extensions);
  // The application is asked on the caller's thread only: of lifetimes too.
  const GroupRequirements requirements{parameters ? *parameters : GroupParameters(),
                                       judge.lifetimes()};
  LeafChecks leaves(tree, info.group_context.group_id, requirements);
  constexpr std::size_t before_leaves = 2;
  Verdicts verdicts(before_leaves + leaves.count());
  verdicts.reach(workers, [&](std::size_t i) {
    if (i == 0) return check_itself(info, encoded, tree);
    if (i == 1) return validate_tree(tree, info.group_context.tree_hash);
    return parameters ? leaves.check(i - before_leaves) : Result<void>();
  });

  TERN_TRY(verdicts[0]);
  TERN_TRY(verdicts[1]);
  if (!parameters) return std::move(parameters).error();
  // In order, and not beyond the first bad leaf.
  for (std::size_t i = 0; i < leaves.count(); ++i) {
    TERN_TRY(verdicts[before_leaves + i]);
    TERN_TRY(leaves.ask(i, judge.authenticator));
  }
  TERN_TRY(leaves.check_credentials());
  TERN_TRY(check_external_senders(*parameters, {}, judge.authenticator));
  return CheckedGroupInfo{std::move(tree), std::move(*parameters)};
}

}  // namespace tern::mls
