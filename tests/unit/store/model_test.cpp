// Random transactions on every backend against a plain std::map.
#include <catch2/catch.hpp>
#include <map>

#include "store/lmdb_file.hpp"
#include "unit/store/backends.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

using Model = std::map<std::pair<std::uint8_t, std::string>, std::string>;

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : state_(seed) {}
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(state_() % bound); }
  Table table() { return {static_cast<std::uint8_t>(1 + below(3))}; }
  // Few letters and lengths, so that prefixes, equal keys and 0xff carries are common.
  std::string key() {
    static constexpr char letters[] = {'a', 'b', '\0', '\xff'};
    std::string out(below(4), 'a');
    for (auto& letter : out) letter = letters[below(4)];
    if (below(40) == 0) out.resize(key_bytes_max, '\xff');
    return out;
  }
  std::string value() {
    // Now and then one that needs pages of its own.
    const std::size_t bytes = below(10) == 0 ? below(20000) : below(60);
    return std::string(bytes, static_cast<char>('0' + below(10)));
  }

 private:
  std::mt19937 state_;
};

Rows expected(const Model& model, Table table, const std::string& prefix) {
  Rows out;
  for (const auto& [key, value] : model)
    if (key.first == table.id && key.second.compare(0, prefix.size(), prefix) == 0)
      out.emplace_back(key.second, value);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::lexicographical_compare(
        a.first.begin(), a.first.end(), b.first.begin(), b.first.end(), [](char x, char y) {
          return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
        });
  });
  return out;
}

bool less(const std::string& a, const std::string& b) {
  return std::lexicographical_compare(as_bytes(a).begin(), as_bytes(a).end(), as_bytes(b).begin(),
                                      as_bytes(b).end());
}

void compare(ReadTransaction& transaction, const Model& model, Dice& dice) {
  const auto table = dice.table();
  const auto prefix = dice.key();
  const auto bound = dice.key();
  auto up = expected(model, table, prefix);
  auto down = up;
  std::erase_if(up, [&](const auto& row) { return less(row.first, bound); });
  if (!bound.empty()) std::erase_if(down, [&](const auto& row) { return less(bound, row.first); });
  std::reverse(down.begin(), down.end());
  REQUIRE(rows_up(transaction, table, prefix, bound) == up);
  REQUIRE(rows_down(transaction, table, prefix, bound) == down);
  const auto row = model.find({table.id, bound});
  REQUIRE(text_at(transaction, table, bound) ==
          (row == model.end() ? std::nullopt : std::optional(row->second)));
}

void change(WriteTransaction& transaction, Model& model, Dice& dice) {
  const auto table = dice.table();
  const auto key = dice.key();
  if (dice.below(3) == 0) {
    transaction.erase(table, as_bytes(key)).value();
    model.erase({table.id, key});
  } else {
    const auto value = dice.value();
    transaction.put(table, as_bytes(key), as_bytes(value)).value();
    model[{table.id, key}] = value;
  }
}

// A live file must never be taken for a damaged one.
void inspect(const OnLmdb& on) { must(inspect_lmdb_file(on.options.folder / "data.mdb")); }
void inspect(const OnJournal& on) { must(inspect_lmdb_file(on.options.folder / "data.mdb")); }
void inspect(const OnMemory&) {}

template <class Backend>
constexpr bool reads_beside = !std::is_same_v<Backend, OnJournal>;

template <class Backend>
void end_life(Backend& on, Dice&) {
  on.reopen();
}
void end_life(OnJournal& on, Dice& dice) {
  if (dice.below(3) == 0)
    on.reopen();
  else
    on.kill();
}

}  // namespace

TEMPLATE_TEST_CASE("random transactions do what they would do to a map", "", OnMemory, OnLmdb,
                   OnJournal) {
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    TestType on;
    Dice dice(seed);
    Model model;
    for (int round = 0; round < 100; ++round) {
      const auto old = model;
      const auto reader =
          reads_beside<TestType> && dice.below(3) == 0 ? on.environment->read().value() : nullptr;
      auto write = on.environment->write().value();
      const auto changes = dice.below(20) == 0 ? 300 : dice.below(12);
      for (std::uint32_t i = 0; i < changes; ++i) change(*write, model, dice);
      compare(*write, model, dice);
      if (dice.below(4) == 0)
        model = old;
      else
        write->commit(dice.below(2) ? Durability::synced : Durability::lazy).value();
      write.reset();
      compare(*on.environment->read().value(), model, dice);
      if (reader) compare(*reader, old, dice);
      inspect(on);
      if (dice.below(15) == 0 && !reader) end_life(on, dice);
    }
  }
}
