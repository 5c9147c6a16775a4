// RFC 9420 §12.1 and §12.2: each rule of proposals and of lists of them, broken alone.
#include "hostile.hpp"
#include "mls/commit_plan.hpp"
#include "tern/limits.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

CommitForgery commit_of(std::vector<ProposalOrRef> proposals) {
  CommitForgery forgery;
  forgery.proposals = std::move(proposals);
  return forgery;
}

Proposal add_of(Person& person) {
  return Add{PrivateKeyPackage::decode(person.key_package().private_record)->key_package};
}

ProposalRef last_ref(Person& person) { return person.group().state().pending.all().back()->ref; }

Extensions requiring(const RequiredCapabilities& required) {
  return {{extension_required_capabilities, encode(required)}};
}

}  // namespace

TEST_CASE("a committer may not update or remove itself by proposal") {
  SeededEntropy entropy(60);
  const auto people = group_of(3, entropy);
  const Proposal own_update = Update{forge_update(*people[0])};
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({own_update})))) ==
        Errc::mls_proposal_update_by_committer);
  send_proposal(*people[0], own_update, people);
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({last_ref(*people[0])})))) ==
        Errc::mls_proposal_update_by_committer);
  CHECK(error_of(people[1]->receive(
            forge_commit(*people[0], commit_of({Proposal(Remove{LeafIndex{0}})})))) ==
        Errc::mls_proposal_removes_committer);
  CommitRequest request;
  request.remove = {people[0]->group().own_leaf()};
  CHECK(error_of(people[0]->commit(request)) == Errc::mls_proposal_removes_committer);
}

TEST_CASE("only a member can be removed") {
  SeededEntropy entropy(61);
  const auto people = group_of(3, entropy);
  for (const std::uint32_t nobody : {3u, 4u, 0x80000001u, 0xffffffffu}) {
    const Proposal remove = Remove{LeafIndex{nobody}};
    CHECK(error_of(people[1]->receive(forge_proposal(*people[0], remove))) ==
          Errc::mls_proposal_removes_blank);
    CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({remove})))) ==
          Errc::mls_proposal_removes_blank);
    CHECK(error_of(people[0]->group().propose_remove({nobody}, {}, people[0]->identity, entropy)) ==
          Errc::mls_proposal_removes_blank);
  }
}

TEST_CASE("one leaf is changed by one proposal at most") {
  SeededEntropy entropy(62);
  const auto people = group_of(4, entropy);
  const Proposal remove = Remove{LeafIndex{2}};
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({remove, remove})))) ==
        Errc::mls_proposal_duplicate);
  send_proposal(*people[2], Update{forge_update(*people[2])}, people);
  const auto first = last_ref(*people[0]);
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({first, remove})))) ==
        Errc::mls_proposal_duplicate);
  send_proposal(*people[2], Update{forge_update(*people[2])}, people);
  const auto second = last_ref(*people[0]);
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({first, second})))) ==
        Errc::mls_proposal_duplicate);
  // An honest committer takes the latest, or the removal when somebody wants that.
  const auto& epoch = epoch_of(*people[0]);
  const auto wanted = std::get<Update>(people[0]->group().state().pending.all()[1]->proposal);
  auto commit = people[0]->commit({}).value();
  const auto& next = *commit.next->state().epoch;
  CHECK(next.tree->leaf({2})->encryption_key() == wanted.leaf_node.encryption_key);
  CHECK(next.tree->leaf({2})->encryption_key() != epoch.tree->leaf({2})->encryption_key());
  CommitRequest request;
  request.remove = {LeafIndex{2}};
  auto removal = people[1]->commit(request).value();
  CHECK(removal.next->member_count() == 3);
  CHECK(people[3]->receive(removal.message).has_value());
}

