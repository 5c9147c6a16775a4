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
    const StolenFolder folder((*this)["mallory"]);
    commit.edit_header = [&, list = commit.edit_header](wire::EntryHeader& header) {
      list(header);
      header.returning = {wire::proof_of(old)};
      const auto& key = folder.signing_key();
      header.answer.device_key = key.verify_key().bytes;
      header.answer.signature = wire::Signature{key.sign(wire::signed_answer(header, chat)).bytes};
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

// Of all members only her neighbour in the tree cannot open it.
HostileMember::Commit unreadable_for_the_neighbour() {
  HostileMember::Commit out;
  out.forgery.edit_path = [](mls::UpdatePath& path) {
    for (auto& secret : path.nodes.front().encrypted_path_secret) secret.ciphertext[0] ^= 1;
  };
  return out;
}

/// Dora's commit was unreadable for Cem alone, who has come back by asking.
struct CemAsked : Kept {
  explicit CemAsked(std::uint64_t seed) : Kept(seed), cem((*this)["cem"]) {
    commits("dora", unreadable_for_the_neighbour());
    REQUIRE(world.settle());
    REQUIRE_FALSE(request.empty());
  }
  void takes_cem_out() {
    Outcome removed;
    remove(world, (*this)["anna"], chat, cem, removed);
    REQUIRE(world.settle());
    REQUIRE(cem.info(chat).state == ChatState::left);
  }
  void invites_cem() {
    Outcome added;
    add(world, (*this)["anna"], chat, cem, added);
    world.run_for(2'000);
  }
  bool knows(std::string_view who, Device& whom) {
    const StolenFolder his(whom);
    const StolenFolder hers((*this)[who]);
    return hers.group(chat).value().find(his.signing_key().verify_key()).value().has_value();
  }

  Device& cem;
};

/// Dora's commit was unreadable for Cem alone, and Mallory is the first to answer him: whenever he
/// asks, the others are away a while. What her program answers comes without its Welcome.
struct AnsweredByMallory : Kept {
  explicit AnsweredByMallory(std::uint64_t seed) : Kept(seed), dora(world, (*this)["dora"]) {
    world.run_for(90'000);
    dora.replace_next_commit(chat, unreadable_for_the_neighbour());
    (*this)["dora"].send(chat, "yes");
    for (int i = 0; i < 500 && !dora.has_sent(); ++i) world.run_for(1);
    REQUIRE(dora.has_sent());
    look_at_frames();
  }
  void look_at_frames() {
    world.relay().on_frame_from_device = [this](Device& device, Bytes& frame) {
      edit_request<wire::Append>(frame, [&](wire::Append& append) {
        if (device.name() == "mallory") append.welcomes.clear();
        if (append.entries.front().kind == wire::EntryKind::rejoin) cem_asks();
      });
      return true;
    };
  }
  void cem_asks() {
    ++asked;
    for (const auto* name : {"anna", "bo"}) (*this)[name].set_network(false);
    world.scheduler().after(30'000, [this] {
      for (const auto* name : {"anna", "bo"}) (*this)[name].set_network(true);
    });
  }
  bool is_split() { return (*this)["cem"].info(chat).state == ChatState::split; }

  HostileMember dora;
  int asked = 0;
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
  CemAsked group(1210);
  group.takes_cem_out();
  // From before he asked: the relay has kept it, or somebody who had claimed it.
  group.world.relay().on_frame_to_device = [&](Device&, Bytes& frame) {
    edit_answer<wire::Claimed>(frame, [&](wire::Claimed& claimed) {
      for (auto& device : claimed.devices) device.key_package = group.key_packages["cem"];
    });
    return true;
  };
  group.invites_cem();
  group.world.relay().on_frame_to_device = nullptr;
  group.world.run_for(60'000);
  REQUIRE(group.cem.info(group.chat).state == ChatState::active);
  // So that hers is a commit that can be replaced.
  group.someone_writes("bo");
  group.mallory_answers_once_more("cem");
  group.check_nobody_believes_it("cem", {"anna", "bo", "cem"});
}

TEST_CASE("an old request is answered by nobody in the moment that its device is added again") {
  for (std::uint64_t seed = 2000; seed < 2005; ++seed) {
    INFO("seed " << seed);
    CemAsked group(seed);
    group.takes_cem_out();
    group.someone_writes("bo");
    group.world.relay().on_frame_to_device = nullptr;
    group.invites_cem();
    // As soon as he is in her tree.
    bool seated = false;
    for (int i = 0; i < 500 && !seated; ++i) {
      group.world.run_for(10);
      seated = group.knows("mallory", group.cem);
    }
    REQUIRE(seated);
    group.mallory_answers_once_more("cem");
    group.world.run_for(60'000);
    CHECK(group["bo"].saw_problem(Errc::policy_violated));
    CHECK(group.cem.info(group.chat).state == ChatState::active);
  }
}

TEST_CASE("who is answered first by somebody who sends no Welcome asks again, and is back") {
  Kept group(1250);
  group.world.run_for(90'000);
  HostileMember dora(group.world, group["dora"]);
  dora.replace_next_commit(group.chat, unreadable_for_the_neighbour());
  group["dora"].send(group.chat, "yes");
  for (int i = 0; i < 500 && group.request.empty(); ++i) group.world.run_for(10);
  REQUIRE(dora.has_sent());
  REQUIRE_FALSE(group.request.empty());
  group.world.relay().on_frame_from_device = nullptr;
  const auto first = group.request;
  group.mallory_answers_once_more("cem");
  CHECK_FALSE(group["bo"].saw_problem(Errc::policy_violated));
  group.world.run_for(180'000);
  CHECK(group.request != first);
  CHECK(group["cem"].info(group.chat).state == ChatState::active);
  group.check_agree({"anna", "bo", "cem"});
}

TEST_CASE("who answers first again and again, and sends no Welcome, keeps nobody out") {
  AnsweredByMallory group(1260);
  group.world.run_for(600'000);
  CHECK(group.asked == 2);
  CHECK_FALSE(group.is_split());
  group.check_agree({"anna", "bo", "cem"});
}

TEST_CASE("an answer by somebody whom the request names is passed over by all") {
  AnsweredByMallory group(1270);
  while (group.asked < 2 && group.world.now().mono_ms < 600'000) group.world.run_for(10);
  REQUIRE(group.asked == 2);
  group.world.run_for(5'000);
  REQUIRE(group.is_split());
  group.mallory_answers_once_more("cem");
  group.world.run_for(60'000);
  CHECK(group["anna"].saw_problem(Errc::policy_violated));
  CHECK(group["bo"].saw_problem(Errc::policy_violated));
  CHECK_FALSE(group.is_split());
  group.check_agree({"anna", "bo", "cem"});
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

TEST_CASE(
    "who was put back to before its clock was years ahead leaps over that time, and is back") {
  Kept group(1240);
  auto& bo = group["bo"];
  const auto copy = bo.disk().copy();
  bo.set_clock_ahead(20 * 365 * day_ms);
  group.someone_writes("cem");
  group.someone_writes("bo");
  bo.set_clock_ahead(0);
  put_back(bo, copy);
  group.world.run_for(60'000);
  REQUIRE(bo.info(group.chat).state == ChatState::split);
  for (int day = 0; day < 6 && bo.info(group.chat).state != ChatState::active; ++day)
    group.world.run_for(day_ms + 60'000);
  CHECK(bo.info(group.chat).state == ChatState::active);
  group.check_agree({"anna", "bo", "cem", "dora", "mallory"});
}

TEST_CASE("who has asked in vain for a month can still be brought back where it is added then") {
  World world(1242);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  const auto gone = make_group(world, people);
  const auto copy = bo.disk().copy();
  anna.send(gone, "long ago");
  world.run_for(40 * day_ms);
  Outcome removed;
  remove(world, anna, gone, bo, removed);
  world.run_for(60'000);
  REQUIRE(bo.info(gone).state == ChatState::left);
  // The relay has forgotten what follows his old copy, and so he does not read that he was taken
  // out.
  put_back(bo, copy);
  for (int day = 0; day < 25; ++day) world.run_for(day_ms + 60'000);
  REQUIRE(bo.info(gone).state == ChatState::split);
  const AccountId invited[] = {bo.account()};
  const auto chat = anna.with(
      [&](auto& engine) { return engine.create_group(world.now(), "another", invited).value(); });
  world.run_for(60'000);
  REQUIRE(bo.info(chat).state == ChatState::active);
  put_back(bo, copy);
  for (int day = 0; day < 7; ++day) world.run_for(day_ms + 60'000);
  CHECK(bo.info(chat).state == ChatState::active);
  anna.send(chat, "he is back");
  world.run_for(60'000);
  CHECK(count_text(bo, chat, "he is back") == 1);
}
