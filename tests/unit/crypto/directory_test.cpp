#include "crypto/directory.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "crypto/sodium_entropy.hpp"
#include "crypto/work.hpp"

using namespace tern;
using namespace tern::crypto;

namespace {

DirectoryPlace place_of(const voprf::KeyPair& keys, std::string_view number) {
  return directory_place(*voprf::evaluate(keys.private_key, as_bytes(number)));
}

}  // namespace

TEST_CASE("A number's place is the same each time, and another under another key") {
  SystemEntropy entropy;
  const auto keys = voprf::KeyPair::generate(entropy), other = voprf::KeyPair::generate(entropy);
  const auto place = place_of(keys, "+3212345678");
  CHECK(place.tag == place_of(keys, "+3212345678").tag);
  CHECK(place.tag != place_of(keys, "+3212345679").tag);
  CHECK(place.tag != place_of(other, "+3212345678").tag);
  CHECK(place.tag < std::uint64_t{1} << 40);
}

TEST_CASE("Tags are spread over all of their 40 bits") {
  SystemEntropy entropy;
  const auto keys = voprf::KeyPair::generate(entropy);
  std::uint64_t any = 0, all = ~std::uint64_t{0};
  for (int i = 0; i < 64; ++i) {
    const auto tag = place_of(keys, "+321234" + std::to_string(1000 + i)).tag;
    any |= tag;
    all &= tag;
  }
  CHECK(any == (std::uint64_t{1} << 40) - 1);
  CHECK(all == 0);
}

TEST_CASE("A record is 72 bytes that only who has the number can open") {
  SystemEntropy entropy;
  const auto keys = voprf::KeyPair::generate(entropy);
  const auto anna = place_of(keys, "+3212345678"), bo = place_of(keys, "+3212345679");
  const auto key = SigningKey::generate(entropy).verify_key();
  const auto record = seal_record(anna, key, entropy);
  CHECK(record.size() == 72);
  CHECK(open_record(anna, record).value() == key);
  CHECK(open_record(bo, record).error() == Errc::decrypt_failed);
  CHECK(seal_record(anna, key, entropy) != record);
  for (std::size_t i = 0; i < record.size(); ++i) {
    auto changed = record;
    changed[i] ^= 1;
    CHECK(open_record(anna, changed).error() == Errc::decrypt_failed);
  }
  CHECK(open_record(anna, ByteSpan(record).first(40)).error() == Errc::decrypt_failed);
  CHECK(open_record(anna, {}).error() == Errc::decrypt_failed);
}

TEST_CASE("Work that was found is worth its bits, for its challenge and subject alone") {
  const Bytes challenge(16, 1), other(16, 2);
  const auto subject = as_bytes("+3212345678");
  const auto nonce = find_work(challenge, subject, 12, 0, 1'000'000);
  REQUIRE(nonce);
  CHECK(work_bits(challenge, subject, *nonce) >= 12);
  // One in 4,096 each would hold by chance.
  unsigned chances = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    chances += work_bits(other, subject, *nonce + i) >= 12;
    chances += work_bits(challenge, as_bytes("+3212345679"), *nonce + i) >= 12;
  }
  CHECK(chances < 3);
  CHECK_FALSE(find_work(challenge, subject, 200, 0, 1000));
}