TEST_CASE("a client is in a group once") {
  SeededEntropy entropy(63);
  auto people = group_of(3, entropy);
  Person guest("guest", entropy);
  CHECK(error_of(people[1]->receive(
            forge_commit(*people[0], commit_of({add_of(guest), add_of(guest)})))) ==
        Errc::mls_proposal_duplicate);
  CHECK(error_of(people[0]->add({guest.key_package().message, guest.key_package().message})) ==
        Errc::mls_proposal_duplicate);
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({add_of(*people[2])})))) ==
        Errc::mls_proposal_adds_member_again);
  CHECK(error_of(people[0]->add({people[2]->key_package().message})) ==
        Errc::mls_proposal_adds_member_again);

  // "unless there is a Remove proposal in the list removing the matching client": rejoining.
  CommitRequest rejoin;
  rejoin.remove = {LeafIndex{2}};
  const auto bundle = people[2]->key_package();
  rejoin.add = {bundle.message};
  auto commit = people[0]->commit(rejoin).value();
  REQUIRE(people[1]->receive(commit.message).has_value());
  people[2]->join(commit, bundle);
  people[0]->accept(std::move(commit.next));
  for (const auto& person : people) CHECK(agree(*people[0], *person));
}

TEST_CASE("a commit changes the extensions once") {
  SeededEntropy entropy(64);
  const auto people = group_of(3, entropy);
  const Proposal change = GroupContextExtensions{{}};
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({change, change})))) ==
        Errc::mls_proposal_duplicate);
  const Extensions twice = {{extension_tern_policy, {}}, {extension_tern_policy, {}}};
  CHECK(error_of(people[1]->receive(forge_proposal(*people[0], GroupContextExtensions{twice}))) ==
        Errc::mls_extension_invalid);
  CommitRequest request;
  request.group_context_extensions = twice;
  CHECK(error_of(people[0]->commit(request)) == Errc::mls_extension_invalid);
}

TEST_CASE("a group cannot require what a member does not support") {
  SeededEntropy entropy(65);
  auto people = group_of(3, entropy);
  const auto check = [&](const Extensions& extensions) {
    CommitRequest request;
    request.group_context_extensions = extensions;
    CHECK(error_of(people[0]->commit(request)) == Errc::mls_proposal_extensions_unsupported);
    const Proposal change = GroupContextExtensions{extensions};
    CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({change})))) ==
          Errc::mls_proposal_extensions_unsupported);
  };
  check({{0xF123, {}}});
  check(requiring({{0xF123}, {}, {}}));
  check(requiring({{}, {0xF123}, {}}));
  check(requiring({{}, {}, {2}}));
  CommitRequest request;
  request.group_context_extensions =
      requiring({{extension_tern_policy, extension_application_id}, {1, 2, 3}, {1}});
  deliver(people[0]->commit(request).value(), *people[0], people);

  // And somebody who does not support it cannot be added any more.
  Person guest("guest", entropy);
  const auto mine =
      forge_key_package(guest, {[](LeafNode& leaf) {
                                  leaf.capabilities.extensions = {extension_last_resort,
                                                                  0x0A0A,
                                                                  0x1A1A,
                                                                  0x2A2A,
                                                                  0x3A3A,
                                                                  0x4A4A,
                                                                  0x5A5A,
                                                                  0x6A6A,
                                                                  0x7A7A,
                                                                  0x8A8A,
                                                                  0x9A9A,
                                                                  0xAAAA,
                                                                  0xBABA,
                                                                  0xCACA,
                                                                  0xDADA,
                                                                  0xEAEA};
                                },
                                {},
                                {}});
  CHECK(error_of(people[1]->add({message_of(mine.key_package)})) ==
        Errc::mls_leaf_capabilities_missing);
  CHECK(error_of(people[1]->receive(
            forge_commit(*people[0], commit_of({Proposal(Add{mine.key_package})})))) ==
        Errc::mls_leaf_capabilities_missing);
  // Unless the same commit stops to require it: "the new extensions MUST be used when evaluating
  // other proposals in this list" (§12.3).
  CommitRequest both;
  both.add = {message_of(mine.key_package)};
  both.group_context_extensions = Extensions{};
  CHECK(people[1]->receive(people[0]->commit(both)->message).has_value());
}

TEST_CASE("GREASE that all members have in common does not let a commit turn it on") {
  SeededEntropy entropy(74);
  const auto people = group_of(3, entropy);
  constexpr std::uint16_t grease = 0x7A7A;
  auto tree = *epoch_of(*people[1]).tree;
  for (const auto index : tree.leaves()) {
    auto leaf = tree.leaf(index)->decoded();
    leaf.capabilities.extensions.push_back(grease);
    leaf.capabilities.extensions.push_back(0xF123);
    tree.set_leaf(index, Leaf::of(leaf));
  }
  CHECK(check_all_members_support(tree, group_parameters({{extension_tern_policy, {}}}).value()));
  // What a client supports is what its leaf says, so that all come to the same verdict.
  CHECK(check_all_members_support(tree, group_parameters({{0xF123, {}}}).value()));
  for (const auto type : {grease, std::uint16_t{0xF124}})
    CHECK(error_of(check_all_members_support(tree, group_parameters({{type, {}}}).value())) ==
          Errc::mls_proposal_extensions_unsupported);
}

