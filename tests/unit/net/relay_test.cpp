// tern::Relay against strangers, and against what an operator may do to its folder.
#include "tern/relay.hpp"

#include <catch2/catch.hpp>

#include "echo_relay.hpp"
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
