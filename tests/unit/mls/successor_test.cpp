// RFC 9420 §11.2, §11.3: groups that follow another, or branch off it.
#include <deque>

#include "hostile.hpp"
#include "mls/commit_plan.hpp"
#include "mls/succession.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

const Extensions new_extensions = {{extension_tern_policy, Bytes{1, 2, 3}}};
ReInit wanted() {
  return {to_bytes(as_bytes("the next group")), protocol_version_mls10, cipher_suite_3,
          new_extensions};
}

CommitRequest ending() {
  CommitRequest request;
  request.reinit = wanted();
  return request;
}

// Three people whose group has ended, and the one that the first of them makes in its place.
struct Succession {
  explicit Succession(std::uint64_t seed) : entropy(seed), people(group_of(3, entropy)) {}

  void end() { deliver(people[0]->commit(ending()).value(), *people[0], people); }
  Group fresh(const Extensions& extensions = new_extensions,
              std::string_view id = "the next group") {
    return Group::create(as_bytes(id), people[0]->identity, lifetime, extensions, entropy).value();
  }
  Result<PendingCommit> first_commit(Group& group, ResumptionPskUsage usage,
                                     std::vector<std::size_t> whom = {1, 2}) {
    CommitRequest request;
    request.predecessor = Predecessor{&people[0]->group(), usage};
    for (const auto i : whom) {
      bundles[i] = people[i]->key_package();
      request.add.push_back(bundles[i].message);
    }
    return group.commit(request, people[0]->identity, people[0]->acquaintances, now_s, entropy);
  }
  Result<Group> join(std::size_t i, const PendingCommit& commit, const Group* predecessor) {
    JoinOptions options;
    options.predecessor = predecessor;
    return Group::join(welcome_of(commit), bundles[i].private_record, people[i]->identity,
                       people[i]->acquaintances, now_s, options);
  }
  PreSharedKeyId psk_of_before(ResumptionPskUsage usage, std::uint8_t nonce = 9) {
    PreSharedKeyId psk = resumption_psk(people[0]->group());
    psk.usage = usage;
    psk.psk_nonce = Bytes(32, nonce);
    return psk;
  }
  // What is mixed in, and what the Welcome says is.
  struct Psks {
    Psks(const PreSharedKeyId& psk) : used{psk}, told{psk} {}  // NOLINT: one of them
    Psks(std::vector<PreSharedKeyId> these, std::vector<PreSharedKeyId> those)
        : used(std::move(these)), told(std::move(those)) {}
    std::vector<PreSharedKeyId> used, told;
  };
  // A Welcome to a group that is not as the first commit's maker would have it.
  Result<Group> join_unchecked(Group group, std::vector<Bytes> add, const Psks& psks) {
    bundles[1] = people[1]->key_package();
    add.push_back(bundles[1].message);
    return join(1, unchecked_commit(group, add, psks), &people[1]->group());
  }
  Errc refused(Group group, ResumptionPskUsage usage, std::vector<Bytes> add) {
    return error_of(join_unchecked(std::move(group), std::move(add), psk_of_before(usage)));
  }
  PendingCommit unchecked_commit(Group& group, const std::vector<Bytes>& add, const Psks& psks);

  SeededEntropy entropy;
  std::vector<std::unique_ptr<Person>> people;
  std::map<std::size_t, KeyPackageBundle> bundles;
};

