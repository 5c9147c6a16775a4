// crypto-basics, psk_secret, deserialization: the labelled operations of RFC 9420.
#include <catch2/catch.hpp>

#include "crypto/sodium_entropy.hpp"
#include "mls/labels.hpp"
#include "mls/psk.hpp"
#include "mls/sender_ratchet.hpp"
#include "mls_vectors.hpp"

using namespace tern;
using namespace tern::mls;
using test::hex;
using test::hex_as;

namespace {

Bytes big_endian_u32(std::uint32_t value) {
  Writer writer;
  writer.number(value);
  return std::move(writer).take();
}

void check_ref_hash(const nlohmann::json& v) {
  CHECK(ref_hash(v["label"].get<std::string>(), {hex(v["value"])}) == hex_as<Digest>(v["out"]));
}

void check_expansions(const nlohmann::json& vector) {
  const auto& expand = vector["expand_with_label"];
  Bytes out(expand["length"].get<std::size_t>());
  expand_with_label_into(hex(expand["secret"]), expand["label"].get<std::string>(),
                         hex(expand["context"]), out);
  CHECK(out == hex(expand["out"]));

  const auto& derive = vector["derive_secret"];
  const auto derived = derive_secret(hex(derive["secret"]), derive["label"].get<std::string>());
  CHECK(to_bytes(derived.span()) == hex(derive["out"]));

  const auto& tree = vector["derive_tree_secret"];
  Bytes secret(tree["length"].get<std::size_t>());
  expand_with_label_into(hex(tree["secret"]), tree["label"].get<std::string>(),
                         big_endian_u32(tree["generation"].get<std::uint32_t>()), secret);
  CHECK(secret == hex(tree["out"]));
}

void check_signatures(const nlohmann::json& v) {
  const auto label = v["label"].get<std::string>();
  const auto content = hex(v["content"]);
  const auto key = hex_as<crypto::VerifyKey>(v["pub"]);
  CHECK(verify_with_label(key, label, {content}, hex_as<crypto::Signature>(v["signature"])));
  const auto signing_key = crypto::SigningKey::from_seed(ByteSpan(hex(v["priv"])).first(32));
  CHECK(verify_with_label(key, label, {content}, sign_with_label(signing_key, label, {content})));
}

void check_encryption(const nlohmann::json& v) {
  const auto key = crypto::DhKeyPair::from_private(hex_as<crypto::DhPrivateKey>(v["priv"]));
  CHECK(key.public_key == hex_as<crypto::DhPublicKey>(v["pub"]));
  const auto label = v["label"].get<std::string>();
  const auto context = hex(v["context"]);
  const auto plaintext = hex(v["plaintext"]);
  const HpkeCiphertext sealed{hex_as<crypto::DhPublicKey>(v["kem_output"]), hex(v["ciphertext"])};
  CHECK(to_bytes(decrypt_with_label(key, label, context, sealed).value()) == plaintext);
  crypto::SystemEntropy entropy;
  const auto own = encrypt_with_label(key.public_key, label, context, plaintext, entropy).value();
  CHECK(to_bytes(decrypt_with_label(key, label, context, own).value()) == plaintext);
}

}  // namespace

TEST_CASE("the published vectors of the labelled operations hold") {
  const auto vectors = test::load_mls_vectors("crypto-basics.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) {
    check_ref_hash(vector["ref_hash"]);
    check_expansions(vector);
    check_signatures(vector["sign_with_label"]);
    check_encryption(vector["encrypt_with_label"]);
  }
}

TEST_CASE("the published vectors of PSK secrets hold") {
  const auto vectors = test::load_mls_vectors("psk_secret.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) {
    std::vector<Bytes> keys;
    std::vector<PreSharedKey> psks;
    for (const auto& psk : vector["psks"]) keys.push_back(hex(psk["psk"]));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      PreSharedKeyId id;
      id.psk_id = hex(vector["psks"][i]["psk_id"]);
      id.psk_nonce = hex(vector["psks"][i]["psk_nonce"]);
      psks.push_back({std::move(id), keys[i]});
    }
    CHECK(to_bytes(psk_secret(psks).span()) == hex(vector["psk_secret"]));
  }
}

TEST_CASE("the published vectors of variable-size lengths hold") {
  const auto vectors = test::load_mls_vectors("deserialization.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) {
    auto bytes = hex(vector["vlbytes_header"]);
    const auto length = vector["length"].get<std::size_t>();
    Writer writer;
    writer.length(length);
    CHECK(to_bytes(writer.span()) == bytes);
    bytes.resize(bytes.size() + length);
    Reader reader(bytes);
    CHECK(reader.vector().value().size() == length);
    CHECK(reader.empty());
  }
}
