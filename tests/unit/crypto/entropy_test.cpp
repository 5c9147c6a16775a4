#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "crypto/deterministic_entropy.hpp"
#include "crypto/entropy_ahead.hpp"
#include "crypto/sodium_entropy.hpp"
#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::crypto;

TEST_CASE("libsodium may be made ready again and again") {
  CHECK(initialize());
  CHECK(initialize());
}

TEST_CASE("the system's entropy does not repeat itself") {
  SystemEntropy entropy;
  using Draw = FixedBytes<struct DrawTag, 32>;
  const auto first = entropy.make<Draw>();
  CHECK_FALSE(first.is_zero());
  CHECK(first != entropy.make<Draw>());
  entropy.fill({});
}

TEST_CASE("seeded entropy is the ChaCha20 key stream of RFC 8439 appendix A.1") {
  DeterministicEntropy entropy(0);
  Bytes out(64);
  entropy.fill(out);
  CHECK(to_hex(out) ==
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
}

TEST_CASE("seeded entropy gives the same bytes however the draws are cut") {
  Bytes whole(300);
  DeterministicEntropy(42).fill(whole);

  DeterministicEntropy cut(42);
  Bytes pieces(300);
  MutableByteSpan rest = pieces;
  for (const std::size_t size : {1, 63, 0, 64, 65, 100, 7}) {
    cut.fill(rest.first(size));
    rest = rest.subspan(size);
  }
  CHECK(rest.empty());
  CHECK(pieces == whole);
}

TEST_CASE("another seed gives other bytes") {
  CHECK(test::SeededEntropy(1).u64() != test::SeededEntropy(2).u64());
  CHECK(test::SeededEntropy(1).u64() != test::SeededEntropy(1ull << 56).u64());
  CHECK(test::SeededEntropy(7).u64() == test::SeededEntropy(7).u64());
}

TEST_CASE("entropy drawn ahead is the source's, each byte once, however the draws are cut") {
  test::SeededEntropy source(42);
  EntropyAhead ahead(source);
  std::vector<Bytes> draws;
  for (const std::size_t size : {24, 64, 512, 0, 24, 24, 500, 513, 32}) {
    draws.emplace_back(size);
    ahead.fill(draws.back());
  }
  Bytes all(4'096);
  test::SeededEntropy(42).fill(all);
  std::set<std::ptrdiff_t> places;
  for (const auto& draw : draws) {
    if (draw.empty()) continue;
    const auto at = std::search(all.begin(), all.end(), draw.begin(), draw.end());
    REQUIRE(at != all.end());
    for (std::size_t i = 0; i < draw.size(); ++i)
      CHECK(places.insert(at - all.begin() + static_cast<std::ptrdiff_t>(i)).second);
  }
}
