#include "world.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

wire::Answer register_with(World& world, ConnectionId connection, const Device& device) {
  return world.ask(connection, Registration(device).request());
}

}  // namespace

TEST_CASE("a device that registers is known on its next connection") {
  World world;
  const auto anna = world.make_device();
  const auto first = world.connect(anna);
  CHECK_FALSE(as<wire::Resumed>(world.ask(first, wire::Resume{})).registered);
  CHECK(as<wire::Registered>(register_with(world, first, anna)).device == anna.id);
  world.disconnect(first);
  const auto second = world.connect(anna);
  CHECK(as<wire::Resumed>(world.ask(second, wire::Resume{})).registered);
}

TEST_CASE("a registration survives a relay that is killed right after its answer") {
  World world;
  const auto anna = world.make_device();
  world.online(anna);
  world.disk.power_cut();
  world.restart();
  const auto again = world.connect(anna);
  CHECK(as<wire::Resumed>(world.ask(again, wire::Resume{})).registered);
}

TEST_CASE("a Resume and the Register right behind it are both answered") {
  World world;
  const auto anna = world.make_device();
  const auto connection = world.connect(anna);
  const auto resumed = world.send(connection, wire::Resume{});
  const auto registered = world.send(connection, Registration(anna).request());
  world.run();
  CHECK(as<wire::Registered>(world.answer_to(connection, registered)).device == anna.id);
  CHECK(as<wire::Resumed>(world.answer_to(connection, resumed)).logs.at(0).log == anna.inbox);
}

TEST_CASE("nothing is stored for a connection that has said nothing") {
  World world;
  const auto commits = world.commits();
  const auto bytes = world.disk.bytes_used();
  world.connect(world.make_device());
  world.settle();
  CHECK(world.commits() == commits);
  CHECK(world.disk.bytes_used() == bytes);
}

TEST_CASE("a certificate that does not bind this device to this account is refused") {
  World world;
  auto anna = world.make_device();
  const auto mallory = world.make_device();
  const auto connection = world.connect(anna);
  SECTION("its signature is another's") { anna.certificate.signature.bytes[0] ^= 1; }
  SECTION("its transport key is not the connection's") {
    anna.certificate.transport_key.bytes = mallory.transport.public_key.bytes;
    anna.certificate.signature.bytes =
        anna.account_key.sign(wire::signed_bytes(anna.certificate)).bytes;
  }
  SECTION("the list is another account's") { anna.list = mallory.list; }
  SECTION("the list does not name the device") {
    anna.list.device_keys = mallory.list.device_keys;
    world.sign(anna);
  }
  SECTION("the list's signature is another's") { anna.list.signature.bytes[0] ^= 1; }
  SECTION("it was certified under a list that is not there yet") {
    anna.certificate.list_number = 2;
    world.sign(anna);
  }
  const auto before = world.commits();
  CHECK(refusal(register_with(world, connection, anna)) == Errc::certificate_invalid);
  CHECK(world.commits() == before);
}

TEST_CASE("bytes that are no certificate are refused") {
  World world;
  const auto anna = world.make_device();
  const auto connection = world.connect(anna);
  CHECK(refusal(world.ask(connection, wire::Register{as_bytes("nonsense"), as_bytes("too")})) ==
        Errc::certificate_invalid);
}

TEST_CASE("a transport key stands for one device only") {
  World world;
  const auto anna = world.make_device();
  world.online(anna);
  auto other = world.make_device();
  other.transport = anna.transport.clone();
  world.sign(other);
  CHECK(refusal(register_with(world, world.connect(other), other)) == Errc::certificate_invalid);
}

TEST_CASE("an account that certifies another's device does not get it") {
  World world;
  const auto bo = world.make_device();
  const auto at_bo = world.online(bo);
  auto mallory = world.make_device();
  mallory.certificate.issued_s += 1;
  world.sign(mallory, bo.device_key.verify_key());
  const auto connection = world.connect(mallory);
  SECTION("not by its public key") {
    CHECK(refusal(register_with(world, connection, mallory)) == Errc::certificate_invalid);
  }
  SECTION("not even with its signature") {
    Registration registration(mallory);
    registration.proof = bo.device_key.sign(wire::signed_registration(registration.certificate));
    CHECK(refusal(world.ask(connection, registration.request())) == Errc::certificate_invalid);
  }
  CHECK(as<wire::Resumed>(world.ask(at_bo, wire::Resume{})).registered);
  CHECK_FALSE(as<wire::Resumed>(world.ask(connection, wire::Resume{})).registered);
}

TEST_CASE("a device that is listed but has not registered cannot be taken before it does") {
  World world;
  auto anna = world.make_device();
  const auto tablet = world.make_second_device(anna);
  auto mallory = world.make_device();
  world.sign(mallory, tablet.device_key.verify_key());
  CHECK(refusal(register_with(world, world.connect(mallory), mallory)) ==
        Errc::certificate_invalid);
  world.online(tablet);
}

