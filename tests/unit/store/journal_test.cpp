// The journal's file: what is read again, and what is told apart.
#include "store/journal.hpp"

#include <catch2/catch.hpp>

#include "base/try.hpp"
#include "unit/store/files.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

constexpr std::size_t block = Journal::block_bytes;
constexpr std::size_t file_bytes = 8 * block;

JournalRound round_named(std::uint8_t first) {
  JournalRound out;
  out.bytes[0] = first;
  return out;
}

struct OneFile {
  TempFolder temp;
  std::filesystem::path path = temp.path() / "journal";
  Journal journal = must(Journal::open(path, file_bytes));

  explicit OneFile(std::initializer_list<std::string_view> payloads = {}) {
    journal.begin(round_named(1));
    for (const auto payload : payloads) append(payload);
  }
  void append_lazily(std::string_view payload) { must(journal.append(as_bytes(payload))); }
  void append(std::string_view payload) {
    append_lazily(payload);
    must(journal.sync());
  }
  /// A byte of the file becomes another one.
  void damage(std::size_t at) {
    auto content = read_file(path);
    content[at] = static_cast<char>(content[at] ^ 1);
    write_file(path, content);
  }
  Result<std::vector<std::string>> try_read(const JournalRound& round = round_named(1)) {
    std::vector<std::string> out;
    TERN_ASSIGN(auto opened, Journal::open(path, file_bytes));
    TERN_TRY(opened.resume(round));
    TERN_TRY(opened.replay([&](ByteSpan payload) {
      out.push_back(as_text(payload));
      return Result<void>();
    }));
    return out;
  }
  std::vector<std::string> read() { return must(try_read()); }
};

using Payloads = std::vector<std::string>;

}  // namespace

TEST_CASE("a journal gives back what was appended, in order, of one block and of several") {
  const std::string large(2 * block + 5, 'x');
  OneFile on({"first", "", large, "last"});
  CHECK(on.read() == Payloads{"first", "", large, "last"});
  CHECK(on.journal.records() == 4);
}

TEST_CASE("a journal that nothing was appended to is empty, and so is one of another round") {
  OneFile on;
  CHECK(on.read().empty());
  on.append("of the first round");
  CHECK(must(on.try_read(round_named(2))).empty());
}

TEST_CASE("what an earlier round left behind the end of a shorter one is not read") {
  OneFile on({"a", "b", "c"});
  on.journal.begin(round_named(2));
  on.append("d");
  CHECK(must(on.try_read(round_named(2))) == Payloads{"d"});
}

TEST_CASE("a record of which a part is missing ends the round; it was told to nobody") {
  OneFile on({"a", "b", std::string(2 * block, 'c')});
  for (const auto at : {2 * block, 2 * block + 30, 2 * block + 50, 3 * block}) {
    CAPTURE(at);
    on.damage(at);
    CHECK(on.read() == Payloads{"a", "b"});
    on.damage(at);
  }
  CHECK(on.read().size() == 3);
}

TEST_CASE("a record that is damaged before one that was appended later is storage_damaged") {
  OneFile on({"a", "b", "c"});
  for (const std::size_t at : {0u, 10u, 30u, 50u, 72u}) {
    CAPTURE(at);
    on.damage(at);
    CHECK(on.try_read().error() == Errc::storage_damaged);
    on.damage(at);
  }
  on.damage(2 * block);
  CHECK(on.read() == Payloads{"a", "b"});
}

TEST_CASE("a lazy record that a power cut took is not missed behind one that it left") {
  OneFile on({"a"});
  on.append_lazily("b");
  on.append_lazily("c");
  on.damage(block);
  CHECK(on.read() == Payloads{"a"});
  SECTION("but once the disk was sure of it, it is") {
    on.damage(block);
    must(on.journal.sync());
    on.append("d");
    on.damage(block);
    CHECK(on.try_read().error() == Errc::storage_damaged);
  }
}

TEST_CASE("a payload that has a record in it is a payload") {
  OneFile on({"a"});
  const auto record = read_file(on.path).substr(0, block);
  // As it would lie at the beginning of the next block, had it been a record of its own.
  on.append(std::string(block - 72, 'x') + record);
  on.damage(block);
  CHECK(on.read() == Payloads{"a"});
}

TEST_CASE("a journal is full at its last block, and has all of it from the beginning") {
  OneFile on;
  CHECK(std::filesystem::file_size(on.path) == file_bytes);
  CHECK(on.journal.has_room(file_bytes - 72));
  CHECK_FALSE(on.journal.has_room(file_bytes - 71));
  CHECK_FALSE(on.journal.has_room(~std::size_t{0}));
  for (int i = 0; i < 7; ++i) on.append("block");
  CHECK(on.journal.has_room(block - 72));
  CHECK_FALSE(on.journal.has_room(block - 71));
  on.append(std::string(block - 72, 'x'));
  CHECK_FALSE(on.journal.has_room(0));
  CHECK(on.read().size() == 8);
  CHECK(std::filesystem::file_size(on.path) == file_bytes);
}

TEST_CASE("a journal of another length is storage_damaged, and no journal at all is a new one") {
  OneFile on({"a"});
  for (const auto bytes : {std::size_t{0}, file_bytes - 1, file_bytes - block, file_bytes + 1}) {
    CAPTURE(bytes);
    std::filesystem::resize_file(on.path, bytes);
    CHECK(on.try_read().error() == Errc::storage_damaged);
  }
  std::filesystem::remove(on.path);
  CHECK(on.read().empty());
}

TEST_CASE("half a journal that a killed process left is made anew") {
  const TempFolder temp;
  write_file(temp.path() / "journal.new", "half");
  must(Journal::open(temp.path() / "journal", file_bytes));
  CHECK(contents_of(temp.path()).count("journal.new") == 0);
  CHECK(std::filesystem::file_size(temp.path() / "journal") == file_bytes);
}

TEST_CASE("a link under the journal's name is not followed") {
  const TempFolder temp;
  write_file(temp.path() / "elsewhere", std::string(file_bytes, '\0'));
  std::filesystem::create_symlink(temp.path() / "elsewhere", temp.path() / "journal");
  CHECK_FALSE(Journal::open(temp.path() / "journal", file_bytes));
}