// By an application PSK that happens to have the predecessor's bytes, whose id is then exchanged.
PendingCommit Succession::unchecked_commit(Group& group, const std::vector<Bytes>& add,
                                           const Psks& psks) {
  auto& state = group.state();
  const auto& epoch = *state.epoch;
  std::deque<Proposal> own;
  // That two of them name a predecessor only who joins can see.
  own.emplace_back(PreSharedKeyProposal{psks.used.front()});
  for (const auto& message : add) own.emplace_back(Add{open_key_package(message).value()});
  ProposalList list;
  for (const auto& proposal : own) list.push_back({&proposal, epoch.own_leaf, nullptr});
  auto applied = apply_proposals(list, epoch.own_leaf, epoch, std::nullopt).value();
  const auto added = applied.added;
  const auto key_packages = applied.key_packages;
  auto path = create_path(applied.tree, epoch.own_leaf, state.own().decoded(),
                          epoch.context.group_id, people[0]->identity.signing_key, entropy);
  auto provisional = provisional_epoch(epoch, applied);
  REQUIRE(encrypt_path(path, provisional.tree, epoch.own_leaf, added, encode(provisional.context),
                       entropy));
  const auto secret = people[0]->group().resumption_psk();
  std::vector<PreSharedKey> keys;
  for (const auto& id : psks.used) keys.push_back({id, secret});
  auto with_psk = psk_secret(keys);
  PrivateEpoch mine{epoch.own_leaf, epoch.keys.clone(), path.derived.commit_secret.clone(),
                    with_psk.clone()};
  const auto body = encode(Commit{{own.begin(), own.end()}, path.path});
  AuthenticatedContent message;
  message.content = state.own_content(ContentType::commit, {});
  message.content.body = body;
  auto next = advance_epoch(epoch, std::move(provisional), std::move(mine), message);
  GroupInfo info;
  info.group_context = next.epoch.context;
  info.extensions = {{extension_ratchet_tree, next.epoch.tree->encode()}};
  info.confirmation_tag = next.epoch.confirmation_tag;
  info.signer = epoch.own_leaf;
  sign_group_info(info, people[0]->identity.signing_key);
  PendingCommit out;
  out.welcome_group_info =
      encrypt_group_info(encode(info), welcome_secret(next.joiner_secret, with_psk));
  for (std::size_t i = 0; i < added.size(); ++i) {
    GroupSecrets secrets{next.joiner_secret.clone(), {}, psks.told};
    const auto common = common_ancestor(added[i], epoch.own_leaf);
    for (std::size_t k = 0; k < path.nodes.size(); ++k)
      if (path.nodes[k] == common) secrets.path_secret = path.derived.path_secrets[k].clone();
    const auto sealed = encrypt_with_label(key_packages[i]->init_key, "Welcome",
                                           out.welcome_group_info, encode_secret(secrets), entropy)
                            .value();
    out.welcomes.push_back(
        {{}, {}, encode(EncryptedGroupSecrets{key_package_ref(*key_packages[i]), sealed})});
  }
  return out;
}

}  // namespace

TEST_CASE("a group is reinitialized: it ends, and the next one is tied to it") {
  Succession world(260);
  world.end();
  for (const auto& person : world.people) REQUIRE(person->group().reinit() == wanted());
  world.people[1]->reopen();
  REQUIRE(world.people[1]->group().reinit() == wanted());
  auto next = world.fresh();
  auto commit = world.first_commit(next, ResumptionPskUsage::reinit).value();
  auto bo = world.join(1, commit, &world.people[1]->group()).value();
  auto cleo = world.join(2, commit, &world.people[2]->group()).value();
  for (Group* group : {&bo, &cleo}) {
    CHECK(to_bytes(group->epoch_authenticator()) == to_bytes(commit.next->epoch_authenticator()));
    CHECK(group->epoch() == 1);
    CHECK(group->group_context_extensions() == new_extensions);
  }
}

TEST_CASE("nothing is sent in a group that was reinitialized, and nothing taken") {
  Succession world(261);
  const auto before = world.people[0]->group().clone();
  world.end();
  Person& anna = *world.people[0];
  auto& group = anna.group();
  CHECK(error_of(group.protect(as_bytes("text"), {}, anna.identity, world.entropy)) ==
        Errc::mls_reinitialized);
  CHECK(error_of(anna.commit({})) == Errc::mls_reinitialized);
  CHECK(error_of(group.propose_update({}, anna.identity, world.entropy)) ==
        Errc::mls_reinitialized);
  CHECK(error_of(group.group_info(TreeTransport::in_welcome, anna.identity, world.entropy)) ==
        Errc::mls_reinitialized);
  const Bytes anything = {0, 1, 0, 2, 0};
  CHECK(error_of(world.people[1]->receive(anything)) == Errc::mls_reinitialized);
}

TEST_CASE("a ReInit that was proposed is committed when nothing else waits") {
  Succession world(262);
  const auto propose = [&](Result<Protected> sent, std::size_t sender) {
    REQUIRE(sent.has_value());
    world.people[sender]->records.apply(sent->changes);
    for (std::size_t i = 0; i < 3; ++i)
      if (i != sender) REQUIRE(world.people[i]->receive(sent->message));
  };
  auto& bo = *world.people[1];
  propose(bo.group().propose_reinit(wanted(), {}, bo.identity, world.entropy), 1);
  propose(world.people[2]->group().propose_update({}, world.people[2]->identity, world.entropy), 2);
  CommitRequest taking;
  taking.takes_reinit = true;
  deliver(world.people[0]->commit(taking).value(), *world.people[0], world.people);
  CHECK_FALSE(world.people[0]->group().reinit());
  propose(bo.group().propose_reinit(wanted(), {}, bo.identity, world.entropy), 1);
  // Whoever commits without a thought of it does not end the group.
  deliver(world.people[0]->commit({}).value(), *world.people[0], world.people);
  CHECK_FALSE(world.people[0]->group().reinit());
  propose(bo.group().propose_reinit(wanted(), {}, bo.identity, world.entropy), 1);
  deliver(world.people[0]->commit(taking).value(), *world.people[0], world.people);
  CHECK(world.people[2]->group().reinit() == wanted());
}

