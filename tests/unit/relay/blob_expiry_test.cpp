// How long blobs are kept, and that nothing is left of them afterwards.
#include "blob_maker.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

constexpr std::int64_t retention_days = limits::retention_days;
constexpr std::int64_t incomplete_days = 7;

bool is_there(BlobTalk& talk, const Blob& blob) {
  const auto answer = get(talk.world, talk.at_bo, talk.anna.account, blob);
  if (std::holds_alternative<wire::BlobChunk>(answer)) return true;
  CHECK(refusal(answer) == Errc::blob_unknown);
  return false;
}

void check_nothing_is_left(BlobTalk& talk) {
  CHECK(blob_rows(talk.world) == BlobRows{});
  const auto use = blob_use(talk.world, talk.anna.account);
  CHECK(use.blobs == 0);
  CHECK(use.room == 0);
}

struct NamingTalk : BlobTalk {
  Chat chat = create_chat(world, at_anna, {bo.id});
  void name(ConnectionId connection, const std::vector<BlobAddress>& blobs) {
    const auto text = naming(world, blobs);
    as<wire::Appended>(world.ask(connection, append_of(chat.log, 1, {text})));
  }
};

}  // namespace

TEST_CASE("a complete blob is kept for the retention, and a day later it is gone") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  upload(talk.world, talk.at_anna, blob);
  talk.pass_days(retention_days);
  CHECK(is_there(talk, blob));
  CHECK(comes_back(talk.world, talk.at_bo, talk.anna.account, blob));
  talk.pass_days(1);
  CHECK_FALSE(is_there(talk, blob));
  CHECK(probe(talk.world, talk.at_anna, blob).chunks == 0);
  check_nothing_is_left(talk);
}

TEST_CASE("a blob is not dropped before its time, at whatever hour it was uploaded") {
  for (const std::int64_t hour : {0, 1, 12, 23}) {
    BlobTalk talk;
    const auto midnight_ms = talk.world.now.wall_ms / blob_day_ms * blob_day_ms + blob_day_ms;
    talk.world.pass_ms(midnight_ms - talk.world.now.wall_ms + hour * 3'600'000);
    const auto blob = make_blob(talk.world, 10);
    upload(talk.world, talk.at_anna, blob);
    talk.pass_days(retention_days, -1);
    CHECK(is_there(talk, blob));
    talk.pass_days(1, 3'600'001);
    CHECK_FALSE(is_there(talk, blob));
  }
}

TEST_CASE("a blob that is not complete is kept for seven days after its last chunk") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 4 * chunk_bytes);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  talk.pass_days(incomplete_days);
  CHECK(is_there(talk, blob));
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1)));
  talk.pass_days(incomplete_days);
  CHECK(is_there(talk, blob));
  CHECK(probe(talk.world, talk.at_anna, blob).chunks == 2);
  // Neither a probe nor a chunk that changes nothing keeps it.
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  talk.pass_days(1);
  CHECK_FALSE(is_there(talk, blob));
  check_nothing_is_left(talk);
}

TEST_CASE("an entry of its owner keeps a blob a whole retention from there") {
  NamingTalk talk;
  const auto blob = make_blob(talk.world, 10);
  upload(talk.world, talk.at_anna, blob);
  talk.pass_days(20);
  talk.name(talk.at_anna, {blob.address});
  talk.pass_days(retention_days);
  CHECK(is_there(talk, blob));
  talk.name(talk.at_anna, {blob.address});
  talk.pass_days(retention_days);
  CHECK(is_there(talk, blob));
  talk.pass_days(1);
  CHECK_FALSE(is_there(talk, blob));
  check_nothing_is_left(talk);
}

TEST_CASE("nobody else's entry keeps a blob") {
  NamingTalk talk;
  const auto blob = make_blob(talk.world, 10);
  upload(talk.world, talk.at_anna, blob);
  talk.pass_days(20);
  talk.name(talk.at_bo, {blob.address});
  talk.pass_days(11);
  CHECK_FALSE(is_there(talk, blob));
}

