// RFC 9420 §6.2: handshakes that whoever carries them can read.
#include "hostile.hpp"
#include "mls/public_message.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

std::vector<std::unique_ptr<Person>> open_group(std::size_t count, Entropy& entropy) {
  auto people = group_of(count, entropy);
  for (const auto& person : people) person->acquaintances.let_in = {SenderType::member};
  return people;
}

CommitRequest readable() {
  CommitRequest request;
  request.format = WireFormat::public_message;
  return request;
}

PublicMessage parsed(ByteSpan message) {
  return decode<PublicMessage>(open_message(message, WireFormat::public_message).value()).value();
}

}  // namespace

TEST_CASE("commits and proposals may be PublicMessages, and mixed with PrivateMessages") {
  SeededEntropy entropy(210);
  const auto people = open_group(3, entropy);
  const Envelope envelope({}, WireFormat::public_message);
  auto proposed = people[1]->group().propose_update(envelope, people[1]->identity, entropy).value();
  people[1]->records.apply(proposed.changes);
  for (std::size_t i : {0, 2}) {
    const auto received = people[i]->receive(proposed.message).value();
    CHECK(std::get<ProposalReceived>(received).sender == Sender(LeafIndex{1}));
  }
  deliver(people[0]->commit(readable()).value(), *people[0], people);
  CHECK(agree(*people[0], *people[1]));
  CHECK(agree(*people[1], *people[2]));
  deliver(people[2]->commit({}).value(), *people[2], people);
  CHECK(people[0]->hear(people[1]->say("still there")) == "still there");
}

TEST_CASE("an application that did not ask for PublicMessages gets none") {
  SeededEntropy entropy(211);
  const auto people = group_of(2, entropy);
  const auto commit = people[0]->commit(readable()).value();
  CHECK(error_of(people[1]->receive(commit.message)) == Errc::mls_wire_format_unexpected);
}

TEST_CASE("a PublicMessage of a member needs its membership tag and its signature") {
  SeededEntropy entropy(212);
  const auto people = open_group(2, entropy);
  const auto commit = people[0]->commit(readable()).value();
  auto no_tag = parsed(commit.message);
  no_tag.membership_tag->bytes[5] ^= 1;
  CHECK(error_of(people[1]->receive(encode_public(no_tag))) == Errc::mls_membership_tag_invalid);
  auto unsigned_message = parsed(commit.message);
  unsigned_message.message.auth.signature.bytes[5] ^= 1;
  const auto& epoch = epoch_of(*people[1]);
  unsigned_message.membership_tag =
      membership_tag(unsigned_message.message, epoch.encoded_context, epoch.secrets.membership);
  CHECK(error_of(people[1]->receive(encode_public(unsigned_message))) ==
        Errc::mls_signature_invalid);
  CHECK(people[1]->receive(commit.message).has_value());
}

TEST_CASE("a PublicMessage is of this group, this epoch and somebody else who is a member") {
  SeededEntropy entropy(213);
  const auto people = open_group(3, entropy);
  const auto commit = people[0]->commit(readable()).value();
  CHECK(error_of(people[0]->receive(commit.message)) == Errc::mls_own_message);
  auto other = parsed(commit.message);
  const Bytes group_id = {1, 2};
  other.message.content.group_id = group_id;
  CHECK(error_of(people[1]->receive(encode_public(other))) == Errc::mls_group_id_mismatch);
  other = parsed(commit.message);
  ++other.message.content.epoch;
  CHECK(error_of(people[1]->receive(encode_public(other))) == Errc::mls_epoch_mismatch);
  other = parsed(commit.message);
  other.message.content.sender = LeafIndex{3};
  CHECK(error_of(people[1]->receive(encode_public(other))) == Errc::mls_sender_not_member);
}

TEST_CASE("application data never comes in a PublicMessage") {
  SeededEntropy entropy(214);
  const auto people = open_group(2, entropy);
  const auto body = application_body("for all to read");
  PublicMessage message;
  message.message.wire_format = WireFormat::public_message;
  message.message.content = people[0]->group().state().own_content(ContentType::application, {});
  message.message.content.body = body;
  const auto& epoch = epoch_of(*people[0]);
  message.message.auth.signature =
      sign_content(WireFormat::public_message, message.message.content, epoch.encoded_context,
                   people[0]->identity.signing_key);
  message.membership_tag =
      membership_tag(message.message, epoch.encoded_context, epoch.secrets.membership);
  CHECK(error_of(people[1]->receive(encode_public(message))) == Errc::mls_content_type_invalid);
}

TEST_CASE("a proposal that was encrypted is not the same as one that was not") {
  SeededEntropy entropy(215);
  const auto people = open_group(2, entropy);
  auto& group = people[0]->group();
  const auto sealed = group.propose_update({}, people[0]->identity, entropy);
  const auto open =
      group.propose_update(Envelope({}, WireFormat::public_message), people[0]->identity, entropy);
  REQUIRE(sealed);
  REQUIRE(open);
  const auto& pending = group.state().pending.all();
  REQUIRE(pending.size() == 2);
  CHECK(pending[0]->ref != pending[1]->ref);
}
