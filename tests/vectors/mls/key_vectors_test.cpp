// key-schedule, transcript-hashes, secret-tree, welcome: the secrets of an epoch.
#include <catch2/catch.hpp>

#include "mls/key_schedule.hpp"
#include "mls/secret_tree.hpp"
#include "mls/transcript_hash.hpp"
#include "mls/welcome.hpp"
#include "mls_vectors.hpp"

using namespace tern;
using namespace tern::mls;
using test::hex;
using test::hex_as;

namespace {

Bytes plain(const Secret& secret) { return to_bytes(secret.span()); }

void check_epoch(const nlohmann::json& epoch, const EpochStart& start) {
  CHECK(plain(start.secrets.init) == hex(epoch["init_secret"]));
  CHECK(plain(start.secrets.sender_data) == hex(epoch["sender_data_secret"]));
  CHECK(plain(start.encryption) == hex(epoch["encryption_secret"]));
  CHECK(plain(start.secrets.exporter) == hex(epoch["exporter_secret"]));
  CHECK(plain(start.secrets.authenticator) == hex(epoch["epoch_authenticator"]));
  CHECK(plain(start.secrets.external) == hex(epoch["external_secret"]));
  CHECK(plain(start.confirmation_key) == hex(epoch["confirmation_key"]));
  CHECK(plain(start.secrets.membership) == hex(epoch["membership_key"]));
  CHECK(plain(start.secrets.resumption) == hex(epoch["resumption_psk"]));
  CHECK(to_bytes(external_key_pair(start.secrets.external).public_key) ==
        hex(epoch["external_pub"]));
  const auto& exporter = epoch["exporter"];
  CHECK(to_bytes(export_secret(start.secrets.exporter, exporter["label"].get<std::string>(),
                               hex(exporter["context"]), exporter["length"].get<std::size_t>())) ==
        hex(exporter["secret"]));
}

}  // namespace

TEST_CASE("the published key schedules hold") {
  const auto vectors = test::load_mls_vectors("key-schedule.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) {
    auto init = hex_as<Secret>(vector["initial_init_secret"]);
    GroupContext context;
    context.cipher_suite = vector["cipher_suite"].get<std::uint16_t>();
    context.group_id = hex(vector["group_id"]);
    for (const auto& epoch : vector["epochs"]) {
      context.tree_hash = hex_as<Digest>(epoch["tree_hash"]);
      context.confirmed_transcript_hash = hex(epoch["confirmed_transcript_hash"]);
      const auto encoded = encode(context);
      CHECK(encoded == hex(epoch["group_context"]));
      const auto psk = hex_as<Secret>(epoch["psk_secret"]);
      const auto joiner = joiner_secret(init, hex_as<Secret>(epoch["commit_secret"]), encoded);
      CHECK(plain(joiner) == hex(epoch["joiner_secret"]));
      CHECK(plain(welcome_secret(joiner, psk)) == hex(epoch["welcome_secret"]));
      auto start = start_epoch(joiner, psk, encoded);
      check_epoch(epoch, start);
      init = std::move(start.secrets.init);
      ++context.epoch;
    }
  }
}

TEST_CASE("the published transcript hashes hold") {
  const auto vectors = test::load_mls_vectors("transcript-hashes.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) {
    const auto bytes = hex(vector["authenticated_content"]);
    const auto content = decode<AuthenticatedContent>(bytes).value();
    REQUIRE(content.content.content_type == ContentType::commit);
    const auto confirmed =
        confirmed_transcript_hash(hex(vector["interim_transcript_hash_before"]), content);
    CHECK(confirmed == hex_as<Digest>(vector["confirmed_transcript_hash_after"]));
    const auto tag = *content.auth.confirmation_tag;
    CHECK(tag == confirmation_tag(hex_as<Secret>(vector["confirmation_key"]), confirmed));
    CHECK(interim_transcript_hash(confirmed, tag) ==
          hex_as<Digest>(vector["interim_transcript_hash_after"]));
  }
}

namespace {

void check_leaf(const SecretTree& fresh, LeafIndex leaf, const nlohmann::json& generations) {
  for (const auto& item : generations) {
    const auto generation = item["generation"].get<std::uint32_t>();
    const auto check = [&](RatchetKind kind, const char* key, const char* nonce) {
      const auto use = fresh.use(leaf, kind, generation).value();
      CHECK(to_bytes(use.key().key.span()) == hex(item[key]));
      CHECK(to_bytes(use.key().nonce.span()) == hex(item[nonce]));
    };
    check(RatchetKind::handshake, "handshake_key", "handshake_nonce");
    check(RatchetKind::application, "application_key", "application_nonce");
  }
}

}  // namespace

TEST_CASE("the published secret trees hold") {
  const auto vectors = test::load_mls_vectors("secret-tree.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) {
    const auto& sender = vector["sender_data"];
    const auto key =
        sender_data_key(hex_as<Secret>(sender["sender_data_secret"]), hex(sender["ciphertext"]));
    CHECK(to_bytes(key.key.span()) == hex(sender["key"]));
    CHECK(to_bytes(key.nonce.span()) == hex(sender["nonce"]));

    const auto& leaves = vector["leaves"];
    const auto width = std::bit_ceil(static_cast<std::uint32_t>(leaves.size()));
    SecretTree tree(hex_as<Secret>(vector["encryption_secret"]), width);
    for (std::uint32_t leaf = 0; leaf < leaves.size(); ++leaf) {
      check_leaf(tree, {leaf}, leaves[leaf]);
      // The other leaves must still be reachable when this one's path is consumed.
      RecordChanges changes;
      tree.consume(tree.use({leaf}, RatchetKind::application, 0).value(), changes);
    }
  }
}

TEST_CASE("the published Welcome is opened") {
  const auto vectors = test::load_mls_vectors("welcome.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) {
    const auto key_package_message = hex(vector["key_package"]);
    const auto key_package =
        decode<KeyPackage>(open_message(key_package_message, WireFormat::key_package).value())
            .value();
    const auto welcome_message = hex(vector["welcome"]);
    const auto welcome =
        decode<Welcome>(open_message(welcome_message, WireFormat::welcome).value()).value();
    const auto ref = key_package_ref(key_package);
    const auto entry = std::find_if(welcome.secrets.begin(), welcome.secrets.end(),
                                    [&](const auto& one) { return one.new_member == ref; });
    REQUIRE(entry != welcome.secrets.end());
    const auto init_key =
        crypto::DhKeyPair::from_private(hex_as<crypto::DhPrivateKey>(vector["init_priv"]));
    const auto opened = decrypt_with_label(init_key, "Welcome", welcome.encrypted_group_info,
                                           entry->encrypted_group_secrets)
                            .value();
    const auto secrets = decode<GroupSecrets>(opened).value();
    const auto no_psk = psk_secret({});
    const auto info_bytes = decrypt_group_info(welcome.encrypted_group_info,
                                               welcome_secret(secrets.joiner_secret, no_psk))
                                .value();
    const auto info = decode<GroupInfo>(info_bytes).value();
    CHECK(verify_group_info(info, info_bytes, hex_as<crypto::VerifyKey>(vector["signer_pub"])));
    const auto start = start_epoch(secrets.joiner_secret, no_psk, encode(info.group_context));
    CHECK(confirmation_tag(start.confirmation_key, info.group_context.confirmed_transcript_hash) ==
          info.confirmation_tag);
  }
}
