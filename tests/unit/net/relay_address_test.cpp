#include "net/relay_address.hpp"

#include <catch2/catch.hpp>

using namespace tern;
using namespace tern::net;

namespace {

const std::string key = to_base32(Bytes(32, 0xab));

void check_refused(const std::string& text, const char* why) {
  INFO(text);
  const auto result = parse_relay_address(text);
  REQUIRE_FALSE(result);
  CHECK(result.error().errc() == Errc::address_invalid);
  CHECK_THAT(result.error().message(), Catch::Contains(why));
}

}  // namespace

TEST_CASE("a relay's address is read and written back the same") {
  for (const std::string where : {"relay.example.org:7377", "192.0.2.7:1", "[2001:db8::1]:65535",
                                  "localhost:80", "[::ffff:192.0.2.1]:7377"}) {
    const auto address = parse_relay_address("tern://" + where + "/" + key);
    INFO(where);
    REQUIRE(address);
    CHECK(address->key.hex() == to_hex(Bytes(32, 0xab)));
    CHECK(format(*address) == "tern://" + where + "/" + key);
  }
}

TEST_CASE("the parts of an address are told apart") {
  const auto address = parse_relay_address("tern://[2001:db8::1]:7377/" + key);
  REQUIRE(address);
  CHECK(address->where == HostPort{"2001:db8::1", 7377});
}

TEST_CASE("an address that is not one is refused with a sentence that names the part") {
  check_refused("", "does not begin with tern://");
  check_refused("http://relay:1/" + key, "does not begin with tern://");
  check_refused("TERN://relay:1/" + key, "does not begin with tern://");
  check_refused("tern://relay:1", "no /KEY");
  check_refused("tern://relay/" + key, "no :PORT");
  check_refused("tern://relay:/" + key, "port");
  check_refused("tern://relay:0/" + key, "port 0");
  check_refused("tern://relay:65536/" + key, "port");
  check_refused("tern://relay:007/" + key, "port");
  check_refused("tern://relay:7x/" + key, "port");
  check_refused("tern://relay:-7/" + key, "port");
  check_refused("tern://:7377/" + key, "host");
  check_refused("tern://re lay:7377/" + key, "host");
  check_refused("tern://.relay:7377/" + key, "host");
  check_refused("tern://a..b:7377/" + key, "host");
  check_refused("tern://" + std::string(254, 'a') + ":7377/" + key, "host");
  check_refused("tern://2001:db8::1:7377/" + key, "brackets");
  check_refused("tern://[relay]:7377/" + key, "IPv6");
  check_refused("tern://[:::]:7377/" + key, "IPv6");
  check_refused("tern://[fe80::1%eth0]:7377/" + key, "IPv6");
  check_refused("tern://relay:7377/", "key");
  check_refused("tern://relay:7377/" + key + "a", "key");
  check_refused("tern://relay:7377/" + key.substr(1), "key");
  check_refused("tern://relay:7377/" + key + "/", "key");
  check_refused("tern://relay:7377/" + std::string(52, 'a'), "key");  // zeros
  check_refused("tern://relay:7377/" + std::string(600, 'a'), "too long");
}

TEST_CASE("a host of 253 bytes is still one") {
  CHECK(parse_relay_address("tern://" + std::string(253, 'a') + ":7377/" + key));
}

TEST_CASE("a listener may leave its port to the system") {
  CHECK(parse_host_port("127.0.0.1:0").value() == HostPort{"127.0.0.1", 0});
  CHECK(parse_host_port("[::]:7377").value() == HostPort{"::", 7377});
  CHECK_FALSE(parse_host_port("7377"));
}
