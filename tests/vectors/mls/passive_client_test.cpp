// passive-client-*: one who joins by Welcome and follows what the others do.
#include <catch2/catch.hpp>
#include <map>

#include "mls/group.hpp"
#include "mls/key_package_record.hpp"
#include "support/vectors.hpp"

using namespace tern;
using namespace tern::mls;
using test::hex;
using test::hex_as;

namespace {

// Lets everybody in: vectors bring no authentication service, and clocks of any time.
class Everybody final : public Authenticator {
 public:
  Result<void> check_leaf(const Credential&, const crypto::VerifyKey&) override { return {}; }
  Result<void> check_successor(const Credential&, const Credential&) override { return {}; }
  Result<void> check_public_message(SenderType) override { return {}; }
  std::uint64_t leaf_lifetime_s_max() const override { return UINT64_MAX; }
  Result<std::optional<crypto::SecretBytes>> find_psk(const PreSharedKeyId& id) override {
    const auto& all = id.type == PskType::external ? external : resumption;
    const auto found =
        all.find(id.type == PskType::external ? std::pair(id.psk_id, std::uint64_t{0})
                                              : std::pair(id.psk_group_id, id.psk_epoch));
    if (found == all.end()) return std::optional<crypto::SecretBytes>();
    return std::optional(crypto::SecretBytes(ByteSpan(found->second)));
  }
  void remember(const Group& group) {
    resumption[{to_bytes(group.group_id()), group.epoch()}] = to_bytes(group.resumption_psk());
  }

  using Keys = std::map<std::pair<Bytes, std::uint64_t>, Bytes>;
  Keys external, resumption;
};

// Some have it as MLSMessage, as the published text does not say.
KeyPackage read_key_package(const nlohmann::json& vector) {
  const auto bytes = hex(vector);
  if (auto bare = decode<KeyPackage>(bytes)) return std::move(*bare);
  return open_key_package(bytes).value();
}

class PassiveClient {
 public:
  explicit PassiveClient(const nlohmann::json& vector) : vector_(vector) {
    for (const auto& psk : vector["external_psks"])
      everybody_.external[{hex(psk["psk_id"]), 0}] = hex(psk["psk"]);
    mine_.key_package = read_key_package(vector["key_package"]);
    mine_.init_key =
        crypto::DhKeyPair::from_private(hex_as<crypto::DhPrivateKey>(vector["init_priv"]));
    mine_.leaf_key =
        crypto::DhKeyPair::from_private(hex_as<crypto::DhPrivateKey>(vector["encryption_priv"]));
    CHECK(mine_.init_key.public_key == mine_.key_package.init_key);
    CHECK(mine_.leaf_key.public_key == mine_.key_package.leaf_node.encryption_key);
  }

  void check() {
    join();
    std::size_t at = 0;
    for (const auto& epoch : vector_["epochs"]) {
      INFO("epoch " << at++);
      follow(epoch);
    }
  }

 private:
  void join() {
    // The seed; some write the public key behind it.
    const auto seed = hex(vector_["signature_priv"]);
    REQUIRE(seed.size() >= 32);
    const Identity me{mine_.key_package.leaf_node.credential,
                      crypto::SigningKey::from_seed(ByteSpan(seed).first(32))};
    CHECK(me.signing_key.verify_key() == mine_.key_package.leaf_node.signature_key);
    Bytes tree;
    JoinOptions options;
    if (!vector_["ratchet_tree"].is_null()) {
      tree = hex(vector_["ratchet_tree"]);
      options.ratchet_tree = ByteSpan(tree);
    }
    auto joined =
        Group::join(hex(vector_["welcome"]), mine_.encode(), me, everybody_, now_s, options);
    INFO((joined ? "" : joined.error().message()));
    REQUIRE(joined.has_value());
    group_ = std::move(*joined);
    begin_epoch(vector_["initial_epoch_authenticator"]);
  }

  void begin_epoch(const nlohmann::json& authenticator) {
    everybody_.remember(*group_);
    CHECK(to_hex(group_->epoch_authenticator()) == authenticator);
  }

  Received receive(const nlohmann::json& message) {
    RecordChanges consumed;
    auto received = group_->receive(hex(message), everybody_, now_s, consumed);
    INFO((received ? "" : received.error().message()));
    REQUIRE(received.has_value());
    return std::move(*received);
  }

  void follow(const nlohmann::json& epoch) {
    REQUIRE(group_.has_value());  // who was removed has nothing to follow
    for (const auto& message : epoch["proposals"]) {
      const auto received = receive(message);
      REQUIRE(group_->keep(std::get<ProposalReceived>(received)));
    }
    auto received = receive(epoch["commit"]);
    auto& commit = std::get<CommitReceived>(received);
    if (commit.removes_me) {
      group_.reset();
      return;
    }
    group_ = std::move(*commit.next);
    begin_epoch(epoch["epoch_authenticator"]);
  }

  static constexpr std::uint64_t now_s = 1'700'000'000;
  const nlohmann::json& vector_;
  Everybody everybody_;
  PrivateKeyPackage mine_;
  std::optional<Group> group_;
};

void check_passive_clients(const std::string& file) {
  const auto vectors = test::load_further_vectors(file);
  if (!vectors) return;
  std::size_t at = 0, checked = 0;
  for (const auto& vector : *vectors) {
    INFO("vector " << at++ << " " << vector.value("comment", ""));
    if (vector["cipher_suite"] != cipher_suite_3) continue;
    PassiveClient(vector).check();
    ++checked;
  }
  CHECK(checked > 0);
}

}  // namespace

TEST_CASE("a passive client joins by the Welcomes of the vectors") {
  check_passive_clients("mls/passive-client-welcome.json");
}

TEST_CASE("a passive client follows the commits of the vectors") {
  check_passive_clients("mls/passive-client-handling-commit.json");
}

TEST_CASE("a passive client follows the random histories of the vectors") {
  check_passive_clients("mls/passive-client-random.json");
}
