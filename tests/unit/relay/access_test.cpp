#include "base/codec.hpp"
#include "base/try.hpp"
#include "chat.hpp"
#include "relay/access_editor.hpp"
#include "relay/kv_log_store.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;
using wire::EntryKind;

namespace {

/// Anna and Bo are in the chat, Cleo is not yet.
struct Group {
  World world;
  Device anna = world.make_device();
  Device bo = world.make_device();
  Device cleo = world.make_device();
  ConnectionId at_anna = world.online(anna);
  ConnectionId at_bo = world.online(bo);
  ConnectionId at_cleo = world.online(cleo);
  Chat chat = create_chat(world, at_anna, {bo.id});
  LogId log = chat.log;

  wire::Answer commit(ConnectionId from, std::uint64_t base, const wire::AccessChange& access) {
    const auto written = write(world, EntryKind::commit, "commit", access);
    return world.ask(from, append_of(log, base, {written}));
  }
  bool is_member(const Device& device) {
    const auto connection = world.resume(device, {{log, 0, {}}});
    const auto member =
        as<wire::Resumed>(
            world.ask(connection, wire::Resume{wire::protocol_version, 0, {{log, 0, {}}}}))
            .logs.at(1)
            .member;
    return member;
  }
};

Written rejoin(World& world, const Device& device, const LogId& log,
               const std::function<void(wire::RejoinRequest&)>& change = {}) {
  wire::RejoinRequest request;
  request.log = log;
  request.device = device.id;
  request.key_package = as_bytes("key package");
  if (change) change(request);
  request.signature.bytes = device.device_key.sign(wire::signed_bytes(request)).bytes;
  Written out;
  out.payload = std::make_shared<const Bytes>(wire::encode(request));
  out.entry.id = world.random<EntryId>();
  out.entry.kind = EntryKind::rejoin;
  out.entry.payload = *out.payload;
  return out;
}

}  // namespace

TEST_CASE("a commit lets a device in, and another puts it out") {
  Group group;
  as<wire::Appended>(group.commit(group.at_bo, 1, adding({group.cleo.id})));
  append_message(group.world, group.at_cleo, group.log, "hello", 2);
  as<wire::Appended>(group.commit(group.at_bo, 2, adding({}, {group.cleo.id})));
  const auto late = message(group.world);
  CHECK(refusal(group.world.ask(group.at_cleo, append_of(group.log, 4, {late}))) ==
        Errc::not_member);
}

TEST_CASE("a struck device is given the entry that strikes it and nothing after") {
  Group group;
  group.world.pushes(group.at_bo);
  as<wire::Appended>(group.commit(group.at_anna, 1, adding({}, {group.bo.id})));
  append_message(group.world, group.at_anna, group.log, "secret", 2);
  const auto pushed = group.world.pushed_entries(group.at_bo, group.log);
  REQUIRE(pushed.size() == 1);
  CHECK(pushed[0].seq == 2);
  const auto read = read_from(group.world, group.at_bo, group.log);
  CHECK(read.entries.size() == 2);
  CHECK(read.head == 2);
  CHECK(refusal(group.world.ask(group.at_bo, wire::Read{group.log, 4})) == Errc::not_member);
  const auto resumed = as<wire::Resumed>(group.world.ask(group.at_bo, wire::Resume{}));
  CHECK(resumed.logs.at(1).head == 2);
  CHECK_FALSE(resumed.logs.at(1).member);
}

TEST_CASE("a strike and what follows it in the same batch are told apart") {
  Group group;
  group.world.pushes(group.at_bo);
  const auto strike = write(group.world, EntryKind::commit, "c", adding({}, {group.bo.id}));
  const auto after = message(group.world, "secret");
  as<wire::Appended>(group.world.ask(group.at_anna, append_of(group.log, 1, {strike, after})));
  CHECK(ids(group.world.pushed_entries(group.at_bo, group.log)) == std::vector{strike.entry.id});
}

