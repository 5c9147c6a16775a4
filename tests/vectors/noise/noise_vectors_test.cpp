// The vectors of cacophony for Noise_*_25519_ChaChaPoly_BLAKE2b. tern speaks IK; the other patterns
// run on the same state machine and hold its tokens to account. Not implemented, so not run here:
// the psk modifiers and SHA-256.
#include <catch2/catch.hpp>

#include "net/noise_handshake.hpp"
#include "support/fixed_entropy.hpp"
#include "support/vectors.hpp"

using namespace tern;
using namespace tern::net;

namespace {

using T = NoiseToken;
constexpr NoisePattern xx{.name = "XX",
                          .messages = {{{T::e}, {T::e, T::ee, T::s, T::es}, {T::s, T::se}}},
                          .message_count = 3};
constexpr NoisePattern xk{.name = "XK",
                          .responder_known = true,
                          .messages = {{{T::e, T::es}, {T::e, T::ee}, {T::s, T::se}}},
                          .message_count = 3};
constexpr NoisePattern nk{.name = "NK",
                          .responder_known = true,
                          .messages = {{{T::e, T::es}, {T::e, T::ee}}},
                          .message_count = 2};

constexpr std::string_view name_start = "Noise_";
constexpr std::string_view name_end = "_25519_ChaChaPoly_BLAKE2b";

std::optional<crypto::DhKeyPair> static_key(const nlohmann::json& vector, const char* name) {
  if (!vector.contains(name)) return std::nullopt;
  return crypto::DhKeyPair::from_private(test::hex_as<crypto::DhPrivateKey>(vector[name]));
}

struct Side {
  Side(const NoisePattern& pattern, NoiseRole role, const nlohmann::json& vector,
       const std::string& prefix, std::optional<crypto::DhPublicKey> remote)
      : handshake(pattern, role, test::hex(vector[prefix + "_prologue"]),
                  static_key(vector, (prefix + "_static").c_str()), remote),
        entropy(test::hex(vector[prefix + "_ephemeral"])) {}

  void take_keys() {
    auto keys = handshake.split();
    REQUIRE(keys);
    send.emplace(std::move(keys->send));
    receive.emplace(std::move(keys->receive));
  }

  NoiseHandshake handshake;
  test::FixedEntropy entropy;
  std::optional<NoiseCipher> send, receive;
};

void check_handshake_message(Side& from, Side& to, ByteSpan payload, ByteSpan expected) {
  const auto message = from.handshake.write_message(payload, from.entropy);
  REQUIRE(message);
  CHECK(to_hex(*message) == to_hex(expected));
  const auto read = to.handshake.read_message(expected);
  REQUIRE(read);
  CHECK(to_hex(*read) == to_hex(payload));
}

void check_transport_message(Side& from, Side& to, ByteSpan payload, ByteSpan expected) {
  if (!from.send) from.take_keys();
  if (!to.receive) to.take_keys();
  Bytes sealed(payload.size() + crypto::aead_tag_bytes);
  REQUIRE(from.send->seal_into(sealed, {}, payload));
  CHECK(to_hex(sealed) == to_hex(expected));
  Bytes opened(payload.size());
  REQUIRE(to.receive->open_into(opened, {}, expected));
  CHECK(to_hex(opened) == to_hex(payload));
}

void check_vector(const NoisePattern& pattern, const nlohmann::json& vector) {
  std::optional<crypto::DhPublicKey> relay_key;
  if (vector.contains("init_remote_static"))
    relay_key = test::hex_as<crypto::DhPublicKey>(vector["init_remote_static"]);
  Side initiator(pattern, NoiseRole::initiator, vector, "init", relay_key);
  Side responder(pattern, NoiseRole::responder, vector, "resp", std::nullopt);
  bool initiators_turn = true;
  for (const auto& message : vector["messages"]) {
    auto& from = initiators_turn ? initiator : responder;
    auto& to = initiators_turn ? responder : initiator;
    const auto check =
        from.handshake.finished() ? check_transport_message : check_handshake_message;
    check(from, to, test::hex(message["payload"]), test::hex(message["ciphertext"]));
    initiators_turn = !initiators_turn;
  }
  CHECK(initiator.handshake.hash().hex() == vector["handshake_hash"].get<std::string>());
  CHECK(responder.handshake.hash().hex() == vector["handshake_hash"].get<std::string>());
}

}  // namespace

TEST_CASE("Noise handshakes and transport messages agree with the published vectors") {
  const auto vectors = test::load_vectors("noise/cacophony-25519-chachapoly.json");
  if (!vectors) return;
  std::size_t checked = 0;
  for (const auto& vector : vectors->is_array() ? *vectors : (*vectors)["vectors"]) {
    const auto protocol = vector["protocol_name"].get<std::string>();
    for (const auto& pattern : {noise_ik, xx, xk, nk}) {
      if (protocol != std::string(name_start) + std::string(pattern.name) + std::string(name_end))
        continue;
      INFO(protocol);
      check_vector(pattern, vector);
      ++checked;
    }
  }
  CHECK(checked == 4);
}
