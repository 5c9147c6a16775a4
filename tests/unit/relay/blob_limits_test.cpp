// A blob's size, an account's quota, rates, and what a batch and a connection may take.
#include "blob_maker.hpp"
#include "relay/blob_interests.hpp"
#include "relay/blobs.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

RelayLimits with_quota(std::uint64_t bytes) {
  RelayLimits limits;
  limits.blob_bytes_per_account = bytes;
  return limits;
}

std::uint64_t room_of(const Blob& blob) { return blob.bytes.size() + blob_row_room; }

}  // namespace

TEST_CASE("a blob may be as large as the relay allows and no byte larger") {
  RelayLimits limits;
  limits.blob_bytes_max = 2 * chunk_bytes;
  BlobTalk talk(limits);
  upload(talk.world, talk.at_anna, make_blob(talk.world, 2 * chunk_bytes));
  const auto before = talk.world.disk.dump();
  const auto larger = make_blob(talk.world, 2 * chunk_bytes + 1);
  const auto refused = as<wire::Refused>(talk.world.ask(talk.at_anna, larger.put(0)));
  CHECK(refused.code == Errc::blob_too_large);
  CHECK(refused.limit == 2 * chunk_bytes);
  CHECK(refusal(talk.world.ask(talk.at_anna, larger.probe())) == Errc::blob_too_large);
  CHECK(talk.world.disk.dump() == before);
}

TEST_CASE("100 MiB may be declared and no byte more, and a blob has at least one") {
  BlobTalk talk;
  const Bytes chunk(chunk_bytes, 1);
  wire::PutBlob put{talk.world.random<BlobAddress>(), limits::blob_bytes_max, 0, chunk};
  CHECK(as<wire::BlobStored>(talk.world.ask(talk.at_anna, put)).chunks == 1);
  put.address = talk.world.random<BlobAddress>();
  for (const auto bytes : {limits::blob_bytes_max + 1, UINT64_MAX, UINT64_MAX - blob_row_room}) {
    put.bytes = bytes;
    const auto refused = as<wire::Refused>(talk.world.ask(talk.at_anna, put));
    CHECK(refused.code == Errc::blob_too_large);
    CHECK(refused.limit == limits::blob_bytes_max);
  }
  put.bytes = 0;
  CHECK(refusal(talk.world.ask(talk.at_anna, put)) == Errc::malformed);
  put.payload = {};
  CHECK(refusal(talk.world.ask(talk.at_anna, put)) == Errc::malformed);
  CHECK_FALSE(talk.world.closed(talk.at_anna));
}

TEST_CASE("a relay that allows more than any frame can declare overflows nothing") {
  RelayLimits limits;
  limits.blob_bytes_max = UINT64_MAX;
  limits.blob_bytes_per_account = UINT64_MAX;
  BlobTalk talk(limits);
  const auto blob = make_blob(talk.world, chunk_bytes + 1);
  upload(talk.world, talk.at_anna, blob);
  CHECK(comes_back(talk.world, talk.at_bo, talk.anna.account, blob));
}

TEST_CASE("a chunk over 64 KiB is refused, and the connection stays") {
  BlobTalk talk;
  const Bytes chunk(chunk_bytes + 1, 1);
  const wire::PutBlob put{talk.world.random<BlobAddress>(), 3 * chunk_bytes, 0, chunk};
  CHECK(refusal(talk.world.ask(talk.at_anna, put)) == Errc::blob_too_large);
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ping{}));
}

TEST_CASE("an account's blobs fill its quota to the byte, and not one more") {
  BlobTalk talk(with_quota(2 * chunk_bytes + 2 * blob_row_room));
  const auto first = make_blob(talk.world, chunk_bytes);
  upload(talk.world, talk.at_anna, first);
  const auto before = talk.world.disk.dump();
  const auto larger = make_blob(talk.world, chunk_bytes + 1);
  const auto refused = as<wire::Refused>(talk.world.ask(talk.at_anna, larger.put(0)));
  CHECK(refused.code == Errc::blob_quota);
  CHECK(refused.limit == 2 * chunk_bytes + 2 * blob_row_room);
  CHECK(talk.world.disk.dump() == before);
  upload(talk.world, talk.at_anna, make_blob(talk.world, chunk_bytes));
  CHECK(refusal(talk.world.ask(talk.at_anna, make_blob(talk.world, 1).put(0))) == Errc::blob_quota);
  // Of each account by itself.
  upload(talk.world, talk.at_bo, first);
}

TEST_CASE("what counts is what a blob will be, from its first chunk on and only once") {
  BlobTalk talk(with_quota(4 * chunk_bytes));
  const auto blob = make_blob(talk.world, 3 * chunk_bytes);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  CHECK(blob_use(talk.world, talk.anna.account).room == room_of(blob));
  const auto other = make_blob(talk.world, chunk_bytes);
  CHECK(refusal(talk.world.ask(talk.at_anna, other.put(0))) == Errc::blob_quota);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1)));
  CHECK(as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(2))).complete);
  const auto use = blob_use(talk.world, talk.anna.account);
  CHECK(use.blobs == 1);
  CHECK(use.room == room_of(blob));
}

