#include "chat.hpp"
#include "relay/reservations.hpp"
#include "relay/token_buckets.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

crypto::DhPublicKey device_key(std::uint8_t first) {
  crypto::DhPublicKey out;
  out.bytes[0] = first;
  return out;
}

}  // namespace

TEST_CASE("a device appends in a burst, then at its rate, whatever connection it uses") {
  RelayLimits limits;
  limits.append_per_second = 10;
  limits.append_burst = 3;
  World world(limits);
  const auto anna = world.make_device();
  const auto bo = world.make_device();
  auto at_anna = world.online(anna);
  world.online(bo);
  const auto chat = create_chat(world, at_anna, {bo.id});
  append_message(world, at_anna, chat.log);
  append_message(world, at_anna, chat.log);
  at_anna = world.resume(anna);
  const auto text = message(world);
  const auto refused = as<wire::Refused>(world.ask(at_anna, append_of(chat.log, 1, {text})));
  CHECK(refused.code == Errc::rate_limited);
  CHECK(refused.retry_after_ms == 100);
  world.pass_ms(100);
  as<wire::Appended>(world.ask(at_anna, append_of(chat.log, 1, {text})));
}

TEST_CASE("a bucket gives its burst, then one token an interval, and is forgotten when full") {
  auto buckets = TokenBuckets::per_second(10, 2);
  CHECK(buckets.take(1'000, device_key(1)) == 0);
  CHECK(buckets.take(1'000, device_key(1)) == 0);
  CHECK(buckets.take(1'000, device_key(1)) == 100);
  CHECK(buckets.take(1'000, device_key(2)) == 0);
  CHECK(buckets.take(1'099, device_key(1)) == 1);
  CHECK(buckets.take(1'100, device_key(1)) == 0);
  for (int i = 0; i < 5'000; ++i) {
    crypto::DhPublicKey key;
    key.bytes[1] = static_cast<std::uint8_t>(i);
    key.bytes[2] = static_cast<std::uint8_t>(i >> 8);
    buckets.take(10'000 + i * 1'000, key);
  }
  CHECK(buckets.size() <= 1'024);
}

TEST_CASE("staged reservations are forgotten with the batch that made them") {
  Reservations reservations;
  LogId log;
  DeviceId anna, bo;
  bo.bytes[0] = 1;
  reservations.stage_hold(0, log, anna);
  CHECK(reservations.wait_ms(500, log, bo) == 1'500);
  reservations.forget_staged();
  CHECK(reservations.wait_ms(500, log, bo) == 0);
  reservations.stage_hold(0, log, anna);
  reservations.keep_staged(0);
  reservations.stage_release(log, bo);
  CHECK(reservations.wait_ms(500, log, bo) == 1'500);
  CHECK(reservations.wait_ms(500, log, anna) == 0);
  CHECK(reservations.wait_ms(2'000, log, bo) == 0);
}

TEST_CASE("bytes that are no frame close their connection, and only that") {
  World world;
  const auto anna = world.make_device();
  const auto bo = world.make_device();
  const auto at_anna = world.online(anna);
  const auto at_bo = world.online(bo);
  world.send_bytes(at_anna, to_bytes(as_bytes("this is no frame, it only looks like a text")));
  world.run();
  CHECK(world.closed(at_anna) == Errc::frame_malformed);
  as<wire::Done>(world.ask(at_bo, wire::Ping{}));
  const auto closings = std::count_if(world.log.begin(), world.log.end(), [](const auto& line) {
    return line.find("frame_malformed") != std::string::npos;
  });
  CHECK(closings == 1);
}

TEST_CASE("a frame over the limit closes its connection") {
  World world;
  const auto anna = world.make_device();
  const auto at_anna = world.online(anna);
  world.send_bytes(at_anna, Bytes(limits::frame_bytes_max + 1));
  world.run();
  CHECK(world.closed(at_anna) == Errc::frame_too_large);
}

TEST_CASE("a connection that sends without waiting is held back, not its neighbours") {
  World world;
  const auto anna = world.make_device();
  const auto bo = world.make_device();
  const auto at_anna = world.online(anna);
  const auto at_bo = world.online(bo);
  std::uint32_t last_taken = 0, first_refused = 0;
  for (int i = 0; i < 1'024; ++i) last_taken = world.send(at_anna, wire::Ping{});
  first_refused = world.send(at_anna, wire::Ping{});
  const auto other = world.send(at_bo, wire::Ping{});
  world.run();
  as<wire::Done>(world.answer_to(at_anna, last_taken));
  CHECK(refusal(world.answer_to(at_anna, first_refused)) == Errc::rate_limited);
  as<wire::Done>(world.answer_to(at_bo, other));
}

TEST_CASE("the same refusal again and again is logged once") {
  World world;
  const auto anna = world.make_device();
  const auto at_anna = world.online(anna);
  for (int i = 0; i < 10; ++i) {
    const auto refused = world.ask(at_anna, wire::Read{world.random<LogId>()});
    CHECK(refusal(refused) == Errc::not_member);
  }
  const auto lines = std::count_if(world.log.begin(), world.log.end(), [](const auto& line) {
    return line.find("not_member") != std::string::npos;
  });
  CHECK(lines == 1);
}
