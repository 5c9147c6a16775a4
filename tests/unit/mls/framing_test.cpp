// RFC 9420 §6: each rule of framing, broken alone.
#include "hostile.hpp"
#include "mls/padding.hpp"
#include "mls/public_message.hpp"
#include "tern/limits.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

TEST_CASE("a message of another version or format is refused as such") {
  SeededEntropy entropy(10);
  const auto people = group_of(2, entropy);
  auto message = people[0]->say("text");
  auto version = message;
  version[1] = 2;
  CHECK(error_of(people[1]->receive(version)) == Errc::mls_version_unknown);
  auto format = message;
  format[3] = 9;
  CHECK(error_of(people[1]->receive(format)) == Errc::mls_wire_format_unexpected);
  // What RFC 9420 knows but a group does not receive this way.
  CHECK(error_of(people[1]->receive(people[0]->key_package().message)) ==
        Errc::mls_wire_format_unexpected);
  CHECK(people[1]->hear(message) == "text");
}

TEST_CASE("a message of another group or epoch is refused") {
  SeededEntropy entropy(11);
  const auto people = group_of(2, entropy);
  Person other("other", entropy);
  other.create("another group");
  CHECK(error_of(people[1]->receive(other.say("text"))) == Errc::mls_group_id_mismatch);

  const auto old = people[0]->say("old");
  deliver(people[0]->commit({}).value(), *people[0], people);
  CHECK(error_of(people[1]->receive(old)) == Errc::mls_epoch_mismatch);
}

TEST_CASE("a message says who sent it, and that must be another member") {
  SeededEntropy entropy(12);
  const auto people = group_of(3, entropy);
  // §6.3.2: "the leaf index indicated in the leaf_index field identifies a non-blank node". The
  // third leaf's right neighbour is blank; the other does not exist.
  for (const std::uint32_t nobody : {3u, 4u, 0x80000001u, 0xffffffffu}) {
    ContentForgery forgery{ContentType::application, application_body("x"), {}, {}, {}};
    forgery.sender = LeafIndex{nobody};
    CHECK(error_of(people[1]->receive(forge_content(*people[0], forgery))) ==
          Errc::mls_sender_not_member);
  }
  const auto own = people[1]->say("to myself");
  CHECK(error_of(people[1]->receive(own)) == Errc::mls_own_message);
}

TEST_CASE("nobody can speak as somebody else") {
  SeededEntropy entropy(13);
  const auto people = group_of(3, entropy);
  // Member 0 knows the keys of everybody's ratchet, but not the others' signature keys.
  ContentForgery forgery{ContentType::application, application_body("I am 2"), {}, {}, {}};
  forgery.edit_message = [](AuthenticatedContent& message) {
    message.auth.signature.bytes[10] ^= 1;
  };
  CHECK(error_of(people[1]->receive(forge_content(*people[0], forgery))) ==
        Errc::mls_signature_invalid);
}

TEST_CASE("a signature holds for one epoch's context only") {
  SeededEntropy entropy(14);
  const auto people = group_of(2, entropy);
  const auto body = application_body("text");
  ContentForgery forgery{ContentType::application, body, {}, {}, {}};
  forgery.edit_message = [&](AuthenticatedContent& message) {
    auto context = epoch_of(*people[0]).context;
    context.tree_hash.bytes[0] ^= 1;
    message.auth.signature = sign_content(message.wire_format, message.content, encode(context),
                                          people[0]->identity.signing_key);
  };
  CHECK(error_of(people[1]->receive(forge_content(*people[0], forgery))) ==
        Errc::mls_signature_invalid);
}

TEST_CASE("padding that is not zero is refused") {
  SeededEntropy entropy(15);
  const auto people = group_of(2, entropy);
  // The plaintext goes on where the receiver expects padding: with a second signature.
  const auto body = application_body("covert");
  ContentForgery forgery{ContentType::application, body, {}, {}, {}};
  Bytes longer;
  forgery.edit_message = [&](AuthenticatedContent& message) {
    Writer writer;
    writer.raw(body).vector(message.auth.signature);
    longer = std::move(writer).take();
    message.content.body = longer;
  };
  CHECK(error_of(people[1]->receive(forge_content(*people[0], forgery))) ==
        Errc::mls_padding_not_zero);
}