TEST_CASE("the smallest blobs are not free") {
  BlobTalk talk(with_quota(10 * (blob_row_room + 20)));
  for (int i = 0; i < 10; ++i) upload(talk.world, talk.at_anna, make_blob(talk.world, 20));
  const auto eleventh = make_blob(talk.world, 20);
  CHECK(refusal(talk.world.ask(talk.at_anna, eleventh.put(0))) == Errc::blob_quota);
}

TEST_CASE("whoever declares the largest blob again and again has ten of them") {
  BlobTalk talk;
  const Bytes chunk(chunk_bytes, 1);
  for (int i = 0; i < 20; ++i) {
    const wire::PutBlob put{talk.world.random<BlobAddress>(), limits::blob_bytes_max, 0, chunk};
    const auto answer = talk.world.ask(talk.at_anna, put);
    CHECK(std::holds_alternative<wire::BlobStored>(answer) == (i < 10));
  }
  CHECK(blob_use(talk.world, talk.anna.account).blobs == 10);
}

TEST_CASE("a damaged blob's room is given back with it") {
  BlobTalk talk(with_quota(2 * chunk_bytes + blob_row_room));
  for (int round = 0; round < 5; ++round) {
    const auto blob = make_false_blob(talk.world, 2 * chunk_bytes);
    as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
    CHECK(refusal(talk.world.ask(talk.at_anna, blob.put(1))) == Errc::blob_damaged);
    const auto use = blob_use(talk.world, talk.anna.account);
    CHECK(use.blobs == 0);
    CHECK(use.room == 0);
  }
  talk.world.settle();
  CHECK(blob_rows(talk.world) == BlobRows{});
}

TEST_CASE("a device has so many chunks at once and so many a second, up and down") {
  RelayLimits limits;
  limits.blob_chunks_per_second = 10;
  limits.blob_chunks_burst = 3;
  BlobTalk talk(limits);
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  upload(talk.world, talk.at_anna, blob);
  CHECK(probe(talk.world, talk.at_anna, blob).complete);
  for (int connection = 0; connection < 2; ++connection) {
    const auto refused = as<wire::Refused>(talk.world.ask(talk.at_anna, blob.probe()));
    CHECK(refused.code == Errc::rate_limited);
    CHECK(refused.retry_after_ms == 100);
    talk.at_anna = talk.world.resume(talk.anna);
  }
  CHECK(comes_back(talk.world, talk.at_anna, talk.anna.account, blob));
  as<wire::BlobChunk>(get(talk.world, talk.at_anna, talk.anna.account, blob));
  const auto refused = as<wire::Refused>(get(talk.world, talk.at_anna, talk.anna.account, blob));
  CHECK(refused.code == Errc::rate_limited);
  CHECK(refused.retry_after_ms == 100);
  talk.world.pass_ms(100);
  CHECK(probe(talk.world, talk.at_anna, blob).complete);
  as<wire::BlobChunk>(get(talk.world, talk.at_anna, talk.anna.account, blob));
  // Nobody else pays for it, and nothing else is held back by it.
  as<wire::BlobChunk>(get(talk.world, talk.at_bo, talk.anna.account, blob));
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ping{}));
}

TEST_CASE("one batch takes a mebibyte of chunks, and others' texts with the first of them") {
  BlobTalk talk;
  const auto chat = create_chat(talk.world, talk.at_bo, {});
  const auto blob = make_blob(talk.world, 40 * chunk_bytes);
  std::vector<std::uint32_t> puts;
  for (std::uint32_t i = 0; i < 40; ++i) puts.push_back(talk.world.send(talk.at_anna, blob.put(i)));
  std::vector<std::uint32_t> texts;
  const auto text = message(talk.world);
  texts.push_back(talk.world.send(talk.at_bo, append_of(chat.log, 1, {text})));
  for (int i = 0; i < 30; ++i) texts.push_back(talk.world.send(talk.at_bo, wire::Ping{}));
  talk.world.run_batch();
  const auto answered = std::count_if(puts.begin(), puts.end(), [&](std::uint32_t id) {
    return talk.world.was_answered(talk.at_anna, id);
  });
  CHECK(answered == 15);
  for (const auto id : texts) CHECK(talk.world.was_answered(talk.at_bo, id));
  talk.world.run();
  CHECK(as<wire::BlobStored>(talk.world.answer_to(talk.at_anna, puts.back())).complete);
}

