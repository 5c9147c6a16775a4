// tern::Relay against strangers, and against what an operator may do to its folder.
#include "tern/relay.hpp"

#include <catch2/catch.hpp>

#include "echo_relay.hpp"
#include "net/worker_pool.hpp"
#include "support/temporary_folder.hpp"
#include "tern/client.hpp"

using namespace tern;

TEST_CASE("a stranger who comes and goes cannot fill the log") {
  test::TemporaryFolder folder;
  std::vector<std::string> lines;
  auto relay = Relay::start({.folder = folder.path / "relay",
                             .listen = "127.0.0.1:0",
                             .limits = {},
                             .log = [&](std::string_view line) { lines.emplace_back(line); }})
                   .value();
  constexpr std::size_t visits = 200;
  test::TestDevice device;
  for (std::size_t i = 1; i <= visits; ++i) {
    device.connect(net::parse_relay_address(relay.address()).value());
    REQUIRE(device.recorder.heard("up", i));
    device.send({Bytes{'x'}});  // only with its first message is it there
    REQUIRE(device.recorder.heard("down connection_lost", i));
  }
  relay.stop();
  // A line for each coming and a line for each going would be 400.
  CHECK(lines.size() < visits);
}

TEST_CASE("a relay that has devices does not take another key when its own is missing") {
  test::TemporaryFolder folder, elsewhere;
  const RelayOptions options{
      .folder = folder.path / "relay", .listen = "127.0.0.1:0", .limits = {}, .log = {}};
  const auto key = options.folder / "relay.key";
  auto relay = std::make_unique<Relay>(Relay::start(options).value());
  const auto identity = [&] { return net::parse_relay_address(relay->address())->key; };
  const auto before = identity();
  SECTION("without a device, which may be a first start that was cut short, it takes one") {
    relay.reset();
    std::filesystem::remove(key);
    CHECK(Relay::start(options));
  }
  SECTION("with a device it says what to do, and leaves the folder as it is") {
    auto client = Client::open({.folder = elsewhere.path / "device",
                                .storage_key = storage_key,
                                .relay = relay->address()})
                      .value();
    client.register_device().wait(std::chrono::seconds(60)).value();
    relay.reset();
    std::filesystem::rename(key, elsewhere.path / "copy");
    const auto refused = Relay::start(options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().errc() == Errc::storage_damaged);
    CHECK_THAT(refused.error().message(), Catch::Contains("put back relay.key"));
    CHECK_FALSE(std::filesystem::exists(key));
    std::filesystem::rename(elsewhere.path / "copy", key);
    relay = std::make_unique<Relay>(Relay::start(options).value());
    CHECK(identity() == before);
  }
}

TEST_CASE(
    "the directory's key rotates one time after the other, and not once the relay has ended") {
  test::TemporaryFolder folder;
  auto relay = Relay::start({.folder = folder.path / "relay",
                             .listen = "127.0.0.1:0",
                             .limits = {},
                             .log = {},
                             .send_code = {}})
                   .value();
  CHECK(relay.rotate_directory_key());
  // Nobody has a number: it is done at once, but not before the next batch.
  auto again = relay.rotate_directory_key();
  for (int i = 0; i < 1'000 && !again; ++i) {
    CHECK(again.error() == Errc::invalid_argument);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    again = relay.rotate_directory_key();
  }
  CHECK(again);
  relay.stop();
  const auto late = relay.rotate_directory_key();
  REQUIRE_FALSE(late);
  CHECK(late.error() == Errc::closed);
}

TEST_CASE(
    "a pool of workers runs each task once, takes no more than may wait, and ends when asked") {
  std::promise<void> begun, go_on;
  std::atomic<int> run = 0;
  net::WorkerPool pool({.threads = 1, .waiting_max = 3}, net::WorkerPool::Priority::background);
  REQUIRE(pool.start());
  REQUIRE(pool.post([&] {
    begun.set_value();
    go_on.get_future().wait();
    ++run;
  }));
  begun.get_future().wait();
  for (int i = 0; i < 3; ++i) CHECK(pool.post([&] { ++run; }));
  CHECK_FALSE(pool.post([&] { ++run; }));
  go_on.set_value();
  for (int i = 0; i < 1'000 && run < 4; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(run == 4);
  pool.stop();
  CHECK_FALSE(pool.post([&] { ++run; }));
}
