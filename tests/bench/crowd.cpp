#include "bench/crowd.hpp"

#include "bench/must.hpp"
#include "mls/group_state.hpp"
#include "mls/key_package_record.hpp"

namespace tern::bench {
namespace {

using mls::LeafIndex;

constexpr mls::Lifetime lifetime{crowd_now_s - 60, crowd_now_s + 86'400};
// An encoded device certificate.
constexpr std::size_t credential_bytes = 173;

mls::Identity clone(const mls::Identity& identity) {
  return {identity.credential, identity.signing_key.clone()};
}

mls::EpochSecrets clone(const mls::EpochSecrets& secrets) {
  return {secrets.sender_data.clone(), secrets.exporter.clone(),   secrets.external.clone(),
          secrets.membership.clone(),  secrets.resumption.clone(), secrets.authenticator.clone(),
          secrets.init.clone()};
}

Bytes welcome_for_last(const mls::PendingCommit& commit) {
  const ByteSpan secrets = commit.welcomes.back().encrypted_group_secrets;
  return mls::assemble_welcome({&secrets, 1}, commit.welcome_group_info);
}

}  // namespace

Crowd::Crowd(std::size_t members) {
  for (std::uint32_t i = 0; i < members; ++i) members_.push_back(newcomer(i));
  for (const auto& member : members_) {
    auto mine = must(mls::PrivateKeyPackage::decode(member.key_package.private_record));
    leaf_keys_.push_back(std::move(mine.leaf_key));
  }
  advance({0}, found().next);
}

Newcomer Crowd::newcomer(std::uint32_t number) {
  mls::Credential credential{mls::CredentialType::basic, Bytes(credential_bytes, 0)};
  for (std::size_t i = 0; i < 4; ++i)
    credential.identity[i] = static_cast<std::uint8_t>(number >> (8 * i));
  mls::Identity identity{std::move(credential), crypto::SigningKey::generate(entropy_)};
  auto bundle = mls::make_key_package(identity, lifetime, {}, entropy_);
  return {std::move(identity), std::move(bundle)};
}

std::vector<Bytes> Crowd::key_packages() const {
  std::vector<Bytes> out;
  for (std::size_t i = 1; i < members_.size(); ++i) out.push_back(members_[i].key_package.message);
  return out;
}

mls::PendingCommit Crowd::found() {
  auto group = must(
      mls::Group::create(as_bytes("crowd"), members_.front().identity, lifetime, {}, entropy_));
  mls::CommitRequest request;
  request.add = key_packages();
  return commit(group, request);
}

mls::PendingCommit Crowd::commit(mls::Group& group, const mls::CommitRequest& request) {
  return must(
      group.commit(request, identity(group.own_leaf()), authenticator_, crowd_now_s, entropy_));
}

void Crowd::advance(LeafIndex committer, std::unique_ptr<mls::Group> next) {
  const auto& keys = next->state().epoch->keys;
  leaf_keys_[committer.value] = keys.leaf.clone();
  for (const auto& known : keys.path) node_keys_[known.node] = known.key.clone();
  group_ = std::move(next);
}

mls::Group Crowd::member(LeafIndex index) const {
  auto& state = group_->state();
  const auto& epoch = *state.epoch;
  mls::PrivateKeys keys{leaf_keys_[index.value].clone(), {}};
  for (const auto node : epoch.tree->direct_path(index))
    if (!epoch.tree->is_blank(node)) keys.path.push_back({node, node_keys_.at(node).clone()});
  auto own = std::make_shared<const mls::Epoch>(mls::Epoch{epoch.context,
                                                           epoch.encoded_context,
                                                           epoch.confirmation_tag,
                                                           epoch.interim_transcript_hash,
                                                           clone(epoch.secrets),
                                                           epoch.tree,
                                                           index,
                                                           std::move(keys),
                                                           epoch.parameters,
                                                           {}});
  return mls::Group(std::make_unique<mls::GroupState>(
      mls::GroupState{std::move(own), state.secret_tree.clone(), {}, {}}));
}

void Crowd::commit_half() {
  const auto width = group_->state().epoch->tree.width();
  // In the order of reversed bits: the early commits, which must address every leaf by itself,
  // are few, and those after them find inner nodes everywhere.
  for (std::uint32_t i = 0; i < width / 2; ++i) {
    LeafIndex committer{0};
    for (std::uint32_t bit = 1; bit < width / 2; bit <<= 1)
      committer.value = committer.value << 1 | ((i & bit) != 0);
    committer.value *= 2;
    if (committer.value >= members_.size()) continue;
    auto group = member(committer);
    advance(committer, commit(group).next);
  }
}

Invited Crowd::last_founding_member() {
  auto& last = members_.back();
  return {
      {clone(last.identity),
       {last.key_package.message, last.key_package.ref, last.key_package.private_record.clone()}},
      welcome_for_last(found())};
}

Invited Crowd::invite() {
  auto who = newcomer(static_cast<std::uint32_t>(members_.size()));
  mls::CommitRequest request;
  request.add = {who.key_package.message};
  auto group = member({0});
  auto welcome = welcome_for_last(commit(group, request));
  return {std::move(who), std::move(welcome)};
}

mls::Group Crowd::join(const Invited& invited, const mls::JoinOptions& options) {
  return must(mls::Group::join(invited.welcome, invited.who.key_package.private_record,
                               invited.who.identity, authenticator_, crowd_now_s, options));
}

}  // namespace tern::bench