TEST_CASE("an entry that is refused keeps no blob, nor one that is repeated") {
  NamingTalk talk;
  const auto blob = make_blob(talk.world, 10);
  upload(talk.world, talk.at_anna, blob);
  const auto text = naming(talk.world, {blob.address});
  as<wire::Appended>(talk.world.ask(talk.at_anna, append_of(talk.chat.log, 1, {text})));
  talk.pass_days(20);
  as<wire::Appended>(talk.world.ask(talk.at_anna, append_of(talk.chat.log, 1, {text})));
  const auto stale = naming(talk.world, {blob.address});
  CHECK(refusal(talk.world.ask(talk.at_anna, append_of(talk.chat.log, 0, {stale}))) == Errc::stale);
  talk.pass_days(11);
  CHECK_FALSE(is_there(talk, blob));
}

TEST_CASE("the first entry of a log keeps the blobs that it names") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 10);
  upload(talk.world, talk.at_anna, blob);
  talk.pass_days(20);
  wire::EntryHeader header;
  header.entry_id = talk.world.random<EntryId>();
  header.blobs = {blob.address};
  const auto payload = private_message(3, header, "first");
  wire::CreateLog create;
  create.log = talk.world.random<LogId>();
  create.first.id = header.entry_id;
  create.first.kind = wire::EntryKind::commit;
  create.first.payload = payload;
  as<wire::Appended>(talk.world.ask(talk.at_anna, create));
  talk.pass_days(retention_days);
  CHECK(is_there(talk, blob));
}

TEST_CASE("a blob may be named before it is there, and is then kept from when it is complete") {
  NamingTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  talk.name(talk.at_anna, {blob.address, talk.world.random<BlobAddress>()});
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  talk.name(talk.at_anna, {blob.address});
  talk.pass_days(5);
  CHECK(as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1))).complete);
  talk.pass_days(retention_days);
  CHECK(is_there(talk, blob));
  talk.pass_days(1);
  CHECK_FALSE(is_there(talk, blob));
}

TEST_CASE("to name a blob that is half there does not keep it") {
  NamingTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  talk.name(talk.at_anna, {blob.address});
  talk.pass_days(incomplete_days + 1);
  CHECK_FALSE(is_there(talk, blob));
  check_nothing_is_left(talk);
}

TEST_CASE("one append names as many blobs as its entries may, each as often as it likes") {
  NamingTalk talk;
  std::vector<Blob> blobs;
  std::vector<BlobAddress> addresses;
  for (std::size_t i = 0; i < limits::entry_blobs_max; ++i) {
    blobs.push_back(make_blob(talk.world, 10 + i));
    addresses.push_back(blobs.back().address);
    upload(talk.world, talk.at_anna, blobs.back());
  }
  talk.pass_days(20);
  const auto first = naming(talk.world, addresses);
  const auto second = naming(talk.world, addresses);
  as<wire::Appended>(talk.world.ask(talk.at_anna, append_of(talk.chat.log, 1, {first, second})));
  CHECK(blob_rows(talk.world).dues == blobs.size());
  talk.pass_days(retention_days);
  for (const auto& blob : blobs) CHECK(is_there(talk, blob));
  talk.pass_days(1);
  check_nothing_is_left(talk);
}

TEST_CASE("a clock that goes back shortens no blob's time") {
  NamingTalk talk;
  const auto blob = make_blob(talk.world, 10);
  upload(talk.world, talk.at_anna, blob);
  talk.world.now.wall_ms -= 20 * blob_day_ms;
  talk.name(talk.at_anna, {blob.address});
  talk.world.now.wall_ms += 20 * blob_day_ms;
  talk.pass_days(retention_days);
  CHECK(is_there(talk, blob));
}

TEST_CASE("a clock that goes back before the last chunk shortens no blob's time") {
  for (const std::int64_t days : {1, 40}) {
    NamingTalk talk;
    const auto blob = make_blob(talk.world, 2 * chunk_bytes);
    as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
    talk.world.now.wall_ms -= days * blob_day_ms;
    REQUIRE(as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1))).complete);
    talk.world.now.wall_ms += days * blob_day_ms;
    talk.pass_days(retention_days);
    CHECK(is_there(talk, blob));
    talk.pass_days(1);
    CHECK_FALSE(is_there(talk, blob));
  }
}

