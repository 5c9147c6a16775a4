// passive-client-*: each thing that a client must be able to follow, and some of other
// implementations that this library never does itself.
#include "mls/external_proposal.hpp"
#include "passive_scenario.hpp"
#include "vector_output.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

constexpr std::uint16_t foreign_extension = 0xF123;
constexpr std::uint16_t foreign_proposal = 0xF001;
constexpr auto x509 = static_cast<std::uint16_t>(CredentialType::x509);
const Envelope in_public({}, WireFormat::public_message);

Bytes of(std::string_view text) { return to_bytes(as_bytes(text)); }

Extension required_capabilities() {
  return {extension_required_capabilities,
          encode(RequiredCapabilities{
              {foreign_extension, extension_application_id}, {foreign_proposal}, {1, x509}})};
}

// Another implementation's leaf: more, in another order, with extensions that mean nothing here.
void make_foreign(LeafNode& leaf) {
  leaf.capabilities.versions = {0x0A0A, protocol_version_mls10, 2};
  leaf.capabilities.cipher_suites = {7, 1, cipher_suite_3, 0x1A1A, 2, 0xF00D};
  leaf.capabilities.extensions = {0x2A2A, 5, foreign_extension, 1, 0xFFFF, extension_tern_policy};
  leaf.capabilities.proposals = {0xEAEA, foreign_proposal, 8};
  leaf.capabilities.credentials = {x509, 0x3A3A, 0xF00D, 1};
  leaf.extensions = {{foreign_extension, Bytes(70, 7)},
                     {0x2A2A, of("grease")},
                     {extension_application_id, of("an application's id")}};
}

Foreign foreign() {
  Foreign out;
  out.lifetime = Lifetime{0, UINT64_MAX};
  out.edit_leaf = make_foreign;
  out.edit_key_package = [](KeyPackage& key_package) {
    key_package.extensions = {{0xFFFF, {}}, {foreign_extension, Bytes(300, 1)}, {0x2A2A, {1}}};
  };
  return out;
}

Foreign certified(std::string_view name) {
  auto out = foreign();
  Writer chain;
  chain.vector(as_bytes(name)).vector(as_bytes("its issuer"));
  out.credential = Credential{CredentialType::x509, to_bytes(chain.span())};
  return out;
}

// Of a group whose founder is of another implementation as well.
PassiveScenario foreign_group(std::uint64_t seed, std::string comment, std::size_t count) {
  PassiveScenario scene(seed, std::move(comment), 1);
  FreeCommit change;
  change.edit_leaf = make_foreign;
  scene.commit(scene.person(0), make_free_commit(scene.person(0), change));
  // Past, to come, and of no time at all.
  constexpr Lifetime lifetimes[] = {{1, now_s - 1}, {now_s + day_s, UINT64_MAX}, {5, 5}};
  FreeCommit add;
  for (std::size_t i = 1; i < count; ++i) {
    auto other = i % 2 ? certified("somebody") : foreign();
    other.lifetime = lifetimes[(i - 1) % 3];
    add.proposals.emplace_back(Add{key_package_in(scene.invite(scene.newcomer(), other))});
  }
  scene.commit(scene.person(0), make_free_commit(scene.person(0), add));
  return scene;
}

void welcome_by(PassiveScenario& scene, std::size_t who, FreeCommit commit,
                const Foreign& observer = {}) {
  commit.proposals.emplace_back(Add{key_package_in(scene.observe(observer))});
  scene.welcome(scene.person(who), make_free_commit(scene.person(who), commit));
}

using Vectors = std::vector<nlohmann::json>;

void add_ordinary_welcomes(Vectors& out) {
  PassiveScenario plain(1, "the tree is in the Welcome", 1);
  plain.welcome_plainly();
  out.push_back(plain.vector());

  PassiveScenario beside(2, "the tree comes beside the Welcome", 3);
  CommitRequest request;
  request.add = {beside.observe(), beside.invite(beside.newcomer())};
  request.tree = TreeTransport::out_of_band;
  beside.welcome(beside.person(2), beside.person(2).commit(request).value());
  out.push_back(beside.vector());

  PassiveScenario psks(3, "two external PSKs", 2);
  request = {};
  request.psks = {psks.share_psk("one"), psks.share_psk("")};
  request.add = {psks.observe()};
  psks.welcome(psks.person(1), psks.person(1).commit(request).value());
  out.push_back(psks.vector());

  PassiveScenario pathless(4, "a commit without a path, so that the joiner is unmerged", 5);
  FreeCommit add;
  add.has_path = false;
  auto& other = pathless.newcomer();
  add.proposals.emplace_back(Add{key_package_in(pathless.invite(other))});
  welcome_by(pathless, 3, add);
  pathless.commit(pathless.person(1));
  pathless.commit(pathless.person(4));
  out.push_back(pathless.vector());
}

