// Contact sync from end to end (design §4), in a world where the relay is honest.
#include "sim/contacts.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

using Names = std::vector<std::string>;

// Anna and Bo have numbers; who else is asked for has none.
struct Town {
  explicit Town(std::uint64_t seed, const RelayLimits& limits = World::roomy_limits())
      : world(seed, limits),
        anna(add_with_number(world, "anna", "+32470000001")),
        bo(add_with_number(world, "bo", "+32470000002")) {}
  std::vector<Contact> book() const {
    return {entry("+32470000002", "Bo"), entry("+32470000003", "Cem"),
            entry("+32470000004", "Dee")};
  }
  World world;
  Device& anna;
  Device& bo;
};

}  // namespace

TEST_CASE("two people with each other's number find each other at once, and write") {
  Town town(900);
  const auto found = sync(town.world, town.anna, town.book());
  REQUIRE(found);
  CHECK(names_of(found->members) == Names{"Bo"});
  CHECK(names_of(found->non_members) == Names{"Cem", "Dee"});
  CHECK(found->waiting.empty());
  REQUIRE(found->members[0].account == town.bo.account());

  const auto chat = town.anna.with([&](auto& engine) {
    return engine.chat_with(town.world.now(), *found->members[0].account).value();
  });
  town.anna.send(chat, "is this Bo?");
  REQUIRE(town.world.settle());
  CHECK(town.bo.texts(chat) == Names{"is this Bo?"});
  CHECK(town.anna.engine().contact(town.bo.account()).value().name == "Bo");
  CHECK(town.anna.engine().safety_number(town.bo.account()).value() ==
        town.bo.engine().safety_number(town.anna.account()).value());
}

TEST_CASE("whoever registers later joins on the next refresh, without being asked for again") {
  Town town(901);
  REQUIRE(sync(town.world, town.anna, town.book()));
  auto& cem = add_with_number(town.world, "cem", "+32470000003");
  RequestCounter<wire::OprfEvaluate> evaluations(town.world, town.anna);
  REQUIRE(refresh(town.world, town.anna));
  CHECK(evaluations.count == 0);
  REQUIRE(town.anna.count_events<ContactJoined>() == 1);
  const auto joined = *last_event<ContactJoined>(town.anna);
  CHECK(joined.contact.name == "Cem");
  CHECK(joined.contact.account == cem.account());
  CHECK(town.anna.engine().contact("+32470000003").value().state == ContactState::member);
}

TEST_CASE("a device looks again on its own, a few hours later") {
  Town town(902);
  REQUIRE(sync(town.world, town.anna, town.book()));
  add_with_number(town.world, "cem", "+32470000003");
  town.world.run_for(std::int64_t{8} * 3'600'000);
  CHECK(town.anna.count_events<ContactJoined>() == 1);
}

TEST_CASE("a number that was asked for once is not asked for again") {
  Town town(903);
  REQUIRE(sync(town.world, town.anna, town.book()));
  RequestCounter<wire::OprfEvaluate> evaluations(town.world, town.anna);
  auto book = town.book();
  book[1].name = "Cem, from the choir";
  const auto again = sync(town.world, town.anna, book);
  REQUIRE(again);
  CHECK(names_of(again->members) == Names{"Bo"});
  CHECK(names_of(again->non_members) == Names{"Cem, from the choir", "Dee"});
  CHECK(evaluations.count == 0);
  book.push_back(entry("+32470000005", "Eva"));
  REQUIRE(sync(town.world, town.anna, book));
  CHECK(evaluations.count == 1);
}

TEST_CASE("an address book in place of another forgets who is not in it") {
  Town town(904);
  REQUIRE(sync(town.world, town.anna, town.book()));
  REQUIRE(sync(town.world, town.anna, {entry("+32470000003", "Cem")}, true));
  CHECK(names_of(town.anna.engine().contacts().value()) == Names{"Cem"});
  CHECK(town.anna.engine().contact("+32470000002").error() == Errc::not_found);
  REQUIRE(town.anna.with(
      [&](auto& engine) { return engine.remove_contact(town.world.now(), "+32470000003"); }));
  CHECK(town.anna.engine().contacts().value().empty());
  CHECK(town.anna
            .with([&](auto& engine) {
              return engine.remove_contact(town.world.now(), "+32470000003");
            })
            .error() == Errc::not_found);
}

TEST_CASE("one number with two names is one contact, with the first of them") {
  Town town(905);
  const auto found = sync(town.world, town.anna,
                          {entry("+32470000002", "Bo"), entry("+32470000002", "Bo at work")});
  REQUIRE(found);
  CHECK(names_of(found->members) == Names{"Bo"});
}

