// passive-client-handling-commit: each thing that a client must be able to follow, and some of
// other implementations that this library never does itself.
#include "foreign.hpp"
#include "mls/external_proposal.hpp"
#include "vector_output.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

using Vectors = std::vector<nlohmann::json>;
const Envelope in_public({}, WireFormat::public_message);

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

}  // namespace

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
