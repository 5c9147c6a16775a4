// What a chat does with its group, from end to end.
#include "people.hpp"

using namespace tern;
using namespace tern::test;

TEST_CASE("two people who share a group read each other") {
  SeededEntropy entropy(1);
  Person anna("Anna", entropy), bo("Bo", entropy);
  anna.create();
  const auto bundle = bo.key_package();
  auto commit = anna.add({bundle.message}).value();
  bo.join(commit, bundle);
  anna.accept(std::move(commit.next));

  CHECK(agree(anna, bo));
  CHECK(bo.hear(anna.say("Tot straks!")) == "Tot straks!");
  CHECK(anna.hear(bo.say("Goed.")) == "Goed.");
  CHECK(anna.hear(bo.say("")).empty());
}

TEST_CASE("messages of one epoch may arrive in any order, each once") {
  SeededEntropy entropy(2);
  const auto people = group_of(2, entropy);
  std::vector<Bytes> sent;
  for (int i = 0; i < 5; ++i) sent.push_back(people[0]->say(std::to_string(i)));

  CHECK(people[1]->hear(sent[3]) == "3");
  CHECK(people[1]->hear(sent[0]) == "0");
  CHECK(error_of(people[1]->receive(sent[3])) == Errc::mls_generation_consumed);
  CHECK(people[1]->hear(sent[4]) == "4");
  CHECK(people[1]->hear(sent[2]) == "2");
  CHECK(people[1]->hear(sent[1]) == "1");
  CHECK(error_of(people[1]->receive(sent[1])) == Errc::mls_generation_consumed);
}

TEST_CASE("a removed member cannot read the next epoch") {
  SeededEntropy entropy(3);
  auto people = group_of(4, entropy);
  mls::CommitRequest request;
  request.remove = {mls::LeafIndex{2}};
  auto commit = people[0]->commit(request).value();
  const auto received = people[2]->receive(commit.message);
  REQUIRE(received.has_value());
  const auto& seen = std::get<mls::CommitReceived>(*received);
  CHECK(seen.removes_me);
  CHECK(seen.next == nullptr);
  auto removed = std::move(people[2]);
  people.erase(people.begin() + 2);
  deliver(std::move(commit), *people[0], people);

  CHECK(agree(*people[0], *people[1]));
  CHECK(agree(*people[0], *people[2]));
  const auto secret = people[0]->say("without you");
  CHECK(people[2]->hear(secret) == "without you");
  CHECK(error_of(removed->receive(secret)) == Errc::mls_epoch_mismatch);
}

TEST_CASE("a member leaves by proposal, and the next committer carries it out") {
  SeededEntropy entropy(4);
  auto people = group_of(3, entropy);
  auto& leaver = *people[2];
  auto sent = leaver.group()
                  .propose_remove(leaver.group().own_leaf(), {}, leaver.identity, entropy)
                  .value();
  leaver.records.apply(sent.changes);
  for (int i = 0; i < 2; ++i) {
    const auto received = people[i]->receive(sent.message).value();
    CHECK(std::get<mls::ProposalReceived>(received).removes == leaver.group().own_leaf());
    CHECK(people[i]->group().has_pending_proposals());
    CHECK(people[i]->group().pending_removals() == std::vector{mls::LeafIndex{2}});
  }
  // The leaver cannot commit its own removal: its commit leaves the proposal out.
  auto own = leaver.commit({}).value();
  CHECK(own.next->member_count() == 3);

  auto commit = people[1]->commit({}).value();
  deliver(std::move(commit), *people[1], people);
  CHECK(people[0]->group().member_count() == 2);
  CHECK(agree(*people[0], *people[1]));
  CHECK_FALSE(people[0]->group().has_pending_proposals());
}

TEST_CASE("a proposal is kept in its epoch only, and once") {
  SeededEntropy entropy(6);
  auto people = group_of(2, entropy);
  auto& group = people[0]->group();
  const auto sent = people[1]->group().propose_update({}, people[1]->identity, entropy).value();
  mls::RecordChanges consumed;
  const auto received =
      group.receive(sent.message, people[0]->acquaintances, now_s, consumed).value();
  const auto& proposal = std::get<mls::ProposalReceived>(received);
  CHECK_FALSE(group.has_pending_proposals());
  CHECK(group.keep(proposal)->changes.size() == 1);
  CHECK(group.keep(proposal)->changes.empty());
  auto next = people[0]->commit({}).value().next;
  CHECK(error_of(next->keep(proposal)) == Errc::mls_epoch_mismatch);
  CHECK_FALSE(next->has_pending_proposals());
}