void add_big_welcome(Vectors& out) {
  PassiveScenario scene(5, "17 leaves of which some are blank, and a place among them", 17);
  CommitRequest request;
  request.remove = {{5}, {6}, {7}, {14}, {16}};
  scene.commit(scene.person(10), request);
  for (const std::size_t i : {9, 3, 5}) scene.commit(scene.person(i));
  scene.welcome_plainly();
  scene.commit(scene.person(9));
  out.push_back(scene.vector());
}

void add_foreign_welcomes(Vectors& out) {
  auto scene = foreign_group(10, "other capabilities, extensions, lifetimes", 4);
  FreeCommit add;
  add.edit_info = [](GroupInfo& info) {
    info.extensions.insert(info.extensions.begin(), {0xEAEA, Bytes(200, 3)});
    info.extensions.push_back({foreign_extension, {}});
    info.extensions.push_back({extension_application_id, of("misplaced")});
  };
  welcome_by(scene, 1, add, foreign());
  scene.commit(scene.person(0));
  out.push_back(scene.vector());

  auto required = foreign_group(20, "extensions that all members list, and required ones", 3);
  CommitRequest request;
  request.group_context_extensions =
      Extensions{{foreign_extension, of("for all")}, required_capabilities()};
  required.commit(required.person(1), request);
  welcome_by(required, 2, {}, certified("the passive one"));
  required.commit(required.person(0));
  request.group_context_extensions = Extensions{required_capabilities(), {0xFFFF, Bytes(100, 1)}};
  required.commit(required.person(1), request);
  out.push_back(required.vector());
}

// -- handling commits

void add_memberships(Vectors& out) {
  PassiveScenario by_value(40, "adds, removals and self-updates by value", 3);
  by_value.welcome_plainly();
  CommitRequest request;
  request.add = {by_value.invite(by_value.newcomer()), by_value.invite(by_value.newcomer())};
  by_value.commit(by_value.person(2), request);
  request = {};
  request.remove = {by_value.person(1).group().own_leaf()};
  request.format = WireFormat::public_message;
  by_value.commit(by_value.person(0), request);
  by_value.commit(by_value.person(2));
  out.push_back(by_value.vector());

  for (const bool readable : {false, true}) {
    PassiveScenario scene(41 + readable, "proposals by reference", 4);
    scene.welcome_plainly();
    const auto envelope = readable ? in_public : Envelope(as_bytes("data beside"));
    auto& a = scene.person(1);
    auto& b = scene.person(2);
    scene.propose(a, a.group().propose_update(envelope, a.identity, scene.entropy()));
    scene.propose(
        b, b.group().propose_remove(b.group().own_leaf(), envelope, b.identity, scene.entropy()));
    scene.propose(b, b.group().propose_add(scene.invite(scene.newcomer()), envelope, b.identity,
                                           b.acquaintances, now_s, scene.entropy()));
    FreeCommit commit{pending_refs(scene.person(3))};
    commit.format = readable ? WireFormat::private_message : WireFormat::public_message;
    scene.commit(scene.person(3), make_free_commit(scene.person(3), commit));
    scene.propose(a, a.group().propose_update(envelope, a.identity, scene.entropy()));
    CommitRequest without;
    without.include_pending = false;
    scene.commit(scene.person(0), without);
    out.push_back(scene.vector());
  }
}

void add_pathless(Vectors& out) {
  PassiveScenario scene(43, "commits without a path", 3);
  const auto psk = scene.share_psk("shared");
  scene.welcome_plainly();
  auto& a = scene.person(1);
  scene.propose(a, a.group().propose_psk(psk, in_public, a.identity, scene.entropy()));
  // By reference to what the committer itself has proposed.
  FreeCommit commit{pending_refs(a), false};
  scene.commit(a, make_free_commit(a, commit));
  commit = {{Add{key_package_in(scene.invite(scene.newcomer()))}}, false};
  scene.commit(scene.person(2), make_free_commit(scene.person(2), commit));
  commit = {{}, true};
  scene.commit(scene.person(0), make_free_commit(scene.person(0), commit));
  commit = {{Add{key_package_in(scene.invite(scene.newcomer()))},
             Add{key_package_in(scene.invite(scene.newcomer()))}},
            false};
  scene.commit(scene.person(3), make_free_commit(scene.person(3), commit));
  scene.commit(scene.person(5));
  out.push_back(scene.vector());
}

