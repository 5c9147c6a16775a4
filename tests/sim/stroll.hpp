// A group of which one member's program commits what a test wants.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>

#include "client/policy.hpp"
#include "mls/key_package_record.hpp"
#include "mls/proposal.hpp"
#include "sim/frame_edits.hpp"
#include "sim/hostile_member.hpp"
#include "sim/people.hpp"
#include "sim/stolen_folder.hpp"
#include "wire/frames.hpp"

namespace tern::sim {

/// Five in a group; Anna is the admin. What a member's program commits next may be replaced.
struct Stroll {
  explicit Stroll(std::uint64_t seed) : world(seed) {
    world.relay().on_frame_from_device = [this](Device& device, Bytes& frame) {
      edit_request<wire::PublishKeyPackages>(frame, [&](wire::PublishKeyPackages& publish) {
        key_packages[device.name()] = to_bytes(publish.single_use.back());
      });
      return true;
    };
    people = add_people(world, {"anna", "bo", "cem", "dora", "mallory"});
    chat = make_group(world, people);
    world.relay().on_frame_from_device = nullptr;
    someone_writes("bo");
  }
  Device& operator[](std::string_view name) {
    for (auto* person : people)
      if (person->name() == name) return *person;
    throw std::runtime_error("nobody of this name");
  }
  /// So that the next of whoever else writes brings a commit along.
  void someone_writes(std::string_view name) {
    (*this)[name].send(chat, "shall we?");
    REQUIRE(world.settle());
    world.run_for(90'000);
  }
  mls::LeafIndex leaf_of(std::string_view name) {
    const StolenFolder folder((*this)[name]);
    const StolenFolder annas((*this)["anna"]);
    return *annas.group(chat).value().find(folder.signing_key().verify_key()).value();
  }
  void commits(std::string_view name, HostileMember::Commit commit) {
    HostileMember member(world, (*this)[name]);
    member.replace_next_commit(chat, std::move(commit));
    (*this)[name].send(chat, "yes");
    world.run_for(5'000);
    REQUIRE(member.has_sent());
    world.relay().on_frame_from_device = nullptr;
  }
  /// A commit that takes somebody out and puts somebody in under the same device.
  HostileMember::Commit replace(std::string_view name, ByteSpan key_package) {
    HostileMember::Commit commit;
    commit.forgery.proposals = {
        mls::Proposal(mls::Remove{leaf_of(name)}),
        mls::Proposal(mls::Add{mls::open_key_package(key_package).value()})};
    commit.edit_header = [device = (*this)[name].id()](wire::EntryHeader& header) {
      header.access = {wire::AccessChange::Mode::change, {device}, {device}};
    };
    return commit;
  }
  HostileMember::Commit new_admins(std::initializer_list<std::string_view> names) {
    client::Policy policy;
    policy.title = "Sunday walk";
    for (const auto name : names) policy.admins.push_back((*this)[name].account());
    HostileMember::Commit commit;
    commit.forgery.proposals = {
        mls::Proposal(mls::GroupContextExtensions{client::extensions_with(policy)})};
    return commit;
  }
  void check_agree(std::initializer_list<std::string_view> names) {
    const auto said = " is there, " + std::to_string(++asked);
    for (const auto name : names) (*this)[name].send(chat, std::string(name) + said);
    REQUIRE(world.settle());
    world.run_for(90'000);
    REQUIRE(world.settle());
    const auto& first = (*this)[*names.begin()];
    for (const auto name : names) {
      INFO(name);
      CHECK((*this)[name].info(chat).state == ChatState::active);
      CHECK((*this)[name].info(chat).epoch_authenticator == first.info(chat).epoch_authenticator);
      const auto texts = (*this)[name].texts(chat);
      for (const auto author : names)
        CHECK(std::count(texts.begin(), texts.end(), std::string(author) + said) == 1);
    }
  }

  World world;
  std::map<std::string, Bytes> key_packages;
  std::vector<Device*> people;
  ChatId chat;
  int asked = 0;
};

}  // namespace tern::sim
