// The directory as it is read: head, segments, lookups; and what of a number is on the disk.
#include <sodium.h>

#include "people.hpp"
#include "relay/kv_log_store.hpp"
#include "relay/segment_cache.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

struct DirectoryTalk {
  explicit DirectoryTalk(std::size_t others = 0) {
    people.reserve(others + 1);
    for (std::size_t i = 0; i <= others; ++i) people.push_back(person_with(world, number_of(i)));
  }
  World world{without_work()};
  std::vector<Person> people;
  const Person& anna() const { return people[0]; }
};

/// Rows of members that nobody has confirmed, straight into the store.
void add_members(World& world, std::size_t count, std::uint64_t segment_count) {
  KvLogStore store(*world.environment);
  const auto done = store.transact([&](LogTransaction& rows) -> Result<void> {
    auto state = rows.directory(1).value();
    for (std::size_t i = 0; i < count; ++i) {
      const auto segment = world.entropy.below(segment_count);
      const Member member{segment << 32 | (world.entropy.u64() & 0xffffffff),
                          world.random<AccountId>()};
      auto record = world.random<DirectoryRecord>();
      rows.put_record(1, member, record).value();
      state.version = version_after(state.version, world.entropy);
      rows.put_change(1, state.version, {true, member}).value();
      ++state.members;
    }
    return rows.put_directory(1, state);
  });
  REQUIRE(done);
}

bool contains(const Bytes& all, ByteSpan part) {
  return std::search(all.begin(), all.end(), part.begin(), part.end()) != all.end();
}

/// Ways of writing a number, or what anybody could compute of one.
std::vector<Bytes> spellings(const std::string& number) {
  const auto digits = number.substr(1);
  std::vector<Bytes> texts = {to_bytes(as_bytes(number)), to_bytes(as_bytes(digits)),
                              to_bytes(as_bytes("00" + digits))};
  Bytes bcd;
  Bytes swapped;
  const auto padded = digits.size() % 2 ? digits + "?" : digits;  // '?' is 0x3f: a filler of 15
  for (std::size_t i = 0; i < padded.size(); i += 2) {
    const auto high = static_cast<std::uint8_t>(padded[i] & 15);
    const auto low = static_cast<std::uint8_t>(padded[i + 1] & 15);
    bcd.push_back(static_cast<std::uint8_t>(high << 4 | low));
    swapped.push_back(static_cast<std::uint8_t>(low << 4 | high));
  }
  const auto value = std::stoull(digits);
  Bytes big;
  Bytes little;
  for (int i = 0; i < 8; ++i) {
    big.push_back(static_cast<std::uint8_t>(value >> (56 - 8 * i)));
    little.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  auto out = texts;
  out.push_back(bcd);
  out.push_back(swapped);
  out.push_back(big);
  out.push_back(little);
  for (const auto& text : texts) {
    Bytes sha256(crypto_hash_sha256_BYTES);
    crypto_hash_sha256(sha256.data(), text.data(), text.size());
    Bytes sha512(crypto_hash_sha512_BYTES);
    crypto_hash_sha512(sha512.data(), text.data(), text.size());
    for (const std::size_t size : {16u, 20u, 28u, 32u, 48u, 64u}) {
      Bytes blake2b(size);
      crypto_generichash(blake2b.data(), size, text.data(), text.size(), nullptr, 0);
      out.push_back(blake2b);
    }
    out.push_back(sha256);
    out.push_back(sha512);
  }
  // MD5, SHA-1 and SHA-224 of the first number's three texts.
  for (const auto* const hash : {"349e0d238ce7ca6c", "21a6dd65b4a55f50", "b05fcf50fcb616a3",
                                 "40d562e7c3c6f958", "97a024a3c6757f13", "fa41a64efc35b72c",
                                 "8560c93c3572748c", "edd2c00ad0d47e07", "cecd58a858b44c9e"})
    out.push_back(*from_hex(hash));
  // The beginning of a hash would do as well.
  for (std::size_t i = 7; i < out.size(); ++i) out[i].resize(8);
  return out;
}

}  // namespace

TEST_CASE("the head says what there is, and grows with every change") {
  DirectoryTalk talk;
  const auto first = directory_of(talk.world, talk.anna());
  CHECK(first.epoch == 1);
  CHECK(first.members == 1);
  CHECK(changes_before(first.version) == 1);
  CHECK(first.records_travel);
  person_with(talk.world, number_of(1));
  CHECK(changes_before(directory_of(talk.world, talk.anna()).version) == 2);
  // A number that changes hands is a removal and an addition.
  person_with(talk.world, number_of(1));
  const auto last = directory_of(talk.world, talk.anna());
  CHECK(changes_before(last.version) == 4);
  CHECK(last.members == 2);
  CHECK(last.key == first.key);
}

