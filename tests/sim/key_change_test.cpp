// A number that changes hands, and people one wants to hear nothing of (design §4).
#include "sim/contacts.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

using Texts = std::vector<std::string>;

// Anna knows Bo by his number and writes with him; then somebody else registers it.
struct Changed {
  explicit Changed(std::uint64_t seed)
      : world(seed),
        anna(add_with_number(world, "anna", "+32470000001")),
        bo(add_with_number(world, "bo", "+32470000002")) {
    REQUIRE(sync(world, anna, {entry("+32470000002", "Bo")}));
    old_chat = anna.with(
        [&](auto& engine) { return engine.chat_with(world.now(), bo.account()).value(); });
    anna.send(old_chat, "before");
    REQUIRE(world.settle());
  }
  void register_again() {
    other = &add_with_number(world, "other", "+32470000002");
    REQUIRE(refresh(world, anna));
  }
  ChatId accept() {
    return anna.with([&](auto& engine) {
      return engine.accept_key_change(world.now(), "+32470000002", other->account()).value();
    });
  }
  World world;
  Device& anna;
  Device& bo;
  Device* other = nullptr;
  ChatId old_chat;
};

}  // namespace

TEST_CASE("a number with a new key is told of, with the safety number to compare") {
  Changed changed(920);
  changed.register_again();
  auto& anna = changed.anna;
  REQUIRE(anna.count_events<ContactKeyChanged>() == 1);
  const auto& event = *last_event<ContactKeyChanged>(anna);
  CHECK(event.contact.name == "Bo");
  CHECK(event.contact.account == changed.bo.account());
  CHECK(event.contact.new_account == changed.other->account());
  CHECK(event.safety_number == anna.engine().safety_number(changed.other->account()).value());
  CHECK(event.safety_number != anna.engine().safety_number(changed.bo.account()).value());
  CHECK(event.safety_number.size() == 71);  // twelve groups of five, and spaces
  REQUIRE(refresh(changed.world, anna));
  CHECK(anna.count_events<ContactKeyChanged>() == 1);
}

