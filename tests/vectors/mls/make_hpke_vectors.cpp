// HPKE in its four modes, in the format of RFC 9180's appendix.
#include <catch2/catch.hpp>

#include "crypto/hpke.hpp"
#include "crypto/hpke_kem.hpp"
#include "support/seeded_entropy.hpp"
#include "vector_output.hpp"
#include "vectors/hpke/hpke_schedule.hpp"

using namespace tern;
namespace hpke = tern::crypto::hpke;
using test::random_bytes;

namespace {

struct HpkeParty {
  HpkeParty(const std::string& letter, nlohmann::json& out, Entropy& entropy)
      : material(random_bytes(32, entropy)), key(hpke::derive_key_pair(material)) {
    out["ikm" + letter] = to_hex(material);
    out["pk" + letter + "m"] = to_hex(key.public_key);
    out["sk" + letter + "m"] = to_hex(key.private_key.span());
  }
  Bytes material;
  crypto::DhKeyPair key;
};

void add_schedule(nlohmann::json& out, const test::HpkeSchedule& schedule) {
  out["key_schedule_context"] = to_hex(schedule.context);
  out["secret"] = to_hex(schedule.secret);
  out["key"] = to_hex(schedule.key);
  out["base_nonce"] = to_hex(schedule.base_nonce);
  out["exporter_secret"] = to_hex(schedule.exporter_secret);
}

void add_messages(nlohmann::json& out, hpke::Context& context, const test::HpkeSchedule& schedule) {
  for (std::uint64_t seq = 0; seq < 257; ++seq) {
    const auto aad = as_bytes("Count"), text = as_bytes("Beauty is truth");
    const auto sealed = context.seal(aad, text).value();
    if (seq > 2 && seq < 255) continue;
    out["encryptions"].push_back({{"seq", seq},
                                  {"pt", to_hex(text)},
                                  {"aad", to_hex(aad)},
                                  {"nonce", to_hex(schedule.nonce(seq))},
                                  {"ct", to_hex(sealed)}});
  }
  for (const std::size_t bytes : {1, 32, 100}) {
    const auto exported = context.export_secret(Bytes(bytes / 2, 1), bytes).value();
    out["exports"].push_back({{"exporter_context", to_hex(Bytes(bytes / 2, 1))},
                              {"L", bytes},
                              {"exported_value", to_hex(exported)}});
  }
}

nlohmann::json hpke_vector(std::uint8_t mode, Entropy& entropy) {
  const auto info = random_bytes(11, entropy);
  nlohmann::json out = {{"mode", mode}, {"kem_id", 0x20}, {"kdf_id", 1}, {"aead_id", 3}};
  out["info"] = to_hex(info);
  const HpkeParty ephemeral("E", out, entropy), recipient("R", out, entropy);
  std::optional<HpkeParty> sender;
  if (mode & 2) sender.emplace("S", out, entropy);
  std::optional<hpke::Psk> psk;
  const auto psk_bytes = random_bytes(32, entropy), psk_id = random_bytes(5, entropy);
  if (mode & 1) {
    psk = hpke::Psk{psk_bytes, psk_id};
    out["psk"] = to_hex(psk_bytes);
    out["psk_id"] = to_hex(psk_id);
  }
  const auto* sender_key = sender ? &sender->key : nullptr;
  const auto shared_secret =
      hpke::encapsulate(ephemeral.key, recipient.key.public_key, sender_key).value();
  out["enc"] = out["pkEm"];
  out["shared_secret"] = to_hex(shared_secret.span());
  const test::HpkeSchedule schedule({mode, 0x20, 1, 3, shared_secret.span(), info,
                                     psk ? psk->psk : ByteSpan(), psk ? psk->psk_id : ByteSpan()});
  add_schedule(out, schedule);
  auto set_up = hpke::setup_sender(recipient.key.public_key, info, ephemeral.key.clone(),
                                   psk ? &*psk : nullptr, sender_key)
                    .value();
  add_messages(out, set_up.context, schedule);
  return out;
}

}  // namespace

TEST_CASE("vectors of HPKE are made") {
  test::SeededEntropy entropy(9180);
  std::vector<nlohmann::json> out;
  for (std::uint8_t mode = 0; mode < 4; ++mode) out.push_back(hpke_vector(mode, entropy));
  test::write_vectors("hpke/rfc9180-x25519-hkdfsha256-chacha20poly1305.json", out);
}