TEST_CASE("the segments hold every member once, with the record that its number opens") {
  DirectoryTalk talk(40);
  const auto head = directory_of(talk.world, talk.anna());
  const auto all = whole_directory(talk.world, talk.anna(), 1);
  CHECK(all.version == head.version);
  REQUIRE(all.tags.size() == 41);
  REQUIRE(all.records.size() == 41);
  CHECK(std::is_sorted(all.tags.begin(), all.tags.end()));
  for (std::size_t i = 0; i < talk.people.size(); ++i) {
    const auto place = place_of(talk.world, talk.anna(), number_of(i), head);
    const auto at = std::lower_bound(all.tags.begin(), all.tags.end(), place.tag);
    REQUIRE(at != all.tags.end());
    REQUIRE(*at == place.tag);
    const auto& record = all.records[static_cast<std::size_t>(at - all.tags.begin())];
    const auto key = crypto::open_record(place, record);
    REQUIRE(key);
    CHECK(*key == talk.people[i].device.account_key.verify_key());
    CHECK(look_up(talk.world, talk.anna(), 1, place.tag) == std::vector<Bytes>{record});
  }
}

TEST_CASE("a record opens for its number only, and looks different each time") {
  DirectoryTalk talk;
  const auto head = directory_of(talk.world, talk.anna());
  const auto place = place_of(talk.world, talk.anna(), number_of(0), head);
  const auto record = look_up(talk.world, talk.anna(), 1, place.tag).at(0);
  const auto other = place_of(talk.world, talk.anna(), number_of(1), head);
  CHECK_FALSE(crypto::open_record(other, record));
  confirm_number(talk.world, talk.anna(), number_of(1));
  confirm_number(talk.world, talk.anna(), number_of(0));
  const auto again = look_up(talk.world, talk.anna(), 1, place.tag).at(0);
  CHECK(again != record);
  CHECK(crypto::open_record(place, again));
}

TEST_CASE("a tag that nobody has brings no record") {
  DirectoryTalk talk;
  CHECK(look_up(talk.world, talk.anna(), 1, 12345).empty());
  const auto answer = as<wire::Records>(talk.world.ask(talk.anna().at, wire::Lookup{1, {}}));
  CHECK(answer.counts.empty());
  Bytes tags;
  for (int i = 0; i < 256; ++i) wire::append_tag(tags, 7);
  CHECK(as<wire::Records>(talk.world.ask(talk.anna().at, wire::Lookup{1, tags})).counts.size() ==
        256);
  wire::append_tag(tags, 7);
  CHECK(refusal(talk.world.ask(talk.anna().at, wire::Lookup{1, tags})) == Errc::too_long);
}

TEST_CASE("numbers that share a tag come back together, up to a byte's worth") {
  DirectoryTalk talk;
  KvLogStore store(*talk.world.environment);
  REQUIRE(store.transact([&](LogTransaction& rows) -> Result<void> {
    for (int i = 0; i < 300; ++i)
      rows.put_record(1, {42, talk.world.random<AccountId>()}, talk.world.random<DirectoryRecord>())
          .value();
    return {};
  }));
  CHECK(look_up(talk.world, talk.anna(), 1, 42).size() == 255);
  Bytes tags;
  for (int i = 0; i < 256; ++i) wire::append_tag(tags, 42);
  CHECK(refusal(talk.world.ask(talk.anna().at, wire::Lookup{1, tags})) == Errc::too_long);
}

TEST_CASE("an epoch that is not served is gone") {
  DirectoryTalk talk;
  for (const std::uint32_t epoch : {0u, 2u, 77u}) {
    const auto ask = [&](const wire::Request& request) {
      return refusal(talk.world.ask(talk.anna().at, request));
    };
    CHECK(ask(wire::GetSegments{epoch, 0}) == Errc::directory_epoch_gone);
    CHECK(ask(wire::GetChanges{epoch, 1, 0}) == Errc::directory_epoch_gone);
    CHECK(ask(wire::Lookup{epoch, {}}) == Errc::directory_epoch_gone);
  }
}

