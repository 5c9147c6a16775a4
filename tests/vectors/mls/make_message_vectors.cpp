// message-protection, transcript-hashes, welcome, messages.
#include "mls/private_message.hpp"
#include "mls/public_message.hpp"
#include "mls/transcript_hash.hpp"
#include "passive_scenario.hpp"
#include "vector_output.hpp"

using namespace tern;
using namespace tern::mls;
using namespace tern::test;

namespace {

using json = nlohmann::json;

Secret drawn_secret(Entropy& entropy) { return *Secret::from(random_bytes(32, entropy)); }

template <class T>
std::string hex_of_message(WireFormat format, const T& value) {
  Writer writer;
  write_message_header(writer, format);
  write(writer, value);
  return to_hex(writer.span());
}

Commit some_commit() { return {{Proposal(Remove{LeafIndex{0}}), ProposalRef{}}, std::nullopt}; }

// One who protects: the member with leaf 1 of 2.
class Protecting {
 public:
  explicit Protecting(std::uint64_t seed)
      : entropy_(seed),
        key_(crypto::SigningKey::generate(entropy_)),
        membership_key_(drawn_secret(entropy_)),
        sender_data_secret_(drawn_secret(entropy_)),
        encryption_secret_(drawn_secret(entropy_)) {
    context_.group_id = random_bytes(9, entropy_);
    context_.epoch = 77;
    context_.tree_hash = entropy_.make<Digest>();
    context_.confirmed_transcript_hash = random_bytes(32, entropy_);
  }

  json vector() {
    json out = {{"cipher_suite", cipher_suite_3},
                {"group_id", to_hex(context_.group_id)},
                {"epoch", context_.epoch},
                {"tree_hash", to_hex(context_.tree_hash)},
                {"confirmed_transcript_hash", to_hex(context_.confirmed_transcript_hash)},
                {"signature_priv", to_hex(key_.seed().span())},
                {"signature_pub", to_hex(key_.verify_key())},
                {"encryption_secret", to_hex(encryption_secret_.span())},
                {"sender_data_secret", to_hex(sender_data_secret_.span())},
                {"membership_key", to_hex(membership_key_.span())}};
    add(out, "proposal", ContentType::proposal, encode(Proposal(Remove{LeafIndex{0}})));
    add(out, "commit", ContentType::commit, encode(some_commit()));
    out["application"] = to_hex(as_bytes("for members only"));
    out["application_priv"] =
        to_hex(sealed(ContentType::application, application_body("for members only")));
    return out;
  }

 private:
  void add(json& out, const std::string& name, ContentType type, ByteSpan body) {
    out[name] = to_hex(body);
    out[name + "_pub"] = to_hex(
        protect_public(content(type, body), tag(type), encode(context_), key_, membership_key_)
            .value());
    out[name + "_priv"] = to_hex(sealed(type, body));
  }
  FramedContent content(ContentType type, ByteSpan body) const {
    return {context_.group_id,  context_.epoch, Sender(LeafIndex{1}),
            as_bytes("beside"), type,           body};
  }
  std::optional<Mac> tag(ContentType type) {
    if (type != ContentType::commit) return std::nullopt;
    return entropy_.make<Mac>();
  }
  Bytes sealed(ContentType type, ByteSpan body) {
    const auto message = content(type, body);
    const ContentAuth auth{
        sign_content(WireFormat::private_message, message, encode(context_), key_), tag(type)};
    const SecretTree tree(encryption_secret_.clone(), 2);
    const auto use = tree.use_next(LeafIndex{1}, ratchet_for(type)).value();
    return protect_private(message, auth, {&sender_data_secret_, &use.key(), use.generation()},
                           entropy_);
  }