TEST_CASE("one's own number is a contact like another") {
  Town town(906);
  const auto found = sync(town.world, town.anna, {entry("+32470000001", "Me")});
  REQUIRE(found);
  REQUIRE(found->members.size() == 1);
  CHECK(found->members[0].account == town.anna.account());
}

TEST_CASE("an empty address book is synced at once") {
  Town town(907);
  const auto found = sync(town.world, town.anna, {});
  REQUIRE(found);
  CHECK(found->members.empty());
  CHECK(found->non_members.empty());
}

TEST_CASE("hundreds of numbers are asked for in batches, with progress") {
  Town town(908);
  std::vector<Contact> book;
  for (int i = 0; i < 300; ++i) book.push_back(entry(number_of(i), "N" + std::to_string(i)));
  book.push_back(entry("+32470000002", "Bo"));
  RequestCounter<wire::OprfEvaluate> evaluations(town.world, town.anna);
  const auto found = sync(town.world, town.anna, book);
  REQUIRE(found);
  CHECK(found->members.size() == 1);
  CHECK(found->non_members.size() == 300);
  CHECK(evaluations.count == 3);
  const auto* progress = last_event<ContactsProgress>(town.anna);
  REQUIRE(progress);
  CHECK(progress->done == 301);
  CHECK(progress->total == 301);
}

TEST_CASE("without a confirmed number nothing can be found, and nothing is kept") {
  World world(909);
  auto& anna = world.add_device("anna");
  REQUIRE(world.settle());
  const auto found = sync(world, anna, {entry("+32470000002", "Bo")});
  REQUIRE(!found);
  CHECK(found.error() == Errc::number_not_confirmed);
  CHECK(anna.engine().contacts().value().empty());
  CHECK(refresh(world, anna).error() == Errc::number_not_confirmed);
}

TEST_CASE("an address book over its limits is refused whole, by the limit's name") {
  Town town(910);
  std::vector<Contact> book(limits::contacts_max + 1, entry("+32470000002", "Bo"));
  auto found = sync(town.world, town.anna, book);
  REQUIRE(!found);
  CHECK(found.error() == Errc::too_long);
  CHECK(found.error().message().find("20000 are allowed") != std::string::npos);
  found = sync(town.world, town.anna, {entry("+32470000002", std::string(257, 'b'))});
  REQUIRE(!found);
  CHECK(found.error().message().find("256 are allowed") != std::string::npos);
  CHECK(sync(town.world, town.anna, {entry("+32470000002", "\xff")}).error() ==
        Errc::text_not_utf8);
  CHECK(town.anna.engine().contacts().value().empty());
  book.pop_back();
  CHECK(sync(town.world, town.anna, book));
}

TEST_CASE("an answer that is lost is asked for again with the same elements, which costs nothing") {
  RelayLimits limits = World::roomy_limits();
  limits.evaluations_first_week = 3;  // exactly this book
  Town town(911, limits);
  std::vector<Bytes> asked;
  bool cut = false;
  town.world.relay().on_frame_from_device = [&](Device& from, Bytes& frame) {
    edit_request<wire::OprfEvaluate>(
        frame, [&](wire::OprfEvaluate& request) { asked.push_back(to_bytes(request.elements)); });
    (void)from;
    return true;
  };
  town.world.relay().on_frame_to_device = [&](Device& to, Bytes& frame) {
    bool evaluated = false;
    edit_answer<wire::Evaluated>(frame, [&](wire::Evaluated&) { evaluated = true; });
    if (!evaluated || cut) return true;
    cut = true;
    to.cut();
    return false;
  };
  const auto found = sync(town.world, town.anna, town.book());
  REQUIRE(found);
  CHECK(names_of(found->members) == Names{"Bo"});
  CHECK(found->waiting.empty());
  REQUIRE(asked.size() == 2);
  CHECK(asked[0] == asked[1]);
}