TEST_CASE("segments come as many as fit, all at one version") {
  DirectoryTalk talk;
  add_members(talk.world, 20'000, 256);
  const auto head = directory_of(talk.world, talk.anna());
  const auto answer = as<wire::Segments>(talk.world.ask(talk.anna().at, wire::GetSegments{1, 3}));
  CHECK(answer.segments.size() > 1);
  CHECK(answer.segments.size() < 253);
  std::size_t bytes = 0;
  for (const auto& segment : answer.segments) {
    CHECK(segment.version == head.version);
    bytes += segment.tags.size() + segment.records.size();
  }
  CHECK(bytes <= 512 * 1024);
  CHECK(bytes > 480 * 1024);
  CHECK(whole_directory(talk.world, talk.anna(), 1).tags.size() == 20'001);
}

TEST_CASE("one segment that is larger than an answer's share comes alone") {
  DirectoryTalk talk;
  add_members(talk.world, 9'000, 1);
  const auto answer = as<wire::Segments>(talk.world.ask(talk.anna().at, wire::GetSegments{1, 0}));
  CHECK(answer.segments.size() == 1);
  CHECK(answer.segments[0].records.size() >= 9'000 * wire::directory_record_bytes);
}

TEST_CASE("over so many members the records stay at home") {
  DirectoryTalk talk;
  add_members(talk.world, limits::directory_records_travel_max - 1, 256);
  CHECK(directory_of(talk.world, talk.anna()).records_travel);
  CHECK(as<wire::Segments>(talk.world.ask(talk.anna().at, wire::GetSegments{1, 0}))
            .segments[0]
            .records.size() > 0);
  person_with(talk.world, number_of(1));
  CHECK_FALSE(directory_of(talk.world, talk.anna()).records_travel);
  const auto all = whole_directory(talk.world, talk.anna(), 1);
  CHECK(all.tags.size() == limits::directory_records_travel_max + 1);
  CHECK(all.records.empty());
  CHECK(found_by(talk.world, talk.anna(), number_of(1)).has_value());
}

TEST_CASE("what is kept in memory of the segments is what the store has") {
  DirectoryTalk talk;
  std::vector<std::size_t> sizes;
  for (std::size_t i = 1; i < 20; ++i) {
    const auto held = whole_directory(talk.world, talk.anna(), 1);
    const auto next = person(talk.world);
    request_code(talk.world, next, number_of(i));
    // Asked for in the very batch that changes it.
    const auto id = talk.world.send(talk.anna().at, wire::GetSegments{1, 0});
    const auto code = talk.world.code_for(number_of(i));
    talk.world.send(next.at, wire::Confirm{number_of(i), code, {}});
    talk.world.run();
    const auto answer = as<wire::Segments>(talk.world.answer_to(talk.anna().at, id));
    REQUIRE(answer.segments.size() == wire::segments_count);
    CHECK(changes_before(answer.segments[0].version) == changes_before(held.version) + 1);
    std::size_t told = 0;
    for (const auto& segment : answer.segments)
      told += wire::decode_tags(segment.tags, wire::segment_tag_bits).value().size();
    CHECK(told == held.tags.size() + 1);
    sizes.push_back(whole_directory(talk.world, talk.anna(), 1).tags.size());
    CHECK(sizes.back() == held.tags.size() + 1);
  }
  const auto before = whole_directory(talk.world, talk.anna(), 1);
  talk.world.restart();
  talk.people[0].at = talk.world.resume(talk.people[0].device);
  const auto after = whole_directory(talk.world, talk.anna(), 1);
  CHECK(before.tags == after.tags);
  CHECK(before.records == after.records);
  CHECK(before.version == after.version);
}

TEST_CASE("segments that were asked for in a batch that failed are not remembered") {
  for (std::uint64_t write = 1;; ++write) {
    DirectoryTalk talk;
    auto bo = person(talk.world);
    request_code(talk.world, bo, number_of(1));
    const auto before = whole_directory(talk.world, talk.anna(), 1);
    talk.world.disk.fail_at(talk.world.disk.operations() + write);
    const auto code = talk.world.code_for(number_of(1));
    const auto confirmed = talk.world.send(bo.at, wire::Confirm{number_of(1), code, {}});
    const auto read = talk.world.send(talk.anna().at, wire::GetSegments{1, 0});
    talk.world.run_batch();
    const bool failed =
        std::holds_alternative<wire::Refused>(talk.world.answer_to(bo.at, confirmed));
    talk.world.disk.fail_at(std::nullopt);
    if (!failed) break;
    CHECK(refusal(talk.world.answer_to(talk.anna().at, read)) == Errc::storage_io);
    const auto after = whole_directory(talk.world, talk.anna(), 1);
    CHECK(after.tags == before.tags);
    CHECK(after.version == before.version);
  }
}

TEST_CASE("the memory for segments is bounded") {
  SegmentCache cache(10'000);
  const auto segment = [](std::size_t bytes) {
    return std::make_shared<const EncodedSegment>(EncodedSegment{Bytes(bytes), {}, false});
  };
  for (std::uint8_t i = 0; i < 100; ++i) cache.add({1, i}, segment(1'000));
  std::size_t there = 0;
  for (std::uint8_t i = 0; i < 100; ++i) there += cache.find({1, i}, false) ? 1 : 0;
  CHECK(there > 0);
  CHECK(there <= 10);
  CHECK(cache.find({1, 99}, false));
  CHECK_FALSE(cache.find({1, 99}, true));
  CHECK_FALSE(cache.find({2, 99}, false));
  cache.forget({1, 99});
  CHECK_FALSE(cache.find({1, 99}, false));
}

TEST_CASE("reading the directory is rated, each kind by itself") {
  DirectoryTalk talk;
  const auto taken = [&](const wire::Request& request) {
    for (std::size_t i = 0;; ++i)
      if (const auto answer = talk.world.ask(talk.anna().at, request);
          std::holds_alternative<wire::Refused>(answer)) {
        CHECK(refusal(answer) == Errc::rate_limited);
        return i;
      }
  };
  CHECK(taken(wire::GetSegments{1, 255}) == 600);
  CHECK(taken(wire::GetDirectory{}) == 60);
  CHECK(taken(wire::Lookup{1, {}}) == 200);
}

TEST_CASE("a folder opens with the secret that it was sealed with, and with no other") {
  DirectoryTalk talk;
  talk.world.core.reset();
  CoreConfig config;
  config.secret.mutable_span()[0] = 1;
  const auto opened =
      Core::open(talk.world.now, *talk.world.environment, talk.world.entropy, std::move(config));
  REQUIRE_FALSE(opened);
  CHECK(opened.error() == Errc::storage_wrong_key);
}

TEST_CASE("a folder in which nobody has a number begins anew with another secret") {
  World world(without_work());
  world.core.reset();
  CoreConfig config;
  config.limits = without_work();
  config.sends_codes = true;
  config.secret.mutable_span()[0] = 1;
  world.core = Core::open(world.now, *world.environment, world.entropy, std::move(config)).value();
  world.settle();
  const auto anna = person_with(world, number_of(0));
  CHECK(directory_of(world, anna).epoch == 2);
  CHECK(found_by(world, anna, number_of(0)) == anna.device.account);
}

TEST_CASE(
    "no number, and nothing that anybody could compute of one, is on the disk or in the log") {
  World world(without_work());
  const std::string number = "+31612345678";
  auto anna = person_with(world, number);
  const auto bo = person_with(world, "+4915112345678");
  as<wire::Done>(world.ask(anna.at, wire::SetPin{pin(9)}));
  request_code(world, bo, number);
  confirm(world, bo, number, world.code_for(number), pin(3));
  CHECK(found_by(world, bo, number) == anna.device.account);
  REQUIRE(world.core->rotate_directory_key(world.now));
  world.settle();
  CHECK(found_by(world, bo, number) == anna.device.account);
  confirm_number(world, bo, "+33612345678");
  std::string lines;
  for (const auto& line : world.log) lines += line + "\n";
  const auto log = to_bytes(as_bytes(lines));
  const auto disk = world.disk.dump();
  REQUIRE(contains(log, as_bytes("number confirmed account=")));
  REQUIRE(contains(log, as_bytes("code sent")));
  for (const auto& each : {number, std::string("+4915112345678"), std::string("+33612345678")}) {
    for (const auto& bytes : spellings(each)) {
      INFO(each << " as " << to_hex(bytes));
      CHECK_FALSE(contains(disk, bytes));
      CHECK_FALSE(contains(disk, as_bytes(to_hex(bytes))));
      CHECK_FALSE(contains(log, bytes));
      CHECK_FALSE(contains(log, as_bytes(to_hex(bytes))));
    }
    CHECK_FALSE(contains(log, as_bytes(world.code_for(each))));
    CHECK_FALSE(contains(disk, as_bytes(world.code_for(each))));
  }
  CHECK_FALSE(contains(disk, pin(9)));
  CHECK_FALSE(contains(log, as_bytes(anna.device.account.hex().substr(0, 8))));
}