TEST_CASE("a large blob goes in shares, between which others are served") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 600 * chunk_bytes);
  for (std::uint32_t i = 0; i < blob.chunks(); ++i) {
    as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(i)));
    talk.world.pass_ms(10);
  }
  talk.world.pass_ms(31 * blob_day_ms);
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ping{}));
  // For its owner and its receivers it is gone at once, and its room is there again.
  CHECK_FALSE(is_there(talk, blob));
  CHECK(blob_use(talk.world, talk.anna.account).room == 0);
  std::size_t left = blob_rows(talk.world).chunks;
  CHECK(left > 0);
  while (talk.world.core->next_deadline() <= talk.world.now.mono_ms) {
    const auto ping = talk.world.send(talk.at_bo, wire::Ping{});
    talk.world.run_batch();
    as<wire::Done>(talk.world.answer_to(talk.at_bo, ping));
    const auto now_left = blob_rows(talk.world).chunks;
    REQUIRE(left - now_left <= 256);
    left = now_left;
  }
  check_nothing_is_left(talk);
}

TEST_CASE("many small blobs go in shares, each with its row") {
  RelayLimits limits;
  limits.blob_chunks_burst = 1'000;
  BlobTalk talk(limits);
  for (int i = 0; i < 300; ++i) upload(talk.world, talk.at_anna, make_blob(talk.world, 20));
  talk.world.pass_ms(31 * blob_day_ms);
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ping{}));
  talk.world.run_batch();
  const auto left = blob_rows(talk.world).blobs;
  CHECK(left > 0);
  CHECK(blob_use(talk.world, talk.anna.account).blobs == left);
  talk.world.settle();
  check_nothing_is_left(talk);
}

TEST_CASE("a relay killed while it drops and erases goes on with it") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 300 * chunk_bytes);
  for (std::uint32_t i = 0; i < blob.chunks(); ++i) {
    as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(i)));
    talk.world.pass_ms(10);
  }
  talk.world.pass_ms(31 * blob_day_ms);
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ping{}));
  CHECK(blob_rows(talk.world).dropped == 1);
  talk.restart();
  talk.world.settle();
  check_nothing_is_left(talk);
}

TEST_CASE("the same blob is uploaded anew while its first copy is still being erased") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 300 * chunk_bytes);
  const auto upload_slowly = [&] {
    for (std::uint32_t i = 0; i < blob.chunks(); ++i) {
      as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(i)));
      talk.world.pass_ms(10);
    }
  };
  upload_slowly();
  talk.world.pass_ms(31 * blob_day_ms);
  talk.world.send(talk.at_anna, wire::Ping{});
  talk.world.run_batch();
  CHECK(blob_rows(talk.world).dropped == 1);
  upload_slowly();
  talk.world.settle();
  CHECK(blob_rows(talk.world) == BlobRows{1, 300, 300, 1, 0});
  for (std::uint32_t i = 0; i < blob.chunks(); i += 50) {
    const auto chunk = as<wire::BlobChunk>(get(talk.world, talk.at_bo, talk.anna.account, blob, i));
    CHECK(to_bytes(chunk.payload) == to_bytes(blob.chunk(i)));
  }
}

TEST_CASE("a blob that waits for its day wakes nobody") {
  BlobTalk talk;
  upload(talk.world, talk.at_anna, make_blob(talk.world, 10));
  talk.world.settle();
  CHECK(talk.world.core->next_deadline() == never_ms);
}

TEST_CASE("a retention shorter than an upload may take begins when the blob is complete") {
  RelayLimits limits;
  limits.retention_days = 1;
  BlobTalk talk(limits);
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  upload(talk.world, talk.at_anna, blob);
  talk.pass_days(1);
  CHECK(is_there(talk, blob));
  talk.pass_days(1);
  CHECK_FALSE(is_there(talk, blob));
  check_nothing_is_left(talk);
}

TEST_CASE("days that make no sense lose no blob within the day, and keep none for ever") {
  for (const std::int64_t days : {INT64_MIN, std::int64_t{-1}, INT64_MAX / 2}) {
    RelayLimits limits;
    limits.blob_incomplete_days = days;
    BlobTalk talk(limits);
    const auto blob = make_blob(talk.world, 2 * chunk_bytes);
    as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
    talk.world.settle();
    CHECK(probe(talk.world, talk.at_anna, blob).chunks == 1);
    talk.pass_days(100 * 365 + 1);
    CHECK_FALSE(is_there(talk, blob));
  }
}

TEST_CASE("blobs are dropped without waiting for the disk") {
  BlobTalk talk;
  upload(talk.world, talk.at_anna, make_blob(talk.world, 3 * chunk_bytes));
  const auto syncs = talk.world.syncs();
  talk.pass_days(31);
  check_nothing_is_left(talk);
  CHECK(talk.world.syncs() == syncs);
}
