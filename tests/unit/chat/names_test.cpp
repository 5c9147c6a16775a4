#include "chat/names.hpp"

#include <catch2/catch.hpp>

#include "chat/require.hpp"

namespace chat {
namespace {

struct Folder {
  Folder() {
    char path[] = "/tmp/tern-names-XXXXXX";
    REQUIRE(mkdtemp(path));
    at = path;
  }
  ~Folder() { std::filesystem::remove_all(at); }
  std::filesystem::path at;
};

TEST_CASE("a name that was given is there the next time") {
  const Folder folder;
  const auto bo = *tern::AccountId::from(tern::Bytes(16, 0xB0));
  Names::read(folder.at).set("bo", tern::to_base32(bo));
  const auto names = Names::read(folder.at);
  CHECK(names.id_of("bo") == tern::to_base32(bo));
  CHECK(names.name_of(bo) == "bo");
  CHECK(names.name_of(*tern::AccountId::from(tern::Bytes(16, 1))).size() == 8);
}

TEST_CASE("a name is one word") {
  const Folder folder;
  auto names = Names::read(folder.at);
  CHECK_THROWS_AS(names.set("two words", "x"), Failure);
  CHECK_THROWS_AS(names.set("", "x"), Failure);
  CHECK_THROWS_AS(names.set(std::string(33, 'a'), "x"), Failure);
}

}  // namespace
}  // namespace chat
