// What a relay's operator, or a thief of either disk, finds in a search (design §3, promise 5).
#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/people.hpp"
#include "sim/stolen_folder.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

bool holds(ByteSpan haystack, ByteSpan needle) {
  return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end()) !=
         haystack.end();
}

/// Everything that a run leaves with the relay: its disk, what a power cut would bring back too,
/// its log, and every frame that came to it.
struct Relays {
  Bytes disk, log, frames;
};

}  // namespace

TEST_CASE("a search of the relay's disk, its log and the devices' disks finds no text and no key") {
  World world(400);
  Relays relays;
  world.relay().on_frame_from_device = [&](Device&, Bytes& frame) {
    relays.frames.insert(relays.frames.end(), frame.begin(), frame.end());
    return true;
  };
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);  // its title is "Sunday walk"
  const std::vector<std::string> texts{
      "Meet me at the lighthouse at seven", "My new number is +31 6 2020 1337",
      "Zeven kleine eendjes zwommen in de sloot", std::string(40'000, 'w') + " the long one"};
  for (const auto& text : texts)
    for (auto* person : people) person->send(chat, text);
  people[1]
      ->with([&](auto& engine) {
        return engine.send_custom(world.now(), chat, "app.example.poll",
                                  as_bytes("who brings bread"));
      })
      .value();
  REQUIRE(world.settle());
  world.run_for(90'000);
  people[2]->send(chat, "a last one, with a commit before it");
  REQUIRE(world.settle());

  relays.disk = world.relay().disk().dump();
  for (const auto& line : world.relay().log_lines())
    relays.log.insert(relays.log.end(), line.begin(), line.end());
  REQUIRE(holds(relays.disk, people[0]->id().span()));  // the search does find what is there
  REQUIRE_FALSE(relays.log.empty());

  std::vector<std::string> words{"Sunday walk",  "lighthouse",       "2020 1337", "eendjes",
                                 "wwwwwwwwwwww", "app.example.poll", "bread",     "a last one"};
  for (const auto& word : words) {
    INFO(word);
    for (const auto* place : {&relays.disk, &relays.log, &relays.frames})
      CHECK_FALSE(holds(*place, as_bytes(word)));
    for (auto* person : people) CHECK_FALSE(holds(person->disk().dump(), as_bytes(word)));
  }
  for (auto* person : people) {
    const StolenFolder folder(*person);
    auto secrets = folder.secrets(chat);
    secrets.push_back({"storage key", to_bytes(person->storage_key().span())});
    for (const auto& secret : secrets) {
      INFO(person->name() << ": " << secret.name);
      for (const auto* place : {&relays.disk, &relays.log, &relays.frames}) {
        CHECK_FALSE(holds(*place, secret.bytes));
        CHECK_FALSE(holds(*place, as_bytes(to_hex(secret.bytes))));
      }
      CHECK_FALSE(holds(person->disk().dump(), secret.bytes));
    }
    INFO(person->name());
    CHECK_FALSE(holds(relays.log, as_bytes(person->account().hex())));
    CHECK_FALSE(holds(relays.log, as_bytes(person->id().hex())));
    CHECK_FALSE(holds(person->disk().dump(), chat.span()));
  }
  CHECK_FALSE(holds(relays.log, as_bytes(chat.hex())));
}