TEST_CASE("a membership change that does not fit the list is refused") {
  Group group;
  const auto unknown = group.world.make_device();
  const wire::AccessChange wrong[] = {
      adding({group.bo.id}),                   // is in
      adding({}, {group.cleo.id}),             // is not in
      adding({group.cleo.id, group.cleo.id}),  // twice
      adding({}, {group.anna.id}),             // the committer itself
      adding({unknown.id}),                    // nobody that the relay knows
      setting({group.bo.id}),                  // without the committer
  };
  for (const auto& change : wrong)
    CHECK(refusal(group.commit(group.at_anna, 1, change)) == Errc::access_change_invalid);
  CHECK(read_from(group.world, group.at_bo, group.log).head == 1);
}

TEST_CASE("two commits in one append each see the list that the one before made") {
  Group group;
  const auto in = write(group.world, EntryKind::commit, "in", adding({group.cleo.id}));
  const auto out = write(group.world, EntryKind::commit, "out", adding({}, {group.cleo.id}));
  as<wire::Appended>(group.world.ask(group.at_anna, append_of(group.log, 1, {in, out})));
  CHECK_FALSE(group.is_member(group.cleo));
}

TEST_CASE("any member's commit restores a list that somebody lied about") {
  Group group;
  as<wire::Appended>(group.commit(group.at_anna, 1, adding({group.cleo.id})));
  as<wire::Appended>(group.commit(group.at_anna, 2, setting({group.anna.id, group.cleo.id})));
  CHECK_FALSE(group.is_member(group.bo));
  as<wire::Appended>(
      group.commit(group.at_cleo, 3, setting({group.anna.id, group.bo.id, group.cleo.id})));
  CHECK(group.is_member(group.bo));
}

TEST_CASE(
    "who was struck answers once a day by naming the whole list, and strikes nobody with it") {
  Group group;
  as<wire::Appended>(group.commit(group.at_anna, 1, adding({group.cleo.id})));
  // A lie puts everybody else out, and goes on.
  as<wire::Appended>(group.commit(group.at_cleo, 2, adding({}, {group.anna.id, group.bo.id})));
  as<wire::Appended>(group.commit(group.at_cleo, 3, {}));
  const auto whole = setting({group.anna.id, group.bo.id, group.cleo.id});
  CHECK(refusal(group.commit(group.at_bo, 4, whole)) == Errc::not_member);  // has not seen that
  CHECK(refusal(group.commit(group.at_bo, 3, adding({group.anna.id}))) == Errc::not_member);
  CHECK(refusal(group.commit(group.at_bo, 3, {})) == Errc::not_member);

  SECTION("the list is whole again") {
    const auto answered = as<wire::Appended>(group.commit(group.at_bo, 3, whole));
    CHECK(answered.first_seq == 5);
    CHECK(answered.base == 5);
    for (const auto* device : {&group.anna, &group.bo, &group.cleo})
      CHECK(group.is_member(*device));
    const auto at_anna = group.world.online(group.anna);
    CHECK(read_from(group.world, at_anna, group.log).entries.size() == 5);
  }
  SECTION("whoever is on it stays") {
    as<wire::Appended>(group.commit(group.at_bo, 3, setting({group.bo.id})));
    CHECK(group.is_member(group.cleo));
    CHECK_FALSE(group.is_member(group.anna));
  }
  SECTION("nothing else comes with it") {
    const auto answer = write(group.world, EntryKind::commit, "answer", whole);
    const auto strike = write(group.world, EntryKind::commit, "c", adding({}, {group.cleo.id}));
    CHECK(refusal(group.world.ask(group.at_bo, append_of(group.log, 3, {answer, strike}))) ==
          Errc::access_change_invalid);
  }
  SECTION("nobody gets in by it who was never in") {
    const auto outsider = group.world.make_device();
    group.world.online(outsider);
    CHECK(refusal(group.commit(group.at_bo, 3, setting({group.bo.id, outsider.id}))) ==
          Errc::access_change_invalid);
  }
  SECTION("a second one on the same day is too much") {
    as<wire::Appended>(group.commit(group.at_bo, 3, whole));
    as<wire::Appended>(group.commit(group.at_cleo, 5, adding({}, {group.bo.id})));
    CHECK(refusal(group.commit(group.at_bo, 6, whole)) == Errc::not_member);
    CHECK(group.is_member(group.anna));
  }
}