TEST_CASE("extensions that this library reads must parse") {
  SeededEntropy entropy(66);
  const auto people = group_of(2, entropy);
  for (const auto type : {extension_required_capabilities, extension_external_senders}) {
    const Extensions broken = {{type, {0x7f}}};
    CHECK(error_of(people[1]->receive(forge_proposal(
              *people[0], GroupContextExtensions{broken}))) == Errc::mls_extension_invalid);
    CHECK(error_of(Group::create(as_bytes("g"), people[0]->identity, lifetime, broken, entropy)) ==
          Errc::mls_extension_invalid);
  }
  // §5.3.1: the application is asked about external senders.
  Writer senders;
  senders.vector_of([&](Writer& list) {
    write(list, ExternalSender{people[0]->identity.signing_key.verify_key(),
                               {CredentialType::basic, to_bytes(as_bytes("Mallory"))}});
  });
  people[1]->acquaintances.refused = {"Mallory"};
  const Extensions outsiders = {{extension_external_senders, to_bytes(senders.span())}};
  CHECK(error_of(people[1]->receive(forge_proposal(
            *people[0], GroupContextExtensions{outsiders}))) == Errc::mls_credential_refused);
}

TEST_CASE("a commit may name only proposals of its epoch") {
  SeededEntropy entropy(67);
  auto people = group_of(3, entropy);
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({ProposalRef{}})))) ==
        Errc::mls_proposal_unknown);
  send_proposal(*people[1], Remove{LeafIndex{2}}, people);
  const auto old = last_ref(*people[0]);
  CommitRequest request;
  request.include_pending = false;
  deliver(people[0]->commit(request).value(), *people[0], people);
  CHECK_FALSE(people[1]->group().has_pending_proposals());
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({old})))) ==
        Errc::mls_proposal_unknown);
}

TEST_CASE("a member's ExternalInit is refused, and so are proposals of unknown types") {
  SeededEntropy entropy(68);
  const auto people = group_of(2, entropy);
  const Proposal init = ExternalInit{};
  CHECK(error_of(people[1]->receive(forge_proposal(*people[0], init))) ==
        Errc::mls_proposal_external_init_invalid);
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of({init})))) ==
        Errc::mls_proposal_external_init_invalid);
  // A type that nobody here knows, GREASE among them (§12.2).
  for (const auto& unknown : {Bytes{0x0A, 0x0A, 0}, Bytes{0xF0, 0x0D}})
    CHECK(error_of(people[1]->receive(
              forge_content(*people[0], {ContentType::proposal, unknown, {}, {}, {}}))) ==
          Errc::mls_proposal_type_unsupported);
}

TEST_CASE("the proposals of a commit and of an epoch are bounded") {
  SeededEntropy entropy(69);
  const auto people = group_of(3, entropy);
  const std::vector<ProposalOrRef> most(limits::mls_proposals_max, Proposal(Remove{LeafIndex{2}}));
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of(most)))) ==
        Errc::mls_proposal_duplicate);
  auto more = most;
  more.push_back(Proposal(Remove{LeafIndex{2}}));
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], commit_of(more)))) ==
        Errc::mls_too_many_proposals);

  // Of an epoch each sender alone is bounded: what one member may send is not the others' doing.
  PendingProposals pending;
  LeafIndex sender{0};
  const auto number = [&](std::uint32_t i, Proposal proposal) {
    PendingProposal out{{}, sender, std::move(proposal), std::nullopt};
    for (std::size_t at = 0; at < 4; ++at)
      out.ref.bytes[at] = static_cast<std::uint8_t>(i >> (8 * at));
    return std::make_shared<const PendingProposal>(std::move(out));
  };
  for (std::uint32_t i = 0; i < limits::mls_pending_proposals_max; ++i)
    REQUIRE(pending.add(number(i, Remove{LeafIndex{2}})));
  CHECK_FALSE(pending.add(number(0, Remove{LeafIndex{2}})).value());  // seen already
  CHECK(error_of(pending.add(number(1 << 20, Remove{LeafIndex{2}}))) ==
        Errc::mls_too_many_proposals);
  PendingProposals large;
  const Extensions half = {{1, Bytes(limits::mls_pending_bytes_max / 2)}};
  REQUIRE(large.add(number(0, GroupContextExtensions{half})));
  CHECK(error_of(large.add(number(1, GroupContextExtensions{half}))) ==
        Errc::mls_too_many_proposals);
  sender = {1};
  CHECK(pending.add(number(1 << 20, Remove{LeafIndex{2}})));
  CHECK(large.add(number(1, GroupContextExtensions{half})));
}