void add_psks(Vectors& out) {
  PassiveScenario scene(44, "PSKs: external, resumption of this and of earlier epochs", 3);
  const auto psk = scene.share_psk("shared");
  scene.welcome_plainly();
  const auto first = resumption_psk(scene.person(0).group());
  CommitRequest request;
  request.psks = {psk, resumption_psk(scene.person(0).group()), psk};
  scene.commit(scene.person(1), request);
  auto& a = scene.person(1);
  scene.propose(a, a.group().propose_psk(first, {}, a.identity, scene.entropy()));
  scene.propose(a, a.group().propose_psk(psk, {}, a.identity, scene.entropy()));
  scene.commit(scene.person(2));
  request.psks = {first, resumption_psk(scene.person(0).group()), psk};
  request.add = {scene.invite(scene.newcomer())};
  scene.commit(scene.person(0), request);
  out.push_back(scene.vector());
}

Bytes senders(const Person& office) {
  Writer list;
  write_list(list, std::vector<ExternalSender>{
                       {office.identity.signing_key.verify_key(), office.identity.credential}});
  return std::move(list).take();
}

void add_outsiders(Vectors& out) {
  PassiveScenario scene(45, "proposals of an external sender and of somebody new", 4);
  Person office("office", scene.entropy());
  auto psk = scene.share_psk("shared");
  psk.psk_nonce = random_bytes(32, scene.entropy());
  scene.welcome_plainly();
  CommitRequest request;
  request.group_context_extensions = Extensions{{extension_external_senders, senders(office)}};
  scene.commit(scene.person(2), request);
  const auto propose = [&](const Proposal& proposal) {
    const auto& group = scene.person(0).group();
    scene.propose(external_proposal({group.group_id(), group.epoch(), as_bytes("data")}, 0,
                                    proposal, office.identity.signing_key)
                      .value());
  };
  propose(Remove{scene.person(3).group().own_leaf()});
  propose(Add{key_package_in(scene.invite(scene.newcomer()))});
  propose(PreSharedKeyProposal{psk});
  scene.commit(scene.person(1));
  propose(GroupContextExtensions{
      {{extension_external_senders, senders(office)}, {extension_tern_policy, of("other")}}});
  auto& guest = scene.newcomer();
  const auto& group = scene.person(0).group();
  scene.propose(
      propose_joining({group.group_id(), group.epoch(), {}}, scene.invite(guest), guest.identity)
          .value());
  scene.commit(scene.person(0));
  out.push_back(scene.vector());
}

void add_external_joins(Vectors& out) {
  PassiveScenario scene(46, "external commits: somebody new, with a PSK, and a resync", 3);
  auto psk = scene.share_psk("shared");
  scene.welcome_plainly();
  ExternalJoinRequest request;
  request.authenticated_data = of("let me in");
  scene.join_externally(scene.newcomer(), request);
  request.psks = {psk};
  scene.join_externally(scene.newcomer(), request);
  request = {};
  request.replaces = scene.person(2).group().own_leaf();
  scene.join_externally(scene.person(2), request);
  scene.commit(scene.person(3));
  out.push_back(scene.vector());
}

void add_changed_leaves(Vectors& out) {
  auto scene = foreign_group(47, "leaves that change: key, credential, capabilities", 4);
  welcome_by(scene, 0, {}, foreign());
  auto& a = scene.person(1);
  auto key = crypto::SigningKey::generate(scene.entropy());
  FreeCommit commit;
  commit.new_key = &key;
  commit.edit_leaf = [](LeafNode& leaf) {
    leaf.credential = {CredentialType::basic, of("another name")};
    leaf.extensions = {};
    leaf.capabilities.extensions.push_back(0xF777);
  };
  scene.commit(a, make_free_commit(a, commit));
  a.identity = {own_leaf_of(a).credential, key.clone()};
  auto& b = scene.person(2);
  b.identity.credential = certified("renewed").credential.value();
  scene.propose(b, b.group().propose_update(in_public, b.identity, scene.entropy()));
  scene.commit(a);
  out.push_back(scene.vector());
}