TEST_CASE("messages are padded, so that lengths say little") {
  SeededEntropy entropy(16);
  const auto people = group_of(2, entropy);
  CHECK(people[0]->say(std::string(100, 'a')).size() ==
        people[0]->say(std::string(101, 'b')).size());
  for (std::size_t bytes = 0; bytes < 5000; ++bytes) {
    CHECK(padme(bytes) >= bytes);
    CHECK(padme(bytes) <= bytes + bytes / 8 + 1);
    CHECK(padme(padme(bytes)) == padme(bytes));
  }
}

TEST_CASE("no changed bit of a message goes unnoticed, and none harms the receiver") {
  SeededEntropy entropy(17);
  const auto people = group_of(2, entropy);
  const auto message = people[0]->say("intact");
  RecordChanges consumed;
  for (std::size_t at = 0; at < message.size(); ++at) {
    for (const std::uint8_t bit : {0x01, 0x80}) {
      auto changed = message;
      changed[at] ^= bit;
      CHECK_FALSE(people[1]->group().receive(changed, people[1]->acquaintances, now_s, consumed));
    }
    CHECK_FALSE(people[1]->group().receive(ByteSpan(message).first(at), people[1]->acquaintances,
                                           now_s, consumed));
  }
  auto longer = message;
  longer.push_back(0);
  CHECK(error_of(people[1]->receive(longer)) == Errc::trailing_bytes);
  CHECK(consumed.changes.empty());
  CHECK(people[1]->hear(message) == "intact");
}

TEST_CASE("an unknown content type is refused") {
  SeededEntropy entropy(18);
  const auto people = group_of(2, entropy);
  auto message = people[0]->say("text");
  const std::size_t content_type_at = 4 + 1 + people[0]->group().group_id().size() + 8;
  REQUIRE(message[content_type_at] == 1);
  message[content_type_at] = 7;
  CHECK(error_of(people[1]->receive(message)) == Errc::mls_content_type_invalid);
  message[content_type_at] = 3;
  CHECK(error_of(people[1]->receive(message)) == Errc::mls_decrypt_failed);
}

TEST_CASE("authenticated data is readable by all and changed by none") {
  SeededEntropy entropy(19);
  const auto people = group_of(2, entropy);
  const auto sent =
      people[0]
          ->group()
          .protect(as_bytes("text"), as_bytes("entry 17"), people[0]->identity, entropy)
          .value();
  const auto received = people[1]->receive(sent.message).value();
  CHECK(as_text(std::get<Application>(received).authenticated_data) == "entry 17");
  CHECK(std::get<Application>(received).sender == people[0]->group().own_leaf());
}

TEST_CASE("a public message must be tagged by a member and signed by its sender") {
  SeededEntropy entropy(20);
  const auto people = group_of(2, entropy);
  const auto& epoch = epoch_of(*people[0]);
  const auto body = encode(Proposal(Remove{LeafIndex{1}}));
  auto content = people[0]->group().state().own_content(ContentType::proposal, {});
  content.body = body;
  const auto& key = people[0]->identity.signing_key;
  const auto message =
      protect_public(content, {}, epoch.encoded_context, key, epoch.secrets.membership).value();
  const auto parsed =
      decode<PublicMessage>(open_message(message, WireFormat::public_message).value()).value();
  const auto verify = [&](const PublicMessage& candidate) {
    return verify_public(candidate, epoch.encoded_context, key.verify_key(),
                         epoch.secrets.membership);
  };
  CHECK(verify(parsed));
  auto untagged = parsed;
  untagged.membership_tag->bytes[3] ^= 1;
  CHECK(error_of(verify(untagged)) == Errc::mls_membership_tag_invalid);
  auto unsigned_message = parsed;
  unsigned_message.message.auth.signature.bytes[3] ^= 1;
  unsigned_message.membership_tag =
      membership_tag(unsigned_message.message, epoch.encoded_context, epoch.secrets.membership);
  CHECK(error_of(verify(unsigned_message)) == Errc::mls_signature_invalid);
  content.content_type = ContentType::application;
  CHECK(error_of(protect_public(content, {}, epoch.encoded_context, key,
                                epoch.secrets.membership)) == Errc::mls_content_type_invalid);
}
