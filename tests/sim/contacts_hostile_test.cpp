// A relay that lies about its directory: nothing that it says is used, and the app is told.
#include <map>

#include "crypto/deterministic_entropy.hpp"
#include "crypto/oprf.hpp"
#include "sim/contacts.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

struct Lied {
  explicit Lied(std::uint64_t seed)
      : world(seed),
        anna(add_with_number(world, "anna", "+32470000001")),
        bo(add_with_number(world, "bo", "+32470000002")) {}
  template <class What, class Edit>
  void lie(Edit edit) {
    world.relay().on_frame_to_device = [edit](Device&, Bytes& frame) {
      edit_answer<What>(frame, edit);
      return true;
    };
  }
  Errc sync_error() {
    const auto found = sync(world, anna, book);
    REQUIRE(!found);
    CHECK(anna.saw_problem(found.error().errc()));
    const auto contacts = anna.engine().contacts().value();
    for (const auto& contact : contacts) CHECK(contact.state == ContactState::waiting);
    return found.error().errc();
  }
  void honest_again() {
    world.relay().on_frame_to_device = nullptr;
    world.run_for(std::int64_t{2} * 3'600'000);
    const auto found = sync(world, anna, book);
    REQUIRE(found);
    CHECK(names_of(found->members) == std::vector<std::string>{"Bo"});
  }
  World world;
  Device& anna;
  Device& bo;
  std::vector<Contact> book = {entry("+32470000002", "Bo"), entry("+32470000003", "Cem")};
};

Bytes kept;

}  // namespace