void add_skipped_generations(Vectors& out) {
  PassiveScenario scene(48, "handshakes that never arrived", 3);
  scene.welcome_plainly();
  auto& a = scene.person(1);
  for (int i = 0; i < 40; ++i) REQUIRE(a.commit({}).has_value());
  scene.propose(a, a.group().propose_update({}, a.identity, scene.entropy()));
  for (int i = 0; i < 7; ++i) a.say("also lost");
  FreeCommit commit;
  scene.commit(a, make_free_commit(a, commit));
  scene.commit(scene.person(2));
  out.push_back(scene.vector());
}

void add_paddings(Vectors& out) {
  PassiveScenario scene(52, "padding of other sizes", 2);
  scene.welcome_plainly();
  for (const std::size_t padding : {0, 1, 500}) {
    FreeCommit commit;
    commit.padding_bytes = padding;
    commit.authenticated_data = Bytes(padding / 5, 1);
    scene.commit(scene.person(1), make_free_commit(scene.person(1), commit));
  }
  out.push_back(scene.vector());
}

void add_endings(Vectors& out) {
  PassiveScenario removed(49, "the passive client is removed", 3);
  removed.welcome_plainly();
  auto& a = removed.person(1);
  removed.propose(
      a, a.group().propose_remove(removed.observer_leaf(), {}, a.identity, removed.entropy()));
  removed.commit(removed.person(2));
  out.push_back(removed.vector());

  for (const bool by_reference : {false, true}) {
    PassiveScenario ended(50 + by_reference, "a ReInit", 3);
    ended.welcome_plainly();
    const ReInit next{of("the next"),
                      protocol_version_mls10,
                      by_reference ? std::uint16_t{1} : cipher_suite_3,
                      {{extension_tern_policy, of("policy")}}};
    CommitRequest request;
    if (by_reference) {
      auto& b = ended.person(1);
      ended.propose(b, b.group().propose_reinit(next, {}, b.identity, ended.entropy()));
    } else {
      request.reinit = next;
    }
    ended.commit(ended.person(0), request);
    out.push_back(ended.vector());
  }
}

// -- histories at random

void random_step(PassiveScenario& scene, const PreSharedKeyId& psk) {
  auto& entropy = scene.entropy();
  auto& a = scene.person(entropy.below(scene.size()));
  auto& committer = scene.person(entropy.below(scene.size()));
  const auto envelope = entropy.below(2) ? in_public : Envelope();
  switch (entropy.below(4)) {
    case 0:
      scene.propose(a, a.group().propose_update(envelope, a.identity, entropy));
      break;
    case 1:
      scene.propose(a, a.group().propose_psk(psk, envelope, a.identity, entropy));
      break;
    case 2:
      scene.propose(a, a.group().propose_add(scene.invite(scene.newcomer()), envelope, a.identity,
                                             a.acquaintances, now_s, entropy));
      break;
    default:
      break;
  }
  CommitRequest request;
  request.format = entropy.below(2) ? WireFormat::public_message : WireFormat::private_message;
  request.include_pending = entropy.below(4) != 0;
  if (scene.size() < 5 && entropy.below(2)) request.add.push_back(scene.invite(scene.newcomer()));
  if (scene.size() > 3 && entropy.below(2) && &a != &committer)
    request.remove = {a.group().own_leaf()};
  if (entropy.below(3) == 0) request.psks = {psk, resumption_psk(a.group())};
  scene.commit(committer, request);
}

}  // namespace

TEST_CASE("vectors of passive clients that join are made") {
  Vectors out;
  add_ordinary_welcomes(out);
  add_big_welcome(out);
  add_foreign_welcomes(out);
  write_vectors("mls/passive-client-welcome.json", out);
}

TEST_CASE("vectors of passive clients that follow commits are made") {
  Vectors out;
  add_memberships(out);
  add_pathless(out);
  add_psks(out);
  add_outsiders(out);
  add_external_joins(out);
  add_changed_leaves(out);
  add_skipped_generations(out);
  add_paddings(out);
  add_endings(out);
  write_vectors("mls/passive-client-handling-commit.json", out);
}

TEST_CASE("vectors of passive clients with random histories are made") {
  Vectors out;
  for (std::uint64_t seed = 60; seed < 62; ++seed) {
    PassiveScenario scene(seed, "at random", 3 + seed % 2);
    const auto psk = scene.share_psk("shared");
    scene.welcome_plainly();
    for (int i = 0; i < 5; ++i) random_step(scene, psk);
    out.push_back(scene.vector());
  }
  write_vectors("mls/passive-client-random.json", out);
}