TEST_CASE("a device that is removed and added in one commit starts anew after it") {
  Group group;
  group.world.pushes(group.at_bo);
  const auto written =
      write(group.world, EntryKind::commit, "commit", adding({group.bo.id}, {group.bo.id}));
  auto append = append_of(group.log, 1, {written});
  const std::vector<DeviceId> back = {group.bo.id};
  SECTION("its Welcome holds what the commit made") {
    append.welcomes = {welcomes_for(back, as_bytes("a GroupInfo"))};
    as<wire::Appended>(group.world.ask(group.at_anna, append));
    CHECK(group.world.pushed_entries(group.at_bo, group.log).empty());
  }
  SECTION("without a Welcome it is shown that there was such a commit") {
    as<wire::Appended>(group.world.ask(group.at_anna, append));
    const auto shown = group.world.pushed_entries(group.at_bo, group.log);
    REQUIRE(shown.size() == 1);
    CHECK(shown[0].seq == 2);
  }
  append_message(group.world, group.at_anna, group.log, "next", 2);
  const auto pushed = group.world.pushed_entries(group.at_bo, group.log);
  REQUIRE(pushed.size() == 1);
  CHECK(pushed[0].seq == 3);
}

TEST_CASE("a device that was behind when it was added again gets entries, not notices") {
  Group group;
  append_message(group.world, group.at_anna, group.log);
  const auto at_bo = group.world.resume(group.bo, {{group.log, 1, {}}});
  as<wire::Appended>(group.commit(group.at_anna, 1, adding({group.bo.id}, {group.bo.id})));
  group.world.pushes(at_bo);
  append_message(group.world, group.at_anna, group.log, "next", 3);
  CHECK(group.world.pushed_entries(at_bo, group.log).size() == 1);
}

TEST_CASE("a chat of two thousand devices takes no other") {
  Group group;
  KvLogStore store(*group.world.environment);
  const auto outcome = store.transact([&](LogTransaction& rows) -> Result<void> {
    AccessEditor editor(rows, group.log, group.anna.id, limits::chat_devices_max);
    CHECK(editor.apply(adding({group.cleo.id}, {group.bo.id})).has_value());
    CHECK(editor.members() == limits::chat_devices_max);
    CHECK(editor.apply(adding({group.bo.id})).error() == Errc::chat_too_large);
    return {};
  });
  CHECK(outcome.has_value());
}

TEST_CASE("a commit adds 256 devices and no more") {
  Group group;
  KvLogStore store(*group.world.environment);
  const auto outcome = store.transact([&](LogTransaction& rows) -> Result<void> {
    std::vector<DeviceId> added;
    for (std::size_t i = 0; i < limits::adds_per_commit_max; ++i) {
      added.push_back(group.world.random<DeviceId>());
      TERN_TRY(rows.put_device(added.back(), {}));
    }
    auto more = added;
    more.push_back(group.cleo.id);
    AccessEditor editor(rows, group.log, group.anna.id, 3);
    CHECK(editor.apply(adding(more)).error() == Errc::access_change_invalid);
    CHECK(editor.apply(adding(added)).has_value());
    return {};
  });
  CHECK(outcome.has_value());
}

TEST_CASE("of a list the devices that nobody has registered are passed over") {
  Group group;
  std::vector<DeviceId> listed = {group.anna.id, group.cleo.id};
  for (int i = 0; i < 100; ++i) listed.push_back(group.world.random<DeviceId>());
  as<wire::Appended>(group.commit(group.at_anna, 1, setting(listed)));
  CHECK(group.is_member(group.cleo));
  CHECK_FALSE(group.is_member(group.bo));
  KvLogStore store(*group.world.environment);
  const auto outcome = store.transact([&](LogTransaction& rows) -> Result<void> {
    CHECK(rows.log(group.log).value()->members == 2);
    CHECK_FALSE(rows.member(group.log, listed.back()).value());
    return {};
  });
  CHECK(outcome.has_value());
}

