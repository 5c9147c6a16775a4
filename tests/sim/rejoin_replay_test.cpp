// A request to be added again that was answered is kept by somebody, who answers it once more.
#include <catch2/catch.hpp>

#include "sim/recovery.hpp"
#include "sim/stroll.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// Keeps the last request to be added again that the relay shows to anybody.
struct Kept : Stroll {
  explicit Kept(std::uint64_t seed) : Stroll(seed) { keep_requests(); }

  void keep_requests() {
    world.relay().on_frame_to_device = [this](Device&, Bytes& frame) {
      const auto decoded = wire::decode_server_frame(frame).value();
      if (!decoded) return true;
      if (const auto* push = std::get_if<wire::Push>(&*decoded))
        keep(std::get_if<wire::Entries>(push));
      if (const auto* answer = std::get_if<wire::AnswerFrame>(&*decoded))
        keep(std::get_if<wire::Entries>(&answer->answer));
      return true;
    };
  }

  void keep(const wire::Entries* shown) {
    if (!shown) return;
    // Its author is only told that it is there.
    for (const auto& entry : shown->entries)
      if (entry.kind == wire::EntryKind::rejoin && !entry.payload.empty())
        request = to_bytes(entry.payload);
  }

  void mallory_answers_once_more(std::string_view name) {
    const auto old = wire::decode_rejoin_request(request).value();
    auto commit = replace(name, old.key_package);
    commit.edit_header = [list = commit.edit_header,
                          proof = wire::proof_of(old)](wire::EntryHeader& header) {
      list(header);
      header.returning = {proof};
    };
    commits("mallory", std::move(commit));
  }

  void check_nobody_believes_it(std::string_view name,
                                std::initializer_list<std::string_view> others) {
    for (const auto who : others) {
      INFO(who);
      CHECK((*this)[who].saw_problem(Errc::policy_violated));
    }
    CHECK((*this)[name].info(chat).state == ChatState::active);
    check_agree(others);
  }

  Bytes request;
};

/// Bo's folder was put back to an old copy, and he has come back by asking.
struct Returned : Kept {
  explicit Returned(std::uint64_t seed) : Kept(seed), bo((*this)["bo"]) {
    const auto copy = bo.disk().copy();
    bo.send(chat, "not in his copy");
    REQUIRE(world.settle());
    ask_again(copy);
  }

  void ask_again(const store::MemoryDisk& copy) {
    request.clear();
    put_back(bo, copy);
    world.run_for(60'000);
    REQUIRE(world.settle());
    REQUIRE_FALSE(request.empty());
    REQUIRE(bo.info(chat).state == ChatState::active);
  }

  Device& bo;
};

}  // namespace

TEST_CASE("a request to be added again that was answered is answered by nobody once more") {
  Returned group(1200);
  SECTION("at once") {}
  SECTION("when its device has renewed its leaf since") {
    group.someone_writes("cem");
    group.someone_writes("bo");
  }
  group.mallory_answers_once_more("bo");
  group.check_nobody_believes_it("bo", {"anna", "bo", "cem", "dora"});
}

TEST_CASE("who is added by an older KeyPackage than an old request's renews it at once") {
  Kept group(1210);
  // Of all members only her neighbour in the tree cannot open it.
  HostileMember::Commit commit;
  commit.forgery.edit_path = [](mls::UpdatePath& path) {
    for (auto& secret : path.nodes.front().encrypted_path_secret) secret.ciphertext[0] ^= 1;
  };
  group.commits("dora", std::move(commit));
  REQUIRE(group.world.settle());
  REQUIRE_FALSE(group.request.empty());
  auto& cem = group["cem"];
  Outcome removed;
  remove(group.world, group["anna"], group.chat, cem, removed);
  REQUIRE(group.world.settle());
  REQUIRE(cem.info(group.chat).state == ChatState::left);
  Outcome added;
  const std::vector<AccountId> him{cem.account()};
  group["anna"].engine().add_members(group.world.now(), group.chat, him, added.done());
  group["anna"].run_outputs();
  REQUIRE(group.world.settle());
  group.world.run_for(60'000);
  REQUIRE(cem.info(group.chat).state == ChatState::active);
  // So that hers is a commit that can be replaced.
  group.someone_writes("bo");
  group.mallory_answers_once_more("cem");
  group.check_nobody_believes_it("cem", {"anna", "bo", "cem"});
}

TEST_CASE("who asks again after coming back is brought back again") {
  Returned group(1220);
  const auto copy = group.bo.disk().copy();
  const auto first = group.request;
  group.bo.send(group.chat, "this is lost to him too");
  REQUIRE(group.world.settle());
  group.world.run_for(day_ms);
  group.ask_again(copy);
  CHECK(group.request != first);
  group.check_agree({"anna", "bo", "cem", "dora", "mallory"});
}

TEST_CASE("who asks by a clock that was set back asks in vain, and is brought back a day later") {
  Returned group(1230);
  group.world.run_for(day_ms);
  const auto copy = group.bo.disk().copy();
  group.world.run_for(3'600'000);
  group.someone_writes("cem");
  group.someone_writes("bo");
  group.bo.set_clock_ahead(-2 * 3'600'000);
  put_back(group.bo, copy);
  group.world.run_for(60'000);
  CHECK(group.bo.info(group.chat).state == ChatState::split);
  CHECK(group["anna"].saw_problem(Errc::rejoin_refused));
  group.world.run_for(day_ms + 60'000);
  CHECK(group.bo.info(group.chat).state == ChatState::active);
  group.check_agree({"anna", "bo", "cem", "dora", "mallory"});
}
