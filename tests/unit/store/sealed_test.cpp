#include <catch2/catch.hpp>

#include "crypto/sodium_entropy.hpp"
#include "store/table.hpp"
#include "unit/store/backends.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

StorageKey storage_key(std::uint8_t fill) { return *StorageKey::from(Bytes(32, fill)); }

struct Sealing {
  Sealing() { crypto::initialize().value(); }
  crypto::SystemEntropy entropy;
  Sealer sealer{storage_key(1), entropy};
  Sealer other{storage_key(2), entropy};
};

struct Note {
  std::uint32_t number = 0;
  std::string text;
  void write(BasicWriter<crypto::SecretBytes>& writer) const {
    writer.number(number).vector(as_bytes(text));
  }
  static Result<Note> read(Reader& reader) {
    Note out;
    TERN_ASSIGN(out.number, reader.number<std::uint32_t>());
    TERN_ASSIGN(const auto text, reader.vector());
    out.text = as_text(text);
    return out;
  }
};

bool contains(ByteSpan where, ByteSpan what) {
  return std::search(where.begin(), where.end(), what.begin(), what.end()) != where.end();
}

}  // namespace

TEST_CASE("a sealed value opens in its row, and in no other row, table or key") {
  Sealing with;
  const auto row = as_bytes("row");
  const auto sealed = with.sealer.seal(one, row, as_bytes("Tot straks!"), with.entropy);
  CHECK(sealed.size() == 11 + crypto::seal_overhead_bytes);
  CHECK_FALSE(contains(sealed, as_bytes("straks")));
  CHECK(as_text(with.sealer.open(one, row, sealed).value()) == "Tot straks!");
  CHECK(with.sealer.open(two, row, sealed).error() == Errc::storage_damaged);
  CHECK(with.sealer.open(one, as_bytes("row2"), sealed).error() == Errc::storage_damaged);
  CHECK(with.other.open(one, row, sealed).error() == Errc::storage_damaged);
  CHECK(with.sealer.open(one, row, ByteSpan(sealed).first(39)).error() == Errc::storage_damaged);
  CHECK(with.sealer.open(one, row, {}).error() == Errc::storage_damaged);
}

TEST_CASE("a sealed value with any one bit changed does not open") {
  Sealing with;
  auto sealed = with.sealer.seal(one, as_bytes("row"), as_bytes("text"), with.entropy);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    sealed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    REQUIRE(with.sealer.open(one, as_bytes("row"), sealed).error() == Errc::storage_damaged);
    sealed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  }
  CHECK(with.sealer.open(one, as_bytes("row"), sealed));
}

TEST_CASE("the same value is never sealed to the same bytes twice") {
  Sealing with;
  CHECK(with.sealer.seal(one, {}, as_bytes("text"), with.entropy) !=
        with.sealer.seal(one, {}, as_bytes("text"), with.entropy));
}

TEST_CASE("a row id is the same each time and another in another table and under another key") {
  Sealing with;
  const auto id = as_bytes("anna");
  CHECK(with.sealer.row_id(one, id) == Sealer(storage_key(1), with.entropy).row_id(one, id));
  CHECK(with.sealer.row_id(one, id) != with.sealer.row_id(two, id));
  CHECK(with.sealer.row_id(one, id) != with.sealer.row_id(one, as_bytes("bo")));
  CHECK(with.sealer.row_id(one, id) != with.other.row_id(one, id));
}

TEMPLATE_TEST_CASE("the storage key that made a folder opens it, and no other", "", OnMemory,
                   OnLmdb) {
  Sealing with;
  TestType on;
  const auto check = [&](const Sealer& sealer) {
    return transact(*on.environment, Durability::synced, [&](WriteTransaction& transaction) {
      return check_key(transaction, one, sealer);
    });
  };
  check(with.sealer).value();
  on.reopen();
  const auto before = rows_up(*on.environment->read().value(), one);
  CHECK(check(with.other).error() == Errc::storage_wrong_key);
  check(with.sealer).value();
  CHECK(rows_up(*on.environment->read().value(), one) == before);
}

TEMPLATE_TEST_CASE("a sealed table gives back what was put, and its file shows none of it", "",
                   OnMemory, OnLmdb) {
  Sealing with;
  TestType on;
  const SealedTable table(one, with.sealer);
  const auto key = table.key(as_bytes("Anna Bakker"));
  transact(*on.environment, Durability::synced, [&](WriteTransaction& transaction) {
    return table.put(transaction, key, as_bytes("+31 6 12345678"));
  }).value();
  const auto read = on.environment->read().value();
  CHECK(as_text(*table.get(*read, key).value()) == "+31 6 12345678");
  CHECK_FALSE(table.get(*read, table.key(as_bytes("Bo"))).value());
  for (const auto& [stored_key, stored] : rows_up(*read, one)) {
    CHECK_FALSE(contains(as_bytes(stored_key), as_bytes("Anna")));
    CHECK_FALSE(contains(as_bytes(stored), as_bytes("1234")));
  }
}

