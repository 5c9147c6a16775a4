// RFC 9180, appendix A.2: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.
#include <catch2/catch.hpp>

#include "crypto/hpke.hpp"
#include "crypto/hpke_kem.hpp"
#include "hpke_schedule.hpp"
#include "support/vectors.hpp"

using namespace tern;
using namespace tern::crypto;
using namespace tern::test;

namespace {

constexpr auto file = "hpke/rfc9180-x25519-hkdfsha256-chacha20poly1305.json";

// What one vector gives both sides: keys, and the optional PSK and sender of its mode.
struct Parties {
  explicit Parties(const nlohmann::json& vector)
      : info(hex(vector["info"])),
        ephemeral(DhKeyPair::from_private(hex_as<DhPrivateKey>(vector["skEm"]))),
        recipient(DhKeyPair::from_private(hex_as<DhPrivateKey>(vector["skRm"]))) {
    const int mode = vector["mode"];
    if (mode & 1) {
      psk_bytes = hex(vector["psk"]);
      psk_id = hex(vector["psk_id"]);
      psk = hpke::Psk{psk_bytes, psk_id};
    }
    if (mode & 2) sender = DhKeyPair::from_private(hex_as<DhPrivateKey>(vector["skSm"]));
  }
  const hpke::Psk* psk_or_null() const { return psk ? &*psk : nullptr; }
  const DhKeyPair* sender_or_null() const { return sender ? &*sender : nullptr; }
  const DhPublicKey* sender_key_or_null() const { return sender ? &sender->public_key : nullptr; }
  hpke::Sender set_up_sender() const {
    auto out = hpke::setup_sender(recipient.public_key, info, ephemeral.clone(), psk_or_null(),
                                  sender_or_null());
    REQUIRE(out);
    return std::move(*out);
  }
  hpke::Context set_up_recipient(const DhPublicKey& enc) const {
    auto out = hpke::setup_recipient(enc, recipient, info, psk_or_null(), sender_key_or_null());
    REQUIRE(out);
    return std::move(*out);
  }

  Bytes info, psk_bytes, psk_id;
  DhKeyPair ephemeral, recipient;
  std::optional<hpke::Psk> psk;
  std::optional<DhKeyPair> sender;
};

template <class Check>
void for_each_vector(Check check) {
  const auto vectors = load_vectors(file);
  if (!vectors) return;
  CHECK(vectors->size() == 4);  // one a mode
  for (const auto& vector : *vectors) {
    INFO("mode " << vector["mode"]);
    check(vector);
  }
}

}  // namespace

TEST_CASE("HPKE derives the published key pairs from their key material") {
  for_each_vector([](const nlohmann::json& vector) {
    for (const std::string party : {"E", "R", "S"}) {
      if (!vector.contains("ikm" + party)) continue;
      const auto pair = hpke::derive_key_pair(hex(vector["ikm" + party]));
      CHECK(to_hex(pair.private_key.span()) == vector["sk" + party + "m"]);
      CHECK(pair.public_key.hex() == vector["pk" + party + "m"]);
    }
  });
}

TEST_CASE("both sides of the KEM find the published shared secret") {
  for_each_vector([](const nlohmann::json& vector) {
    const Parties parties(vector);
    const auto enc = hex_as<DhPublicKey>(vector["enc"]);
    const auto sent = hpke::encapsulate(parties.ephemeral, parties.recipient.public_key,
                                        parties.sender_or_null());
    const auto received = hpke::decapsulate(enc, parties.recipient, parties.sender_key_or_null());
    REQUIRE(sent);
    REQUIRE(received);
    CHECK(to_hex(sent->span()) == vector["shared_secret"]);
    CHECK(to_hex(received->span()) == vector["shared_secret"]);
  });
}

TEST_CASE("HPKE seals and opens the published messages at their sequence numbers") {
  for_each_vector([](const nlohmann::json& vector) {
    const Parties parties(vector);
    auto sender = parties.set_up_sender();
    CHECK(sender.enc.hex() == vector["enc"]);
    auto recipient = parties.set_up_recipient(sender.enc);

    std::uint64_t next = 0;
    for (const auto& message : vector["encryptions"]) {
      // The messages between the published ones move both counters.
      for (; next < message["seq"]; ++next) {
        const auto filler = sender.context.seal({}, {});
        REQUIRE(filler);
        REQUIRE(recipient.open({}, *filler));
      }
      ++next;
      INFO("seq " << message["seq"]);
      const auto sealed = sender.context.seal(hex(message["aad"]), hex(message["pt"]));
      REQUIRE(sealed);
      CHECK(to_hex(*sealed) == message["ct"]);
      const auto opened = recipient.open(hex(message["aad"]), hex(message["ct"]));
      REQUIRE(opened);
      CHECK(to_hex(*opened) == message["pt"]);
    }
    CHECK(next == 257);
  });
}

TEST_CASE("the published key schedules lead from the shared secret to the messages") {
  for_each_vector([](const nlohmann::json& vector) {
    const auto optional = [&](const char* name) {
      return vector.contains(name) ? hex(vector[name]) : Bytes();
    };
    const auto shared_secret = hex(vector["shared_secret"]), info = hex(vector["info"]);
    const auto psk = optional("psk"), psk_id = optional("psk_id");
    const HpkeSchedule schedule({vector["mode"], vector["kem_id"], vector["kdf_id"],
                                 vector["aead_id"], shared_secret, info, psk, psk_id});
    CHECK(to_hex(schedule.context) == vector["key_schedule_context"]);
    CHECK(to_hex(schedule.secret) == vector["secret"]);
    CHECK(to_hex(schedule.key) == vector["key"]);
    CHECK(to_hex(schedule.base_nonce) == vector["base_nonce"]);
    CHECK(to_hex(schedule.exporter_secret) == vector["exporter_secret"]);
    for (const auto& message : vector["encryptions"]) {
      const auto nonce = schedule.nonce(message["seq"]);
      CHECK(to_hex(nonce) == message["nonce"]);
      CHECK(to_hex(aead_seal(schedule.key, *AeadNonce::from(nonce), hex(message["aad"]),
                             hex(message["pt"]))) == message["ct"]);
    }
  });
}

TEST_CASE("both sides export the published secrets") {
  for_each_vector([](const nlohmann::json& vector) {
    const Parties parties(vector);
    const auto sender = parties.set_up_sender();
    const auto recipient = parties.set_up_recipient(sender.enc);
    for (const auto& exported : vector["exports"]) {
      const auto context = hex(exported["exporter_context"]);
      for (const auto* side : {&sender.context, &recipient}) {
        const auto secret = side->export_secret(context, exported["L"]);
        REQUIRE(secret);
        CHECK(to_hex(*secret) == exported["exported_value"]);
      }
    }
  });
}