TEST_CASE("a ReInit stands alone in its commit") {
  Succession world(263);
  CommitForgery forgery;
  forgery.proposals = {Proposal(wanted()), Proposal(Remove{LeafIndex{2}})};
  CHECK(error_of(world.people[1]->receive(forge_commit(*world.people[0], forgery))) ==
        Errc::mls_proposal_reinit_not_alone);
  forgery.proposals = {Proposal(wanted()), Proposal(wanted())};
  CHECK(error_of(world.people[1]->receive(forge_commit(*world.people[0], forgery))) ==
        Errc::mls_proposal_reinit_not_alone);
  auto request = ending();
  request.remove = {{2}};
  CHECK(error_of(world.people[0]->commit(request)) == Errc::mls_proposal_reinit_not_alone);
}

TEST_CASE("a ReInit does not go back to an older version, and may name another cipher suite") {
  Succession world(264);
  auto older = wanted();
  older.version = 0;
  CHECK(error_of(world.people[1]->receive(forge_proposal(*world.people[0], older))) ==
        Errc::mls_version_unknown);
  CHECK(error_of(world.people[0]->group().propose_reinit(
            older, {}, world.people[0]->identity, world.entropy)) == Errc::mls_version_unknown);
  CommitForgery by_value;
  by_value.proposals = {Proposal(older)};
  CHECK(error_of(world.people[1]->receive(forge_commit(*world.people[0], by_value))) ==
        Errc::mls_version_unknown);
  auto other = wanted();
  other.cipher_suite = 1;
  CHECK(world.people[1]->receive(forge_proposal(*world.people[0], other)).has_value());
}

TEST_CASE("who makes the next group makes what the ReInit said, with everybody") {
  Succession world(265);
  auto early = world.fresh();
  CHECK(error_of(world.first_commit(early, ResumptionPskUsage::reinit)) ==
        Errc::mls_successor_invalid);
  world.end();
  auto other_id = world.fresh(new_extensions, "another group");
  CHECK(error_of(world.first_commit(other_id, ResumptionPskUsage::reinit)) ==
        Errc::mls_successor_invalid);
  auto other_extensions = world.fresh({});
  CHECK(error_of(world.first_commit(other_extensions, ResumptionPskUsage::reinit)) ==
        Errc::mls_successor_invalid);
  auto lonely = world.fresh();
  CHECK(error_of(world.first_commit(lonely, ResumptionPskUsage::reinit, {1})) ==
        Errc::mls_successor_invalid);
  auto fine = world.fresh();
  CHECK(error_of(world.first_commit(fine, ResumptionPskUsage::application)) ==
        Errc::invalid_argument);
}

TEST_CASE("who is welcomed to the next group checks the same") {
  Succession world(266);
  world.end();
  const auto usage = ResumptionPskUsage::reinit;
  const auto other = world.people[2]->key_package().message;
  CHECK(world.refused(world.fresh(new_extensions, "another group"), usage, {other}) ==
        Errc::mls_successor_invalid);
  CHECK(world.refused(world.fresh({}), usage, {other}) == Errc::mls_successor_invalid);
  CHECK(world.refused(world.fresh(), usage, {}) == Errc::mls_successor_invalid);
  auto second = world.fresh();
  second = std::move(*second
                          .commit({}, world.people[0]->identity, world.people[0]->acquaintances,
                                  now_s, world.entropy)
                          ->next);
  CHECK(world.refused(std::move(second), usage, {other}) == Errc::mls_successor_invalid);
}

