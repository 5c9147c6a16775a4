// Which commits a chat's rules let through, by the sizes that they may make it.
#include "client/policy.hpp"

#include <catch2/catch.hpp>

using namespace tern;
using namespace tern::client;

namespace {

Seat seat(std::size_t number) {
  Seat out;
  for (std::size_t i = 0; i < 2; ++i)
    out.device.bytes[i] = out.account.bytes[i] = static_cast<std::uint8_t>(number >> 8 * i);
  return out;
}

// An admin, who is one of so many devices, adds one.
CommitFacts adding_one_to(std::size_t devices) {
  CommitFacts facts;
  facts.committer = seat(0);
  for (std::size_t i = 0; i < devices; ++i) facts.before.push_back(seat(i));
  facts.added = {seat(devices)};
  facts.access.mode = wire::AccessChange::Mode::change;
  facts.access.added = {facts.added[0].device};
  return facts;
}

Policy administered_by_the_first() {
  Policy policy;
  policy.admins = {seat(0).account};
  return policy;
}

}  // namespace

TEST_CASE("a commit makes a chat of 2,000 devices and of no more") {
  const auto policy = administered_by_the_first();
  CHECK(check_commit(policy, adding_one_to(limits::chat_devices_max - 1)).has_value());
  const auto refused = check_commit(policy, adding_one_to(limits::chat_devices_max));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error() == Errc::chat_too_large);
  CHECK(refused.error().message().find("2000") != std::string::npos);
}

TEST_CASE("a chat that is full takes one in for one that goes") {
  auto facts = adding_one_to(limits::chat_devices_max);
  facts.removed = {facts.before.back()};
  facts.access.removed = {facts.removed[0].device};
  CHECK(check_commit(administered_by_the_first(), facts).has_value());
}
