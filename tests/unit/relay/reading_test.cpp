#include <set>

#include "chat.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

struct ReadingTalk : Talk {
  std::vector<wire::Notice> notices(ConnectionId connection) {
    std::vector<wire::Notice> out;
    for (const auto& push : world.pushes(connection)) {
      if (const auto* const notice = std::get_if<wire::Notice>(&push)) out.push_back(*notice);
    }
    return out;
  }
};

}  // namespace

TEST_CASE("a reader gets its own entries without their payload") {
  ReadingTalk talk;
  append_message(talk.world, talk.at_anna, talk.log, "mine");
  append_message(talk.world, talk.at_bo, talk.log, "yours");
  const auto entries = read_from(talk.world, talk.at_anna, talk.log).entries;
  REQUIRE(entries.size() == 3);
  CHECK(entries[1].own);
  CHECK(entries[1].payload.empty());
  CHECK_FALSE(entries[2].own);
  CHECK_FALSE(entries[2].payload.empty());
}

TEST_CASE("a read stops at the number asked for and at what a frame holds") {
  ReadingTalk talk;
  const std::string large(250'000, 'x');
  for (int i = 0; i < 5; ++i) append_message(talk.world, talk.at_anna, talk.log, large);
  CHECK(read_from(talk.world, talk.at_bo, talk.log, 2, 2).entries.size() == 2);
  const auto first = read_from(talk.world, talk.at_bo, talk.log);
  CHECK(first.entries.size() < 6);
  CHECK(first.head == 6);
  const auto rest = read_from(talk.world, talk.at_bo, talk.log, first.entries.back().seq + 1);
  CHECK(rest.entries.back().seq == 6);
}

TEST_CASE("a batch of many authors is encoded a few times, not once for each of them") {
  World world;
  std::vector<Device> people;
  std::vector<ConnectionId> connections;
  std::vector<DeviceId> others;
  for (int i = 0; i < 40; ++i) {
    people.push_back(world.make_device());
    connections.push_back(world.online(people.back()));
    if (i > 0) others.push_back(people.back().id);
  }
  const auto chat = create_chat(world, connections[0], others);
  const std::string large(70'000, 'x');
  std::vector<Written> written;
  for (const auto connection : connections) {
    written.push_back(message(world, large));
    world.send(connection, append_of(chat.log, 1, {written.back()}));
  }
  world.frames_sent.clear();
  world.run();
  std::set<const Bytes*> frames;
  std::size_t bytes = 0;
  for (const auto& frame : world.frames_sent) {
    if (frames.insert(frame.get()).second) bytes += frame->size();
  }
  CHECK(bytes < 5 * people.size() * large.size());
  for (const auto connection : connections) {
    // Whoever was not given them knows, and reads.
    const auto pushes = world.pushes(connection);
    REQUIRE_FALSE(pushes.empty());
    CHECK(read_from(world, connection, chat.log, 2).head == people.size() + 1);
  }
}

TEST_CASE("pushes of a large batch are cut into frames") {
  ReadingTalk talk;
  const std::string large(200'000, 'x');
  for (int i = 0; i < 8; ++i) {
    const auto one = message(talk.world, large);
    talk.world.send(talk.at_anna, append_of(talk.log, 1, {one}));
  }
  talk.world.run();
  // The world refuses a frame over the limit.
  CHECK(talk.world.pushed_entries(talk.at_bo, talk.log).size() == 8);
}

TEST_CASE("reading on past the head gives nothing, far past it the log was rolled back") {
  ReadingTalk talk;
  CHECK(read_from(talk.world, talk.at_bo, talk.log, 2).entries.empty());
  const auto refused = as<wire::Refused>(talk.world.ask(talk.at_bo, wire::Read{talk.log, 3}));
  CHECK(refused.code == Errc::log_rolled_back);
  CHECK(refused.head == 1);
}

TEST_CASE("a device that resumes behind gets notice once, and entries again when it has read") {
  ReadingTalk talk;
  append_message(talk.world, talk.at_anna, talk.log);
  const auto at_bo = talk.world.resume(talk.bo, {{talk.log, 1, {}}});
  // The answer to resume has said so already.
  append_message(talk.world, talk.at_anna, talk.log);
  CHECK(talk.world.pushes(at_bo).empty());
  CHECK(read_from(talk.world, at_bo, talk.log, 2).entries.size() == 2);
  append_message(talk.world, talk.at_anna, talk.log);
  CHECK(talk.world.pushed_entries(at_bo, talk.log).size() == 1);
}

TEST_CASE("a device that resumes at the head is given what comes") {
  ReadingTalk talk;
  append_message(talk.world, talk.at_anna, talk.log);
  const auto welcome = read_from(talk.world, talk.at_bo, talk.bo.inbox).entries.at(0);
  const auto hash = wire::decode_inbox_welcome(welcome.payload).value().hash;
  const auto entry = read_from(talk.world, talk.at_bo, talk.log, 2).entries.at(0);
  wire::LogHash at_head;
  at_head.bytes = crypto::blake2b({hash,
                                   wire::hashed_header(entry.seq, entry.id, entry.kind, entry.base,
                                                       entry.payload.size()),
                                   entry.payload})
                      .bytes;
  const auto at_bo = talk.world.resume(talk.bo, {{talk.log, 2, at_head}});
  append_message(talk.world, talk.at_anna, talk.log);
  CHECK(talk.world.pushed_entries(at_bo, talk.log).size() == 1);
}

TEST_CASE("a slow reader gets one notice instead of entries until it reads") {
  ReadingTalk talk;
  talk.world.pushes(talk.at_bo);
  talk.world.core->set_writable(talk.world.now, talk.at_bo, false);
  for (int i = 0; i < 3; ++i) append_message(talk.world, talk.at_anna, talk.log);
  talk.world.core->set_writable(talk.world.now, talk.at_bo, true);
  append_message(talk.world, talk.at_anna, talk.log);
  const auto notices = talk.notices(talk.at_bo);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].what == wire::Notice::What::log_advanced);
  CHECK(notices[0].log.log == talk.log);
  CHECK(read_from(talk.world, talk.at_bo, talk.log, 2).entries.size() == 4);
  append_message(talk.world, talk.at_anna, talk.log);
  CHECK(talk.world.pushed_entries(talk.at_bo, talk.log).size() == 1);
}

TEST_CASE("a slow reader that appends itself is told of what others append next") {
  ReadingTalk talk;
  talk.world.pushes(talk.at_bo);
  talk.world.core->set_writable(talk.world.now, talk.at_bo, false);
  append_message(talk.world, talk.at_bo, talk.log);
  talk.world.core->set_writable(talk.world.now, talk.at_bo, true);
  // Its answer has brought it to the head: it would not read for a notice.
  CHECK(talk.notices(talk.at_bo).empty());
  append_message(talk.world, talk.at_anna, talk.log);
  CHECK(talk.world.pushed_entries(talk.at_bo, talk.log).size() == 1);
}

TEST_CASE("a read in the batch of an append leaves no entry out and gives none twice") {
  ReadingTalk talk;
  talk.world.pushes(talk.at_bo);
  const auto one = message(talk.world);
  const auto read = talk.world.send(talk.at_bo, wire::Read{talk.log, 2});
  talk.world.send(talk.at_anna, append_of(talk.log, 1, {one}));
  talk.world.run();
  const auto entries = as<wire::Entries>(talk.world.answer_to(talk.at_bo, read)).entries;
  CHECK(entries.size() == 1);
  CHECK(talk.world.pushed_entries(talk.at_bo, talk.log).empty());
}

TEST_CASE("resuming in the batch of an append leaves no entry out and gives none twice") {
  ReadingTalk talk;
  const auto connection = talk.world.connect(talk.bo);
  const auto id = talk.world.send(connection, wire::Resume{});
  const auto one = message(talk.world);
  talk.world.send(talk.at_anna, append_of(talk.log, 1, {one}));
  talk.world.run();
  CHECK(as<wire::Resumed>(talk.world.answer_to(connection, id)).logs.at(1).head == 2);
  CHECK(talk.world.pushes(connection).empty());
}

TEST_CASE("one frame serves all who get the same entries") {
  World world;
  const auto anna = world.make_device();
  const auto at_anna = world.online(anna);
  std::vector<DeviceId> others;
  for (int i = 0; i < 10; ++i) {
    const auto device = world.make_device();
    world.online(device);
    others.push_back(device.id);
  }
  const auto chat = create_chat(world, at_anna, others);
  world.frames_sent.clear();
  append_message(world, at_anna, chat.log);
  std::set<const Bytes*> different;
  for (const auto& frame : world.frames_sent) different.insert(frame.get());
  // The answer, the author's push, and one for ten readers.
  CHECK(world.frames_sent.size() == 12);
  CHECK(different.size() == 3);
}

TEST_CASE("the relay tells a device how high its store counter has been") {
  ReadingTalk talk;
  wire::Resume request;
  request.store_counter = 7;
  CHECK(as<wire::Resumed>(talk.world.ask(talk.at_bo, request)).store_counter == 7);
  auto append = append_of(talk.log, 1, {});
  const auto text = message(talk.world);
  append.entries = {text.entry};
  append.store_counter = 9;
  as<wire::Appended>(talk.world.ask(talk.at_bo, append));
  request.store_counter = 8;
  CHECK(as<wire::Resumed>(talk.world.ask(talk.at_bo, request)).store_counter == 9);
  talk.world.settle();
  talk.world.restart();
  const auto again = talk.world.connect(talk.bo);
  CHECK(as<wire::Resumed>(talk.world.ask(again, wire::Resume{})).store_counter == 9);
}

TEST_CASE("a signal reaches the others who are online and leaves nothing behind") {
  ReadingTalk talk;
  const auto cleo = talk.world.make_device();
  const auto at_cleo = talk.world.online(cleo);
  talk.world.pushes(talk.at_bo);
  talk.world.pushes(talk.at_anna);
  const auto commits = talk.world.commits();
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Signal{talk.log, as_bytes("typing")}));
  CHECK(talk.world.commits() == commits);
  const auto pushes = talk.world.pushes(talk.at_bo);
  REQUIRE(pushes.size() == 1);
  const auto& signal = std::get<wire::SignalPush>(pushes[0]);
  CHECK(signal.from == talk.anna.id);
  CHECK(as_text(signal.payload) == "typing");
  CHECK(talk.world.pushes(talk.at_anna).empty());
  CHECK(talk.world.pushes(at_cleo).empty());
  const std::string edge(16 * 1024, 's');
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Signal{talk.log, as_bytes(edge)}));
  CHECK(refusal(talk.world.ask(talk.at_anna, wire::Signal{talk.log, as_bytes(edge + "s")})) ==
        Errc::entry_too_large);
}
