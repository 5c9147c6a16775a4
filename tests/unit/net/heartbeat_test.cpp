#include "net/heartbeat.hpp"

#include <catch2/catch.hpp>

using namespace tern;
using namespace tern::net;
using Due = Heartbeat::Due;

namespace {

// One silence that ends in an answered ping; returns how long it was.
std::int64_t answered_ping(Heartbeat& heartbeat, std::int64_t& now) {
  const auto began = now;
  now = heartbeat.next_deadline();
  REQUIRE(heartbeat.due(now) == Due::ping);
  const auto silence = now - began;
  now += 100;
  heartbeat.received(now);
  return silence;
}

void die_silently(Heartbeat& heartbeat, std::int64_t& now) {
  now = heartbeat.next_deadline();
  REQUIRE(heartbeat.due(now) == Due::ping);
  now = heartbeat.next_deadline();
  REQUIRE(heartbeat.due(now) == Due::link_dead);
  heartbeat.link_down();
}

}  // namespace

TEST_CASE("without a link there is nothing to wait for") {
  Heartbeat heartbeat;
  CHECK(heartbeat.next_deadline() == never_ms);
  CHECK(heartbeat.due(1'000'000) == Due::nothing);
}

TEST_CASE("after a minute of silence a ping is due, once") {
  Heartbeat heartbeat;
  heartbeat.link_up(1'000);
  CHECK(heartbeat.due(60'999) == Due::nothing);
  CHECK(heartbeat.due(61'000) == Due::ping);
  CHECK(heartbeat.due(61'001) == Due::nothing);
}

TEST_CASE("traffic of either direction puts the ping off") {
  Heartbeat heartbeat;
  heartbeat.link_up(0);
  heartbeat.sent(30'000);
  CHECK(heartbeat.next_deadline() == 90'000);
  heartbeat.received(50'000);
  CHECK(heartbeat.next_deadline() == 110'000);
  CHECK(heartbeat.interval_ms() == 60'000);
}

TEST_CASE("answered pings lengthen the silence to ten minutes and no further") {
  Heartbeat heartbeat;
  std::int64_t now = 0;
  heartbeat.link_up(now);
  CHECK(answered_ping(heartbeat, now) == 60'000);
  CHECK(answered_ping(heartbeat, now) == 90'000);
  CHECK(answered_ping(heartbeat, now) == 135'000);
  for (int i = 0; i < 10; ++i) (void)answered_ping(heartbeat, now);
  CHECK(answered_ping(heartbeat, now) == 600'000);
}

TEST_CASE("a ping without an answer in 15 seconds ends the link") {
  Heartbeat heartbeat;
  heartbeat.link_up(0);
  REQUIRE(heartbeat.due(60'000) == Due::ping);
  heartbeat.sent(60'000);  // sending proves nothing
  CHECK(heartbeat.due(74'999) == Due::nothing);
  CHECK(heartbeat.due(75'000) == Due::link_dead);
  CHECK(heartbeat.next_deadline() == never_ms);
}

TEST_CASE("a link on which a large frame creeps along is alive") {
  Heartbeat heartbeat;
  heartbeat.link_up(0);
  heartbeat.moved(30'000);
  CHECK(heartbeat.next_deadline() == 90'000);
  REQUIRE(heartbeat.due(90'000) == Due::ping);
  for (std::int64_t now = 100'000; now < 300'000; now += 14'000) {
    heartbeat.moved(now);
    CHECK(heartbeat.due(now + 13'999) == Due::nothing);
  }
  CHECK(heartbeat.interval_ms() == 60'000);
}

TEST_CASE("what stopped moving has 15 seconds for its answer") {
  Heartbeat heartbeat;
  heartbeat.link_up(0);
  REQUIRE(heartbeat.due(60'000) == Due::ping);
  heartbeat.moved(70'000);
  heartbeat.moved(65'000);  // no news
  CHECK(heartbeat.due(84'999) == Due::nothing);
  CHECK(heartbeat.due(85'000) == Due::link_dead);
}

TEST_CASE("what moved before the network changed does not put the question off") {
  Heartbeat heartbeat;
  heartbeat.link_up(0);
  heartbeat.network_changed(5'000);
  heartbeat.moved(4'999);
  CHECK(heartbeat.due(5'000) == Due::ping);
}

TEST_CASE("a link that died silently teaches a shorter silence") {
  Heartbeat heartbeat;
  std::int64_t now = 0;
  heartbeat.link_up(now);
  for (int i = 0; i < 4; ++i) (void)answered_ping(heartbeat, now);  // the next would be 303 s
  CHECK(heartbeat.interval_ms() == 303'750);
  die_silently(heartbeat, now);
  heartbeat.link_up(now);
  CHECK(answered_ping(heartbeat, now) == 60'000);
  for (int i = 0; i < 10; ++i) (void)answered_ping(heartbeat, now);
  CHECK(heartbeat.interval_ms() == (303'750 + 60'000) / 2);
}

TEST_CASE("another network starts anew") {
  Heartbeat heartbeat;
  std::int64_t now = 0;
  heartbeat.link_up(now);
  die_silently(heartbeat, now);
  heartbeat.network_changed(now);
  heartbeat.link_up(now);
  for (int i = 0; i < 10; ++i) (void)answered_ping(heartbeat, now);
  CHECK(heartbeat.interval_ms() == 600'000);
}

TEST_CASE("a link that is up when the network changes is asked at once") {
  Heartbeat heartbeat;
  heartbeat.link_up(0);
  heartbeat.network_changed(5'000);
  CHECK(heartbeat.due(5'000) == Due::ping);
  CHECK(heartbeat.due(20'000) == Due::link_dead);
}
