#include "world.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

struct KeyPackagesPair : AnnaAndBo {
  using AnnaAndBo::AnnaAndBo;

  std::uint32_t publish(std::size_t count, std::string_view last_resort = {},
                        bool replace = false) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) texts.push_back("kp" + std::to_string(next++));
    wire::PublishKeyPackages request;
    for (const auto& text : texts) request.single_use.push_back(as_bytes(text));
    request.last_resort = as_bytes(last_resort);
    request.replace = replace;
    return as<wire::KeyPackagesPublished>(world.ask(at_bo, request)).left;
  }
  /// The one key package of Bo that Anna is given.
  std::string claim() {
    wire::ClaimKeyPackages request;
    request.accounts = {bo.account};
    const auto claimed = as<wire::Claimed>(world.ask(at_anna, request));
    REQUIRE(claimed.devices.size() == 1);
    CHECK(claimed.devices[0].device == bo.id);
    return as_text(claimed.devices[0].key_package);
  }
  int next = 0;
};

}  // namespace

TEST_CASE("each single-use key package is given once, then the last resort again and again") {
  KeyPackagesPair pair;
  CHECK(pair.publish(2, "last") == 2);
  CHECK(pair.claim() == "kp0");
  CHECK(pair.claim() == "kp1");
  CHECK(pair.claim() == "last");
  CHECK(pair.claim() == "last");
}

TEST_CASE("whoever claims all that a device has leaves half of it, by whatever accounts") {
  RelayLimits limits;
  limits.claims_per_minute = 100;
  KeyPackagesPair pair(limits);
  pair.publish(100, "last");
  for (int i = 0; i < 50; ++i) CHECK(pair.claim() == "kp" + std::to_string(i));
  CHECK(pair.claim() == "last");
  pair.world.pass_ms(60'000);
  CHECK(pair.claim() == "kp50");
  CHECK(pair.claim() == "last");
}

TEST_CASE("a key package that was given is gone even if the relay loses power") {
  KeyPackagesPair pair;
  pair.publish(2);
  CHECK(pair.claim() == "kp0");
  pair.world.disk.power_cut();
  pair.world.restart();
  pair.at_anna = pair.world.resume(pair.anna);
  CHECK(pair.claim() == "kp1");
}

TEST_CASE("a device without key packages is named with none") {
  KeyPackagesPair pair;
  CHECK(pair.claim().empty());
}

TEST_CASE("a claim brings the accounts' signed device lists, for devices named too") {
  KeyPackagesPair pair;
  auto& bo = pair.bo;
  const auto tablet = pair.world.make_second_device(bo);
  pair.world.online(tablet);
  wire::ClaimKeyPackages request;
  request.accounts = {bo.account};
  const auto all = as<wire::Claimed>(pair.world.ask(pair.at_anna, request));
  CHECK(all.devices.size() == 2);
  REQUIRE(all.device_lists.size() == 1);
  CHECK(wire::decode_device_list(all.device_lists[0]).value().number == 2);
  wire::ClaimKeyPackages one;
  one.devices = {tablet.id};
  const auto named = as<wire::Claimed>(pair.world.ask(pair.at_anna, one));
  REQUIRE(named.devices.size() == 1);
  CHECK(named.devices[0].account == bo.account);
  CHECK(named.device_lists.size() == 1);
}

TEST_CASE("claiming for one's own account leaves the claimer out") {
  KeyPackagesPair pair;
  wire::ClaimKeyPackages request;
  request.accounts = {pair.anna.account};
  CHECK(as<wire::Claimed>(pair.world.ask(pair.at_anna, request)).devices.empty());
}

TEST_CASE("an account that never registered is unknown, and nothing is taken for the others") {
  KeyPackagesPair pair;
  pair.publish(1);
  wire::ClaimKeyPackages request;
  request.accounts = {pair.bo.account, pair.world.make_device().account};
  CHECK(refusal(pair.world.ask(pair.at_anna, request)) == Errc::account_unknown);
  CHECK(pair.claim() == "kp0");
}

TEST_CASE("a hundred key packages are kept, the newest") {
  KeyPackagesPair pair;
  CHECK(pair.publish(100) == 100);
  CHECK(pair.publish(1) == 100);
  CHECK(pair.claim() == "kp1");
}

TEST_CASE("replacing forgets all earlier key packages, the last resort too") {
  KeyPackagesPair pair;
  pair.publish(3, "old last");
  CHECK(pair.publish(1, "", true) == 1);
  CHECK(pair.claim() == "kp3");
  CHECK(pair.claim().empty());
}

TEST_CASE("key packages of a wrong number or size are refused") {
  KeyPackagesPair pair;
  const std::string edge(8 * 1024, 'k');
  const std::string over = edge + "k";
  wire::PublishKeyPackages request;
  request.single_use = {as_bytes(over)};
  CHECK(refusal(pair.world.ask(pair.at_bo, request)) == Errc::entry_too_large);
  request.single_use = {as_bytes("")};
  CHECK(refusal(pair.world.ask(pair.at_bo, request)) == Errc::malformed);
  request.single_use.assign(101, as_bytes("k"));
  CHECK(refusal(pair.world.ask(pair.at_bo, request)) == Errc::too_long);
  request.single_use = {as_bytes(edge)};
  CHECK(as<wire::KeyPackagesPublished>(pair.world.ask(pair.at_bo, request)).left == 1);
}

TEST_CASE("a claim that no frame could carry takes nothing") {
  RelayLimits limits;
  World world(limits);
  const auto anna = world.make_device();
  const auto at_anna = world.online(anna);
  const std::string large(8 * 1024, 'k');
  wire::ClaimKeyPackages request;
  for (int i = 0; i < 120; ++i) {
    const auto device = world.make_device();
    const auto connection = world.online(device);
    wire::PublishKeyPackages publish;
    publish.single_use = {as_bytes(large)};
    as<wire::KeyPackagesPublished>(world.ask(connection, publish));
    request.devices.push_back(device.id);
  }
  CHECK(refusal(world.ask(at_anna, request)) == Errc::batch_too_large);
  request.devices.resize(60);
  for (const auto& device : as<wire::Claimed>(world.ask(at_anna, request)).devices)
    CHECK(device.key_package.size() == large.size());
}

TEST_CASE("a device whose key packages run low is told") {
  KeyPackagesPair pair;
  pair.publish(26);
  pair.claim();
  CHECK(pair.world.pushes(pair.at_bo).empty());
  pair.claim();
  const auto pushes = pair.world.pushes(pair.at_bo);
  REQUIRE(pushes.size() == 1);
  const auto& notice = std::get<wire::Notice>(pushes[0]);
  CHECK(notice.what == wire::Notice::What::key_packages_low);
  CHECK(notice.key_packages_left == 24);
}

TEST_CASE("claims are bounded a minute") {
  KeyPackagesPair pair;
  pair.publish(0, "last");
  for (int i = 0; i < 10; ++i) pair.claim();
  wire::ClaimKeyPackages request;
  request.accounts = {pair.bo.account};
  const auto refused = as<wire::Refused>(pair.world.ask(pair.at_anna, request));
  CHECK(refused.code == Errc::rate_limited);
  CHECK(refused.retry_after_ms == 6'000);
  pair.world.pass_ms(6'000);
  pair.claim();
}