TEST_CASE("two rows that were swapped, and a row in the wrong table, are damage") {
  Sealing with;
  OnMemory on;
  const SealedTable table(one, with.sealer);
  const SealedTable other(two, with.sealer);
  const auto a = table.key(as_bytes("a"));
  const auto b = table.key(as_bytes("b"));
  const auto write = on.environment->write().value();
  table.put(*write, a, as_bytes("of a")).value();
  table.put(*write, b, as_bytes("of b")).value();
  const auto sealed_a = to_bytes(*write->get(one, a).value());
  const auto sealed_b = to_bytes(*write->get(one, b).value());
  write->put(one, a, sealed_b).value();
  write->put(one, b, sealed_a).value();
  write->put(two, a, sealed_a).value();
  CHECK(table.get(*write, a).error() == Errc::storage_damaged);
  CHECK(table.get(*write, b).error() == Errc::storage_damaged);
  CHECK(other.get(*write, a).error() == Errc::storage_damaged);
  int visits = 0;
  const auto visit = [&](ByteSpan, const crypto::SecretBytes&) -> Result<Scan> {
    ++visits;
    return Scan::next;
  };
  CHECK(table.scan(*write, {}, {}, visit).error() == Errc::storage_damaged);
  CHECK(visits == 0);
}

TEST_CASE("the numbered rows of an id come in the order of their numbers, both ways") {
  Sealing with;
  OnMemory on;
  const SealedTable table(one, with.sealer);
  const auto write = on.environment->write().value();
  for (const std::uint64_t number : {300u, 2u, 1u, 256u, 65536u})
    table.put(*write, table.key(as_bytes("chat"), number), as_bytes(std::to_string(number)))
        .value();
  table.put(*write, table.key(as_bytes("another chat"), 3), as_bytes("3")).value();

  std::vector<std::uint64_t> seen;
  const auto collect_numbers = [&](ByteSpan key, const crypto::SecretBytes& value) -> Result<Scan> {
    CHECK(std::to_string(SealedTable::number_of(key)) == as_text(value));
    seen.push_back(SealedTable::number_of(key));
    return Scan::next;
  };
  const auto chat = table.key(as_bytes("chat"));
  table.scan(*write, chat, table.key(as_bytes("chat"), 2), collect_numbers).value();
  CHECK(seen == std::vector<std::uint64_t>{2, 256, 300, 65536});
  seen.clear();
  table.scan_back(*write, chat, table.key(as_bytes("chat"), 300), collect_numbers).value();
  CHECK(seen == std::vector<std::uint64_t>{300, 256, 2, 1});
  CHECK(SealedTable::number_of(chat) == 0);
}

TEST_CASE("a visitor's error ends the scan and is its result") {
  Sealing with;
  OnMemory on;
  const SealedTable table(one, with.sealer);
  const auto write = on.environment->write().value();
  for (const std::uint64_t number : {1u, 2u, 3u})
    table.put(*write, table.key(as_bytes("chat"), number), {}).value();
  int visits = 0;
  const auto fail_at_two = [&](ByteSpan key, const crypto::SecretBytes&) -> Result<Scan> {
    ++visits;
    if (SealedTable::number_of(key) == 2) return Errc::not_found;
    return Scan::next;
  };
  CHECK(table.scan(*write, {}, {}, fail_at_two).error() == Errc::not_found);
  CHECK(visits == 2);
}

TEST_CASE("a record table keeps records, and a record that does not parse is damage") {
  Sealing with;
  OnMemory on;
  const RecordTable<Note> notes(one, with.sealer);
  const auto write = on.environment->write().value();
  const auto key = notes.key(as_bytes("chat"), 7);
  notes.put(*write, key, {42, "melk, brood"}).value();
  const auto note = notes.get(*write, key).value();
  REQUIRE(note);
  CHECK(note->number == 42);
  CHECK(note->text == "melk, brood");
  CHECK_FALSE(notes.get(*write, notes.key(as_bytes("chat"), 8)).value());

  int visits = 0;
  const auto visit = [&](ByteSpan, Note found) -> Result<Scan> {
    ++visits;
    CHECK(found.number == 42);
    return Scan::next;
  };
  notes.scan(*write, {}, {}, visit).value();
  notes.scan_back(*write, {}, {}, visit).value();
  CHECK(visits == 2);

  const std::string parsable("\0\0\0\x2a\x01m", 6);
  for (const auto& broken : {parsable.substr(0, 5), parsable + "x"}) {
    notes.rows().put(*write, key, as_bytes(broken)).value();
    CHECK(notes.get(*write, key).error() == Errc::storage_damaged);
    CHECK(notes.scan(*write, {}, {}, visit).error() == Errc::storage_damaged);
  }
  notes.erase(*write, key).value();
  CHECK_FALSE(notes.get(*write, key).value());
}
