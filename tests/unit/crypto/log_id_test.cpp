#include "crypto/log_id.hpp"

#include <catch2/catch.hpp>

#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::crypto;

TEST_CASE("two accounts have one chat, whichever of them asks") {
  test::SeededEntropy entropy(1);
  const auto anna = entropy.make<AccountId>(), bo = entropy.make<AccountId>(),
             cleo = entropy.make<AccountId>();
  CHECK(pair_log_id(anna, bo) == pair_log_id(bo, anna));
  CHECK(pair_log_id(anna, bo) != pair_log_id(anna, cleo));
  CHECK(pair_log_id(anna, bo) != pair_log_id(anna, anna));
}

TEST_CASE("a log's id says what kind of log it is, and no other kind has such an id") {
  test::SeededEntropy entropy(2);
  for (int i = 0; i < 100; ++i) {
    CHECK(kind_of(group_log_id(entropy)) == LogIdKind::group);
    CHECK(kind_of(pair_log_id(entropy.make<AccountId>(), entropy.make<AccountId>())) ==
          LogIdKind::pair);
    CHECK(kind_of(inbox_log_id(entropy.make<DeviceId>())) == LogIdKind::inbox);
  }
}

TEST_CASE("identifiers are the same in every build, or old and new would not meet") {
  const VerifyKey key{};
  CHECK(account_id(key).hex() == "89eb0d6a8a691dae2cd15ed0369931ce");
  CHECK(pair_log_id(AccountId{}, AccountId{}).hex() == "72845a3d3f19f67070a04d1848ed1d26");
  CHECK(inbox_log_id(DeviceId{}).hex() == "9a5b674561bdb980f3447c2e56032b81");
}
