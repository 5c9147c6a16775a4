#include <catch2/catch.hpp>

#include "net/noise_handshake.hpp"
#include "support/fixed_entropy.hpp"
#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::net;

namespace tern::net {
struct NoiseCipherTestPeer {
  static void set_counter(NoiseCipher& cipher, std::uint64_t value) { cipher.counter_ = value; }
};
}  // namespace tern::net

namespace {

crypto::DhKeyPair key_of(std::string_view hex) {
  return crypto::DhKeyPair::from_private(*crypto::DhPrivateKey::from(*from_hex(hex)));
}

// Both sides of one IK handshake.
struct Sides {
  explicit Sides(std::uint64_t seed = 1, std::string_view responder_prologue = "prologue")
      : entropy(seed),
        device(crypto::DhKeyPair::generate(entropy)),
        relay(crypto::DhKeyPair::generate(entropy)),
        initiator(noise_ik, NoiseRole::initiator, as_bytes("prologue"), device.clone(),
                  relay.public_key),
        responder(noise_ik, NoiseRole::responder, as_bytes(responder_prologue), relay.clone(),
                  std::nullopt) {}
  Bytes first() { return initiator.write_message(as_bytes("a"), entropy).value(); }
  Bytes second() { return responder.write_message(as_bytes("b"), entropy).value(); }

  test::SeededEntropy entropy;
  crypto::DhKeyPair device, relay;
  NoiseHandshake initiator, responder;
};

void check_failed(const Result<Bytes>& result, const char* why) {
  REQUIRE_FALSE(result);
  CHECK(result.error().errc() == Errc::noise_handshake_failed);
  CHECK_THAT(result.error().message(), Catch::Contains(why));
}

Bytes sealed_by(NoiseCipher& cipher, std::string_view text) {
  Bytes out(text.size() + crypto::aead_tag_bytes);
  REQUIRE(cipher.seal_into(out, {}, as_bytes(text)));
  return out;
}

}  // namespace

// From cacophony's vectors (public domain); the others run in tests/vectors/noise.
TEST_CASE("Noise IK with BLAKE2b agrees with a published vector") {
  const auto relay = key_of("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893");
  NoiseHandshake initiator(
      noise_ik, NoiseRole::initiator, as_bytes("John Galt"),
      key_of("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1"), relay.public_key);
  NoiseHandshake responder(noise_ik, NoiseRole::responder, as_bytes("John Galt"), relay.clone(),
                           std::nullopt);
  test::FixedEntropy first_key(
      *from_hex("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a"));
  test::FixedEntropy second_key(
      *from_hex("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b"));
  const auto first = initiator.write_message(as_bytes("Ludwig von Mises"), first_key).value();
  CHECK(to_hex(first) ==
        "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
        "ba83a447b38c83e327ad936929812f624884847b7831e95e197b2f797088efdd"
        "2f88f1db7e1fb0e99c64419097af91cee64e470f4b6fcd9298ce0b56fe20f86e"
        "13bf70439c538e3602a7127af71a29cc");
  CHECK(as_text(responder.read_message(first).value()) == "Ludwig von Mises");
  const auto second = responder.write_message(as_bytes("Murray Rothbard"), second_key).value();
  CHECK(to_hex(second) ==
        "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
        "9f069b267a06b3de3ecb1043bcb098e9af91d9c64748d998c7b47890871571");
  CHECK(as_text(initiator.read_message(second).value()) == "Murray Rothbard");
  CHECK(initiator.hash() == responder.hash());
  CHECK(responder.remote_static() ==
        key_of("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1").public_key);
  NoiseCipher cipher(initiator.split().value().send);
  CHECK(to_hex(sealed_by(cipher, "F. A. Hayek")) ==
        "cd54383060e7a28434cca27fb1cc524cfbabeb18181589df219d07");
}

TEST_CASE("a first handshake message with any bit of any byte changed is refused") {
  const auto message = Sides().first();
  for (std::size_t i = 0; i < message.size(); ++i) {
    auto changed = message;
    changed[i] ^= static_cast<std::uint8_t>(1u << (i % 7));  // bit 7 of an X25519 key is ignored
    INFO("byte " << i);
    CHECK_FALSE(Sides().responder.read_message(changed));
  }
}

TEST_CASE("the bit of a key that X25519 ignores is authenticated all the same") {
  auto message = Sides().first();
  message[31] ^= 0x80;
  CHECK_FALSE(Sides().responder.read_message(message));
}

TEST_CASE("a second handshake message with any byte changed is refused") {
  Sides made;
  REQUIRE(made.responder.read_message(made.first()));
  const auto message = made.second();
  for (std::size_t i = 0; i < message.size(); ++i) {
    Sides sides;
    (void)sides.first();
    auto changed = message;
    changed[i] ^= 1;
    INFO("byte " << i);
    CHECK_FALSE(sides.initiator.read_message(changed));
  }
}

