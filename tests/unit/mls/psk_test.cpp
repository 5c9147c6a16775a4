// RFC 9420 §8.4, §12.1.4: pre-shared keys in commits and Welcomes.
#include "hostile.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

void share(const std::vector<std::unique_ptr<Person>>& people, std::string_view id,
           std::string_view key) {
  for (const auto& person : people)
    person->acquaintances.external_psks[to_bytes(as_bytes(id))] = to_bytes(as_bytes(key));
}

CommitRequest with_psks(std::vector<PreSharedKeyId> psks) {
  CommitRequest request;
  request.psks = std::move(psks);
  return request;
}

PreSharedKeyId nonced(PreSharedKeyId id, std::size_t bytes = 32) {
  id.psk_nonce = Bytes(bytes, 7);
  return id;
}

Errc refused(Person& receiver, Person& sender, const PreSharedKeyId& psk) {
  const Proposal proposal = PreSharedKeyProposal{psk};
  const auto error = error_of(receiver.receive(forge_proposal(sender, proposal)));
  CommitForgery forgery;
  forgery.proposals = {proposal};
  CHECK(error_of(receiver.receive(forge_commit(sender, forgery))) == error);
  return error;
}

}  // namespace

TEST_CASE("a PSK that all hold goes into the next epoch, and who joins by it has to hold it too") {
  SeededEntropy entropy(200);
  const auto people = group_of(3, entropy);
  share(people, "code word", "tern");
  Person dora("dora", entropy);
  dora.acquaintances.external_psks = people[0]->acquaintances.external_psks;
  const auto bundle = dora.key_package();
  auto request = with_psks({external_psk("code word"), resumption_psk(people[0]->group())});
  request.add = {bundle.message};
  for (const auto& person : people) person->acquaintances.remember_epoch(person->group());
  dora.acquaintances.resumption_psks = people[0]->acquaintances.resumption_psks;
  auto commit = people[0]->commit(request).value();
  dora.join(commit, bundle);
  deliver(std::move(commit), *people[0], people);
  for (const auto& person : people) CHECK(agree(*person, dora));
  CHECK(dora.hear(people[2]->say("with a code word")) == "with a code word");
}

TEST_CASE("the same commit without its PSK leads to another epoch") {
  SeededEntropy entropy(201);
  const auto people = group_of(2, entropy);
  share(people, "code word", "tern");
  people[1]->acquaintances.external_psks.begin()->second.push_back('!');
  const auto commit = people[0]->commit(with_psks({external_psk("code word")})).value();
  CHECK(error_of(people[1]->receive(commit.message)) == Errc::mls_confirmation_tag_invalid);
}

TEST_CASE("who does not hold the PSK of a commit is told that this depends on them") {
  SeededEntropy entropy(202);
  const auto people = group_of(3, entropy);
  share(people, "code word", "tern");
  people[2]->acquaintances.external_psks.clear();
  const auto commit = people[0]->commit(with_psks({external_psk("code word")})).value();
  CHECK(std::get<CommitReceived>(*people[1]->receive(commit.message)).next == nullptr);
  CHECK(error_of(people[2]->receive(commit.message)) == Errc::mls_psk_unknown);
  CHECK(error_of(people[2]->commit(with_psks({external_psk("code word")}))) ==
        Errc::mls_psk_unknown);
}

TEST_CASE("the resumption PSK of an earlier epoch is found by who kept it") {
  SeededEntropy entropy(203);
  const auto people = group_of(2, entropy);
  for (const auto& person : people) person->acquaintances.remember_epoch(person->group());
  const auto old = resumption_psk(people[0]->group());
  deliver(people[1]->commit({}).value(), *people[1], people);
  deliver(people[0]->commit(with_psks({old})).value(), *people[0], people);
  CHECK(agree(*people[0], *people[1]));
  people[1]->acquaintances.resumption_psks.clear();
  const auto commit = people[0]->commit(with_psks({old})).value();
  CHECK(error_of(people[1]->receive(commit.message)) == Errc::mls_psk_unknown);
}

TEST_CASE(
    "a proposed PSK is committed by somebody who holds it, and left to others by who does not") {
  SeededEntropy entropy(204);
  const auto people = group_of(3, entropy);
  share(people, "code word", "tern");
  auto sent =
      people[0]->group().propose_psk(external_psk("code word"), {}, people[0]->identity, entropy);
  people[0]->records.apply(sent->changes);
  for (std::size_t i : {1, 2}) REQUIRE(people[i]->receive(sent->message));
  people[1]->reopen();

  auto without = people[2]->acquaintances.external_psks;
  std::swap(without, people[2]->acquaintances.external_psks);
  const auto other = people[2]->commit({}).value();
  std::swap(without, people[2]->acquaintances.external_psks);
  const auto kept = people[1]->commit({}).value();
  CHECK(kept.next->epoch_authenticator().span().size() == 32);
  auto by_reference = people[1]->commit({}).value();
  REQUIRE(people[0]->receive(by_reference.message));
  REQUIRE(people[2]->receive(by_reference.message));
  people[1]->accept(std::move(by_reference.next));
  CHECK(agree(*people[0], *people[1]));
  CHECK(agree(*people[1], *people[2]));
  CHECK(to_bytes(other.next->epoch_authenticator()) !=
        to_bytes(people[1]->group().epoch_authenticator()));
}

TEST_CASE("a PSK needs a nonce of 32 bytes") {
  SeededEntropy entropy(205);
  const auto people = group_of(2, entropy);
  share(people, "code word", "tern");
  for (const std::size_t wrong : {0, 16, 31, 33})
    CHECK(refused(*people[1], *people[0], nonced(external_psk("code word"), wrong)) ==
          Errc::mls_proposal_psk_invalid);
}

TEST_CASE("the PSKs of reinit and of branch are for the first commit of a new group only") {
  SeededEntropy entropy(206);
  const auto people = group_of(2, entropy);
  for (const auto usage : {ResumptionPskUsage::reinit, ResumptionPskUsage::branch}) {
    auto psk = nonced(resumption_psk(people[0]->group()));
    psk.usage = usage;
    CHECK(refused(*people[1], *people[0], psk) == Errc::mls_proposal_psk_invalid);
    CHECK(error_of(people[0]->commit(with_psks({psk}))) == Errc::mls_proposal_psk_invalid);
    CHECK(error_of(people[0]->group().propose_psk(psk, {}, people[0]->identity, entropy)) ==
          Errc::mls_proposal_psk_invalid);
  }
}

TEST_CASE("a commit uses a PSK once: another nonce is another PSK") {
  SeededEntropy entropy(207);
  const auto people = group_of(2, entropy);
  share(people, "code word", "tern");
  const Proposal psk = PreSharedKeyProposal{nonced(external_psk("code word"))};
  CommitForgery twice;
  twice.proposals = {psk, psk};
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], twice))) ==
        Errc::mls_proposal_duplicate);
  const auto wanted = external_psk("code word");
  deliver(people[0]->commit(with_psks({wanted, wanted})).value(), *people[0], people);
  CHECK(agree(*people[0], *people[1]));
}

TEST_CASE("the order of PSKs is that of their proposals") {
  SeededEntropy entropy(208);
  const Bytes one(32, 1), two(32, 2);
  const auto a = nonced(external_psk("a")), b = nonced(external_psk("b"));
  const PreSharedKey first[] = {{a, one}, {b, two}}, second[] = {{b, two}, {a, one}};
  CHECK(to_bytes(psk_secret(first).span()) != to_bytes(psk_secret(second).span()));
}
