// A new group in a chat's place, by who has no right to it (design §4 and §8).
#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/frame_edits.hpp"
#include "sim/hostile_group.hpp"
#include "sim/hostile_member.hpp"
#include "sim/recovery.hpp"
#include "sim/stolen_folder.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// Anna is the admin; Mallory's program says that it begins the chat anew.
struct Usurper : HostileGroup {
  using HostileGroup::HostileGroup;

  /// The next commit of `author`'s program becomes a restart with this list, signed by `signer`.
  void restarts(Device& author, Device& signer, const std::vector<Device*>& everybody,
                std::uint32_t generation = 1) {
    const StolenFolder folder(signer);
    std::uint64_t base = 0;
    HostileMember member(world, author);
    HostileMember::Commit commit;
    commit.edit_header = [&](wire::EntryHeader& header) {
      header.access = {wire::AccessChange::Mode::set, {}, {}};
      for (const auto* person : everybody) header.access.added.push_back(person->id());
      header.restart = {signer.id(), generation, {}};
      const auto signature = folder.signing_key().sign(wire::signed_restart(header, chat, base));
      header.restart.signature = wire::Signature{signature.bytes};
    };
    member.replace_next_commit(chat, commit);
    const auto replace = world.relay().on_frame_from_device;
    world.relay().on_frame_from_device = [&, replace](Device& device, Bytes& frame) {
      if (&device != &author || member.has_sent()) return true;
      edit_request<wire::Append>(frame, [&](wire::Append& append) {
        base = append.base;
        append.welcomes.clear();
      });
      const bool goes_on = replace(device, frame);
      if (member.has_sent())
        edit_request<wire::Append>(frame, [](wire::Append& append) {
          append.entries.front().kind = wire::EntryKind::restart;
        });
      return goes_on;
    };
    author.send(chat, "it is mine now");
    world.run_for(5'000);
    world.relay().on_frame_from_device = nullptr;
    REQUIRE(member.has_sent());
  }
};

}  // namespace

TEST_CASE("a member who is no admin begins no group anew, whomever they name") {
  for (const bool alone : {false, true}) {
    Usurper usurper(960);
    auto& mallory = *usurper.people[3];
    usurper.restarts(mallory, mallory, alone ? std::vector<Device*>{&mallory} : usurper.people);
    CHECK(usurper.all_saw(Errc::policy_violated));
    for (auto* person : usurper.honest) {
      CHECK(person->info(usurper.chat).state == ChatState::active);
      CHECK(person->count_events<ChatRestarted>() == 0);
    }
    usurper.world.run_for(60'000);
    check_together(usurper.world, usurper.honest, usurper.chat);
  }
}

TEST_CASE("a restart that skips a generation takes nobody along") {
  Usurper usurper(965);
  auto& mallory = *usurper.people[3];
  // Her relay takes what no honest one would.
  usurper.restarts(mallory, mallory, usurper.people, 2);
  usurper.world.run_for(60'000);
  for (auto* person : usurper.honest) CHECK(person->count_events<ChatRestarted>() == 0);
  check_together(usurper.world, usurper.honest, usurper.chat);
}

TEST_CASE("after a restart that was passed over the admin's own is followed all the same") {
  Usurper usurper(970);
  auto& world = usurper.world;
  auto& anna = *usurper.people[0];
  auto& mallory = *usurper.people[3];
  const auto annas = anna.disk().copy();
  usurper.restarts(mallory, mallory, usurper.people);
  check_together(world, usurper.honest, usurper.chat);
  for (auto* person : {usurper.people[1], usurper.people[2]}) person->set_network(false);
  world.run_for(1'000);
  put_back(anna, annas);
  world.run_for(60'000);
  REQUIRE(anna.info(usurper.chat).state == ChatState::split);
  Outcome done;
  anna.engine().restart(world.now(), usurper.chat, done.done());
  anna.run_outputs();
  world.run_for(60'000);
  REQUIRE(done.result);
  for (auto* person : {usurper.people[1], usurper.people[2]}) person->set_network(true);
  world.run_for(60'000);
  check_together(world, usurper.honest, usurper.chat);
  for (auto* person : usurper.honest) CHECK(person->count_events<ChatRestarted>() == 1);
}

TEST_CASE("an admin who begins anew without somebody has taken them out") {
  Usurper usurper(975);
  auto& anna = *usurper.people[0];
  auto& cem = *usurper.people[2];
  // So that her next message brings a commit along.
  usurper.people[1]->send(usurper.chat, "yes");
  REQUIRE(usurper.world.settle());
  usurper.world.run_for(90'000);
  usurper.restarts(anna, anna, {&anna, usurper.people[1], usurper.people[3]});
  CHECK(cem.info(usurper.chat).state == ChatState::left);
  CHECK(count_notices(cem, usurper.chat, Notice::What::member_removed) == 1);
}

TEST_CASE("an admin begins anew the group that somebody has split and struck everybody of") {
  for (std::uint64_t seed = 980; seed < 983; ++seed) {
    INFO("seed " << seed);
    HostileGroup group(seed);
    auto& world = group.world;
    auto& anna = *group.honest[0];
    auto& mallory = *group.mallory;
    HostileMember::Commit commit;
    commit.forgery.edit_path = [](mls::UpdatePath& path) {
      for (auto& node : path.nodes)
        for (auto& secret : node.encrypted_path_secret) secret.ciphertext[0] ^= 1;
    };
    commit.edit_header = [&](wire::EntryHeader& header) {
      header.access = {wire::AccessChange::Mode::set, {mallory.id()}, {}};
    };
    HostileMember member(world, mallory);
    member.replace_next_commit(group.chat, commit);
    mallory.send(group.chat, "it is mine now");
    world.run_for(5'000);
    REQUIRE(member.has_sent());
    world.relay().on_frame_from_device = nullptr;
    world.run_for(60'000);
    for (auto* person : group.honest) REQUIRE(person->info(group.chat).state == ChatState::split);
    Outcome begun;
    anna.engine().restart(world.now(), group.chat, begun.done());
    anna.run_outputs();
    world.run_for(day_ms + 3'600'000);
    REQUIRE(begun.result);
    CHECK(begun.result->has_value());
    for (auto* person : group.honest) CHECK(person->count_events<ChatRestarted>() == 1);
    Outcome removed;
    remove(world, anna, group.chat, mallory, removed);
    check_together(world, group.honest, group.chat);
    for (auto* person : group.honest) CHECK(person->info(group.chat).members.size() == 3);
  }
}
