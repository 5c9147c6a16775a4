// A relay that leaves out, for good, what it has (docs/threats.md): it is told once and asked once
// a minute, and whatever else there is goes on. And whose turn it is to read.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "crypto/log_id.hpp"
#include "sim/frame_edits.hpp"
#include "sim/recovery.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

constexpr std::int64_t ten_minutes_ms = 600'000;
// Asked once a minute, heartbeats and all; asked without a pause it would be thousands.
constexpr std::size_t frames_in_ten_minutes = 200;

enum class Gives : std::uint8_t { what_follows, nothing, what_was_read };
Gives any_way() { return GENERATE(Gives::what_follows, Gives::nothing, Gives::what_was_read); }

/// The relay keeps an entry of a log from one device, and what it shows in its place.
class Withheld {
 public:
  Withheld(World& world, Device& from, Gives gives) : world_(world), from_(from), gives_(gives) {}
  ~Withheld() { give_it(); }
  /// From now on: the first of these that has not been shown.
  void keep(const LogId& log, wire::EntryKind kind) { keep(log, kind, 0); }
  /// From now on: this one.
  void keep(const LogId& log, std::uint64_t seq) { keep(log, {}, seq); }
  void give_it() { world_.relay().on_frame_to_device = nullptr; }
  std::uint64_t seq() const { return seq_; }
  std::size_t frames() const { return frames_; }

 private:
  void keep(const LogId& log, std::optional<wire::EntryKind> kind, std::uint64_t seq) {
    seq_ = seq;
    world_.relay().on_frame_to_device = [this, log, kind](Device& device, Bytes& frame) {
      if (&device != &from_) return true;
      ++frames_;
      edit_entries(frame, log, [&](wire::Entries& entries) { edit(entries, kind); });
      return true;
    };
  }
  void edit(wire::Entries& entries, std::optional<wire::EntryKind> kind) {
    for (const auto& entry : entries.entries)
      if (seq_ == 0 && kind == entry.kind) seq_ = entry.seq;
    std::vector<wire::Entry> shown;
    for (const auto& entry : entries.entries)
      if (seq_ == 0 || entry.seq < seq_ || (gives_ == Gives::what_follows && entry.seq > seq_))
        shown.push_back(entry);
    if (shown.empty() && !entries.entries.empty() && gives_ == Gives::what_was_read) {
      shown.push_back(entries.entries.front());
      shown.back().seq = seq_ - 1;
    }
    entries.entries = std::move(shown);
  }

  World& world_;
  Device& from_;
  const Gives gives_;
  std::uint64_t seq_ = 0;
  std::size_t frames_ = 0;
};

MessageState state_of(const Device& author, const ChatId& chat, std::string_view text) {
  for (const auto& message : author.history(chat))
    if (const auto* said = std::get_if<Text>(&message.body); said && said->text == text)
      return message.state;
  return MessageState::failed;
}

}  // namespace