TEST_CASE("a handshake message cut anywhere is refused") {
  const auto message = Sides().first();
  for (std::size_t bytes = 0; bytes < message.size(); ++bytes) {
    INFO(bytes << " bytes");
    CHECK_FALSE(Sides().responder.read_message(ByteSpan(message).first(bytes)));
  }
}

TEST_CASE("an initiator who holds another relay key is refused at its static key") {
  Sides sides, other(2);
  check_failed(other.responder.read_message(sides.first()), "static key does not decrypt");
}

TEST_CASE("sides with different prologues do not come together") {
  Sides sides(1, "another");
  check_failed(sides.responder.read_message(sides.first()), "does not decrypt");
}

TEST_CASE("a low-order ephemeral key is refused by the responder") {
  Sides sides;
  auto message = sides.first();
  std::fill_n(message.begin(), 32, std::uint8_t{0});
  check_failed(sides.responder.read_message(message), "low-order");
}

TEST_CASE("a low-order ephemeral key is refused by the initiator") {
  Sides sides;
  REQUIRE(sides.responder.read_message(sides.first()));
  auto message = sides.second();
  std::fill_n(message.begin(), 32, std::uint8_t{0});
  check_failed(sides.initiator.read_message(message), "low-order");
}

TEST_CASE("a low-order relay key fails the handshake instead of encrypting to everybody") {
  Sides sides;
  NoiseHandshake initiator(noise_ik, NoiseRole::initiator, {}, sides.device.clone(),
                           crypto::DhPublicKey{});
  check_failed(initiator.write_message({}, sides.entropy), "low-order");
}

TEST_CASE("a low-order static key of the initiator is refused") {
  Sides sides;
  auto weak = sides.device.clone();
  weak.public_key = {};
  NoiseHandshake initiator(noise_ik, NoiseRole::initiator, as_bytes("prologue"), std::move(weak),
                           sides.relay.public_key);
  const auto message = initiator.write_message({}, sides.entropy);
  REQUIRE(message);
  check_failed(sides.responder.read_message(*message), "low-order");
}

TEST_CASE("a handshake that failed once takes nothing more, not even the right message") {
  Sides sides;
  const auto message = sides.first();
  auto changed = message;
  changed.back() ^= 1;
  REQUIRE_FALSE(sides.responder.read_message(changed));
  check_failed(sides.responder.read_message(message), "failed before");
}

TEST_CASE("a handshake message over 65,535 bytes is neither read nor written") {
  Sides sides;
  CHECK(sides.responder.read_message(Bytes(65'536)).error().errc() == Errc::noise_message_too_long);
  CHECK(sides.initiator.write_message(Bytes(65'440), sides.entropy).error().errc() ==
        Errc::noise_message_too_long);
  CHECK(Sides().initiator.write_message(Bytes(65'439), sides.entropy).value().size() == 65'535);
}

TEST_CASE("a cipher takes the next key after the set number of messages and counts on") {
  const auto key = *crypto::Secret<32>::from(Bytes(32, 7));
  NoiseCipher cipher(key.clone(), 2);
  (void)sealed_by(cipher, "0");
  (void)sealed_by(cipher, "1");
  // Noise §4.2: REKEY is the start of ENCRYPT(k, 2^64-1, "", zeros).
  crypto::AeadNonce last, third;
  std::fill(last.bytes.begin() + 4, last.bytes.end(), std::uint8_t{0xff});
  third.bytes[4] = 2;
  auto next_key = crypto::aead_seal(key.span(), last, {}, Bytes(32));
  next_key.resize(32);
  CHECK(to_hex(sealed_by(cipher, "2")) ==
        to_hex(crypto::aead_seal(next_key, third, {}, as_bytes("2"))));
}

TEST_CASE("a message that does not decrypt leaves the counter where it was") {
  NoiseCipher sender(*crypto::Secret<32>::from(Bytes(32, 7)), 1);
  NoiseCipher receiver(*crypto::Secret<32>::from(Bytes(32, 7)), 1);
  const auto sealed = sealed_by(sender, "x");
  auto changed = sealed;
  changed[0] ^= 1;
  Bytes out(1);
  CHECK(receiver.open_into(out, {}, changed).error().errc() == Errc::decrypt_failed);
  CHECK(receiver.open_into(out, {}, sealed));
  CHECK(receiver.open_into(out, {}, sealed).error().errc() == Errc::decrypt_failed);  // a replay
}

TEST_CASE("a cipher ends before the counter value that is reserved for rekeying") {
  NoiseCipher cipher(*crypto::Secret<32>::from(Bytes(32, 7)));
  NoiseCipherTestPeer::set_counter(cipher, UINT64_MAX - 1);
  (void)sealed_by(cipher, "last");
  Bytes out(17), plain(1);
  CHECK(cipher.seal_into(out, {}, as_bytes("x")).error().errc() == Errc::counter_exhausted);
  CHECK(cipher.open_into(plain, {}, out).error().errc() == Errc::counter_exhausted);
}