TEST_CASE("one append names four thousand devices in vain, and no more") {
  Group group;
  KvLogStore store(*group.world.environment);
  const auto invented = [&] {
    std::vector<DeviceId> out = {group.anna.id};
    while (out.size() < limits::chat_devices_max) out.push_back(group.world.random<DeviceId>());
    return setting(out);
  };
  const auto outcome = store.transact([&](LogTransaction& rows) -> Result<void> {
    AccessEditor editor(rows, group.log, group.anna.id, 1);
    CHECK(editor.apply(invented()).has_value());
    CHECK(editor.apply(invented()).has_value());
    CHECK(editor.apply(invented()).error() == Errc::batch_too_large);
    return {};
  });
  CHECK(outcome.has_value());
}

TEST_CASE("one append replaces a list of two thousand once, and does no more to it") {
  World world;
  const auto anna = world.make_device();
  world.online(anna);
  std::vector<DeviceId> first = {anna.id}, second = {anna.id};
  while (first.size() < limits::chat_devices_max) {
    first.push_back(world.random<DeviceId>());
    second.push_back(world.random<DeviceId>());
  }
  KvLogStore store(*world.environment);
  const auto log = world.random<LogId>();
  const auto outcome = store.transact([&](LogTransaction& rows) -> Result<void> {
    // All were in once.
    Membership was_struck;
    was_struck.struck_seq = 1;
    for (const auto& device : first) TERN_TRY(rows.put_member(log, device, was_struck));
    for (const auto& device : second) TERN_TRY(rows.put_member(log, device, was_struck));
    TERN_TRY(rows.put_member(log, anna.id, {}));
    AccessEditor editor(rows, log, anna.id, 1);
    CHECK(editor.apply(setting(first)).value().restored.size() == first.size() - 1);
    CHECK(editor.apply(setting({anna.id})).value().strikes.size() == first.size() - 1);
    CHECK(editor.apply(setting(second)).error() == Errc::batch_too_large);
    return {};
  });
  CHECK(outcome.has_value());
}

TEST_CASE("who was struck costs a look at the list nothing") {
  World world;
  KvLogStore store(*world.environment);
  const auto log = world.random<LogId>();
  const auto member = world.random<DeviceId>(), gone = world.random<DeviceId>();
  const auto outcome = store.transact([&](LogTransaction& rows) -> Result<void> {
    const auto listed = [&] {
      std::vector<DeviceId> out;
      rows.members(log,
                   [&](const DeviceId& device, const Membership&) {
                     out.push_back(device);
                     return Scan::next;
                   })
          .value();
      return out;
    };
    Membership was_struck;
    was_struck.struck_seq = 7;
    TERN_TRY(rows.put_member(log, member, {}));
    TERN_TRY(rows.put_member(log, gone, {}));
    TERN_TRY(rows.put_member(log, gone, was_struck));
    CHECK(listed() == std::vector{member});
    CHECK(rows.member(log, gone).value()->struck_seq == 7);
    TERN_TRY(rows.put_member(log, gone, {}));
    CHECK(listed().size() == 2);
    return {};
  });
  CHECK(outcome.has_value());
}

TEST_CASE("a device struck by a lie and put back reads what it had not read") {
  Group group;
  as<wire::Appended>(group.commit(group.at_anna, 1, adding({group.cleo.id})));
  append_message(group.world, group.at_anna, group.log, "unread", 2);
  // Bo has told of nothing; Cleo lies, Anna takes it back, and both have everything.
  as<wire::Appended>(group.commit(group.at_cleo, 2, adding({}, {group.bo.id})));
  append_message(group.world, group.at_anna, group.log, "between", 4);
  group.world.pushes(group.at_bo);
  const auto everybody = setting({group.anna.id, group.bo.id, group.cleo.id});
  SECTION("when all acknowledge after it") {
    as<wire::Appended>(group.commit(group.at_anna, 4, everybody));
  }
  SECTION("when all acknowledge before it") {
    as<wire::Done>(group.world.ask(group.at_anna, wire::Ack{{{group.log, 5, {}}}}));
    as<wire::Done>(group.world.ask(group.at_cleo, wire::Ack{{{group.log, 5, {}}}}));
    group.world.settle();
    as<wire::Appended>(group.commit(group.at_anna, 4, everybody));
  }
  as<wire::Done>(group.world.ask(group.at_anna, wire::Ack{{{group.log, 6, {}}}}));
  as<wire::Done>(group.world.ask(group.at_cleo, wire::Ack{{{group.log, 6, {}}}}));
  group.world.settle();
  // It is told that there is more than it was given, and is given all of it.
  const auto pushes = group.world.pushes(group.at_bo);
  REQUIRE(pushes.size() == 1);
  CHECK(std::get<wire::Notice>(pushes[0]).log.head == 6);
  CHECK(read_from(group.world, group.at_bo, group.log, 2).entries.size() == 5);
}

