#include "passive_scenario.hpp"

#include <algorithm>

namespace tern::test {

using namespace mls;

PassiveScenario::PassiveScenario(std::uint64_t seed, std::string comment, std::size_t count,
                                 const Extensions& extensions)
    : entropy_(seed), observer_("passive", entropy_) {
  vector_["cipher_suite"] = cipher_suite_3;
  vector_["comment"] = std::move(comment);
  vector_["external_psks"] = nlohmann::json::array();
  vector_["epochs"] = nlohmann::json::array();
  let_in(observer_);
  people_.push_back(std::make_unique<Person>("founder", entropy_));
  let_in(*people_[0]);
  people_[0]->create("a group", extensions);
  CommitRequest request;
  for (std::size_t i = 1; i < count; ++i) request.add.push_back(invite(newcomer()));
  if (count > 1) commit(*people_[0], request);
}

void PassiveScenario::let_in(Person& person) {
  person.acquaintances.let_in = {SenderType::member, SenderType::external,
                                 SenderType::new_member_proposal, SenderType::new_member_commit};
  person.acquaintances.longest_s = UINT64_MAX;
}

KeyPackageBundle PassiveScenario::key_package(Person& person, const Foreign& foreign) {
  if (foreign.credential) person.identity.credential = *foreign.credential;
  KeyPackageForgery forgery;
  forgery.edit_leaf = [&](LeafNode& leaf) {
    if (foreign.lifetime) leaf.lifetime = *foreign.lifetime;
    if (foreign.edit_leaf) foreign.edit_leaf(leaf);
  };
  forgery.edit = foreign.edit_key_package;
  const auto mine = forge_key_package(person, forgery);
  return {message_of(mine.key_package), key_package_ref(mine.key_package), mine.encode()};
}

Bytes PassiveScenario::observe(const Foreign& foreign) {
  bundle_ = key_package(observer_, foreign);
  mine_ = PrivateKeyPackage::decode(bundle_.private_record).value();
  vector_["key_package"] = to_hex(bundle_.message);
  vector_["signature_priv"] = to_hex(observer_.identity.signing_key.seed().span());
  vector_["encryption_priv"] = to_hex(mine_.leaf_key.private_key.span());
  vector_["init_priv"] = to_hex(mine_.init_key.private_key.span());
  return bundle_.message;
}

PreSharedKeyId PassiveScenario::share_psk(std::string_view name) {
  auto id = external_psk(name);
  Bytes key(32);
  entropy_.fill(key);
  for (const auto& person : people_) person->acquaintances.external_psks[id.psk_id] = key;
  observer_.acquaintances.external_psks[id.psk_id] = key;
  vector_["external_psks"].push_back({{"psk_id", to_hex(id.psk_id)}, {"psk", to_hex(key)}});
  return id;
}

void PassiveScenario::welcome(Person& committer, PendingCommit commit) {
  const auto tree = commit.next->ratchet_tree().value();
  JoinOptions options;
  options.ratchet_tree = ByteSpan(tree);
  deliver_to_others(&committer, commit.message);
  observer_.join(commit, bundle_, options);
  committer.accept(std::make_unique<Group>(commit.next->clone()));
  let_newcomers_join(commit, options);
  vector_["welcome"] = to_hex(welcome_of(commit));
  // In band when the joiner manages without.
  const auto in_band = Group::join(welcome_of(commit), bundle_.private_record, observer_.identity,
                                   observer_.acquaintances, now_s);
  vector_["ratchet_tree"] = in_band ? nlohmann::json() : nlohmann::json(to_hex(tree));
  vector_["initial_epoch_authenticator"] = to_hex(observer_.group().epoch_authenticator());
  proposals_ = nlohmann::json::array();
  observes_ = true;
  check_agreement();
}

void PassiveScenario::welcome_plainly() {
  CommitRequest request;
  request.add = {observe()};
  welcome(person(0), person(0).commit(request).value());
}

void PassiveScenario::propose(Person& sender, Result<Protected> sent) {
  INFO((sent ? "" : sent.error().message()));
  REQUIRE(sent.has_value());
  sender.records.apply(sent->changes);
  deliver_to_others(&sender, sent->message);
  if (observes_) REQUIRE(observer_.receive(sent->message).has_value());
  proposals_.push_back(to_hex(sent->message));
}

void PassiveScenario::propose(ByteSpan message) {
  deliver_to_others(nullptr, message);
  if (observes_) REQUIRE(observer_.receive(message).has_value());
  proposals_.push_back(to_hex(message));
}

void PassiveScenario::commit(Person& committer, const CommitRequest& request) {
  auto made = committer.commit(request);
  INFO((made ? "" : made.error().message()));
  REQUIRE(made.has_value());
  commit(committer, std::move(*made));
}

void PassiveScenario::commit(Person& committer, PendingCommit commit) {
  const auto tree = commit.next->ratchet_tree().value();
  JoinOptions options;
  options.ratchet_tree = ByteSpan(tree);
  deliver_to_others(&committer, commit.message);
  committer.accept(std::make_unique<Group>(commit.next->clone()));
  let_newcomers_join(commit, options);
  end_epoch(commit.message);
}

void PassiveScenario::join_externally(Person& joiner, const ExternalJoinRequest& request) {
  auto& host = person(0);
  const auto info =
      host.group().group_info(TreeTransport::in_welcome, host.identity, entropy_).value();
  auto join =
      Group::join_externally(info, request, joiner.identity, joiner.acquaintances, now_s, entropy_)
          .value();
  deliver_to_others(&joiner, join.message);
  joiner.accept(std::move(join.next));
  const auto found = std::find_if(newcomers_.begin(), newcomers_.end(),
                                  [&](const auto& one) { return one.get() == &joiner; });
  if (found != newcomers_.end()) {
    people_.push_back(std::move(*found));
    newcomers_.erase(found);
  }
  end_epoch(join.message);
}

Person& PassiveScenario::newcomer() {
  newcomers_.push_back(std::make_unique<Person>("person " + std::to_string(count_++), entropy_));
  auto& person = *newcomers_.back();
  let_in(person);
  // Told by who invites them.
  if (people_.empty()) return person;
  person.acquaintances.external_psks = people_[0]->acquaintances.external_psks;
  person.acquaintances.resumption_psks = people_[0]->acquaintances.resumption_psks;
  return person;
}

Bytes PassiveScenario::invite(Person& newcomer, const Foreign& foreign) {
  return invited_.insert_or_assign(&newcomer, key_package(newcomer, foreign)).first->second.message;
}

void PassiveScenario::deliver_to_others(const Person* committer, ByteSpan message) {
  for (auto& person : people_) {
    if (person.get() == committer) continue;
    const auto received = person->receive(message);
    INFO(person->name << ": " << (received ? "" : received.error().message()));
    REQUIRE(received.has_value());
    const auto* commit = std::get_if<CommitReceived>(&*received);
    if (commit && commit->removes_me) gone_.push_back(std::move(person));
  }
  std::erase(people_, nullptr);
}

void PassiveScenario::let_newcomers_join(const PendingCommit& commit, const JoinOptions& options) {
  for (auto& newcomer : newcomers_) {
    const auto invited = invited_.find(newcomer.get());
    if (invited == invited_.end()) continue;
    const auto is_for = [&](const auto& one) { return one.key_package == invited->second.ref; };
    if (std::none_of(commit.welcomes.begin(), commit.welcomes.end(), is_for)) continue;
    newcomer->join(commit, invited->second, options);
    people_.push_back(std::move(newcomer));
  }
  std::erase(newcomers_, nullptr);
}

void PassiveScenario::end_epoch(ByteSpan commit) {
  const auto proposals = std::exchange(proposals_, nlohmann::json::array());
  if (!observes_) return check_agreement();
  nlohmann::json epoch = {{"proposals", proposals}, {"commit", to_hex(commit)}};
  epoch["epoch_authenticator"] = nullptr;
  const auto received = observer_.receive(commit);
  INFO((received ? "" : received.error().message()));
  REQUIRE(received.has_value());
  observes_ = !std::get<CommitReceived>(*received).removes_me;
  if (observes_) epoch["epoch_authenticator"] = to_hex(observer_.group().epoch_authenticator());
  vector_["epochs"].push_back(std::move(epoch));
  check_agreement();
}

void PassiveScenario::check_agreement() {
  for (const auto& person : people_) {
    REQUIRE(agree(*people_[0], *person));
    person->acquaintances.remember_epoch(person->group());
  }
  if (!observes_) return;
  REQUIRE(agree(*people_[0], observer_));
  observer_.acquaintances.remember_epoch(observer_.group());
}

}  // namespace tern::test
