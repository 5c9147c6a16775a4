#include "net/backoff.hpp"

#include <catch2/catch.hpp>

#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::net;

namespace {

// The longest possible wait each time, to see the bound.
struct Greatest final : Entropy {
  void fill(MutableByteSpan out) override {
    for (auto& byte : out) byte = 0;
    wanted = bound;
    for (std::size_t i = 0; i < 8 && i < out.size(); ++i)
      out[out.size() - 1 - i] = static_cast<std::uint8_t>(wanted >> (8 * i));
  }
  std::uint64_t bound = 0, wanted = 0;
};

std::int64_t wait_after_failure(Backoff& backoff, std::int64_t now) {
  backoff.attempt_started(now);
  backoff.attempt_failed(now);
  return backoff.next_attempt_ms() - now;
}

}  // namespace

TEST_CASE("the first attempt is due at once") {
  test::SeededEntropy entropy(1);
  CHECK(Backoff(entropy).next_attempt_ms() <= 0);
}

TEST_CASE("waits double from half a second to two minutes, and no further") {
  Greatest entropy;
  Backoff backoff(entropy);
  for (const std::int64_t bound :
       {500, 1'000, 2'000, 4'000, 8'000, 16'000, 32'000, 64'000, 120'000, 120'000}) {
    entropy.bound = static_cast<std::uint64_t>(bound);
    CHECK(wait_after_failure(backoff, 1'000'000) == bound);  // the bound itself can be drawn
    entropy.bound = static_cast<std::uint64_t>(bound) + 1;
  }
  for (int i = 0; i < 200; ++i) {
    entropy.bound = 120'001;  // one more wraps round to nothing
    CHECK(wait_after_failure(backoff, 0) == 0);
  }
}

TEST_CASE("waits are spread over their whole range, so that devices do not come back in step") {
  int early = 0, late = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    test::SeededEntropy entropy(seed);
    Backoff backoff(entropy);
    const auto wait = wait_after_failure(backoff, 0);
    REQUIRE(wait >= 0);
    REQUIRE(wait <= 500);
    early += wait < 125;
    late += wait > 375;
  }
  CHECK(early > 20);
  CHECK(late > 20);
}

TEST_CASE("another network is tried at once and from the first step") {
  Greatest entropy;
  Backoff backoff(entropy);
  for (int i = 0; i < 8; ++i) {
    entropy.bound = 500u << i;
    (void)wait_after_failure(backoff, 1'000);
  }
  backoff.network_changed(2'000);
  CHECK(backoff.next_attempt_ms() == 2'000);
  entropy.bound = 500;
  CHECK(wait_after_failure(backoff, 2'000) == 500);
}

TEST_CASE("a new send is a reason to try at once, but keeps what was learned") {
  Greatest entropy;
  Backoff backoff(entropy);
  for (int i = 0; i < 5; ++i) {
    entropy.bound = 500u << i;
    (void)wait_after_failure(backoff, 10'000);
  }
  backoff.send_waiting(12'000);
  CHECK(backoff.next_attempt_ms() == 12'000);
  entropy.bound = 16'000;
  CHECK(wait_after_failure(backoff, 12'000) == 16'000);
}

TEST_CASE("a stream of sends does not become a stream of attempts") {
  Greatest entropy;
  Backoff backoff(entropy);
  entropy.bound = 500;
  (void)wait_after_failure(backoff, 10'000);
  backoff.send_waiting(10'001);
  CHECK(backoff.next_attempt_ms() == 10'500);
  backoff.send_waiting(10'002);
  CHECK(backoff.next_attempt_ms() == 10'500);
}

TEST_CASE("a link that lasted half a minute sets the waits back, a shorter one does not") {
  Greatest entropy;
  Backoff backoff(entropy);
  for (int i = 0; i < 3; ++i) {
    entropy.bound = 500u << i;
    (void)wait_after_failure(backoff, 0);
  }
  backoff.link_up(1'000);
  entropy.bound = 4'000;
  backoff.link_down(30'999);
  CHECK(backoff.next_attempt_ms() == 30'999 + 4'000);
  backoff.link_up(40'000);
  entropy.bound = 500;
  backoff.link_down(70'000);
  CHECK(backoff.next_attempt_ms() == 70'000 + 500);
}