TEST_CASE("a struck device that repeats its last append hears no more than it may read") {
  Group group;
  const auto mine = message(group.world);
  as<wire::Appended>(group.world.ask(group.at_bo, append_of(group.log, 1, {mine})));
  as<wire::Appended>(group.commit(group.at_anna, 1, adding({}, {group.bo.id})));
  append_message(group.world, group.at_anna, group.log, "secret", 3);
  as<wire::Appended>(group.commit(group.at_anna, 3, {}));
  const auto again =
      as<wire::Appended>(group.world.ask(group.at_bo, append_of(group.log, 1, {mine})));
  CHECK(again.first_seq == 2);
  CHECK(again.head == 3);
  CHECK(again.base == 3);
}

TEST_CASE("a rejoin needs no base, is signed by its device, and comes once a day") {
  Group group;
  const auto request = rejoin(group.world, group.bo, group.log);
  as<wire::Appended>(group.world.ask(group.at_bo, append_of(group.log, 77, {request})));
  const auto again = rejoin(group.world, group.bo, group.log);
  const auto refused =
      as<wire::Refused>(group.world.ask(group.at_bo, append_of(group.log, 0, {again})));
  CHECK(refused.code == Errc::rejoin_refused);
  CHECK(refused.retry_after_ms == 86'400'000);
  group.world.pass_ms(86'400'000);
  as<wire::Appended>(group.world.ask(group.at_bo, append_of(group.log, 0, {again})));
}

TEST_CASE("a rejoin for another device, log or under another's key is refused") {
  Group group;
  const auto other_log = rejoin(group.world, group.bo, group.world.random<LogId>());
  CHECK(refusal(group.world.ask(group.at_bo, append_of(group.log, 0, {other_log}))) ==
        Errc::rejoin_refused);
  const auto for_another = rejoin(group.world, group.bo, group.log,
                                  [&](auto& request) { request.device = group.anna.id; });
  CHECK(refusal(group.world.ask(group.at_bo, append_of(group.log, 0, {for_another}))) ==
        Errc::rejoin_refused);
  const auto forged = rejoin(group.world, group.cleo, group.log,
                             [&](auto& request) { request.device = group.bo.id; });
  CHECK(refusal(group.world.ask(group.at_bo, append_of(group.log, 0, {forged}))) ==
        Errc::signature_invalid);
  const auto good = rejoin(group.world, group.bo, group.log);
  const auto text = message(group.world);
  CHECK(refusal(group.world.ask(group.at_bo, append_of(group.log, 1, {good, text}))) ==
        Errc::malformed);
}

TEST_CASE("a struck device may ask to come back as long as the log is kept for it") {
  Group group;
  as<wire::Appended>(group.commit(group.at_anna, 1, adding({}, {group.bo.id})));
  group.world.pass_ms(group.world.limits.retention_days * 86'400'000);
  const auto request = rejoin(group.world, group.bo, group.log);
  SECTION("on the last day") {
    as<wire::Appended>(group.world.ask(group.at_bo, append_of(group.log, 0, {request})));
    CHECK(group.world.pushed_entries(group.at_anna, group.log).back().kind == EntryKind::rejoin);
  }
  SECTION("not after it") {
    group.world.pass_ms(1'000);
    CHECK(refusal(group.world.ask(group.at_bo, append_of(group.log, 0, {request}))) ==
          Errc::rejoin_refused);
  }
}