TEST_CASE("updates and additions by proposal take effect with the commit that names them") {
  SeededEntropy entropy(5);
  auto people = group_of(3, entropy);
  auto update = people[2]->group().propose_update({}, people[2]->identity, entropy).value();
  people[2]->records.apply(update.changes);
  auto newcomer = std::make_unique<Person>("newcomer", entropy);
  const auto bundle = newcomer->key_package();
  auto add = people[1]
                 ->group()
                 .propose_add(bundle.message, {}, people[1]->identity, people[1]->acquaintances,
                              now_s, entropy)
                 .value();
  people[1]->records.apply(add.changes);
  for (const auto& [from, message] : {std::pair(2, &update.message), std::pair(1, &add.message)})
    for (int to = 0; to < 3; ++to)
      if (to != from) REQUIRE(people[to]->receive(*message).has_value());

  people[2]->reopen();  // the private key of its Update survives
  auto commit = people[0]->commit({}).value();
  REQUIRE(commit.welcomes.size() == 1);
  newcomer->join(commit, bundle);
  deliver(std::move(commit), *people[0], people);
  people.push_back(std::move(newcomer));
  for (const auto& person : people) CHECK(agree(*people[0], *person));

  // And the member that updated can follow and make the next commit.
  deliver(people[2]->commit({}).value(), *people[2], people);
  for (const auto& person : people) CHECK(agree(*people[0], *person));
}

TEST_CASE("who joins is told what the committer had to say in the Welcome, and nobody else is") {
  SeededEntropy entropy(7);
  auto people = group_of(1, entropy);
  auto bo = std::make_unique<Person>("bo", entropy);
  const auto bundle = bo->key_package();
  CommitRequest request;
  request.add = {bundle.message};
  const Extension said{0xF123, {7}};
  request.welcome_extensions = {said, said};
  CHECK(error_of(people[0]->commit(request)) == Errc::mls_extension_invalid);
  request.welcome_extensions = {{extension_ratchet_tree, {}}};
  CHECK(error_of(people[0]->commit(request)) == Errc::mls_extension_invalid);
  request.welcome_extensions = {said};
  auto made = people[0]->commit(request).value();
  CHECK(made.next->welcome_extensions().empty());
  bo->join(made, bundle);
  const auto& told = bo->group().welcome_extensions();
  REQUIRE(find_extension(told, said.type));
  CHECK(*find_extension(told, said.type) == said);
  CHECK(find_extension(told, extension_ratchet_tree) == nullptr);
  CHECK(bo->group().clone().welcome_extensions() == told);
  CHECK(people[0]->group().welcome_extensions().empty());
}

TEST_CASE("a leaf has its owner's extensions in a KeyPackage, an Update and a commit, all listed") {
  constexpr std::uint16_t type = 0xF123;
  const auto says = [](std::uint8_t what) { return Extensions{{type, {what}}}; };
  SeededEntropy entropy(6);
  auto people = group_of(2, entropy);
  auto cem = std::make_unique<Person>("cem", entropy);
  cem->identity.leaf_extensions = says(1);
  const auto bundle = cem->key_package();
  CHECK(inspect_key_package(bundle.message, now_s).value().leaf_extensions == says(1));
  auto commit = people[0]->add({bundle.message}).value();
  cem->join(commit, bundle);
  deliver(std::move(commit), *people[0], people);
  people.push_back(std::move(cem));
  const auto leaf = people[2]->group().own_leaf();
  const auto seen = [&](std::uint8_t what) {
    for (const auto& person : people) {
      if (person->group().leaf_extensions(leaf).value() != says(what)) return false;
      person->reopen();
      if (person->group().leaf_extensions(leaf).value() != says(what)) return false;
    }
    return true;
  };
  CHECK(seen(1));

  people[2]->identity.leaf_extensions = says(2);
  auto update = people[2]->group().propose_update({}, people[2]->identity, entropy).value();
  people[2]->records.apply(update.changes);
  for (int to = 0; to < 2; ++to) REQUIRE(people[to]->receive(update.message).has_value());
  deliver(people[0]->commit({}).value(), *people[0], people);
  CHECK(seen(2));

  // Of a type that its first leaf did not list.
  people[1]->identity.leaf_extensions = says(3);
  people[2]->identity.leaf_extensions = says(3);
  deliver(people[2]->commit({}).value(), *people[2], people);
  CHECK(seen(3));
  deliver(people[1]->commit({}).value(), *people[1], people);
  CHECK(people[0]->group().leaf_extensions(people[1]->group().own_leaf()).value() == says(3));

  // One that nobody could read is not sent.
  people[1]->identity.leaf_extensions = {{type, {}}, {type, {}}};
  CHECK(error_of(people[1]->commit({})) == Errc::mls_extension_invalid);
  CHECK(error_of(people[1]->group().propose_update({}, people[1]->identity, entropy)) ==
        Errc::mls_extension_invalid);
  CHECK(error_of(Group::create(as_bytes("g"), people[1]->identity, lifetime, {}, entropy)) ==
        Errc::mls_extension_invalid);
}

