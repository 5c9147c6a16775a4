#include "crypto/signature.hpp"

#include <catch2/catch.hpp>

#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::crypto;

namespace {

SigningKey key_of(std::string_view seed_hex) { return SigningKey::from_seed(*from_hex(seed_hex)); }
VerifyKey verify_key(std::string_view hex) { return *VerifyKey::from(*from_hex(hex)); }
Signature signature(const std::string& hex) { return *Signature::from(*from_hex(hex)); }

// RFC 8032 §7.1, TEST 2.
constexpr auto seed_2 = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
const Bytes message_2{0x72};

// S + L: verifies by the equation alone, since L is the order of the base point.
Signature with_s_plus_order(Signature original) {
  const auto order = *from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += original.bytes[32 + i] + order[i];
    original.bytes[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  REQUIRE(carry == 0);
  return original;
}

}  // namespace

TEST_CASE("Ed25519 agrees with RFC 8032 section 7.1") {
  struct Vector {
    const char *seed, *key, *message, *signature;
  };
  for (const auto& vector : {
           Vector{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                  "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
           Vector{seed_2, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
           Vector{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
       }) {
    const auto key = key_of(vector.seed);
    const auto message = *from_hex(vector.message);
    CHECK(key.verify_key().hex() == vector.key);
    CHECK(key.sign(message).hex() == vector.signature);
    CHECK(verify(verify_key(vector.key), message, signature(vector.signature)));
  }
}

TEST_CASE("signing the same message twice gives the same signature") {
  test::SeededEntropy entropy(1);
  const auto key = SigningKey::generate(entropy);
  CHECK(key.sign(as_bytes("once")) == key.sign(as_bytes("once")));
}

TEST_CASE("one changed bit in message, signature or key does not verify") {
  const auto key = key_of(seed_2);
  const auto good = key.sign(message_2);
  REQUIRE(verify(key.verify_key(), message_2, good));
  CHECK_FALSE(verify(key.verify_key(), Bytes{0x73}, good));
  CHECK_FALSE(verify(key.verify_key(), {}, good));
  for (std::size_t bit = 0; bit < 8 * Signature::size_bytes; ++bit) {
    auto changed = good;
    changed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    if (verify(key.verify_key(), message_2, changed)) FAIL("signature bit " << bit);
  }
  for (std::size_t bit = 0; bit < 8 * VerifyKey::size_bytes; ++bit) {
    auto changed = key.verify_key();
    changed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    if (verify(changed, message_2, good)) FAIL("key bit " << bit);
  }
}

TEST_CASE("a signature whose S is not below the group order is refused") {
  // RFC 8032 §5.1.7; else anyone could make a second signature from the first.
  const auto key = key_of(seed_2);
  const auto good = key.sign(message_2);
  CHECK_FALSE(verify(key.verify_key(), message_2, with_s_plus_order(good)));
}

TEST_CASE("a verify key of small order is refused") {
  // For every key here R = S·B = R + k·A, so the equation of RFC 8032 §5.1.7 holds for the
  // message of TEST 2: whoever publishes such a key has signatures that say nothing.
  struct Forged {
    const char* key;
    std::uint8_t s;
    const char* r;
  };
  for (const auto& forged : {
           Forged{"0100000000000000000000000000000000000000000000000000000000000000", 1,
                  "5866666666666666666666666666666666666666666666666666666666666666"},
           Forged{"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", 2,
                  "c9a3f86aae465f0e56513864510f3997561fa2c9e85ea21dc2292309f3cd6022"},
           Forged{"0000000000000000000000000000000000000000000000000000000000000000", 4,
                  "2f1132ca61ab38dff00f2fea3228f24c6c71d58085b80e47e19515cb27e8d047"},
           Forged{"0000000000000000000000000000000000000000000000000000000000000080", 7,
                  "b862409fb5c4c4123df2abf7462b88f041ad36dd6864ce872fd5472be363c5b1"},
           Forged{"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", 16,
                  "eb2767c137ab7ad8279c078eff116ab0786ead3a2e0f989f72c37f82f2969670"},
           Forged{"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", 17,
                  "04be97ec9bfe6ccd01f9343b7288b117b79f91cc45c24af2f93e0060ca2b6d6f"},
           // p + 1: the neutral point again, written in a form that is not canonical
           Forged{"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", 1,
                  "5866666666666666666666666666666666666666666666666666666666666666"},
       }) {
    INFO(forged.key);
    Signature made;
    const auto r = *from_hex(forged.r);
    for (std::size_t i = 0; i < r.size(); ++i) made.bytes[i] = r[i];
    made.bytes[32] = forged.s;
    CHECK_FALSE(verify(verify_key(forged.key), message_2, made));
  }
}

TEST_CASE("a signature whose R is of small order is refused") {
  // Made with the private key of seed_2, the neutral point as R: the equation holds.
  CHECK_FALSE(
      verify(key_of(seed_2).verify_key(), message_2,
             signature("0100000000000000000000000000000000000000000000000000000000000000"
                       "675d054595fa17cb6a44e3ada6ca385e55667e41a63fdab0ac22d10000354002")));
}

TEST_CASE("a signing key comes back from its seed, and a clone signs the same") {
  test::SeededEntropy entropy(9);
  const auto key = SigningKey::generate(entropy);
  const auto again = SigningKey::from_seed(key.seed().span());
  CHECK(again.verify_key() == key.verify_key());
  CHECK(again.sign(message_2) == key.sign(message_2));
  CHECK(key.clone().sign(message_2) == key.sign(message_2));
  CHECK(SigningKey::generate(entropy).verify_key() != key.verify_key());
}
