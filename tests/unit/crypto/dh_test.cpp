#include "crypto/dh.hpp"

#include <catch2/catch.hpp>

#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::crypto;

namespace {

DhPrivateKey private_key(std::string_view hex) { return *DhPrivateKey::from(*from_hex(hex)); }
DhPublicKey public_key(std::string_view hex) { return *DhPublicKey::from(*from_hex(hex)); }

std::string agree(const DhPrivateKey& mine, const DhPublicKey& theirs) {
  const auto shared = dh(mine, theirs);
  REQUIRE(shared);
  return to_hex(shared->span());
}

}  // namespace

TEST_CASE("X25519 agrees with RFC 7748 section 5.2") {
  CHECK(agree(private_key("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
              public_key("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")) ==
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
}

TEST_CASE("the top bit of a public key is ignored") {
  // RFC 7748 §5, and its second vector in §5.2.
  CHECK(agree(private_key("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
              public_key("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493")) ==
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

TEST_CASE("both sides of RFC 7748 section 6.1 find the same secret") {
  const auto alice = DhKeyPair::from_private(
      private_key("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
  const auto bob = DhKeyPair::from_private(
      private_key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  CHECK(alice.public_key.hex() ==
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  CHECK(bob.public_key.hex() == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  constexpr auto shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  CHECK(agree(alice.private_key, bob.public_key) == shared);
  CHECK(agree(bob.private_key, alice.public_key) == shared);
}

TEST_CASE("a public key of low order is refused") {
  // RFC 7748 §6.1: each of these makes the shared secret zero, whatever the private key.
  const auto mine = DhPrivateKey::from(Bytes(32, 0x42));
  for (const auto* low_order : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           // the same with the bit that X25519 ignores
           "0000000000000000000000000000000000000000000000000000000000000080",
           "0100000000000000000000000000000000000000000000000000000000000080",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
       }) {
    INFO(low_order);
    const auto shared = dh(*mine, public_key(low_order));
    REQUIRE_FALSE(shared);
    CHECK(shared.error() == Errc::key_invalid);
  }
}

TEST_CASE("a public key is written in one way") {
  constexpr auto canonical = "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c";
  CHECK(is_canonical(public_key(canonical)));
  auto top_bit = public_key(canonical);
  top_bit.bytes[31] |= 0x80;
  CHECK_FALSE(is_canonical(top_bit));
  // p - 1, p, p + 1 and 2^255 - 1.
  const std::string middle(60, 'f');
  CHECK(is_canonical(public_key("ec" + middle + "7f")));
  CHECK_FALSE(is_canonical(public_key("ed" + middle + "7f")));
  CHECK_FALSE(is_canonical(public_key("ee" + middle + "7f")));
  CHECK_FALSE(is_canonical(public_key("ff" + middle + "7f")));
  CHECK(is_canonical(public_key("fffe" + std::string(58, 'f') + "7f")));
  CHECK(is_canonical(public_key("ff" + middle + "7e")));
}

TEST_CASE("a generated pair fits together and comes from the entropy alone") {
  test::SeededEntropy entropy(5), same(5);
  const auto pair = DhKeyPair::generate(entropy);
  CHECK(DhKeyPair::from_private(pair.private_key.clone()).public_key == pair.public_key);
  CHECK(DhKeyPair::generate(same).public_key == pair.public_key);
  CHECK(DhKeyPair::generate(same).public_key != pair.public_key);
  CHECK(agree(pair.clone().private_key, pair.public_key) ==
        agree(pair.private_key, pair.public_key));
}
