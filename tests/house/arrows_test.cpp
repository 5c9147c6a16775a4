// Who may include whom. The table is the design's: a line here is an arrow of the house.
#include <catch2/catch.hpp>
#include <map>

#include "house/source_file.hpp"

namespace tern::house {
namespace {

struct Room {
  std::string folder;                ///< with a closing slash
  std::vector<std::string> may;      ///< prefixes of quoted includes
  std::vector<std::string> may_not;  ///< exceptions from `may`
};

// "The store's port" is all of store but the backends: only the shells in net choose one.
const std::vector<std::string> backends = {"store/lmdb", "store/memory"};

const std::vector<Room> rooms = {
    {"include/tern/", {"tern/"}, {}},
    {"src/base/", {"tern/", "base/"}, {}},
    {"src/crypto/", {"tern/", "base/", "crypto/"}, {}},
    {"src/mls/", {"tern/", "base/", "crypto/", "mls/"}, {}},
    {"src/store/", {"tern/", "base/", "crypto/", "store/"}, {}},
    {"codecs/wire/", {"tern/", "base/", "wire/"}, {}},
    {"codecs/voice/", {"tern/", "base/", "voice/"}, {}},
    {"codecs/contacts/", {"tern/", "base/", "contacts/"}, {}},
    {"src/client/", {"tern/", "base/", "crypto/", "mls/", "store/", "wire/", "client/"}, backends},
    {"src/relay/", {"tern/", "base/", "crypto/", "store/", "wire/", "relay/"}, backends},
    {"src/net/", {"tern/", "base/", "crypto/", "store/", "wire/", "client/", "relay/", "net/"}, {}},
    {"examples/", {"tern/", "chat/", "examples/"}, {}},
};

/// A dependency and the one folder that knows it.
const std::map<std::string, std::string> keepers = {
    {"lmdb.h", "src/store/"},
    {"sodium", "src/crypto/"},
    {"asio", "src/net/"},
    {"flatbuffers/", "codecs/wire/"},
    {"opus", "codecs/voice/"},
    {"ogg/", "codecs/voice/"},
    {"ebur128", "codecs/voice/"},
    {"sonic", "codecs/voice/"},
    {"speex/", "codecs/voice/"},
    {"portaudio", "examples/voice/"},
    {"phonenumbers/", "codecs/contacts/"},
};

const std::vector<std::string> shipped = {"include", "src", "codecs", "examples", "fuzz"};

std::string at(const SourceFile& file, const Include& include) {
  return file.path + ":" + std::to_string(include.line) + " includes " + include.path;
}

const Room* room_of(const SourceFile& file) {
  for (const auto& room : rooms)
    if (file.path.starts_with(room.folder)) return &room;
  return nullptr;
}

bool allowed(const Room& room, const Include& include) {
  if (!include.quoted) return true;
  // A generated header (FlatBuffers') has no folder; it stays in the one that generates it.
  if (include.path.find('/') == std::string::npos) return room.folder == "codecs/wire/";
  return starts_with_any(include.path, room.may) && !starts_with_any(include.path, room.may_not);
}

TEST_CASE("every folder includes only whom the design lets it include") {
  std::size_t seen = 0;
  for (const auto& file : source_files({"include", "src", "codecs", "examples"})) {
    const Room* room = room_of(file);
    INFO(file.path << " is in a folder that the table does not name");
    REQUIRE(room);
    for (const auto& include : includes_of(file)) {
      INFO(at(file, include));
      CHECK(allowed(*room, include));
      ++seen;
    }
  }
  CHECK(seen > 0);
}

TEST_CASE("each dependency is included in one folder only") {
  std::size_t seen = 0;
  for (const auto& file : source_files(shipped))
    for (const auto& include : includes_of(file))
      for (const auto& [dependency, folder] : keepers) {
        if (!include.path.starts_with(dependency)) continue;
        INFO(at(file, include));
        CHECK(file.path.starts_with(folder));
        ++seen;
      }
  CHECK(seen > 0);
}

TEST_CASE("a public header shows the standard library and tern, and nothing else") {
  for (const auto& file : source_files({"include"}))
    for (const auto& include : includes_of(file)) {
      INFO(at(file, include));
      const bool standard =
          !include.quoted && include.path.find_first_of("./") == std::string::npos;
      CHECK((standard || (include.quoted && include.path.starts_with("tern/"))));
    }
}

TEST_CASE("the table refuses what the design refuses") {
  const auto refused = [](const char* path, const char* include) {
    const Room* room = room_of({path, {}});
    return room && !allowed(*room, {include, true, 1});
  };
  CHECK(refused("src/relay/core.cpp", "mls/group.hpp"));
  CHECK(refused("src/client/outbox.cpp", "relay/core.hpp"));
  CHECK(refused("src/client/outbox.cpp", "store/lmdb.hpp"));
  CHECK(refused("src/mls/group.cpp", "store/port.hpp"));
  CHECK(refused("src/store/lmdb.cpp", "mls/group.hpp"));
  CHECK(refused("codecs/wire/frames.cpp", "crypto/hash.hpp"));
  CHECK(refused("codecs/voice/player.cpp", "wire/content.hpp"));
  CHECK(refused("codecs/contacts/vcard.cpp", "wire/content.hpp"));
  CHECK_FALSE(refused("src/client/outbox.cpp", "store/port.hpp"));
}

}  // namespace
}  // namespace tern::house