  SeededEntropy entropy_;
  crypto::SigningKey key_;
  Secret membership_key_, sender_data_secret_, encryption_secret_;
  GroupContext context_;
};

json transcript_hashes(Entropy& entropy) {
  const auto key = crypto::SigningKey::generate(entropy);
  const auto confirmation_key = drawn_secret(entropy);
  const auto before = random_bytes(32, entropy), group_id = random_bytes(8, entropy);
  const auto body = encode(some_commit());
  AuthenticatedContent commit;
  commit.content = {group_id, 12, Sender(LeafIndex{3}), {}, ContentType::commit, body};
  commit.auth.signature = sign_content(commit.wire_format, commit.content, {}, key);
  const auto confirmed = confirmed_transcript_hash(before, commit);
  const auto tag = confirmation_tag(confirmation_key, confirmed);
  Writer bytes;
  write_enum(bytes, commit.wire_format);
  write_content_header(bytes, commit.content);
  bytes.raw(body).vector(commit.auth.signature).vector(tag);
  return {{"cipher_suite", cipher_suite_3},
          {"confirmation_key", to_hex(confirmation_key.span())},
          {"authenticated_content", to_hex(bytes.span())},
          {"interim_transcript_hash_before", to_hex(before)},
          {"confirmed_transcript_hash_after", to_hex(confirmed)},
          {"interim_transcript_hash_after", to_hex(interim_transcript_hash(confirmed, tag))}};
}

json welcome() {
  PassiveScenario scene(70, "", 2);
  scene.welcome_plainly();
  const auto from = scene.vector();
  return {{"cipher_suite", cipher_suite_3},
          {"init_priv", from["init_priv"]},
          {"signer_pub", to_hex(scene.person(0).identity.signing_key.verify_key())},
          {"key_package", from["key_package"]},
          {"welcome", from["welcome"]}};
}

// Everything that a small group could send.
class Messages {
 public:
  explicit Messages(std::uint64_t seed)
      : entropy_(seed), people_(group_of(2, entropy_)), guest_("guest", entropy_) {}

  json vector() {
    const auto key_package = guest_.key_package();
    auto& anna = *people_[0];
    auto commit = anna.add({key_package.message}).value();
    json out = {{"mls_welcome", to_hex(welcome_of(commit))},
                {"mls_key_package", to_hex(key_package.message)},
                {"ratchet_tree", to_hex(anna.group().ratchet_tree().value())},
                {"private_message", to_hex(commit.message)}};
    out["mls_group_info"] =
        to_hex(anna.group().group_info(TreeTransport::in_welcome, anna.identity, entropy_).value());
    add_proposals(out, key_package_in(key_package.message));
    add_public(out);
    return out;
  }

 private:
  void add_proposals(json& out, const KeyPackage& key_package) {
    auto external = external_psk("a name");
    external.psk_nonce = fresh_psk_nonce(entropy_);
    auto resumption = resumption_psk(people_[0]->group());
    resumption.psk_nonce = fresh_psk_nonce(entropy_);
    const Extensions extensions = {{extension_tern_policy, random_bytes(70, entropy_)},
                                   {0xF00D, {}}};
    out["add_proposal"] = to_hex(encode(Add{key_package}));
    out["update_proposal"] = to_hex(encode(Update{forge_update(*people_[1])}));
    out["remove_proposal"] = to_hex(encode(Remove{LeafIndex{1}}));
    out["pre_shared_key_proposal"] = to_hex(encode(PreSharedKeyProposal{resumption}));
    out["re_init_proposal"] =
        to_hex(encode(ReInit{random_bytes(5, entropy_), 1, cipher_suite_3, extensions}));
    out["external_init_proposal"] =
        to_hex(encode(ExternalInit{crypto::DhKeyPair::generate(entropy_).public_key}));
    out["group_context_extensions_proposal"] = to_hex(encode(GroupContextExtensions{extensions}));
    out["group_secrets"] = to_hex(encode_secret(
        GroupSecrets{drawn_secret(entropy_), drawn_secret(entropy_), {external, resumption}}));
  }

  void add_public(json& out) {
    CommitRequest request;
    request.format = WireFormat::public_message;
    const auto commit = people_[1]->commit(request).value();
    out["public_message_commit"] = to_hex(commit.message);
    const auto parsed =
        decode<PublicMessage>(open_message(commit.message, WireFormat::public_message).value())
            .value();
    out["commit"] = to_hex(parsed.message.content.body);
    const Envelope envelope(as_bytes("beside"), WireFormat::public_message);
    out["public_message_proposal"] =
        to_hex(people_[1]
                   ->group()
                   .propose_update(envelope, people_[1]->identity, entropy_)
                   .value()
                   .message);
    // A form that nobody sends, and that is a form all the same.
    const auto body = application_body("readable");
    PublicMessage application;
    application.message.wire_format = WireFormat::public_message;
    application.message.content =
        people_[0]->group().state().own_content(ContentType::application, as_bytes("beside"));
    application.message.content.body = body;
    application.membership_tag = entropy_.make<Mac>();
    out["public_message_application"] = hex_of_message(WireFormat::public_message, application);
  }

  SeededEntropy entropy_;
  std::vector<std::unique_ptr<Person>> people_;
  Person guest_;
};

}  // namespace

TEST_CASE("vectors of messages are made") {
  SeededEntropy entropy(9421);
  write_vectors("mls/message-protection.json", {Protecting(71).vector()});
  write_vectors("mls/transcript-hashes.json", {transcript_hashes(entropy)});
  write_vectors("mls/welcome.json", {welcome()});
  write_vectors("mls/messages.json", {Messages(72).vector()});
}
