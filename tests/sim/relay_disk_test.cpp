// A relay whose disk refuses writes: the commit that failed may have been kept, and nobody knows.
#include <catch2/catch.hpp>

#include "sim/recovery.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

struct Kept : TwoPeople {
  explicit Kept(std::uint64_t seed) : TwoPeople(seed, In::group) {
    world.run_for(90'000);  // the next to answer heals the chat by a commit
  }

  // The relay's operation number `operation` from now fails, and is kept if it is a commit.
  void fail_disk(std::uint64_t operation) {
    world.relay().set_outlives_disk_errors(true);
    auto& disk = world.relay().disk();
    disk.fail_at(disk.operations() + operation, Errc::storage_io, store::CommitOutcome::kept);
  }
  void mend_disk() {
    world.relay().disk().fail_at(std::nullopt);
    world.relay().set_outlives_disk_errors(false);
  }
  void check_calm(const std::vector<std::string>& texts) {
    for (auto* person : people) {
      CHECK(person->texts(chat) == texts);
      CHECK(person->count_events<LogForked>() == 0);
      CHECK(count_notices(*person, chat, Notice::What::rejoined) == 0);
    }
  }
};

}  // namespace

TEST_CASE("what the relay has kept though its disk failed reaches everybody") {
  for (std::uint64_t operation = 1; operation < 16; ++operation) {
    INFO("operation " << operation);
    Kept kept(1'100 + operation);
    kept.fail_disk(operation);
    kept.anna.send(kept.chat, "kept");
    kept.world.run_for(500);
    kept.mend_disk();
    REQUIRE(kept.world.settle());
    kept.world.run_for(90'000);
    kept.check_calm({"before", "kept"});
    check_together(kept.world, kept.people, kept.chat);
  }
}

TEST_CASE("what may have been kept is not encrypted again before it is known") {
  for (std::uint64_t operation = 1; operation < 16; ++operation) {
    INFO("operation " << operation);
    Kept kept(1'200 + operation);
    // A receipt is refused and kept; then there is a text, and with it a commit, to be sent.
    kept.anna.send(kept.chat, "read me");
    REQUIRE(kept.world.run_until([&] { return count_text(kept.bo, kept.chat, "read me") == 1; }));
    kept.fail_disk(operation);
    kept.world.run_for(1'200);
    kept.bo.send(kept.chat, "an answer");
    kept.world.run_for(1'500);
    kept.mend_disk();
    REQUIRE(kept.world.settle());
    kept.world.run_for(90'000);
    for (auto* person : kept.people) person->cut();
    REQUIRE(kept.world.settle());
    kept.check_calm({"before", "read me", "an answer"});
    check_together(kept.world, kept.people, kept.chat);
  }
}
