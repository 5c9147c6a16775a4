// tree-math, crypto-basics, psk_secret, deserialization, secret-tree, key-schedule.
#include <catch2/catch.hpp>

#include "mls/group_context.hpp"
#include "mls/key_schedule.hpp"
#include "mls/private_message.hpp"
#include "mls/psk.hpp"
#include "mls/secret_tree.hpp"
#include "mls/tree_math.hpp"
#include "support/seeded_entropy.hpp"
#include "vector_output.hpp"

using namespace tern;
using namespace tern::mls;
using test::random_bytes;
using test::SeededEntropy;
using test::write_vectors;

namespace {

using json = nlohmann::json;

std::string hex_of(const Secret& secret) { return to_hex(secret.span()); }
Secret random_secret(Entropy& entropy) { return *Secret::from(random_bytes(32, entropy)); }

json tree_math(std::uint32_t width) {
  json out = {{"n_leaves", width}, {"n_nodes", node_count(width)}, {"root", root_of(width).value}};
  const auto put = [&](const char* name, bool exists, auto relation) {
    out[name].push_back(exists ? json(relation().value) : json());
  };
  for (NodeIndex node{0}; node.value < node_count(width); ++node.value) {
    const bool is_root = node == root_of(width);
    put("left", !is_leaf(node), [&] { return left(node); });
    put("right", !is_leaf(node), [&] { return right(node); });
    put("parent", !is_root, [&] { return parent(node); });
    put("sibling", !is_root, [&] { return sibling(node); });
  }
  return out;
}

json expansions(Entropy& entropy) {
  json out;
  const auto secret = random_bytes(32, entropy), context = random_bytes(9, entropy);
  Bytes expanded(77);
  expand_with_label_into(secret, "a label", context, expanded);
  out["expand_with_label"] = {{"secret", to_hex(secret)},
                              {"label", "a label"},
                              {"context", to_hex(context)},
                              {"length", 77},
                              {"out", to_hex(expanded)}};
  out["derive_secret"] = {{"secret", to_hex(secret)},
                          {"label", "another"},
                          {"out", hex_of(derive_secret(secret, "another"))}};
  const std::uint32_t generation = 0x01020304;
  Bytes derived(12);
  expand_with_label_into(secret, "nonce", Bytes{1, 2, 3, 4}, derived);
  out["derive_tree_secret"] = {{"secret", to_hex(secret)},
                               {"label", "nonce"},
                               {"generation", generation},
                               {"length", 12},
                               {"out", to_hex(derived)}};
  return out;
}

json crypto_basics(Entropy& entropy) {
  auto out = expansions(entropy);
  out["cipher_suite"] = cipher_suite_3;
  const auto value = random_bytes(50, entropy), context = random_bytes(20, entropy);
  out["ref_hash"] = {{"label", "a reference"},
                     {"value", to_hex(value)},
                     {"out", to_hex(ref_hash("a reference", {value}))}};
  const auto signer = crypto::SigningKey::generate(entropy);
  out["sign_with_label"] = {{"priv", to_hex(signer.seed().span())},
                            {"pub", to_hex(signer.verify_key())},
                            {"content", to_hex(value)},
                            {"label", "signed"},
                            {"signature", to_hex(sign_with_label(signer, "signed", {value}))}};
  const auto key = crypto::DhKeyPair::generate(entropy);
  const auto sealed = encrypt_with_label(key.public_key, "sealed", context, value, entropy).value();
  out["encrypt_with_label"] = {{"priv", to_hex(key.private_key.span())},
                               {"pub", to_hex(key.public_key)},
                               {"label", "sealed"},
                               {"context", to_hex(context)},
                               {"plaintext", to_hex(value)},
                               {"kem_output", to_hex(sealed.kem_output)},
                               {"ciphertext", to_hex(sealed.ciphertext)}};
  return out;
}

json psks(std::size_t count, Entropy& entropy) {
  json out = {{"cipher_suite", cipher_suite_3}, {"psks", json::array()}};
  std::vector<Bytes> keys;
  std::vector<PreSharedKey> all;
  keys.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    keys.push_back(random_bytes(16 + 9 * i, entropy));
    PreSharedKeyId id;
    id.psk_id = random_bytes(i * 5, entropy);
    id.psk_nonce = fresh_psk_nonce(entropy);
    out["psks"].push_back({{"psk_id", to_hex(id.psk_id)},
                           {"psk", to_hex(keys.back())},
                           {"psk_nonce", to_hex(id.psk_nonce)}});
    all.push_back({std::move(id), keys.back()});
  }
  out["psk_secret"] = hex_of(psk_secret(all));
  return out;
}

