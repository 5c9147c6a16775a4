#include <catch2/catch.hpp>

#include "cut_everywhere.hpp"
#include "samples.hpp"

using namespace tern;
using namespace tern::wire;
using tern::wire::test::cut_everywhere;
using tern::wire::test::Samples;

TEST_CASE("a group's policy comes back as it was written") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Samples samples(seed);
    const GroupPolicy policy = samples.group_policy();
    const Bytes bytes = encode(policy);
    const auto back = decode_group_policy(bytes).value();
    CHECK(back.title == policy.title);
    CHECK(back.admins == policy.admins);
    CHECK(back.one_to_one == policy.one_to_one);
    CHECK(back.may_add == policy.may_add);
    CHECK(back.may_remove == policy.may_remove);
    CHECK(back.may_rename == policy.may_rename);
  }
}

TEST_CASE("a policy cut anywhere, with a byte more, or of a later version is refused") {
  const GroupPolicy policy{.title = "Klub", .admins = {AccountId{}}};
  cut_everywhere(encode(policy), decode_group_policy);
}

TEST_CASE("a title may have 256 bytes of UTF-8 and no more") {
  const std::string title(limits::chat_title_bytes_max, 'x');
  CHECK(decode_group_policy(encode(GroupPolicy{.title = title})).has_value());
  const std::string longer = title + 'x';
  CHECK(decode_group_policy(encode(GroupPolicy{.title = longer})).error() == Errc::too_long);
  CHECK(decode_group_policy(encode(GroupPolicy{.title = "\xff"})).error() == Errc::text_not_utf8);
}

TEST_CASE("a group may have 2,000 admins and no more") {
  GroupPolicy policy;
  policy.admins.resize(limits::chat_devices_max);
  CHECK(decode_group_policy(encode(policy)).has_value());
  policy.admins.emplace_back();
  CHECK(decode_group_policy(encode(policy)).error() == Errc::too_long);
}

TEST_CASE("a policy that names nobody, or is neither kind of chat, is malformed") {
  const Bytes bytes = encode(GroupPolicy{});
  // version, empty title, one_to_one, may_add, may_remove, may_rename, no admins
  REQUIRE(bytes.size() == 7);
  for (std::size_t at : {2, 3, 4, 5}) {
    Bytes changed = bytes;
    changed[at] = at == 2 ? 2 : 0;
    CHECK(decode_group_policy(changed).error() == Errc::malformed);
    changed[at] = 3;
    CHECK(decode_group_policy(changed).error() == Errc::malformed);
  }
}