TEST_CASE("an entry that the relay leaves out of a chat for good is told of once") {
  World world(1400);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto &anna = *people[0], &bo = *people[1], &cem = *people[2];
  const auto chat = make_group(world, people);
  Withheld withheld(world, bo, any_way());
  withheld.keep(chat, wire::EntryKind::application);
  anna.send(chat, "left out");
  world.run_for(10'000);
  REQUIRE(withheld.seq() > 0);
  cem.send(chat, "the next");
  world.run_for(ten_minutes_ms);
  CHECK(bo.count_events<LogForked>() + bo.count_events<Problem>() == 1);
  CHECK(withheld.frames() < frames_in_ten_minutes);
  CHECK(count_text(bo, chat, "left out") == 0);
  CHECK(state_of(anna, chat, "left out") == MessageState::sent);

  withheld.give_it();
  world.run_for(120'000);
  check_together(world, people, chat);
  for (const auto* text : {"left out", "the next"}) CHECK(count_text(bo, chat, text) == 1);
}

TEST_CASE("what the relay leaves out for who cannot follow a chat any more is told of once") {
  World world(1460);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto &anna = *people[0], &bo = *people[1], &cem = *people[2];
  const auto chat = make_group(world, people);
  world.run_for(10'000);
  // What not all have read is kept.
  cem.set_network(false);
  const auto copy = anna.disk().copy();
  const auto next = anna.info(chat).applied_seq + 1;
  anna.send(chat, "in the newer copy");
  bo.send(chat, "and this");
  world.run_for(10'000);
  bo.set_network(false);
  Withheld withheld(world, anna, any_way());
  withheld.keep(chat, next);
  put_back(anna, copy);
  world.run_for(ten_minutes_ms);
  CHECK(anna.info(chat).state == ChatState::split);
  CHECK(anna.count_events<Problem>() == 1);
  CHECK(anna.saw_problem(Errc::frame_malformed));
  CHECK(withheld.frames() < frames_in_ten_minutes);

  withheld.give_it();
  for (auto* other : {&bo, &cem}) other->set_network(true);
  world.run_for(240'000);
  check_together(world, people, chat);
}

// No honest relay pushes what it has not been asked for; another might.
TEST_CASE("a chat that waits to be read is, though those before it need it no longer") {
  World world(1470);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto &anna = *people[0], &bo = *people[1];
  std::vector<ChatId> chats;
  for (int i = 0; i < 20; ++i) chats.push_back(make_group(world, people));
  bo.set_network(false);
  std::map<LogId, std::map<std::uint64_t, Bytes>> pushed;  // by the entry that it begins with
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    const auto decoded = wire::decode_server_frame(frame).value();
    const auto* push = decoded ? std::get_if<wire::Push>(&*decoded) : nullptr;
    const auto* entries = push ? std::get_if<wire::Entries>(push) : nullptr;
    if (&device == &bo || !entries || entries->entries.front().own) return true;
    pushed[entries->log][entries->entries.front().seq] = frame;
    return true;
  };
  for (const auto& chat : chats) anna.send(chat, "while bo is away");
  // Cem's receipts too.
  world.run_for(60'000);

  // Eight are read at once, and the eight that wait next come by themselves.
  std::vector<LogId> order;
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    if (&device != &bo) return true;
    edit_answer<wire::Resumed>(frame, [&](wire::Resumed& resumed) {
      for (const auto& head : resumed.logs)
        if (pushed.contains(head.log)) order.push_back(head.log);
    });
    const auto decoded = wire::decode_server_frame(frame).value();
    const bool is_resumed =
        decoded && std::holds_alternative<wire::AnswerFrame>(*decoded) &&
        std::holds_alternative<wire::Resumed>(std::get<wire::AnswerFrame>(*decoded).answer);
    if (!is_resumed) return true;
    bo.engine().receive(world.now(), frame);
    for (std::size_t i = 8; i < 16; ++i)
      for (const auto& [seq, push] : pushed.at(order[i])) bo.engine().receive(world.now(), push);
    bo.run_outputs();
    return false;
  };
  bo.set_network(true);
  REQUIRE(world.settle());
  REQUIRE(order.size() == chats.size());
  for (const auto& chat : chats) CHECK(count_text(bo, chat, "while bo is away") == 1);
  CHECK(bo.count_events<DeviceRestored>() == 0);
}

TEST_CASE("chats that are long to read take turns with those that wait") {
  World world(1475);
  const auto people = add_people(world, {"anna", "bo"});
  auto &anna = *people[0], &bo = *people[1];
  std::vector<ChatId> chats;
  for (int i = 0; i < 12; ++i) chats.push_back(make_group(world, people));
  bo.set_network(false);
  for (const auto& chat : chats) anna.send(chat, std::vector<std::string>(5, "while bo is away"));
  REQUIRE(world.run_until([&] { return anna.info(chats.back()).queued == 0; }));
  std::vector<LogId> reads;
  world.relay().on_frame_from_device = [&](Device&, Bytes& frame) {
    edit_request<wire::Read>(frame, [&](wire::Read& read) {
      read.entries_max = 1;
      if (std::find(chats.begin(), chats.end(), read.log) != chats.end()) reads.push_back(read.log);
    });
    return true;
  };
  bo.set_network(true);
  REQUIRE(world.settle());
  REQUIRE(reads.size() >= 5 * chats.size());
  for (std::size_t turn = 0; turn < 5; ++turn) {
    const auto first = reads.begin() + static_cast<std::ptrdiff_t>(turn * chats.size());
    const std::set<LogId> read(first, first + static_cast<std::ptrdiff_t>(chats.size()));
    CHECK(read.size() == chats.size());
  }
  for (const auto& chat : chats) CHECK(count_text(bo, chat, "while bo is away") == 5);
}

TEST_CASE("an entry that the relay leaves out of an inbox for good is told of once") {
  World world(1440);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto &anna = *people[0], &bo = *people[1];
  const auto others = make_group(world, people);
  Withheld withheld(world, bo, any_way());
  withheld.keep(crypto::inbox_log_id(bo.id()), wire::EntryKind::welcome);
  std::vector<ChatId> chats;
  for (int i = 0; i < 2; ++i) {
    chats.push_back(anna.with([&](auto& engine) {
      return engine.create_group(world.now(), "kept from bo", {{bo.account()}}).value();
    }));
    world.run_for(10'000);
    REQUIRE(withheld.seq() > 0);
  }
  world.run_for(ten_minutes_ms);
  CHECK(bo.count_events<Problem>() == 1);
  CHECK(bo.saw_problem(Errc::frame_malformed));
  CHECK(withheld.frames() < frames_in_ten_minutes);
  anna.send(others, "all others go on");
  world.run_for(10'000);
  CHECK(count_text(bo, others, "all others go on") == 1);

  withheld.give_it();
  world.run_for(120'000);
  for (const auto& chat : chats) anna.send(chat, "at last");
  REQUIRE(world.settle());
  for (const auto& chat : chats) CHECK(count_text(bo, chat, "at last") == 1);
  CHECK(bo.count_events<Problem>() == 1);
}

TEST_CASE(
    "an inbox that the relay says has more, and then has not, is not asked for all the time") {
  World world(1480);
  const auto people = add_people(world, {"anna", "bo"});
  auto& bo = *people[1];
  const auto chat = make_group(world, people);
  std::size_t frames = 0;
  const bool tells_at_first = GENERATE(true, false);
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    if (&device != &bo) return true;
    ++frames;
    edit_answer<wire::Resumed>(frame, [&](wire::Resumed& resumed) {
      std::erase_if(resumed.logs, [&](wire::LogHead& head) {
        if (head.log == crypto::inbox_log_id(bo.id())) head.head += 100;
        return !tells_at_first && head.log == crypto::inbox_log_id(bo.id());
      });
    });
    return true;
  };
  bo.cut();
  world.run_for(10'000);
  if (!tells_at_first) {
    wire::Notice notice;
    notice.what = wire::Notice::What::log_advanced;
    notice.log.log = crypto::inbox_log_id(bo.id());
    notice.log.head = 1;
    bo.engine().receive(world.now(), wire::encode(wire::Push(notice)));
    bo.run_outputs();
  }
  world.run_for(ten_minutes_ms);
  CHECK(frames < frames_in_ten_minutes);
  world.relay().on_frame_to_device = nullptr;
  bo.cut();
  check_together(world, people, chat);
}

TEST_CASE("who is told that another came first, and is shown nothing, writes again after pauses") {
  World world(1490);
  const auto people = add_people(world, {"anna", "bo"});
  auto& bo = *people[1];
  const auto chat = make_group(world, people);
  std::size_t frames = 0;
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    if (&device != &bo) return true;
    ++frames;
    const auto request = std::get<wire::RequestFrame>(wire::decode_request(frame).value());
    if (!std::holds_alternative<wire::Append>(request.request)) return true;
    wire::Refused stale;
    stale.code = Errc::stale;
    stale.head = bo.info(chat).applied_seq + 1;
    bo.link()->to_device(wire::encode(wire::AnswerFrame{request.id, stale}));
    return false;
  };
  bo.send(chat, "late");
  world.run_for(ten_minutes_ms);
  CHECK(frames < frames_in_ten_minutes);
  world.relay().on_frame_from_device = nullptr;
  check_together(world, people, chat);
  CHECK(count_text(*people[0], chat, "late") == 1);
}