json generation(const SecretTree& tree, LeafIndex leaf, std::uint32_t at) {
  const auto handshake = tree.use(leaf, RatchetKind::handshake, at).value();
  const auto application = tree.use(leaf, RatchetKind::application, at).value();
  return {{"generation", at},
          {"handshake_key", to_hex(handshake.key().key.span())},
          {"handshake_nonce", to_hex(handshake.key().nonce.span())},
          {"application_key", to_hex(application.key().key.span())},
          {"application_nonce", to_hex(application.key().nonce.span())}};
}

json secret_tree(std::uint32_t width, Entropy& entropy) {
  const auto secret = random_secret(entropy), sender_data = random_secret(entropy);
  const auto ciphertext = random_bytes(40, entropy);
  const auto key = sender_data_key(sender_data, ciphertext);
  json out = {{"cipher_suite", cipher_suite_3}, {"encryption_secret", hex_of(secret)}};
  out["sender_data"] = {{"sender_data_secret", hex_of(sender_data)},
                        {"ciphertext", to_hex(ciphertext)},
                        {"key", to_hex(key.key.span())},
                        {"nonce", to_hex(key.nonce.span())}};
  const SecretTree tree(secret.clone(), width);
  for (LeafIndex leaf{0}; leaf.value < width; ++leaf.value)
    out["leaves"].push_back({generation(tree, leaf, 0), generation(tree, leaf, 11)});
  return out;
}

json of_epoch(const EpochStart& start) {
  const auto& secrets = start.secrets;
  json out = {{"init_secret", hex_of(secrets.init)},
              {"sender_data_secret", hex_of(secrets.sender_data)},
              {"encryption_secret", hex_of(start.encryption)},
              {"exporter_secret", hex_of(secrets.exporter)},
              {"epoch_authenticator", hex_of(secrets.authenticator)},
              {"external_secret", hex_of(secrets.external)},
              {"confirmation_key", hex_of(start.confirmation_key)},
              {"membership_key", hex_of(secrets.membership)},
              {"resumption_psk", hex_of(secrets.resumption)},
              {"external_pub", to_hex(external_key_pair(secrets.external).public_key)}};
  const Bytes context = {4, 5, 6};
  const auto exported = export_secret(secrets.exporter, "exported", context, 45);
  out["exporter"] = {{"label", "exported"},
                     {"context", to_hex(context)},
                     {"length", 45},
                     {"secret", to_hex(exported)}};
  return out;
}

json key_schedule(Entropy& entropy) {
  GroupContext context;
  context.group_id = random_bytes(7, entropy);
  auto init = random_secret(entropy);
  json out = {{"cipher_suite", cipher_suite_3},
              {"group_id", to_hex(context.group_id)},
              {"initial_init_secret", hex_of(init)}};
  for (; context.epoch < 3; ++context.epoch) {
    context.tree_hash = entropy.make<Digest>();
    context.confirmed_transcript_hash = random_bytes(32, entropy);
    const auto commit = random_secret(entropy);
    const auto psk = context.epoch == 1 ? Secret() : random_secret(entropy);
    const auto encoded = encode(context);
    const auto joiner = joiner_secret(init, commit, encoded);
    auto start = start_epoch(joiner, psk, encoded);
    auto epoch = of_epoch(start);
    epoch["tree_hash"] = to_hex(context.tree_hash);
    epoch["commit_secret"] = hex_of(commit);
    epoch["psk_secret"] = hex_of(psk);
    epoch["confirmed_transcript_hash"] = to_hex(context.confirmed_transcript_hash);
    epoch["group_context"] = to_hex(encoded);
    epoch["joiner_secret"] = hex_of(joiner);
    epoch["welcome_secret"] = hex_of(welcome_secret(joiner, psk));
    out["epochs"].push_back(std::move(epoch));
    init = std::move(start.secrets.init);
  }
  return out;
}

}  // namespace

TEST_CASE("vectors of tree math and lengths are made") {
  write_vectors("mls/tree-math.json", {tree_math(1), tree_math(2), tree_math(4), tree_math(16)});
  std::vector<json> lengths;
  for (const std::size_t length : {0, 1, 63, 64, 16383, 16384, 70000}) {
    Writer writer;
    writer.length(length);
    lengths.push_back({{"vlbytes_header", to_hex(writer.span())}, {"length", length}});
  }
  write_vectors("mls/deserialization.json", lengths);
}

TEST_CASE("vectors of keys and secrets are made") {
  SeededEntropy entropy(9420);
  write_vectors("mls/crypto-basics.json", {crypto_basics(entropy)});
  write_vectors("mls/psk_secret.json", {psks(0, entropy), psks(1, entropy), psks(4, entropy)});
  write_vectors("mls/secret-tree.json", {secret_tree(1, entropy), secret_tree(4, entropy)});
  write_vectors("mls/key-schedule.json", {key_schedule(entropy)});
}
