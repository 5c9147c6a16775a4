// message-protection: PublicMessage and PrivateMessage, opened and made.
#include <catch2/catch.hpp>

#include "crypto/sodium_entropy.hpp"
#include "mls/group_context.hpp"
#include "mls/public_message.hpp"
#include "mls/secret_tree.hpp"
#include "mls_vectors.hpp"

using namespace tern;
using namespace tern::mls;
using test::hex;
using test::hex_as;

namespace {

constexpr LeafIndex the_sender{1};

class ProtectionVector {
 public:
  explicit ProtectionVector(const nlohmann::json& vector)
      : vector_(vector),
        signing_key_(
            crypto::SigningKey::from_seed(ByteSpan(hex(vector["signature_priv"])).first(32))),
        membership_key_(hex_as<Secret>(vector["membership_key"])),
        sender_data_secret_(hex_as<Secret>(vector["sender_data_secret"])) {
    CHECK(signing_key_.verify_key() == hex_as<crypto::VerifyKey>(vector["signature_pub"]));
    GroupContext context;
    context.cipher_suite = vector["cipher_suite"].get<std::uint16_t>();
    context.group_id = hex(vector["group_id"]);
    context.epoch = vector["epoch"].get<std::uint64_t>();
    context.tree_hash = hex_as<Digest>(vector["tree_hash"]);
    context.confirmed_transcript_hash = hex(vector["confirmed_transcript_hash"]);
    context_ = encode(context);
    group_id_ = context.group_id;
    epoch_ = context.epoch;
  }

  void check() {
    check_type(ContentType::proposal, "proposal");
    check_type(ContentType::commit, "commit");
    Writer application;
    application.vector(hex(vector_["application"]));
    check_private(hex(vector_["application_priv"]), application.span());
    auto content = content_of(ContentType::application, application.span());
    check_private(protect(content, {}), application.span());
    CHECK(protect_public(content, {}, context_, signing_key_, membership_key_).error() ==
          Errc::mls_content_type_invalid);
  }

 private:
  void check_type(ContentType type, const std::string& name) {
    const auto raw = hex(vector_[name]);
    check_public(hex(vector_[name + "_pub"]), raw);
    check_private(hex(vector_[name + "_priv"]), raw);
    // A confirmation tag of any value: whether it is the right one is not this layer's question.
    std::optional<Mac> tag;
    if (type == ContentType::commit) tag = Mac{};
    const auto content = content_of(type, raw);
    check_public(protect_public(content, tag, context_, signing_key_, membership_key_).value(),
                 raw);
    check_private(protect(content, tag), raw);
  }

  FramedContent content_of(ContentType type, ByteSpan body) const {
    return {group_id_, epoch_, Sender(the_sender), {}, type, body};
  }

  SecretTree secret_tree() const {
    return SecretTree(hex_as<Secret>(vector_["encryption_secret"]), 2);
  }

  void check_public(ByteSpan bytes, ByteSpan raw) {
    const auto message =
        decode<PublicMessage>(open_message(bytes, WireFormat::public_message).value()).value();
    CHECK(message.message.content.sender.index == the_sender.value);
    CHECK(verify_public(message, context_, signing_key_.verify_key(), membership_key_));
    CHECK(to_bytes(message.message.content.body) == to_bytes(raw));
    auto forged = message;
    forged.membership_tag->bytes[0] ^= 1;
    CHECK(verify_public(forged, context_, signing_key_.verify_key(), membership_key_).error() ==
          Errc::mls_membership_tag_invalid);
  }

  void check_private(ByteSpan bytes, ByteSpan raw) {
    const auto message =
        decode<PrivateMessage>(open_message(bytes, WireFormat::private_message).value()).value();
    const auto data = open_sender_data(message, sender_data_secret_).value();
    CHECK(data.leaf == the_sender);
    const auto tree = secret_tree();
    const auto use =
        tree.use(data.leaf, ratchet_for(message.content_type), data.generation).value();
    const auto content = open_private(message, data, use.key()).value();
    CHECK(verify_content(content.message, context_, signing_key_.verify_key()));
    CHECK(to_bytes(content.message.content.body) == to_bytes(raw));
  }

  Bytes protect(const FramedContent& content, std::optional<Mac> tag) {
    crypto::SystemEntropy entropy;
    const ContentAuth auth{
        sign_content(WireFormat::private_message, content, context_, signing_key_), tag};
    const auto tree = secret_tree();
    const auto use = tree.use_next(the_sender, ratchet_for(content.content_type)).value();
    return protect_private(content, auth, {&sender_data_secret_, &use.key(), use.generation()},
                           entropy);
  }

  const nlohmann::json& vector_;
  crypto::SigningKey signing_key_;
  Secret membership_key_;
  Secret sender_data_secret_;
  Bytes context_;
  Bytes group_id_;
  std::uint64_t epoch_ = 0;
};

}  // namespace

TEST_CASE("the published protected messages are opened, and one's own as well") {
  const auto vectors = test::load_mls_vectors("message-protection.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) ProtectionVector(vector).check();
}
