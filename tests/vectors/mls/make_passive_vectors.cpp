// passive-client-welcome and passive-client-random: joining, and histories at random.
#include "foreign.hpp"
#include "vector_output.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

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

void random_step(PassiveScenario& scene, const PreSharedKeyId& psk) {
  auto& entropy = scene.entropy();
  auto& a = scene.person(entropy.below(scene.size()));
  auto& committer = scene.person(entropy.below(scene.size()));
  const auto envelope = entropy.below(2) ? Envelope({}, WireFormat::public_message) : Envelope();
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
