// The folders of a whole conversation, damaged.
#include <catch2/catch.hpp>
#include <random>

#include "crash/conversation.hpp"
#include "crash/damage.hpp"
#include "support/temporary_folder.hpp"

using namespace tern::crash;

namespace {

#ifdef TERN_IS_SANITIZED
constexpr std::uint64_t one_in = 24, cuts_one_in = 4;
#else
constexpr std::uint64_t one_in = 8, cuts_one_in = 1;
#endif

}  // namespace

TEST_CASE("a folder cut at any page, or with a page lost or changed, is refused or as it was") {
  const tern::test::TemporaryFolder temp;
  Conversation conversation(temp.path / "stage", "127.0.0.1", Point());
  REQUIRE(conversation.run() == "");
  const auto seed = std::random_device{}() % 1'000'000;
  const auto owner = GENERATE(DamageBench::Owner::person, DamageBench::Owner::relay);
  const auto folder =
      temp.path / "stage" / (owner == DamageBench::Owner::person ? "anna" : "relay");
  DamageBench bench(folder, owner, "data.mdb", temp.path / "bench");
  const auto damages = damages_of(folder / "data.mdb", cuts_one_in, one_in, seed);
  for (const auto& damage : damages) {
    CAPTURE(folder, describe(damage));
    CHECK(bench.open_with(damage) == "");
  }
  CAPTURE(damages.size());
  CHECK(bench.refused() > damages.size() / 2);
  if (owner == DamageBench::Owner::person) return;

  DamageBench journal_bench(folder, owner, "journal", temp.path / "bench");
  for (const auto& damage : damages_of(folder / "journal", 64, 256, seed)) {
    CAPTURE(folder, describe(damage));
    const auto refused = journal_bench.refused();
    CHECK(journal_bench.open_with(damage) == "");
    if (damage.what.starts_with("cut")) CHECK(journal_bench.refused() == refused + 1);
  }
}
