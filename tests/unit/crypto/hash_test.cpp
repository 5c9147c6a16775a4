#include "crypto/hash.hpp"

#include <catch2/catch.hpp>

using namespace tern;
using namespace tern::crypto;

namespace {

Bytes count_up(std::uint8_t from, std::size_t bytes) {
  Bytes out;
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(from + i));
  return out;
}

std::string expand(ByteSpan prk, ByteSpan info, std::size_t bytes) {
  Bytes out(bytes);
  hkdf_expand(prk, {info}, out);
  return to_hex(out);
}

}  // namespace

TEST_CASE("SHA-256 gives the digests of FIPS 180-4") {
  CHECK(sha256(ByteSpan{}).hex() ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256(as_bytes("abc")).hex() ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a hash over parts is the hash over their concatenation") {
  const auto text = as_bytes("the quick brown fox jumps over the lazy dog, twice and once more");
  const std::initializer_list<ByteSpan> parts = {
      text.first(1), {}, text.subspan(1, 40), text.subspan(41)};
  CHECK(sha256(parts) == sha256(text));
  CHECK(blake2b(parts) == blake2b(text));
  CHECK(ct_equal(hmac_sha256(text, parts).span(), hmac_sha256(text, {text}).span()));

  Bytes whole(50), joined(50);
  hkdf_expand(text, {text}, whole);
  hkdf_expand(text, parts, joined);
  CHECK(joined == whole);
}

TEST_CASE("HMAC-SHA-256 agrees with RFC 4231") {
  const auto hmac = [](ByteSpan key, std::string_view text) {
    return to_hex(hmac_sha256(key, {as_bytes(text)}).span());
  };
  CHECK(hmac(Bytes(20, 0x0b), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hmac(as_bytes("Jefe"), "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac(Bytes(131, 0xaa), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("HKDF agrees with RFC 5869 appendix A.1") {
  const auto prk = hkdf_extract(count_up(0x00, 13), Bytes(22, 0x0b));
  CHECK(to_hex(prk.span()) == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  CHECK(expand(prk.span(), count_up(0xf0, 10), 42) ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

TEST_CASE("HKDF agrees with RFC 5869 appendix A.2 over several blocks") {
  const auto prk = hkdf_extract(count_up(0x60, 80), count_up(0x00, 80));
  CHECK(expand(prk.span(), count_up(0xb0, 80), 82) ==
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c6"
        "5e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

TEST_CASE("HKDF without salt and info agrees with RFC 5869 appendix A.3") {
  const auto prk = hkdf_extract({}, Bytes(22, 0x0b));
  CHECK(ct_equal(prk.span(), hkdf_extract(Bytes(32), Bytes(22, 0x0b)).span()));
  CHECK(expand(prk.span(), {}, 42) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST_CASE("a shorter HKDF output is the beginning of a longer one") {
  const auto longest = expand({}, {}, 255 * 32);
  for (const std::size_t bytes : {0, 1, 31, 32, 33, 64, 8159})
    CHECK(expand({}, {}, bytes) == longest.substr(0, 2 * bytes));
}

TEST_CASE("BLAKE2b-256 gives RFC 7693's function at 32 bytes, keyed or not") {
  CHECK(blake2b(as_bytes("abc")).hex() ==
        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  CHECK(blake2b({as_bytes("abc")}, count_up(0, 32)).hex() ==
        "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f");
  CHECK(blake2b({}, count_up(0, 64)).hex() ==
        "2fa9fbd9be36437de204e139e97d402bce68c828f43391608c891b5faed8a98a");
}

TEST_CASE("an identifier is the beginning of the BLAKE2b hash") {
  CHECK(hash_id<AccountId>({as_bytes("a"), as_bytes("bc")}).hex() ==
        "bddd813c634239723171ef3fee98579b");
}
