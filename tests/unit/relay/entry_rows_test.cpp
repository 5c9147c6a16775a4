// Entries that came in one append lie together in few rows of the disk.
#include <algorithm>

#include "chat.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

struct RowsTalk : Talk {
  /// In one append; their ids.
  std::vector<EntryId> append(std::size_t count, std::size_t bytes) {
    std::vector<Written> written;
    std::vector<EntryId> out;
    for (std::size_t i = 0; i < count; ++i) {
      auto text = "text " + std::to_string(i) + " ";
      text.resize(std::max(bytes, text.size()), '.');
      written.push_back(message(world, text));
      out.push_back(written.back().entry.id);
    }
    as<wire::Appended>(world.ask(at_anna, append_of(log, 1, written)));
    return out;
  }
  void both_ack(std::uint64_t seq) {
    for (const auto from : {at_anna, at_bo})
      as<wire::Done>(world.ask(from, wire::Ack{{{log, seq, {}}}}));
    world.settle();
  }
  bool on_disk(std::string_view text) const {
    const auto bytes = world.disk.dump();
    const auto wanted = as_bytes(text);
    return std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end()) != bytes.end();
  }
};

}  // namespace

TEST_CASE("entries that were appended together can be read from each of them on") {
  RowsTalk talk;
  // Several rows, one that is larger than a row of several, and one by itself.
  auto ids = talk.append(100, 300);
  for (const auto& id : talk.append(3, 40'000)) ids.push_back(id);
  for (const auto& id : talk.append(1, 10)) ids.push_back(id);
  if (GENERATE(false, true)) {
    talk.world.restart();
    talk.at_bo = talk.world.resume(talk.bo);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    INFO(i);
    const auto rest = read_from(talk.world, talk.at_bo, talk.log, i + 2).entries;
    REQUIRE(rest.size() == ids.size() - i);
    CHECK(rest.front().seq == i + 2);
    CHECK(test::ids(rest) ==
          std::vector<EntryId>(ids.begin() + static_cast<std::ptrdiff_t>(i), ids.end()));
    const auto one = read_from(talk.world, talk.at_bo, talk.log, i + 2, 1).entries;
    REQUIRE(one.size() == 1);
    CHECK(one.front().id == ids[i]);
  }
}

TEST_CASE("what was appended together is gone from the disk when the last of it is forgotten") {
  RowsTalk talk;
  talk.append(10, 50);
  talk.both_ack(6);
  CHECK(refusal(talk.world.ask(talk.at_bo, wire::Read{talk.log, 6})) == Errc::log_pruned);
  CHECK(read_from(talk.world, talk.at_bo, talk.log, 7).entries.size() == 5);
  CHECK(talk.on_disk("text 9"));
  // A relay that starts anew knows it too.
  talk.world.restart();
  talk.at_anna = talk.world.resume(talk.anna);
  talk.at_bo = talk.world.resume(talk.bo);
  CHECK(refusal(talk.world.ask(talk.at_bo, wire::Read{talk.log, 6})) == Errc::log_pruned);
  talk.both_ack(11);
  CHECK(refusal(talk.world.ask(talk.at_bo, wire::Read{talk.log, 11})) == Errc::log_pruned);
  // Until something is synced a power cut would bring it back.
  append_message(talk.world, talk.at_anna, talk.log, "later");
  for (int i = 0; i < 10; ++i) CHECK_FALSE(talk.on_disk("text " + std::to_string(i)));
}