TEST_CASE("those whose chunks found no place in a batch are the first of the next") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 60 * chunk_bytes);
  for (std::uint32_t i = 0; i < 60; ++i) talk.world.send(talk.at_anna, blob.put(i));
  std::vector<std::pair<ConnectionId, std::uint32_t>> others;
  for (int i = 0; i < 20; ++i) {
    const auto at_other = talk.world.online(talk.world.make_device());
    others.emplace_back(at_other, talk.world.send(at_other, make_blob(talk.world, 9).probe()));
    talk.world.send(at_other, wire::GetBlob{talk.anna.account, blob.address, 0});
  }
  int batches = 0;
  const auto all_answered = [&] {
    return std::all_of(others.begin(), others.end(), [&](const auto& other) {
      return talk.world.was_answered(other.first, other.second);
    });
  };
  while (!all_answered() && batches < 10) {
    talk.world.run_batch();
    ++batches;
  }
  CHECK(batches <= 2);
  talk.world.run();
}

TEST_CASE("a connection has 64 requests for blobs waiting and no more") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 100);
  upload(talk.world, talk.at_anna, blob);
  const wire::GetBlob wanted{talk.anna.account, blob.address, 0};
  std::uint32_t last_taken = 0;
  for (int i = 0; i < 64; ++i) last_taken = talk.world.send(talk.at_bo, wanted);
  const auto over = talk.world.send(talk.at_bo, wanted);
  const auto ping = talk.world.send(talk.at_bo, wire::Ping{});
  talk.world.run();
  as<wire::BlobChunk>(talk.world.answer_to(talk.at_bo, last_taken));
  CHECK(refusal(talk.world.answer_to(talk.at_bo, over)) == Errc::rate_limited);
  as<wire::Done>(talk.world.answer_to(talk.at_bo, ping));
  as<wire::BlobChunk>(talk.world.ask(talk.at_bo, wanted));
}

TEST_CASE("a connection waits for 64 blobs, and for more it forgets the oldest") {
  BlobTalk talk;
  std::vector<Blob> blobs;
  for (std::size_t i = 0; i <= blob_interests_max; ++i) blobs.push_back(make_blob(talk.world, 20));
  for (const auto& blob : blobs) get(talk.world, talk.at_bo, talk.anna.account, blob);
  for (const auto& blob : blobs) upload(talk.world, talk.at_anna, blob);
  const auto notices = blob_notices(talk.world, talk.at_bo);
  REQUIRE(notices.size() == blob_interests_max);
  CHECK(notices.front().address == blobs[1].address);
}

TEST_CASE("interests are bounded, once each, and go with their connection") {
  BlobInterests interests;
  const auto named = [](std::uint8_t i) {
    BlobName out;
    out.address.bytes[0] = i;
    return out;
  };
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 200; ++i) interests.add(1, named(static_cast<std::uint8_t>(i)));
  }
  CHECK(interests.size() == blob_interests_max);
  interests.add(2, named(199));
  interests.add(2, named(199));
  CHECK(interests.size() == blob_interests_max + 1);
  CHECK(interests.advance(named(199), 1) == std::vector<ConnectionId>{1, 2});
  CHECK(interests.advance(named(199), 5) == std::vector<ConnectionId>{1, 2});
  CHECK(interests.advance(named(0), 1).empty());
  const auto told = interests.take_advanced(1);
  REQUIRE(told.size() == 1);
  CHECK(told[0].chunks == 5);
  CHECK(interests.take_advanced(1).empty());
  // Who asks again knows what there is: only what comes later is news.
  interests.add(2, named(199));
  CHECK(interests.take_advanced(2).empty());
  interests.forget(1);
  CHECK(interests.size() == 1);
  interests.forget(1);
  interests.forget(2);
  CHECK(interests.size() == 0);
}

TEST_CASE("who is gone is told nothing, and who comes back asks again") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  get(talk.world, talk.at_bo, talk.anna.account, blob);
  talk.world.disconnect(talk.at_bo);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  talk.at_bo = talk.world.resume(talk.bo);
  CHECK(refusal(get(talk.world, talk.at_bo, talk.anna.account, blob, 1)) == Errc::blob_incomplete);
  // A newer connection takes the device's place, and not what the older one waited for.
  const auto newer = talk.world.resume(talk.bo);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1)));
  CHECK(blob_notices(talk.world, newer).empty());
}

TEST_CASE("two live voices of 17 packets a second and typing beside them are passed on") {
  BlobTalk talk;
  const auto chat = create_chat(talk.world, talk.at_anna, {talk.bo.id});
  const Bytes packet(800, 1);
  for (int second = 0; second < 30; ++second) {
    for (int i = 0; i < 2 * 17 + 2; ++i)
      as<wire::Done>(talk.world.ask(talk.at_anna, wire::Signal{chat.log, packet}));
    talk.world.pass_ms(1'000);
  }
  // What a network held back for five seconds comes all at once; there is an end to it.
  for (int i = 0; i < 200; ++i)
    as<wire::Done>(talk.world.ask(talk.at_anna, wire::Signal{chat.log, packet}));
  const auto over = as<wire::Refused>(talk.world.ask(talk.at_anna, wire::Signal{chat.log, packet}));
  CHECK(over.code == Errc::rate_limited);
  CHECK(over.retry_after_ms == 10);
}