TEST_CASE("a device killed at any write of a sync finds everybody all the same") {
  for (std::uint64_t kill = 1; kill < 40; ++kill) {
    INFO("killed at write " << kill);
    Town town(912);
    auto& anna = town.anna;
    const auto outcome = kill % 2 == 0 ? store::CommitOutcome::lost : store::CommitOutcome::kept;
    Answer<SyncResult> answer;
    anna.disk().fail_at(anna.disk().operations() + kill, Errc::storage_io, outcome);
    begin_sync(town.world, anna, town.book(), answer);
    town.world.run_for(10'000);
    const bool died = !anna.running();
    anna.disk().fail_at(std::nullopt);
    if (died) anna.start();
    REQUIRE(town.world.settle());
    // What was on the disk goes on by itself; what was not is asked for again by the app.
    REQUIRE(sync(town.world, anna, town.book()));
    CHECK(anna.engine().contact("+32470000002").value().account == town.bo.account());
    CHECK(anna.engine().contact("+32470000003").value().state == ContactState::non_member);
    if (!died) break;
  }
}

TEST_CASE("over its allowance an account's rest waits, and is found when it may be") {
  RelayLimits limits = World::roomy_limits();
  limits.evaluations_first_week = 2;
  limits.evaluations_per_hour = 6;
  Town town(913, limits);
  const auto found = sync(town.world, town.anna, town.book());
  REQUIRE(found);
  CHECK(found->members.size() + found->non_members.size() == 2);
  REQUIRE(found->waiting.size() == 1);
  REQUIRE(found->next_in);
  CHECK(found->next_in->count() <= 600'000);
  CHECK(found->next_in->count() > 0);
  town.world.run_for(700'000);
  REQUIRE(town.world.settle());
  const auto contacts = town.anna.engine().contacts().value();
  for (const auto& contact : contacts) CHECK(contact.state != ContactState::waiting);
  CHECK(town.anna.engine().contact("+32470000002").value().account == town.bo.account());
}

TEST_CASE("after a rotation of the directory's key everybody is found anew, free of charge") {
  RelayLimits limits = World::roomy_limits();
  limits.evaluations_first_week = 3;
  limits.evaluations_per_hour = 1;
  Town town(914, limits);
  REQUIRE(sync(town.world, town.anna, town.book()));
  town.world.relay().rotate_directory_key();
  town.world.run_for(60'000);
  REQUIRE(refresh(town.world, town.anna));
  CHECK(town.anna.count_events<ContactJoined>() == 0);
  CHECK(town.anna.count_events<ContactLeft>() == 0);
  CHECK(town.anna.count_events<ContactKeyChanged>() == 0);
  add_with_number(town.world, "cem", "+32470000003");
  REQUIRE(refresh(town.world, town.anna));
  CHECK(town.anna.count_events<ContactJoined>() == 1);
  CHECK(town.anna.count_events<Problem>() == 0);
}

TEST_CASE("where the records do not travel, they are looked up, and only those of members") {
  Town town(915);
  std::vector<std::size_t> looked_up;
  town.world.relay().on_frame_to_device = [](Device&, Bytes& frame) {
    edit_answer<wire::Segments>(frame, [](wire::Segments& segments) {
      for (auto& segment : segments.segments) segment.records = {};
    });
    edit_answer<wire::Changes>(frame, [](wire::Changes& changes) { changes.records = {}; });
    return true;
  };
  town.world.relay().on_frame_from_device = [&](Device&, Bytes& frame) {
    edit_request<wire::Lookup>(frame, [&](wire::Lookup& lookup) {
      looked_up.push_back(lookup.tags.size() / wire::tag_bytes);
    });
    return true;
  };
  const auto found = sync(town.world, town.anna, town.book());
  REQUIRE(found);
  CHECK(names_of(found->members) == Names{"Bo"});
  CHECK(found->members[0].account == town.bo.account());
  CHECK(looked_up == std::vector<std::size_t>{1});
  auto& cem = add_with_number(town.world, "cem", "+32470000003");
  REQUIRE(refresh(town.world, town.anna));
  CHECK(town.anna.engine().contact("+32470000003").value().account == cem.account());
  CHECK(looked_up == std::vector<std::size_t>{1, 1});
}

TEST_CASE("who gives up their account leaves, for those who have their number") {
  Town town(916);
  REQUIRE(sync(town.world, town.anna, town.book()));
  Answer<void> deleted;
  town.bo.engine().delete_account(town.world.now(), deleted.done());
  town.bo.run_outputs();
  REQUIRE(town.world.run_until([&] { return deleted.result.has_value(); }));
  INFO((*deleted.result ? "" : deleted.result->error().message()));
  REQUIRE(*deleted.result);
  CHECK(town.bo.engine().number().empty());
  REQUIRE(refresh(town.world, town.anna));
  REQUIRE(town.anna.count_events<ContactLeft>() == 1);
  CHECK(last_event<ContactLeft>(town.anna)->contact.name == "Bo");
  CHECK(town.anna.engine().contact("+32470000002").value().state == ContactState::non_member);
}
