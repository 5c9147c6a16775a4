#include "chat.hpp"
#include "relay/reservations.hpp"
#include "relay/token_buckets.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

Payer payer(std::uint8_t first) {
  Payer out;
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
  CHECK(buckets.take(1'000, payer(1)) == 0);
  CHECK(buckets.take(1'000, payer(1)) == 0);
  CHECK(buckets.take(1'000, payer(1)) == 100);
  CHECK(buckets.take(1'000, payer(2)) == 0);
  CHECK(buckets.take(1'099, payer(1)) == 1);
  CHECK(buckets.take(1'100, payer(1)) == 0);
  for (int i = 0; i < 5'000; ++i) {
    Payer key;
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
  reservations.stage_release(0, log, bo);
  CHECK(reservations.wait_ms(500, log, bo) == 1'500);
  CHECK(reservations.wait_ms(500, log, anna) == 0);
  CHECK(reservations.wait_ms(2'000, log, bo) == 0);
}

TEST_CASE("whoever reserves again and again has a log for a fifth of the time") {
  World world;
  const auto anna = world.make_device();
  const auto bo = world.make_device();
  const auto at_anna = world.online(anna);
  const auto at_bo = world.online(bo);
  const auto chat = create_chat(world, at_anna, {bo.id});
  as<wire::Done>(world.ask(at_bo, wire::Reserve{chat.log}));
  world.pass_ms(1'999);
  as<wire::Done>(world.ask(at_bo, wire::Reserve{chat.log}));
  world.pass_ms(1);
  const auto refused = as<wire::Refused>(world.ask(at_bo, wire::Reserve{chat.log}));
  CHECK(refused.code == Errc::reserved);
  CHECK(refused.retry_after_ms == 8'000);
  CHECK(refusal(world.ask(at_anna, wire::Reserve{chat.log})) == Errc::reserved);
  const auto removal = write(world, wire::EntryKind::commit, "out", adding({}, {bo.id}));
  as<wire::Appended>(world.ask(at_anna, append_of(chat.log, 1, {removal})));
  world.pass_ms(8'000);
  as<wire::Done>(world.ask(at_anna, wire::Reserve{chat.log}));
}

TEST_CASE("a hold that was used at once is followed by as short a pause") {
  Reservations reservations;
  LogId log;
  DeviceId anna, bo;
  bo.bytes[0] = 1;
  reservations.stage_hold(0, log, anna);
  reservations.stage_release(50, log, anna);
  CHECK(reservations.wait_ms(50, log, bo) == 0);
  CHECK(reservations.hold_wait_ms(50, log, bo) == 200);
  CHECK(reservations.hold_wait_ms(250, log, bo) == 0);
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

TEST_CASE(
    "a request of a later version is refused as unsupported, logged once, and changes nothing") {
  World world;
  const auto anna = world.make_device();
  const auto at_anna = world.online(anna);
  // The one byte of a frame that says which request it is, set to one that there is not yet.
  auto frame = wire::encode(wire::RequestFrame{77, wire::Ping{}});
  const auto is_unsupported = [&] {
    const auto decoded = wire::decode_request(frame);
    return decoded && std::holds_alternative<wire::UnsupportedRequest>(*decoded);
  };
  for (auto& byte : frame) {
    const auto before = std::exchange(byte, std::uint8_t{200});
    if (is_unsupported()) break;
    byte = before;
  }
  REQUIRE(is_unsupported());
  const auto before = world.disk.dump();
  for (int i = 0; i < 3; ++i) world.send_bytes(at_anna, frame);
  world.run();
  CHECK_FALSE(world.closed(at_anna));
  CHECK(world.disk.dump() == before);
  const auto told = std::count_if(world.log.begin(), world.log.end(), [](const auto& line) {
    return line.find("frame_unsupported") != std::string::npos;
  });
  CHECK(told == 1);
  as<wire::Done>(world.ask(at_anna, wire::Ping{}));
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

TEST_CASE("a connection that heeds no refusal is closed, and what it piled up is gone") {
  World world;
  const auto anna = world.make_device();
  const auto bo = world.make_device();
  const auto at_anna = world.online(anna);
  const auto at_bo = world.online(bo);
  CHECK(world.core->backlog_bytes() == 0);
  for (int i = 0; i < 2'048; ++i) world.send(at_anna, wire::Ping{});
  const auto backlog = world.core->backlog_bytes();
  CHECK(backlog > 2'048 * 64);
  CHECK_FALSE(world.closed(at_anna));
  const auto other = world.send(at_bo, wire::Ping{});
  for (int i = 0; i < 100; ++i) world.send(at_anna, wire::Ping{});
  CHECK(world.core->backlog_bytes() < 1'024);
  world.run();
  CHECK(world.closed(at_anna) == Errc::rate_limited);
  as<wire::Done>(world.answer_to(at_bo, other));
  CHECK(world.core->backlog_bytes() == 0);
}

TEST_CASE("what one connection has piled up is nobody else's wait") {
  World world;
  const auto anna = world.make_device();
  const auto bo = world.make_device();
  const auto at_anna = world.online(anna);
  const auto at_bo = world.online(bo);
  for (int i = 0; i < 64; ++i) world.send(at_anna, wire::Read{anna.inbox});
  const auto over = world.send(at_anna, wire::Read{anna.inbox});
  std::vector<ConnectionId> strangers;
  for (int i = 0; i < 100; ++i) {
    strangers.push_back(world.connect(world.make_device()));
    for (int k = 0; k < 3; ++k) world.send(strangers.back(), wire::Resume{});
  }
  const auto read = world.send(at_bo, wire::Read{bo.inbox});
  world.run_batch();
  world.run_batch();
  as<wire::Entries>(world.answer_to(at_bo, read));
  world.run();
  CHECK(refusal(world.answer_to(at_anna, over)) == Errc::rate_limited);
}

TEST_CASE("a stranger has two requests waiting that cost something, and no third") {
  World world;
  const auto stranger = world.connect(world.make_device());
  const auto first = world.send(stranger, wire::Resume{});
  const auto second = world.send(stranger, wire::Resume{});
  const auto third = world.send(stranger, wire::Resume{});
  world.run();
  as<wire::Resumed>(world.answer_to(stranger, first));
  as<wire::Resumed>(world.answer_to(stranger, second));
  CHECK(refusal(world.answer_to(stranger, third)) == Errc::rate_limited);
}

TEST_CASE("a device resumes thirty times at once, then every six seconds") {
  World world;
  const auto anna = world.make_device();
  const auto at_anna = world.online(anna);
  for (int i = 1; i < 30; ++i) as<wire::Resumed>(world.ask(at_anna, wire::Resume{}));
  const auto refused = as<wire::Refused>(world.ask(at_anna, wire::Resume{}));
  CHECK(refused.code == Errc::rate_limited);
  CHECK(refused.retry_after_ms == 6'000);
  world.pass_ms(6'000);
  as<wire::Resumed>(world.ask(at_anna, wire::Resume{}));
}

TEST_CASE("registrations are rated by where they come from, whatever keys they bring") {
  RelayLimits limits;
  limits.registrations_per_hour = 2;
  World world(limits);
  const auto register_from = [&world](std::string_view origin) {
    const auto device = world.make_device();
    return world.ask(world.connect(device, origin), Registration(device).request());
  };
  as<wire::Registered>(register_from("192.0.2.1"));
  as<wire::Registered>(register_from("192.0.2.1"));
  const auto refused = as<wire::Refused>(register_from("192.0.2.1"));
  CHECK(refused.code == Errc::rate_limited);
  CHECK(refused.retry_after_ms == 1'800'000);
  as<wire::Registered>(register_from("192.0.2.2"));
  world.pass_ms(1'800'000);
  as<wire::Registered>(register_from("192.0.2.1"));
}

TEST_CASE("another transport key brings a device no more than it had") {
  RelayLimits limits;
  limits.append_burst = 4;
  World world(limits);
  auto anna = world.make_device();
  auto connection = world.online(anna);
  const auto chat = create_chat(world, connection, {});
  for (int i = 0; i < 3; ++i) append_message(world, connection, chat.log);
  const auto renew = [&] {
    anna.transport = crypto::DhKeyPair::generate(world.entropy);
    ++anna.certificate.issued_s;
    world.sign(anna);
    connection = world.connect(anna);
    return world.ask(connection, Registration(anna).request());
  };
  as<wire::Registered>(renew());
  const auto text = message(world);
  CHECK(refusal(world.ask(connection, append_of(chat.log, 1, {text}))) == Errc::rate_limited);
  // Nor may it have as many keys as it likes.
  for (int i = 0; i < 3; ++i) as<wire::Registered>(renew());
  CHECK(refusal(renew()) == Errc::rate_limited);
  world.pass_ms(6 * 3'600'000);
  as<wire::Registered>(renew());
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