TEST_CASE("another directory key in the same epoch is refused: it would tell who asks") {
  Lied lied(940);
  REQUIRE(sync(lied.world, lied.anna, {entry("+32470000002", "Bo")}));
  lied.lie<wire::DirectoryHead>([](wire::DirectoryHead& head) {
    head.key = *wire::PublicKey::from(
        *from_hex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"));
  });
  const auto found = sync(lied.world, lied.anna, lied.book);
  REQUIRE(!found);
  CHECK(found.error() == Errc::directory_key_changed);
  CHECK(lied.anna.engine().contact("+32470000002").value().state == ContactState::member);
  lied.honest_again();
}

TEST_CASE("a directory that goes back to an earlier epoch is refused") {
  Lied lied(941);
  REQUIRE(sync(lied.world, lied.anna, {entry("+32470000002", "Bo")}));
  lied.lie<wire::DirectoryHead>([](wire::DirectoryHead& head) { head.epoch = 0; });
  const auto found = sync(lied.world, lied.anna, lied.book);
  REQUIRE(!found);
  CHECK(found.error() == Errc::directory_damaged);
  lied.honest_again();
}

TEST_CASE("a directory key that is no group element is refused") {
  Lied lied(942);
  lied.lie<wire::DirectoryHead>([](wire::DirectoryHead& head) { head.key = {}; });
  CHECK(lied.sync_error() == Errc::oprf_element_invalid);
  lied.honest_again();
}

TEST_CASE("an evaluation under another key than the pinned one is refused, whole or in part") {
  Lied lied(943);
  SECTION("another element") {
    lied.lie<wire::Evaluated>([](wire::Evaluated& answer) {
      kept = to_bytes(answer.elements);
      std::swap_ranges(kept.begin(), kept.begin() + 32, kept.begin() + 32);
      answer.elements = kept;
    });
    CHECK(lied.sync_error() == Errc::oprf_proof_invalid);
  }
  SECTION("another proof") {
    lied.lie<wire::Evaluated>([](wire::Evaluated& answer) {
      kept = to_bytes(answer.proof);
      kept[3] ^= 1;
      answer.proof = kept;
    });
    CHECK(lied.sync_error() == Errc::oprf_proof_invalid);
  }
  SECTION("the identity") {
    lied.lie<wire::Evaluated>([](wire::Evaluated& answer) {
      kept = Bytes(answer.elements.size());
      answer.elements = kept;
    });
    CHECK(lied.sync_error() == Errc::oprf_element_invalid);
  }
  SECTION("fewer than were asked for") {
    lied.lie<wire::Evaluated>(
        [](wire::Evaluated& answer) { answer.elements = answer.elements.first(32); });
    CHECK(lied.sync_error() == Errc::oprf_batch_invalid);
  }
  SECTION("of another epoch") {
    lied.lie<wire::Evaluated>([](wire::Evaluated& answer) { ++answer.epoch; });
    CHECK(lied.sync_error() == Errc::directory_damaged);
  }
  lied.honest_again();
}

TEST_CASE("segments that contradict themselves are refused") {
  Lied lied(944);
  SECTION("tags that are none") {
    lied.lie<wire::Segments>([](wire::Segments& segments) {
      kept = {0, 0, 0, 9, 3};
      segments.segments[0].tags = kept;
    });
  }
  SECTION("another number of records than tags") {
    lied.lie<wire::Segments>([](wire::Segments& segments) {
      kept = Bytes(wire::directory_record_bytes);
      segments.segments[1].records = kept;
    });
  }
  SECTION("no version") {
    lied.lie<wire::Segments>([](wire::Segments& segments) { segments.segments[0].version = 0; });
  }
  SECTION("others than were asked for") {
    lied.lie<wire::Segments>([](wire::Segments& segments) { segments.segments.clear(); });
  }
  SECTION("another epoch's") {
    lied.lie<wire::Segments>([](wire::Segments& segments) { ++segments.epoch; });
  }
  CHECK(lied.sync_error() == Errc::directory_damaged);
  lied.honest_again();
}

TEST_CASE("changes that do not follow what is here are refused, and what is here stays") {
  Lied lied(945);
  REQUIRE(sync(lied.world, lied.anna, lied.book));
  add_with_number(lied.world, "cem", "+32470000003");
  SECTION("from another version") {
    lied.lie<wire::Changes>([](wire::Changes& changes) { ++changes.since; });
  }
  SECTION("to the version they come from") {
    lied.lie<wire::Changes>([](wire::Changes& changes) { changes.version = changes.since; });
  }
  SECTION("tags that are none") {
    lied.lie<wire::Changes>([](wire::Changes& changes) {
      kept = {1, 2, 3};
      changes.added = kept;
    });
  }
  SECTION("a record too many") {
    lied.lie<wire::Changes>([](wire::Changes& changes) {
      kept = Bytes(wire::directory_record_bytes * 7);
      changes.records = kept;
    });
  }
  const auto refreshed = refresh(lied.world, lied.anna);
  REQUIRE(!refreshed);
  CHECK(refreshed.error() == Errc::directory_damaged);
  CHECK(lied.anna.engine().contact("+32470000002").value().state == ContactState::member);
  CHECK(lied.anna.count_events<ContactJoined>() == 0);
  lied.world.relay().on_frame_to_device = nullptr;
  lied.world.run_for(std::int64_t{2} * 3'600'000);
  REQUIRE(refresh(lied.world, lied.anna));
  CHECK(lied.anna.count_events<ContactJoined>() == 1);
}

TEST_CASE("a removal of what is not there makes the segment be fetched anew") {
  Lied lied(946);
  REQUIRE(sync(lied.world, lied.anna, lied.book));
  add_with_number(lied.world, "cem", "+32470000003");
  bool lied_once = false;
  lied.lie<wire::Changes>([&](wire::Changes& changes) {
    if (std::exchange(lied_once, true)) return;
    const std::vector<wire::Tag> tags = {0x1234567890};
    kept = wire::encode_tags(tags);
    changes.removed = kept;
  });
  REQUIRE(refresh(lied.world, lied.anna));
  CHECK(lied_once);
  CHECK(lied.anna.count_events<ContactJoined>() == 1);
  CHECK(lied.anna.engine().contact("+32470000002").value().state == ContactState::member);
}

TEST_CASE("a record of another number under the same tag makes nobody a member") {
  Lied lied(947);
  lied.lie<wire::Segments>([](wire::Segments& segments) {
    for (auto& segment : segments.segments) {
      if (segment.records.empty()) continue;
      kept = Bytes(segment.records.size(), 0x5a);
      segment.records = kept;
      return;
    }
  });
  const auto found =
      sync(lied.world, lied.anna, {entry("+32470000001", "Me"), entry("+32470000002", "Bo")});
  REQUIRE(found);
  CHECK(found->members.size() == 1);
  CHECK(found->non_members.size() == 1);
}

TEST_CASE("a relay put back to an older copy is read anew from its segments") {
  Lied lied(948);
  auto before = lied.world.relay().disk().copy();
  add_with_number(lied.world, "cem", "+32470000003");
  REQUIRE(sync(lied.world, lied.anna, lied.book));
  CHECK(lied.anna.engine().contact("+32470000003").value().state == ContactState::member);
  lied.world.relay().kill();
  lied.world.relay().disk().restore(before);
  lied.world.relay().start();
  lied.world.run_for(60'000);
  REQUIRE(refresh(lied.world, lied.anna));
  CHECK(lied.anna.engine().contact("+32470000002").value().state == ContactState::member);
  CHECK(lied.anna.engine().contact("+32470000003").value().state == ContactState::non_member);
}

TEST_CASE("two people who were shown different directory keys are told so by each other") {
  World world(949);
  auto& anna = add_with_number(world, "anna", "+32470000001");
  auto& bo = add_with_number(world, "bo", "+32470000002");
  // Bo's relay has a key for him alone, and evaluates under it as it should.
  crypto::DeterministicEntropy entropy(949);
  const auto keys = crypto::voprf::KeyPair::generate(entropy);
  std::map<const Device*, Bytes> asked;
  world.relay().on_frame_from_device = [&](Device& from, Bytes& frame) {
    edit_request<wire::OprfEvaluate>(
        frame, [&](wire::OprfEvaluate& request) { asked[&from] = to_bytes(request.elements); });
    return true;
  };
  crypto::voprf::Evaluation evaluation;
  Bytes elements;
  world.relay().on_frame_to_device = [&](Device& to, Bytes& frame) {
    if (&to != &bo) return true;
    edit_answer<wire::DirectoryHead>(
        frame, [&](wire::DirectoryHead& head) { head.key.bytes = keys.public_key.bytes; });
    edit_answer<wire::Evaluated>(frame, [&](wire::Evaluated& answer) {
      std::vector<crypto::voprf::Element> blinded;
      for (std::size_t i = 0; i < asked[&bo].size(); i += 32)
        blinded.push_back(*crypto::voprf::Element::from(ByteSpan(asked[&bo]).subspan(i, 32)));
      evaluation = crypto::voprf::evaluate_blinded(keys, blinded, entropy).value();
      elements.clear();
      for (const auto& element : evaluation.elements)
        elements.insert(elements.end(), element.bytes.begin(), element.bytes.end());
      answer.elements = elements;
      answer.proof = evaluation.proof;
    });
    return true;
  };
  REQUIRE(sync(world, anna, {entry("+32470000002", "Bo")}));
  REQUIRE(sync(world, bo, {entry("+32470000001", "Anna")}));
  const auto chat =
      anna.with([&](auto& engine) { return engine.chat_with(world.now(), bo.account()).value(); });
  anna.send(chat, "hello");
  REQUIRE(world.settle());
  bo.send(chat, "hello");
  REQUIRE(world.settle());
  world.run_for(10'000);
  CHECK(anna.saw_problem(Errc::directory_key_changed));
  CHECK(bo.saw_problem(Errc::directory_key_changed));
}

TEST_CASE("a relay put back that has come to the same version by other changes is read anew") {
  Lied lied(949);
  auto& world = lied.world;
  auto& cem = world.add_device("cem");
  REQUIRE(world.settle());
  const auto copy = world.relay().disk().copy();
  auto& dia = world.add_device("dia");
  give_number(world, dia, "+32470000004");
  REQUIRE(sync(world, lied.anna, {entry("+32470000003", "Cem"), entry("+32470000004", "Dia")}));
  // She is in no chat that would show her that the relay has lost something.
  world.relay().kill();
  world.relay().disk().restore(copy);
  world.relay().start();
  world.run_for(60'000);
  give_number(world, cem, "+32470000003");
  REQUIRE(refresh(world, lied.anna));
  CHECK(lied.anna.engine().contact("+32470000003").value().state == ContactState::member);
  CHECK(lied.anna.engine().contact("+32470000004").value().state == ContactState::non_member);
}

TEST_CASE("whose number the relay has lost reads its directory anew") {
  World world(951);
  auto& anna = world.add_device("anna");
  auto& bo = world.add_device("bo");
  REQUIRE(world.settle());
  const auto copy = world.relay().disk().copy();
  give_number(world, anna, "+32470000001");
  add_with_number(world, "dia", "+32470000004");
  REQUIRE(sync(world, anna, {entry("+32470000002", "Bo"), entry("+32470000004", "Dia")}));
  CHECK(anna.engine().contact("+32470000002").value().state == ContactState::non_member);
  world.relay().kill();
  world.relay().disk().restore(copy);
  world.relay().start();
  world.run_for(60'000);
  CHECK(refresh(world, anna).error() == Errc::number_not_confirmed);
  // It comes to the version that she had, by other changes.
  give_number(world, bo, "+32470000002");
  give_number(world, anna, "+32470000001");
  REQUIRE(refresh(world, anna));
  CHECK(anna.engine().contact("+32470000002").value().state == ContactState::member);
  CHECK(anna.engine().contact("+32470000004").value().state == ContactState::non_member);
}