TEST_CASE("a group whose records were written is the same when opened again") {
  SeededEntropy entropy(6);
  auto people = group_of(5, entropy);
  const auto early = people[0]->say("early");
  const auto late = people[0]->say("late");
  CHECK(people[3]->hear(late) == "late");
  people[3]->reopen();
  CHECK(agree(*people[0], *people[3]));
  CHECK(people[3]->hear(early) == "early");
  CHECK(error_of(people[3]->receive(late)) == Errc::mls_generation_consumed);
  people[3]->reopen();
  CHECK(people[1]->hear(people[3]->say("still here")) == "still here");
  people[3]->reopen();
  deliver(people[3]->commit({}).value(), *people[3], people);
  for (const auto& person : people) CHECK(agree(*people[0], *person));
}

TEST_CASE("the group's extensions are replaced by a commit, for all") {
  SeededEntropy entropy(7);
  auto people = group_of(3, entropy);
  mls::CommitRequest request;
  request.group_context_extensions =
      mls::Extensions{{mls::extension_tern_policy, to_bytes(as_bytes("title"))}};
  auto commit = people[1]->commit(request).value();
  const auto received = people[0]->receive(commit.message).value();
  CHECK(std::get<mls::CommitReceived>(received).new_group_context_extensions ==
        request.group_context_extensions);
  REQUIRE(people[2]->receive(commit.message).has_value());
  people[1]->accept(std::move(commit.next));
  for (const auto& person : people) {
    CHECK(person->group().group_context_extensions() == *request.group_context_extensions);
    CHECK(agree(*people[0], *person));
  }
}

TEST_CASE("the tree may travel beside the Welcome") {
  SeededEntropy entropy(8);
  Person anna("Anna", entropy), bo("Bo", entropy);
  anna.create();
  const auto bundle = bo.key_package();
  mls::CommitRequest request;
  request.add = {bundle.message};
  request.tree = mls::TreeTransport::out_of_band;
  auto commit = anna.commit(request).value();
  const auto welcome = welcome_of(commit);
  CHECK(error_of(mls::Group::join(welcome, bundle.private_record, bo.identity, bo.acquaintances,
                                  now_s)) == Errc::mls_welcome_invalid);
  const auto tree = commit.next->ratchet_tree().value();
  auto joined = mls::Group::join(welcome, bundle.private_record, bo.identity, bo.acquaintances,
                                 now_s, {.ratchet_tree = ByteSpan(tree)});
  REQUIRE(joined.has_value());
  CHECK(joined->tree_hash() == commit.next->tree_hash());
}

TEST_CASE("two commits made in one epoch use two keys of the handshake ratchet") {
  SeededEntropy entropy(9);
  auto people = group_of(2, entropy);
  auto first = people[0]->commit({}).value();
  people[0]->reopen();  // only the records remember
  auto second = people[0]->commit({}).value();
  REQUIRE(people[1]->receive(second.message).has_value());
  people[0]->accept(std::move(second.next));
  CHECK(agree(*people[0], *people[1]));
}