TEST_CASE("a proposal that cannot be committed does not keep anybody from committing") {
  SeededEntropy entropy(70);
  auto people = group_of(4, entropy);
  // Valid alone, but its key is another member's: no list that holds it is valid.
  const auto taken = own_leaf_of(*people[3]).encryption_key;
  send_proposal(
      *people[2],
      Update{forge_update(*people[2], [&](LeafNode& leaf) { leaf.encryption_key = taken; })},
      people);
  send_proposal(*people[1], Remove{LeafIndex{3}}, people);
  send_proposal(*people[3], GroupContextExtensions{{{0xF123, {}}}}, people);
  auto commit = people[0]->commit({}).value();
  CHECK(commit.next->member_count() == 3);
  CHECK(people[1]->receive(commit.message).has_value());
}

TEST_CASE("proposals survive in the records, and are gone with their epoch") {
  SeededEntropy entropy(71);
  auto people = group_of(3, entropy);
  Person guest("guest", entropy);
  send_proposal(*people[0], add_of(guest), people);
  send_proposal(*people[0], Remove{LeafIndex{2}}, people);
  people[1]->reopen();
  CHECK(people[1]->group().pending_removals() == std::vector{LeafIndex{2}});
  auto commit = people[1]->commit({}).value();
  CHECK(commit.welcomes.size() == 1);
  CHECK(commit.next->member_count() == 3);
  CHECK(people[0]->receive(commit.message).has_value());
  people[1]->accept(std::move(commit.next));
  people[1]->reopen();
  CHECK_FALSE(people[1]->group().has_pending_proposals());
}

TEST_CASE("a commit carries one's own proposals, whether anybody received them or not") {
  SeededEntropy entropy(73);
  const auto people = group_of(3, entropy);
  const auto lost =
      people[0]->group().propose_remove({2}, {}, people[0]->identity, entropy).value();
  people[0]->records.apply(lost.changes);
  auto commit = people[0]->commit({}).value();
  CHECK(people[1]->receive(commit.message).has_value());
  people[0]->accept(std::move(commit.next));
  CHECK(agree(*people[0], *people[1]));
  CHECK(people[1]->group().member_count() == 2);
}

TEST_CASE("pending proposals leave room for what is asked for") {
  SeededEntropy entropy(72);
  const auto people = group_of(2, entropy);
  auto& state = people[0]->group().state();
  Person guest("guest", entropy);
  auto guests = PrivateKeyPackage::decode(guest.key_package().private_record)->key_package;
  for (std::uint32_t i = 0; i < limits::mls_proposals_max; ++i) {
    PendingProposal pending;
    pending.sender = LeafIndex{i / static_cast<std::uint32_t>(limits::mls_pending_proposals_max)};
    for (auto* bytes : {pending.ref.bytes.data(), guests.leaf_node.signature_key.bytes.data(),
                        guests.leaf_node.encryption_key.bytes.data()}) {
      bytes[0] = static_cast<std::uint8_t>(i);
      bytes[1] = static_cast<std::uint8_t>(i >> 8);
    }
    pending.proposal = Add{guests};
    REQUIRE(state.pending.add(std::make_shared<const PendingProposal>(std::move(pending))));
  }
  CommitRequest request;
  request.group_context_extensions = Extensions{};
  const auto plan = plan_commit(request, state, {people[0]->acquaintances, now_s}, entropy).value();
  CHECK(plan.proposals.size() == limits::mls_proposals_max);
  CHECK(plan.added.size() == limits::mls_proposals_max - 1);
  CHECK(plan.applied.changes_extensions);
}