TEST_CASE("a group that follows another is joined by who has that one, in the epoch it ended in") {
  Succession world(267);
  const auto before = world.people[1]->group().clone();
  world.end();
  auto next = world.fresh();
  const auto commit = world.first_commit(next, ResumptionPskUsage::reinit).value();
  CHECK(error_of(world.join(1, commit, nullptr)) == Errc::mls_psk_unknown);
  CHECK(error_of(world.join(1, commit, &before)) == Errc::mls_psk_unknown);
  SeededEntropy entropy(268);
  const auto others = group_of(2, entropy);
  CHECK(error_of(world.join(1, commit, &others[0]->group())) == Errc::mls_psk_unknown);
  // A PSK alone does not do: the group is looked at.
  world.people[1]->acquaintances.remember_epoch(world.people[1]->group());
  CHECK(error_of(world.join(1, commit, nullptr)) == Errc::mls_psk_unknown);
}

TEST_CASE("a subgroup branches off, with some of the members") {
  Succession world(269);
  auto branch = world.fresh({}, "some of us");
  auto commit = world.first_commit(branch, ResumptionPskUsage::branch, {2}).value();
  const auto cleo = world.join(2, commit, &world.people[2]->group()).value();
  CHECK(to_bytes(cleo.epoch_authenticator()) == to_bytes(commit.next->epoch_authenticator()));
  CHECK(cleo.member_count() == 2);
  // And the group that it came from goes on.
  deliver(world.people[1]->commit({}).value(), *world.people[1], world.people);
  CHECK(agree(*world.people[0], *world.people[2]));
}

TEST_CASE("nobody is in a subgroup who is not in the group it branches off") {
  Succession world(270);
  Person stranger("stranger", world.entropy);
  CommitRequest request;
  request.predecessor = Predecessor{&world.people[0]->group(), ResumptionPskUsage::branch};
  request.add = {stranger.key_package().message};
  auto branch = world.fresh({}, "some of us");
  CHECK(error_of(branch.commit(request, world.people[0]->identity, world.people[0]->acquaintances,
                               now_s, world.entropy)) == Errc::mls_successor_invalid);
  CHECK(world.refused(world.fresh({}, "some of us"), ResumptionPskUsage::branch,
                      {stranger.key_package().message}) == Errc::mls_successor_invalid);
}

TEST_CASE("a Welcome names one predecessor at most, and its PSKs in the order they are mixed in") {
  Succession two(283);
  const auto usage = ResumptionPskUsage::branch;
  const auto joined = [&](const Succession::Psks& psks) {
    return two.join_unchecked(two.fresh({}, "some of us"), {}, psks);
  };
  const auto first = two.psk_of_before(usage, 1), second = two.psk_of_before(usage, 2);
  CHECK(error_of(joined({{first, second}, {first, second}})) == Errc::mls_proposal_psk_invalid);

  const auto plain = two.psk_of_before(ResumptionPskUsage::application, 3);
  two.people[1]->acquaintances.remember_epoch(two.people[1]->group());
  CHECK(joined({{first, plain}, {first, plain}}).has_value());
  CHECK(error_of(joined({{first, plain}, {plain, first}})) == Errc::mls_welcome_invalid);
}

TEST_CASE("a subgroup is joined in the first commit of its group") {
  Succession world(284);
  const Person& anna = *world.people[0];
  auto grown = world.fresh({}, "some of us");
  grown = std::move(
      *grown.commit({}, anna.identity, world.people[0]->acquaintances, now_s, world.entropy)->next);
  CHECK(world.refused(std::move(grown), ResumptionPskUsage::branch, {}) ==
        Errc::mls_successor_invalid);
}

TEST_CASE("a group that follows has the cipher suite that its ReInit named") {
  Succession world(285);
  auto request = ending();
  request.reinit->cipher_suite = 1;
  deliver(world.people[0]->commit(request).value(), *world.people[0], world.people);
  const auto other = world.people[2]->key_package().message;
  CHECK(world.refused(world.fresh(), ResumptionPskUsage::reinit, {other}) ==
        Errc::mls_successor_invalid);
  auto next = world.fresh();
  CHECK(error_of(world.first_commit(next, ResumptionPskUsage::reinit)) ==
        Errc::mls_successor_invalid);
}

TEST_CASE("a predecessor is a group") {
  Succession world(286);
  auto next = world.fresh();
  CommitRequest request;
  request.predecessor = Predecessor{nullptr, ResumptionPskUsage::branch};
  CHECK(error_of(next.commit(request, world.people[0]->identity, world.people[0]->acquaintances,
                             now_s, world.entropy)) == Errc::invalid_argument);
}

