// A relay that shows its members different logs: for long, or of one entry (design §4 and §8).
#include <catch2/catch.hpp>

#include "sim/frame_edits.hpp"
#include "sim/recovery.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// An entry as its author sent it to one of the relay's two sides.
struct Sent {
  EntryId id;
  wire::EntryKind kind{};
  Bytes payload;
};

/// A group, and a relay that goes on as two: each on a copy of the one disk, with the same keys. A
/// device hears of what is said on its own side.
struct TwoSides {
  TwoSides(std::uint64_t seed, std::initializer_list<const char*> names,
           TwoPeople::In in = TwoPeople::In::group)
      : world(seed),
        people(add_people(world, names)),
        chat(in == TwoPeople::In::pair ? make_pair(world, *people[0], *people[1])
                                       : make_group(world, people)) {}
  ~TwoSides() { world.relay().on_frame_from_device = nullptr; }

  /// Who writes next, and is not the last who wrote, brings a commit along.
  void someone_writes(Device& who) {
    said(who, "before");
    REQUIRE(world.settle());
    world.run_for(90'000);
    REQUIRE(world.settle());
  }
  void fork(std::initializer_list<Device*> to_other_side) {
    put_back(other, world.relay().disk().copy());
    for (auto* device : to_other_side) device->set_relay(other);
    world.run_for(10'000);
  }
  void let_across(Device& device) {
    device.set_relay(world.relay());
    world.run_for(240'000);
    REQUIRE(world.settle());
  }
  std::string said(Device& who, const std::string& what) {
    texts.push_back(who.name() + "'s, " + what + " " + std::to_string(texts.size()));
    who.send(chat, texts.back());
    return texts.back();
  }
  std::vector<std::string> says(Device& who, int times) {
    std::vector<std::string> out;
    for (int i = 0; i < times; ++i) out.push_back(said(who, "apart"));
    world.run_for(20'000);
    return out;
  }
  void check_all_have_all() {
    check_together(world, people, chat);
    for (const auto* person : people)
      for (const auto& text : texts) {
        INFO(person->name() << " and " << text);
        CHECK(count_text(*person, chat, text) == 1);
      }
  }
  void check_apart(const Device& one, const std::vector<std::string>& of_others) const {
    INFO(one.name());
    for (const auto& text : of_others) CHECK(count_text(one, chat, text) == 0);
    CHECK(one.count_events<LogForked>() + one.count_events<LogRolledBack>() == 0);
  }
  void check_half(const std::vector<Device*>& half, const std::vector<std::string>& said_there,
                  const std::vector<std::string>& of_others) const {
    for (const auto* person : half) {
      check_apart(*person, of_others);
      for (const auto& text : said_there) CHECK(count_text(*person, chat, text) == 1);
    }
  }
  MessageState state_of(const Device& device, const std::string& text) const {
    for (const auto& message : device.history(chat))
      if (const auto* said = std::get_if<Text>(&message.body); said && said->text == text)
        return message.state;
    return MessageState::failed;
  }

  World world;
  RelayNode other{world, World::roomy_limits()};
  std::vector<Device*> people;
  ChatId chat;
  std::vector<std::string> texts;
};

/// Takes what a device writes on the world's side into the log of the other one, as if the device
/// had written it there.
class Carrier {
 public:
  Carrier(TwoSides& sides, Device& author) : sides_(sides), author_(author) {
    sides.world.relay().on_frame_from_device = [this](Device& device, Bytes& frame) {
      if (&device == &author_)
        edit_request<wire::Append>(frame, [this](const wire::Append& append) {
          for (const auto& entry : append.entries)
            sent.push_back({entry.id, entry.kind, to_bytes(entry.payload)});
        });
      return true;
    };
  }
  ~Carrier() {
    sides_.world.relay().on_frame_from_device = nullptr;
    sides_.other.on_frame_to_device = nullptr;
  }

  void carry(const Sent& entry) {
    std::uint64_t base = 0;
    bool taken = false;
    auto& other = sides_.other;
    other.on_frame_to_device = [&](Device& device, Bytes& frame) {
      if (&device != &author_) return true;
      edit_answer<wire::Resumed>(frame, [&](const wire::Resumed& resumed) {
        for (const auto& head : resumed.logs)
          if (head.log == sides_.chat) base = head.base;
      });
      edit_answer<wire::Appended>(frame, [&](const wire::Appended&) { taken = true; });
      return false;
    };
    const auto link = other.accept(author_);
    link->to_relay(wire::encode(wire::RequestFrame{1, wire::Resume{}}));
    sides_.world.run_for(1'000);
    wire::Append append;
    append.log = sides_.chat;
    append.base = base;
    append.entries.push_back({0, entry.id, entry.kind, 0, false, entry.payload});
    link->to_relay(wire::encode(wire::RequestFrame{2, append}));
    sides_.world.run_for(10'000);
    link->cut();
    sides_.world.run_for(1'000);
    REQUIRE(base > 0);
    REQUIRE(taken);
    other.on_frame_to_device = nullptr;
  }
  const Sent& last(wire::EntryKind kind) const {
    for (auto entry = sent.rbegin(); entry != sent.rend(); ++entry)
      if (entry->kind == kind) return *entry;
    throw std::runtime_error("nothing of this kind was sent");
  }

  std::vector<Sent> sent;

 private:
  TwoSides& sides_;
  Device& author_;
};

}  // namespace

TEST_CASE(
    "two who were shown different logs for long are told, and lose nothing of what they said") {
  for (const auto in : {TwoPeople::In::pair, TwoPeople::In::group})
    for (const auto& [annas, bos] : {std::pair{6, 2}, std::pair{2, 6}}) {
      INFO((in == TwoPeople::In::pair ? "pair, " : "group, ")
           << annas << " of hers, " << bos << " of his");
      TwoSides sides(1300, {"anna", "bo"}, in);
      auto &anna = *sides.people[0], &bo = *sides.people[1];
      sides.someone_writes(bo);
      sides.someone_writes(anna);
      const auto epoch = anna.info(sides.chat).epoch;
      sides.fork({&bo});
      const auto of_bo = sides.says(bo, bos);
      const auto of_anna = sides.says(anna, annas);
      sides.check_apart(anna, of_bo);
      sides.check_apart(bo, of_anna);
      // She was the last who had written, and so he alone has committed.
      CHECK(bo.info(sides.chat).epoch == epoch + 1);
      CHECK(anna.info(sides.chat).epoch == epoch);
      for (const auto& text : of_anna) CHECK(sides.state_of(anna, text) == MessageState::sent);
      for (const auto& text : of_bo) CHECK(sides.state_of(bo, text) == MessageState::sent);

      sides.let_across(bo);
      // A log that is shorter than his may be an older copy, and is told of as one: to her as well,
      // for his end of it counts then.
      const bool shorter = annas < bos;
      CHECK(bo.count_events<LogForked>() == (shorter ? 0 : 1));
      CHECK(bo.count_events<LogRolledBack>() == (shorter ? 1 : 0));
      CHECK(anna.count_events<LogRolledBack>() == (shorter ? 1 : 0));
      CHECK(anna.saw_problem(Errc::log_rolled_back) == shorter);
      sides.check_all_have_all();
    }
}

TEST_CASE("a group whose halves were shown different logs for long is one again, and all is said") {
  TwoSides sides(1310, {"anna", "bo", "cem", "dora"});
  auto &anna = *sides.people[0], &bo = *sides.people[1];
  auto &cem = *sides.people[2], &dora = *sides.people[3];
  sides.someone_writes(cem);
  sides.someone_writes(dora);
  const auto epoch = anna.info(sides.chat).epoch;
  sides.fork({&cem, &dora});
  std::vector<std::string> of_first, of_other;
  for (int i = 0; i < 3; ++i) {
    for (auto* person : {&anna, &bo})
      for (auto& text : sides.says(*person, 2)) of_first.push_back(text);
    for (auto* person : {&cem, &dora})
      for (auto& text : sides.says(*person, 2)) of_other.push_back(text);
  }
  sides.check_half({&anna, &bo}, of_first, of_other);
  sides.check_half({&cem, &dora}, of_other, of_first);
  for (auto* person : {&anna, &cem}) CHECK(person->info(sides.chat).epoch > epoch);
  CHECK(anna.info(sides.chat).epoch_authenticator != cem.info(sides.chat).epoch_authenticator);
  CHECK(sides.state_of(anna, of_first.front()) == MessageState::sent);
  CHECK(sides.state_of(cem, of_other.front()) == MessageState::sent);

  sides.let_across(cem);
  CHECK(cem.count_events<LogForked>() == 1);
  // Dora is alone on the other side, and goes on there.
  for (const auto& text : sides.says(dora, 2)) CHECK(count_text(cem, sides.chat, text) == 0);
  for (const auto& text : sides.says(cem, 2)) CHECK(count_text(dora, sides.chat, text) == 0);
  sides.says(anna, 2);
  CHECK(dora.count_events<LogForked>() == 0);
  sides.let_across(dora);
  CHECK(dora.count_events<LogForked>() == 1);
  sides.check_all_have_all();
}

TEST_CASE(
    "what crosses from a log that one is not shown into another epoch is not read, but told") {
  TwoSides sides(1320, {"anna", "bo", "cem"});
  auto &anna = *sides.people[0], &bo = *sides.people[1], &cem = *sides.people[2];
  Errc told{};
  auto kind = wire::EntryKind::application;
  std::vector<std::string> of_anna;
  // Who writes commits, but for the last who has written.
  std::vector<Device*> before{&bo, &cem};
  int bos = 4;
  SECTION("a message of an epoch that the other has not come to") {
    told = Errc::mls_epoch_mismatch;
    before = {&cem, &bo};
  }
  SECTION("a message whose author had read more than the other's log has") {
    told = Errc::header_mismatch;
    bos = 0;
  }
  SECTION("a message of an epoch, where the other has come to another of its number") {
    told = Errc::mls_decrypt_failed;
  }
  SECTION("the commit that began it, where the other has come to another of its number") {
    told = Errc::mls_epoch_mismatch;
    kind = wire::EntryKind::commit;
  }
  for (auto* person : before) sides.someone_writes(*person);
  sides.fork({&bo});
  Carrier carrier(sides, anna);
  of_anna = sides.says(anna, 3);
  sides.says(bo, bos);
  REQUIRE(bo.count_events<Problem>() == 0);
  carrier.carry(carrier.last(kind));
  CHECK(bo.saw_problem(told));
  CHECK(bo.count_events<Problem>() == 1);
  for (const auto& text : of_anna) CHECK(count_text(bo, sides.chat, text) == 0);
  CHECK(bo.info(sides.chat).epoch_authenticator != anna.info(sides.chat).epoch_authenticator);
  // Each goes on, on their side.
  CHECK(count_text(bo, sides.chat, sides.said(bo, "behind it")) == 1);
  sides.world.run_for(10'000);
  CHECK(bo.info(sides.chat).queued == 0);

  sides.let_across(bo);
  CHECK(bo.count_events<LogForked>() + bo.count_events<LogRolledBack>() == 1);
  sides.check_all_have_all();
}

TEST_CASE("what crosses from another log in one's own epoch says that the log has forked") {
  TwoSides sides(1330, {"anna", "bo"});
  auto &anna = *sides.people[0], &bo = *sides.people[1];
  // He is the last who had written: she commits, he does not.
  sides.someone_writes(anna);
  sides.someone_writes(bo);
  sides.fork({&bo});
  sides.says(bo, 6);
  Carrier carrier(sides, anna);
  const auto of_anna = sides.says(anna, 3);
  REQUIRE(bo.info(sides.chat).epoch + 1 == anna.info(sides.chat).epoch);
  // Made before she had read anything that he has not: it might be of his log too.
  carrier.carry(carrier.last(wire::EntryKind::commit));
  CHECK(bo.count_events<LogForked>() + bo.count_events<Problem>() == 0);
  CHECK(bo.info(sides.chat).epoch_authenticator == anna.info(sides.chat).epoch_authenticator);
  carrier.carry(carrier.last(wire::EntryKind::application));
  CHECK(bo.count_events<LogForked>() == 1);
  CHECK(count_notices(bo, sides.chat, Notice::What::forked) == 1);
  CHECK(count_text(bo, sides.chat, of_anna.back()) == 1);
  sides.said(bo, "behind it");
  sides.world.run_for(10'000);
  sides.let_across(bo);
  sides.check_all_have_all();
}
