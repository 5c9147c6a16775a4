// A relay that shows an entry twice (design §4, docs/threats.md).
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "sim/frame_edits.hpp"
#include "sim/recovery.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// Three in a group. The relay shows one of them another log than there is.
struct ThreePeople {
  explicit ThreePeople(std::uint64_t seed)
      : world(seed),
        people(add_people(world, {"anna", "bo", "cem"})),
        chat(make_group(world, people)) {
    for (auto* person : people) says(*person, person->name() + "'s, before");
    world.run_for(90'000);
    REQUIRE(world.settle());
  }
  ~ThreePeople() { is_honest(); }

  MessageId says(Device& who, const std::string& text, std::int64_t then_ms = 10'000) {
    texts.push_back(text);
    const auto id = who.send(chat, text).value();
    world.run_for(then_ms);
    return id;
  }
  /// From now on the relay says what there is, on a new connection too.
  void is_honest() {
    world.relay().on_frame_to_device = nullptr;
    world.relay().on_frame_from_device = nullptr;
  }
  /// All are in one epoch, and have all that was said, once.
  void check_all_read_on() {
    is_honest();
    for (auto* person : people) person->cut();
    world.run_for(240'000);
    check_together(world, people, chat);
    for (const auto* person : people)
      for (const auto& text : texts) {
        INFO(person->name() << " and " << text);
        CHECK(count_text(*person, chat, text) == 1);
      }
  }

  World world;
  std::vector<Device*> people;
  Device& anna = *people[0];
  Device& bo = *people[1];
  Device& cem = *people[2];
  ChatId chat;
  std::vector<std::string> texts;
};

/// The log as some devices are shown it: one entry stands there twice, and all that comes behind it
/// has the next number, what they write too.
class Doubled {
 public:
  Doubled(ThreePeople& three, std::vector<Device*> victims)
      : three_(three), victims_(std::move(victims)) {
    three.world.relay().on_frame_to_device = [this](Device& device, Bytes& frame) {
      edit_entries(frame, three_.chat, [this](wire::Entries& entries) { look_for_it(entries); });
      if (is_victim(device)) to_victim(device, frame);
      return true;
    };
    three.world.relay().on_frame_from_device = [this](Device& device, Bytes& frame) {
      if (is_victim(device)) from_victim(frame);
      return true;
    };
  }
  /// What Anna says stands there twice, and then comes what Cem says.
  void double_annas_message() {
    id_ = EntryId{three_.says(three_.anna, "twice", 0).bytes};
    three_.world.run_for(10'000);
    three_.says(three_.cem, "the next");
  }
  bool has_lied_to(Device& device) const { return told_.count(&device) != 0; }

 private:
  bool is_victim(Device& device) const {
    return std::find(victims_.begin(), victims_.end(), &device) != victims_.end();
  }
  std::uint64_t shown(std::uint64_t seq) const { return seq > seq_ ? seq + 1 : seq; }
  std::uint64_t meant(std::uint64_t seq) const { return seq > seq_ ? seq - 1 : seq; }

  void look_for_it(const wire::Entries& entries) {
    for (const auto& entry : entries.entries)
      if (entry.id == id_) seq_ = entry.seq;
  }
  // Its author is told by what comes behind it.
  void to_victim(Device& device, Bytes& frame) {
    edit_entries(frame, three_.chat, [&](wire::Entries& entries) {
      std::vector<wire::Entry> out;
      for (auto entry : entries.entries) {
        if (entry.seq > seq_ && told_.insert(&device).second) {
          wire::Entry again;
          again.seq = seq_ + 1;
          again.id = id_;
          again.base = entry.base;
          again.own = true;
          out.push_back(again);
        }
        const bool is_it = entry.seq == seq_;
        entry.seq = shown(entry.seq);
        entry.base = shown(entry.base);
        out.push_back(entry);
        if (!is_it) continue;
        told_.insert(&device);
        ++entry.seq;
        out.push_back(entry);
      }
      entries.entries = std::move(out);
      entries.head = shown(entries.head);
      if (entries.head == seq_) ++entries.head;
    });
    edit_answer<wire::Appended>(frame, [this](wire::Appended& appended) {
      appended.first_seq = shown(appended.first_seq);
      appended.head = shown(appended.head);
      appended.base = shown(appended.base);
    });
  }
  void from_victim(Bytes& frame) {
    edit_request<wire::Read>(frame, [this](wire::Read& read) { read.from = meant(read.from); });
    edit_request<wire::Append>(frame,
                               [this](wire::Append& append) { append.base = meant(append.base); });
  }

  ThreePeople& three_;
  std::vector<Device*> victims_;
  EntryId id_;
  std::uint64_t seq_ = UINT64_MAX / 2;
  std::set<Device*> told_;
};

}  // namespace

TEST_CASE("a message that the relay shows a member twice counts once, and the next says so") {
  ThreePeople three(1410);
  auto& [world, people, anna, bo, cem, chat, texts] = three;
  Doubled doubled(three, {&bo});
  doubled.double_annas_message();
  REQUIRE(doubled.has_lied_to(bo));
  CHECK(count_text(bo, chat, "twice") == 1);
  CHECK(count_text(bo, chat, "the next") == 1);
  // Its key was used; and then he sees that the others have read another log.
  CHECK(bo.saw_problem(Errc::mls_generation_consumed));
  CHECK(bo.count_events<LogForked>() == 1);
  CHECK(bo.count_events<DeviceRestored>() == 0);
  three.check_all_read_on();
  CHECK(bo.count_events<LogForked>() == 1);
}

TEST_CASE("a message that the relay shows its author twice counts once, and is told of") {
  ThreePeople three(1420);
  auto& [world, people, anna, bo, cem, chat, texts] = three;
  Doubled doubled(three, {&anna});
  doubled.double_annas_message();
  REQUIRE(doubled.has_lied_to(anna));
  CHECK(count_text(anna, chat, "twice") == 1);
  // She has not written it there: as if her folder were an old copy.
  CHECK(anna.count_events<DeviceRestored>() == 1);
  three.check_all_read_on();
  CHECK(anna.count_events<DeviceRestored>() == 1);
}

TEST_CASE("a message that stands in the log twice counts once with all, and each is told") {
  ThreePeople three(1430);
  auto& [world, people, anna, bo, cem, chat, texts] = three;
  Doubled doubled(three, {&anna, &bo, &cem});
  doubled.double_annas_message();
  for (auto* person : people) {
    INFO(person->name());
    REQUIRE(doubled.has_lied_to(*person));
    CHECK(count_text(*person, chat, "twice") == 1);
  }
  for (auto* person : {&bo, &cem}) CHECK(person->saw_problem(Errc::mls_generation_consumed));
  CHECK(anna.count_events<DeviceRestored>() == 1);
  three.check_all_read_on();
}