TEST_CASE("a device list with a lower number, or another one with the same, is refused") {
  World world;
  auto anna = world.make_device();
  const auto old_list = anna.list;
  auto tablet = world.make_second_device(anna);
  world.online(tablet);

  const auto connection = world.connect(anna);
  Registration registration(anna);
  registration.list = wire::encode(old_list);
  CHECK(refusal(world.ask(connection, registration.request())) == Errc::device_list_outdated);

  auto forked = anna.list;
  forked.device_keys.resize(1);
  forked.signature.bytes = anna.account_key.sign(wire::signed_bytes(forked)).bytes;
  registration.list = wire::encode(forked);
  CHECK(refusal(world.ask(connection, registration.request())) == Errc::device_list_outdated);
  CHECK(as<wire::Registered>(register_with(world, connection, anna)).device == anna.id);
}

TEST_CASE("a device that a newer list leaves out is cut off and stays out") {
  World world;
  auto anna = world.make_device();
  auto tablet = world.make_second_device(anna);
  const auto on_tablet = world.online(tablet);
  const auto on_phone = world.online(anna);
  world.pushes(on_tablet);

  ++anna.list.number;
  anna.list.device_keys.resize(1);
  world.sign(anna);
  as<wire::Registered>(register_with(world, on_phone, anna));
  CHECK(world.closed(on_tablet) == Errc::device_revoked);
  const auto pushes = world.pushes(on_tablet);
  REQUIRE(pushes.size() == 1);
  CHECK(std::get<wire::Notice>(pushes[0]).what == wire::Notice::What::device_revoked);

  const auto again = world.connect(tablet);
  CHECK(refusal(world.ask(again, wire::Resume{})) == Errc::device_revoked);
  CHECK(world.closed(again) == Errc::device_revoked);
}

TEST_CASE("a new transport key needs a newer certificate than the present one") {
  World world;
  auto anna = world.make_device();
  world.online(anna);
  auto renewed = world.make_device();
  renewed.account_key = anna.account_key.clone();
  renewed.device_key = anna.device_key.clone();
  renewed.list = anna.list;
  world.sign(renewed);
  CHECK(refusal(register_with(world, world.connect(renewed), renewed)) ==
        Errc::certificate_invalid);
  ++renewed.certificate.issued_s;
  world.sign(renewed);
  as<wire::Registered>(register_with(world, world.connect(renewed), renewed));
  // The old key speaks for nobody any more.
  CHECK_FALSE(as<wire::Resumed>(world.ask(world.connect(anna), wire::Resume{})).registered);
}

TEST_CASE("a newer connection of a device takes the place of the older one") {
  World world;
  const auto anna = world.make_device();
  const auto older = world.online(anna);
  const auto newer = world.resume(anna);
  CHECK(world.closed(older) == Errc::closed);
  CHECK_FALSE(world.closed(newer).has_value());
  const auto id = world.send(older, wire::Ping{});
  world.run();
  CHECK_FALSE(world.was_answered(older, id));
}

TEST_CASE("what a replaced connection still had waiting is not carried out") {
  World world;
  const auto anna = world.make_device();
  const auto older = world.online(anna);
  const auto newer = world.connect(anna);
  world.send(newer, wire::Resume{});
  const auto late = world.send(older, wire::Ping{});
  world.run();
  CHECK_FALSE(world.was_answered(older, late));
}

TEST_CASE("only resume and register are answered before a device is known") {
  World world;
  const auto anna = world.make_device();
  const auto connection = world.connect(anna);
  CHECK(refusal(world.ask(connection, wire::Ping{})) == Errc::not_registered);
  CHECK(refusal(world.ask(connection, wire::Read{anna.inbox})) == Errc::not_registered);
  CHECK(refusal(world.ask(connection, wire::Append{})) == Errc::not_registered);
  CHECK(refusal(world.ask(connection, wire::PublishKeyPackages{})) == Errc::not_registered);
  as<wire::Resumed>(world.ask(connection, wire::Resume{}));
  as<wire::Done>(world.ask(connection, wire::Ping{}));
}

TEST_CASE("a peer of another major version is told so") {
  World world;
  const auto connection = world.connect(world.make_device());
  wire::Resume request;
  request.version = 0x0100;
  CHECK(refusal(world.ask(connection, request)) == Errc::unsupported_version);
  request.version = 0x0002;
  as<wire::Resumed>(world.ask(connection, request));
}

TEST_CASE("the relay's log names nobody") {
  World world;
  const auto anna = world.make_device();
  world.online(anna);
  std::string all;
  for (const auto& line : world.log) all += line + "\n";
  CHECK(all.find("registered device=") != std::string::npos);
  CHECK(all.find(anna.id.hex().substr(0, 8)) == std::string::npos);
  CHECK(all.find(anna.account.hex().substr(0, 8)) == std::string::npos);
}