TEST_CASE("a list of PSKs with two predecessors is none") {
  Succession world(271);
  PreSharedKeyId psk = resumption_psk(world.people[0]->group());
  psk.usage = ResumptionPskUsage::branch;
  PreSharedKeyId other = psk;
  other.psk_nonce = Bytes(32, 1);
  const PreSharedKeyId both[] = {psk, other};
  CHECK(error_of(successor_psk(both)) == Errc::mls_proposal_psk_invalid);
}

TEST_CASE("a Welcome that names no predecessor does not do for who expects one") {
  Succession world(272);
  world.end();
  auto stranger = world.fresh();
  CommitRequest request;
  world.bundles[1] = world.people[1]->key_package();
  request.add = {world.bundles[1].message};
  const auto commit = stranger
                          .commit(request, world.people[0]->identity,
                                  world.people[0]->acquaintances, now_s, world.entropy)
                          .value();
  CHECK(error_of(world.join(1, commit, &world.people[1]->group())) == Errc::mls_successor_invalid);
  CHECK(world.join(1, commit, nullptr).has_value());
}

TEST_CASE("a branch is joined also when the group has gone on, by who kept the PSK") {
  Succession world(273);
  auto branch = world.fresh({}, "some of us");
  auto commit = world.first_commit(branch, ResumptionPskUsage::branch, {1}).value();
  world.people[1]->acquaintances.remember_epoch(world.people[1]->group());
  deliver(world.people[2]->commit({}).value(), *world.people[2], world.people);
  CHECK(world.join(1, commit, &world.people[1]->group()).has_value());
  world.people[1]->acquaintances.resumption_psks.clear();
  CHECK(error_of(world.join(1, commit, &world.people[1]->group())) == Errc::mls_psk_unknown);
}

TEST_CASE("the group that follows has nobody new in its first commit") {
  Succession world(274);
  world.end();
  Person stranger("stranger", world.entropy);
  auto next = world.fresh();
  CommitRequest request;
  request.predecessor = Predecessor{&world.people[0]->group(), ResumptionPskUsage::reinit};
  for (std::size_t i : {1, 2}) request.add.push_back(world.people[i]->key_package().message);
  request.add.push_back(stranger.key_package().message);
  CHECK(error_of(next.commit(request, world.people[0]->identity, world.people[0]->acquaintances,
                             now_s, world.entropy)) == Errc::mls_successor_invalid);
}

TEST_CASE("a ReInit needs no path") {
  Succession world(280);
  CommitForgery forgery;
  forgery.has_path = false;
  forgery.proposals = {Proposal(wanted())};
  const auto message = forge_commit(*world.people[0], forgery);
  for (std::size_t i : {1, 2}) {
    REQUIRE(world.people[i]->receive(message));
    CHECK(world.people[i]->group().reinit() == wanted());
  }
}

TEST_CASE("who somebody is in the next group is the application's word") {
  Succession world(281);
  world.end();
  auto& bo = world.people[1]->identity.credential.identity;
  const auto as_before = bo;
  bo = to_bytes(as_bytes("bo, with a new telephone"));
  auto next = world.fresh();
  CHECK(error_of(world.first_commit(next, ResumptionPskUsage::reinit)) ==
        Errc::mls_successor_invalid);
  for (const auto& person : world.people) person->acquaintances.same_clients = {as_before, bo};
  auto again = world.fresh();
  const auto commit = world.first_commit(again, ResumptionPskUsage::reinit).value();
  CHECK(world.join(2, commit, &world.people[2]->group()).has_value());
  world.people[2]->acquaintances.same_clients.clear();
  CHECK(error_of(world.join(2, commit, &world.people[2]->group())) == Errc::mls_successor_invalid);
}

TEST_CASE("nothing at all is proposed in a group that was reinitialized") {
  Succession world(282);
  world.end();
  const auto& me = world.people[0]->identity;
  auto& group = world.people[0]->group();
  auto& entropy = world.entropy;
  auto& asks = world.people[0]->acquaintances;
  Person guest("guest", entropy);
  CHECK(error_of(group.propose_remove({1}, {}, me, entropy)) == Errc::mls_reinitialized);
  CHECK(error_of(group.propose_add(guest.key_package().message, {}, me, asks, now_s, entropy)) ==
        Errc::mls_reinitialized);
  CHECK(error_of(group.propose_psk(external_psk("a"), {}, me, entropy)) == Errc::mls_reinitialized);
  CHECK(error_of(group.propose_reinit(wanted(), {}, me, entropy)) == Errc::mls_reinitialized);
  CHECK(error_of(group.propose_extensions({}, {}, me, asks, entropy)) == Errc::mls_reinitialized);
}
