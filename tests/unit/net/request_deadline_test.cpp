// How long the engine's link waits for an answer: a dead link is seen soon, a slow one is not dead.
#include <catch2/catch.hpp>

#include "client/link.hpp"

using namespace tern;
using client::Link;
using client::Purpose;

namespace {

struct Waiting {
  Waiting() { link.up(); }
  void ask(std::int64_t now) {
    link.send({.mono_ms = now}, link.next_id(), {Purpose::What::read, {}}, Bytes(1));
  }
  bool ended(std::int64_t now) {
    link.check_deadline({.mono_ms = now});
    return link.state() == Link::State::broken;
  }
  Link link{30'000};
};

}  // namespace

TEST_CASE("an answer of which nothing comes in thirty seconds ends the link") {
  Waiting waiting;
  waiting.ask(1'000);
  CHECK_FALSE(waiting.ended(30'999));
  CHECK(waiting.ended(31'000));
}

TEST_CASE("an answer that creeps in at 4 KB/s is waited for") {
  Waiting waiting;
  waiting.ask(0);
  for (std::int64_t now = 0; now < 262'000; now += 1'000) {
    waiting.link.moved(now);
    REQUIRE_FALSE(waiting.ended(now + 999));
  }
  CHECK(waiting.link.deadline() == 261'000 + 30'000);
  CHECK(waiting.link.answered(1));
  CHECK(waiting.link.deadline() == never_ms);
}

TEST_CASE("a relay that sends a byte now and then is not waited for for ever") {
  Waiting waiting;
  waiting.ask(0);
  for (std::int64_t now = 0; now < 290'000; now += 10'000) waiting.link.moved(now);
  waiting.link.moved(299'999);
  CHECK_FALSE(waiting.ended(299'999));
  CHECK(waiting.ended(300'000));
}

TEST_CASE("eight answers on a slow link may take as long as eight frames do") {
  Waiting waiting;
  for (int i = 0; i < 8; ++i) waiting.ask(0);
  std::int64_t now = 0;
  for (std::uint32_t id = 1; id <= 8; ++id) {
    for (const auto whole = now + 290'000; now < whole; now += 10'000) {
      waiting.link.moved(now);
      REQUIRE_FALSE(waiting.ended(now));
    }
    REQUIRE(waiting.link.answered(id));
  }
}

TEST_CASE("what moved before a question was asked does not shorten the wait for its answer") {
  Waiting waiting;
  waiting.link.moved(5'000);
  waiting.ask(100'000);
  CHECK(waiting.link.deadline() == 130'000);
}
