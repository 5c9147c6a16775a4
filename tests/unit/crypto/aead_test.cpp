#include "crypto/aead.hpp"

#include <catch2/catch.hpp>

#include "support/fixed_entropy.hpp"
#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::crypto;

namespace {

const ByteSpan plaintext = as_bytes(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    "sunscreen would be it.");
const Bytes key = *from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
const Bytes aad = *from_hex("50515253c0c1c2c3c4c5c6c7");
const AeadNonce nonce = *AeadNonce::from(*from_hex("070000004041424344454647"));

Bytes with_bit_flipped(Bytes bytes, std::size_t bit) {
  bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
  return bytes;
}

// Every bit of what was sealed, of its associated data and of its key, and every shorter length.
template <class Open>
void check_tampering_is_noticed(const Bytes& sealed, Open open) {
  REQUIRE(open(key, aad, sealed));
  const auto refuses = [&](ByteSpan with_key, ByteSpan with_aad, ByteSpan bytes) {
    const auto opened = open(with_key, with_aad, bytes);
    return !opened && opened.error() == Errc::decrypt_failed;
  };
  for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit)
    if (!refuses(key, aad, with_bit_flipped(sealed, bit))) FAIL("sealed bit " << bit);
  for (std::size_t bit = 0; bit < 8 * aad.size(); ++bit)
    if (!refuses(key, with_bit_flipped(aad, bit), sealed)) FAIL("associated bit " << bit);
  for (std::size_t bit = 0; bit < 8 * key.size(); ++bit)
    if (!refuses(with_bit_flipped(key, bit), aad, sealed)) FAIL("key bit " << bit);
  for (std::size_t size = 0; size < sealed.size(); ++size)
    if (!refuses(key, aad, ByteSpan(sealed).first(size))) FAIL("cut to " << size);
  auto longer = sealed;
  longer.push_back(0);
  CHECK(refuses(key, aad, longer));
  CHECK(refuses(key, {}, sealed));
}

}  // namespace

TEST_CASE("ChaCha20-Poly1305 agrees with RFC 8439 section 2.8.2") {
  const auto sealed = aead_seal(key, nonce, aad, plaintext);
  CHECK(to_hex(sealed) ==
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
        "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
        "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
        "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd060"
        "0691");
  const auto opened = aead_open(key, nonce, aad, sealed);
  REQUIRE(opened);
  CHECK(as_text(*opened) == as_text(plaintext));
}

TEST_CASE("XChaCha20-Poly1305 agrees with draft-irtf-cfrg-xchacha-03 appendix A.3.1") {
  const std::string nonce_hex = "404142434445464748494a4b4c4d4e4f5051525354555657";
  test::FixedEntropy entropy(*from_hex(nonce_hex));
  const auto sealed = xseal(key, aad, plaintext, entropy);
  CHECK(to_hex(sealed) == nonce_hex +
                              "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                              "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                              "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                              "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780a"
                              "cf49");
  const auto opened = xopen(key, aad, sealed);
  REQUIRE(opened);
  CHECK(as_text(*opened) == as_text(plaintext));
}

TEST_CASE("no tampering with a sealed message goes unnoticed") {
  check_tampering_is_noticed(aead_seal(key, nonce, aad, plaintext),
                             [](ByteSpan with_key, ByteSpan with_aad, ByteSpan bytes) {
                               return aead_open(with_key, nonce, with_aad, bytes);
                             });
}

TEST_CASE("no tampering with a sealed record goes unnoticed, its nonce included") {
  test::SeededEntropy entropy(3);
  check_tampering_is_noticed(xseal(key, aad, plaintext, entropy), xopen);
}

TEST_CASE("another nonce does not open the message") {
  const auto sealed = aead_seal(key, nonce, aad, plaintext);
  auto other = nonce;
  other.bytes[11] ^= 1;
  const auto opened = aead_open(key, other, aad, sealed);
  REQUIRE_FALSE(opened);
  CHECK(opened.error() == Errc::decrypt_failed);
}

TEST_CASE("an empty message is sealed and opened") {
  test::SeededEntropy entropy(4);
  const auto sealed = aead_seal(key, nonce, {}, {});
  CHECK(sealed.size() == aead_tag_bytes);
  REQUIRE(aead_open(key, nonce, {}, sealed));
  CHECK(aead_open(key, nonce, {}, sealed)->empty());
  CHECK(aead_open_into({}, key, nonce, {}, sealed));
  CHECK_FALSE(aead_open_into({}, key, nonce, aad, sealed));

  const auto record = xseal(key, {}, {}, entropy);
  CHECK(record.size() == seal_overhead_bytes);
  REQUIRE(xopen(key, {}, record));
  CHECK(xopen(key, {}, record)->empty());
}

TEST_CASE("sealing and opening work in place") {
  Bytes buffer = to_bytes(plaintext);
  buffer.resize(plaintext.size() + aead_tag_bytes);
  aead_seal_into(buffer, key, nonce, aad, ByteSpan(buffer).first(plaintext.size()));
  CHECK(buffer == aead_seal(key, nonce, aad, plaintext));

  const auto opened = MutableByteSpan(buffer).first(plaintext.size());
  REQUIRE(aead_open_into(opened, key, nonce, aad, buffer));
  CHECK(as_text(opened) == as_text(plaintext));
}

TEST_CASE("what does not open leaves no plaintext behind") {
  auto sealed = aead_seal(key, nonce, aad, plaintext);
  sealed.back() ^= 1;
  Bytes out(plaintext.size(), 0xee);
  const auto opened = aead_open_into(out, key, nonce, aad, sealed);
  REQUIRE_FALSE(opened);
  CHECK(opened.error() == Errc::decrypt_failed);
  CHECK(out == Bytes(plaintext.size()));

  const auto short_of_a_tag = aead_open_into({}, key, nonce, aad, ByteSpan(sealed).first(15));
  REQUIRE_FALSE(short_of_a_tag);
  CHECK(short_of_a_tag.error() == Errc::decrypt_failed);
}

TEST_CASE("sealing the same record twice gives different bytes") {
  test::SeededEntropy entropy(5);
  CHECK(xseal(key, aad, plaintext, entropy) != xseal(key, aad, plaintext, entropy));
}