TEST_CASE("what is written to a number with a new key waits until a person has accepted it") {
  Changed changed(921);
  changed.anna.set_network(false);
  changed.anna.send(changed.old_chat, "queued before it was known");
  auto& other = add_with_number(changed.world, "other", "+32470000002");
  changed.other = &other;
  changed.anna.set_network(true);
  // The text leaves for the old key if it leaves before the news; from then on nothing does.
  REQUIRE(refresh(changed.world, changed.anna));
  const auto held = changed.anna.engine().contact("+32470000002").value();
  REQUIRE(held.new_account == other.account());
  changed.anna.send(changed.old_chat, "first");
  changed.anna.send(changed.old_chat, "second");
  changed.world.run_for(120'000);
  CHECK(changed.anna.engine().pending().value().size() >= 2);
  for (const auto& text : changed.bo.texts(changed.old_chat)) {
    CHECK(text != "first");
    CHECK(text != "second");
  }
  const auto chat = changed.accept();
  REQUIRE(changed.world.settle());
  CHECK(chat != changed.old_chat);
  const auto texts = other.texts(chat);
  REQUIRE(texts.size() >= 2);
  CHECK(texts[texts.size() - 2] == "first");
  CHECK(texts.back() == "second");
  CHECK(changed.anna.engine().pending().value().empty());
  CHECK(changed.bo.texts(changed.old_chat).back() != "second");
  const auto contact = changed.anna.engine().contact("+32470000002").value();
  CHECK(contact.account == other.account());
  CHECK_FALSE(contact.new_account);
}

TEST_CASE("who is held stays held after the process was killed") {
  Changed changed(922);
  changed.register_again();
  changed.anna.kill(true);
  changed.anna.start();
  REQUIRE(changed.world.settle());
  changed.anna.send(changed.old_chat, "not yet");
  changed.world.run_for(60'000);
  CHECK(changed.bo.texts(changed.old_chat) == Texts{"before"});
  const auto chat = changed.accept();
  REQUIRE(changed.world.settle());
  CHECK(changed.other->texts(chat) == Texts{"not yet"});
}

TEST_CASE("accepting is killed at any write: what waits is in one chat or the other, once") {
  for (std::uint64_t kill = 1; kill < 30; ++kill) {
    INFO("killed at write " << kill);
    Changed changed(923);
    changed.register_again();
    changed.anna.send(changed.old_chat, "one");
    changed.anna.send(changed.old_chat, "two");
    const auto outcome = kill % 2 == 0 ? store::CommitOutcome::lost : store::CommitOutcome::kept;
    changed.anna.disk().fail_at(changed.anna.disk().operations() + kill, Errc::storage_io, outcome);
    const auto accepted = changed.anna.with([&](auto& engine) {
      return engine.accept_key_change(changed.world.now(), "+32470000002",
                                      changed.other->account());
    });
    changed.world.run_for(5'000);
    const bool died = !changed.anna.running();
    changed.anna.disk().fail_at(std::nullopt);
    if (died) changed.anna.start();
    REQUIRE(changed.world.settle());
    const auto contact = changed.anna.engine().contact("+32470000002").value();
    if (contact.new_account) changed.accept();
    REQUIRE(changed.world.settle());
    const auto chat = changed.anna.with([&](auto& engine) {
      return engine.chat_with(changed.world.now(), changed.other->account()).value();
    });
    CHECK(changed.other->texts(chat) == Texts{"one", "two"});
    if (!died && accepted) break;
  }
}

TEST_CASE("accepting what nobody has changed is an error that says so") {
  Changed changed(924);
  const auto accept = [&](const char* number) {
    return changed.anna
        .with([&](auto& engine) {
          return engine.accept_key_change(changed.world.now(), number, changed.bo.account());
        })
        .error();
  };
  CHECK(accept("+32470000002") == Errc::invalid_argument);
  CHECK(accept("+32470000099") == Errc::not_found);
}

TEST_CASE("a number that goes back to the key it had is told of no more") {
  Changed changed(925);
  changed.register_again();
  give_number(changed.world, changed.bo, "+32470000002");
  REQUIRE(refresh(changed.world, changed.anna));
  const auto contact = changed.anna.engine().contact("+32470000002").value();
  CHECK_FALSE(contact.new_account);
  changed.anna.send(changed.old_chat, "again");
  REQUIRE(changed.world.settle());
  CHECK(changed.bo.texts(changed.old_chat).back() == "again");
}

TEST_CASE("the one whose number was registered again has it no more, and is told so") {
  Changed changed(926);
  REQUIRE(sync(changed.world, changed.bo, {entry("+32470000001", "Anna")}));
  changed.register_again();
  const auto refreshed = refresh(changed.world, changed.bo);
  REQUIRE(!refreshed);
  CHECK(refreshed.error() == Errc::number_not_confirmed);
  CHECK(changed.bo.engine().number().empty());
  CHECK(changed.bo.saw_problem(Errc::number_not_confirmed));
}

TEST_CASE("a number with a registration PIN is not registered again without it") {
  Changed changed(927);
  Answer<void> set;
  changed.bo.engine().set_pin(changed.world.now(), "1379", set.done());
  changed.bo.run_outputs();
  REQUIRE(changed.world.run_until([&] { return set.result.has_value(); }));
  REQUIRE(*set.result);
  auto& other = changed.world.add_device("other");
  REQUIRE(changed.world.settle());
  REQUIRE(request_code(changed.world, other, "+32470000002"));
  const auto code = changed.world.relay().code_for("+32470000002");
  CHECK(confirm(changed.world, other, code).error() == Errc::pin_wrong);
  CHECK(confirm(changed.world, other, code, "1378").error() == Errc::pin_wrong);
  CHECK(confirm(changed.world, other, code, "1379"));
}

TEST_CASE("nothing of who is blocked is shown, and they are told of nothing") {
  Changed changed(928);
  auto& anna = changed.anna;
  auto& bo = changed.bo;
  changed.world.run_for(5'000);
  REQUIRE(anna.with(
      [&](auto& engine) { return engine.block(changed.world.now(), bo.account(), true); }));
  CHECK(anna.engine().contact("+32470000002").value().blocked);
  CHECK(anna.engine().blocked().value() == std::vector<AccountId>{bo.account()});
  const auto arrived = anna.count_events<MessageArrived>();
  const auto id = bo.send(changed.old_chat, "do you hear me?");
  REQUIRE(changed.world.settle());
  changed.world.run_for(10'000);
  CHECK(anna.count_events<MessageArrived>() == arrived);
  CHECK(anna.texts(changed.old_chat) == Texts{"before"});
  CHECK(bo.engine().message(changed.old_chat, *id).value().state == MessageState::sent);

  REQUIRE(anna.with(
      [&](auto& engine) { return engine.block(changed.world.now(), bo.account(), false); }));
  bo.send(changed.old_chat, "and now?");
  REQUIRE(changed.world.settle());
  CHECK(anna.texts(changed.old_chat) == Texts{"before", "and now?"});
}

TEST_CASE("a chat that somebody begins who is blocked does not begin, nor a group of theirs") {
  World world(929);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  REQUIRE(anna.with([&](auto& engine) { return engine.block(world.now(), bo.account(), true); }));
  const auto chat =
      bo.with([&](auto& engine) { return engine.chat_with(world.now(), anna.account()).value(); });
  bo.send(chat, "hello?");
  const std::vector<AccountId> members = {anna.account()};
  bo.with([&](auto& engine) { return engine.create_group(world.now(), "us", members).value(); });
  world.run_for(60'000);
  CHECK(anna.engine().chats().value().empty());
  anna.cut();
  world.run_for(60'000);
  CHECK(anna.engine().chats().value().empty());
  CHECK(anna.count_events<MessageArrived>() == 0);
  CHECK(anna.count_events<ChatChanged>() == 0);
  // Whoever is no longer blocked is written to as ever.
  REQUIRE(anna.with([&](auto& engine) { return engine.block(world.now(), bo.account(), false); }));
  const auto mine =
      anna.with([&](auto& engine) { return engine.chat_with(world.now(), bo.account()).value(); });
  CHECK(mine == chat);
  anna.send(mine, "sorry");
  world.run_for(120'000);
  CHECK(bo.texts(chat).back() == "sorry");
}

TEST_CASE("a key that a person has not looked at is not accepted for the one that they have") {
  Changed changed(930);
  changed.register_again();
  auto& third = add_with_number(changed.world, "third", "+32470000002");
  REQUIRE(refresh(changed.world, changed.anna));
  const auto accept = [&](const AccountId& account) {
    return changed.anna.with([&](auto& engine) {
      return engine.accept_key_change(changed.world.now(), "+32470000002", account);
    });
  };
  CHECK(accept(changed.other->account()).error() == Errc::key_changed);
  CHECK(accept(third.account()));
}

TEST_CASE("what waits goes on waiting when the new key is gone again, or the contact removed") {
  Changed changed(931);
  changed.register_again();
  changed.anna.send(changed.old_chat, "not to be sent");
  SECTION("the new account gives the number up") {
    Answer<void> deleted;
    changed.other->engine().delete_account(changed.world.now(), deleted.done());
    changed.other->run_outputs();
    REQUIRE(changed.world.run_until([&] { return deleted.result.has_value(); }));
    REQUIRE(refresh(changed.world, changed.anna));
  }
  SECTION("the address book has the number no more") {
    REQUIRE(sync(changed.world, changed.anna, {}, true));
    CHECK(changed.anna.engine().contacts().value().empty());
  }
  changed.world.run_for(120'000);
  CHECK(changed.bo.texts(changed.old_chat) == Texts{"before"});
  // And whoever puts the number back is told that its key is another one.
  if (changed.anna.engine().contacts().value().empty()) {
    const auto found = sync(changed.world, changed.anna, {entry("+32470000002", "Bo")});
    REQUIRE(found);
    REQUIRE(found->members.size() == 1);
    CHECK(found->members[0].new_account == changed.other->account());
  }
}

TEST_CASE("what waited is sent as soon as the old key has its number back") {
  Changed changed(932);
  changed.register_again();
  changed.anna.send(changed.old_chat, "for Bo");
  changed.world.run_for(10'000);
  give_number(changed.world, changed.bo, "+32470000002");
  REQUIRE(refresh(changed.world, changed.anna));
  REQUIRE(changed.world.settle());
  CHECK(changed.bo.texts(changed.old_chat) == Texts{"before", "for Bo"});
}

TEST_CASE("who is reached by another number is not held by one that somebody else has now") {
  Changed changed(933);
  // Bo takes a new number; the old one is given to a stranger.
  give_number(changed.world, changed.bo, "+32470000022");
  REQUIRE(sync(changed.world, changed.anna,
               {entry("+32470000002", "Bo, old"), entry("+32470000022", "Bo")}));
  changed.register_again();
  changed.anna.send(changed.old_chat, "for Bo alone");
  REQUIRE(changed.world.settle());
  CHECK(changed.bo.texts(changed.old_chat).back() == "for Bo alone");
  const auto chat = changed.accept();
  REQUIRE(changed.world.settle());
  CHECK(changed.other->texts(chat).empty());
}

TEST_CASE("a number that cannot be registered takes nothing from the one that is") {
  World world(934);
  auto& anna = add_with_number(world, "anna", "+32470000001");
  world.relay().codes_fail = true;
  CHECK(request_code(world, anna, "+32470000009").error() == Errc::verification_unavailable);
  CHECK(anna.engine().number() == "+32470000001");
  CHECK(sync(world, anna, {entry("+32470000002", "Bo")}));
}
