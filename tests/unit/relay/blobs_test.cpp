// Uploading, fetching, and being told of what is not there yet.
#include "blob_maker.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

TEST_CASE("a blob comes back as it was uploaded, whatever its last chunk's length") {
  for (const std::size_t bytes :
       {std::size_t{1}, chunk_bytes - 1, chunk_bytes, chunk_bytes + 1, 3 * chunk_bytes}) {
    BlobTalk talk;
    const auto blob = make_blob(talk.world, bytes);
    upload(talk.world, talk.at_anna, blob);
    CHECK(probe(talk.world, talk.at_anna, blob).complete);
    CHECK(comes_back(talk.world, talk.at_bo, talk.anna.account, blob));
  }
}

TEST_CASE(
    "another device of the account goes on with an upload, and any account's device fetches") {
  BlobTalk talk;
  const auto second = talk.world.make_second_device(talk.anna);
  const auto at_second = talk.world.online(second);
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  CHECK(as<wire::BlobStored>(talk.world.ask(at_second, blob.put(1))).complete);
  CHECK(comes_back(talk.world, talk.at_bo, talk.anna.account, blob));
  CHECK(comes_back(talk.world, talk.at_anna, talk.anna.account, blob));
}

TEST_CASE("a chunk that is not the next one changes nothing") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 4 * chunk_bytes);
  const auto ahead = [&](std::uint32_t chunk, std::uint32_t have) {
    const auto before = talk.world.disk.dump();
    const auto answer = as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(chunk)));
    CHECK(answer.chunks == have);
    CHECK_FALSE(answer.complete);
    CHECK(talk.world.disk.dump() == before);
  };
  ahead(1, 0);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1)));
  ahead(0, 2);
  ahead(1, 2);
  ahead(3, 2);
  auto wrapped = blob.put(1);
  wrapped.chunk = UINT32_MAX;
  CHECK(as<wire::BlobStored>(talk.world.ask(talk.at_anna, wrapped)).chunks == 2);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(2)));
  CHECK(as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(3))).complete);
  CHECK(comes_back(talk.world, talk.at_bo, talk.anna.account, blob));
}

TEST_CASE("chunks that come in one batch are stored in their order, with one sync") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 5 * chunk_bytes + 5);
  const auto syncs = talk.world.syncs();
  std::vector<std::uint32_t> asked;
  for (std::uint32_t i = 0; i < blob.chunks(); ++i)
    asked.push_back(talk.world.send(talk.at_anna, blob.put(i)));
  talk.world.run_batch();
  for (std::uint32_t i = 0; i < asked.size(); ++i)
    CHECK(as<wire::BlobStored>(talk.world.answer_to(talk.at_anna, asked[i])).chunks == i + 1);
  CHECK(talk.world.syncs() == syncs + 1);
  CHECK(comes_back(talk.world, talk.at_bo, talk.anna.account, blob));
}

TEST_CASE("a probe says how much is there, and stores nothing") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  const auto before = talk.world.disk.dump();
  CHECK(probe(talk.world, talk.at_anna, blob).chunks == 0);
  CHECK(talk.world.disk.dump() == before);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  const auto half = talk.world.disk.dump();
  CHECK(probe(talk.world, talk.at_anna, blob).chunks == 1);
  CHECK_FALSE(probe(talk.world, talk.at_anna, blob).complete);
  CHECK(talk.world.disk.dump() == half);
}

TEST_CASE("a complete blob takes no more chunks") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, chunk_bytes + 9);
  upload(talk.world, talk.at_anna, blob);
  const auto before = talk.world.disk.dump();
  for (std::uint32_t chunk : {0u, 1u, 2u, UINT32_MAX}) {
    auto again = blob.put(0);
    again.chunk = chunk;
    const auto answer = as<wire::BlobStored>(talk.world.ask(talk.at_anna, again));
    CHECK(answer.chunks == 2);
    CHECK(answer.complete);
  }
  CHECK(talk.world.disk.dump() == before);
}

TEST_CASE("a chunk of another length than its place has is refused and changes nothing") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes + 100);
  const auto refuses = [&](std::uint32_t chunk, std::size_t bytes) {
    const auto before = talk.world.disk.dump();
    const Bytes payload(bytes, 1);
    auto put = blob.put(chunk);
    put.payload = payload;
    CHECK(refusal(talk.world.ask(talk.at_anna, put)) == Errc::blob_damaged);
    CHECK(talk.world.disk.dump() == before);
  };
  refuses(0, chunk_bytes - 1);
  refuses(0, 1);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  refuses(1, 100);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1)));
  refuses(2, 99);
  refuses(2, 101);
  refuses(2, chunk_bytes);
  CHECK(as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(2))).complete);
}

TEST_CASE("a blob has the length that its first chunk declared") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  const auto before = talk.world.disk.dump();
  for (const std::uint64_t bytes : {2 * chunk_bytes - 1, 2 * chunk_bytes + 1, chunk_bytes}) {
    auto other = blob.put(1);
    other.bytes = bytes;
    CHECK(refusal(talk.world.ask(talk.at_anna, other)) == Errc::blob_damaged);
    auto other_probe = blob.probe();
    other_probe.bytes = bytes;
    CHECK(refusal(talk.world.ask(talk.at_anna, other_probe)) == Errc::blob_damaged);
  }
  CHECK(talk.world.disk.dump() == before);
  CHECK(as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1))).complete);
}

TEST_CASE("chunks that do not belong to the address are dropped, and can be uploaded anew") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes + 10);
  auto changed = blob;
  changed.bytes[chunk_bytes] ^= 1;
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, changed.put(0)));
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, changed.put(1)));
  CHECK(refusal(talk.world.ask(talk.at_anna, changed.put(2))) == Errc::blob_damaged);
  CHECK(probe(talk.world, talk.at_anna, blob).chunks == 0);
  CHECK(refusal(get(talk.world, talk.at_bo, talk.anna.account, blob)) == Errc::blob_unknown);
  upload(talk.world, talk.at_anna, blob);
  talk.world.settle();
  CHECK(comes_back(talk.world, talk.at_bo, talk.anna.account, blob));
}

TEST_CASE("a blob of one chunk that does not belong to its address leaves nothing") {
  BlobTalk talk;
  const auto blob = make_false_blob(talk.world, 100);
  const auto before = talk.world.disk.dump();
  CHECK(refusal(talk.world.ask(talk.at_anna, blob.put(0))) == Errc::blob_damaged);
  CHECK(talk.world.disk.dump() == before);
}

TEST_CASE("what a dropped blob has left is erased while its successor is uploaded") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 3 * chunk_bytes);
  upload(talk.world, talk.at_anna, blob);
  const auto clean = talk.world.disk.bytes_used();
  auto changed = make_blob(talk.world, 3 * chunk_bytes);
  const auto good = changed;
  changed.bytes[0] ^= 1;
  for (int round = 0; round < 3; ++round) {
    as<wire::BlobStored>(talk.world.ask(talk.at_anna, changed.put(0)));
    as<wire::BlobStored>(talk.world.ask(talk.at_anna, changed.put(1)));
    CHECK(refusal(talk.world.ask(talk.at_anna, changed.put(2))) == Errc::blob_damaged);
  }
  upload(talk.world, talk.at_anna, good);
  talk.world.settle();
  CHECK(talk.world.disk.bytes_used() - clean < 3 * chunk_bytes + 4'096);
  CHECK(comes_back(talk.world, talk.at_bo, talk.anna.account, good));
}

TEST_CASE("two who upload the same bytes have a blob each") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  CHECK(probe(talk.world, talk.at_bo, blob).chunks == 0);
  CHECK(refusal(get(talk.world, talk.at_anna, talk.bo.account, blob)) == Errc::blob_unknown);
  upload(talk.world, talk.at_bo, blob);
  CHECK(probe(talk.world, talk.at_anna, blob).chunks == 1);
  CHECK(refusal(get(talk.world, talk.at_bo, talk.anna.account, blob, 1)) == Errc::blob_incomplete);
  CHECK(comes_back(talk.world, talk.at_anna, talk.bo.account, blob));
}

TEST_CASE("only a registered device uploads or fetches") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 100);
  upload(talk.world, talk.at_anna, blob);
  const auto stranger = talk.world.connect(talk.world.make_device());
  as<wire::Resumed>(talk.world.ask(stranger, wire::Resume{}));
  const auto before = talk.world.disk.dump();
  CHECK(refusal(talk.world.ask(stranger, blob.put(0))) == Errc::not_registered);
  CHECK(refusal(talk.world.ask(stranger, blob.probe())) == Errc::not_registered);
  CHECK(refusal(get(talk.world, stranger, talk.anna.account, blob)) == Errc::not_registered);
  CHECK(talk.world.disk.dump() == before);
}

TEST_CASE("whoever knows a blob's name may have it, also when it was struck from the chat since") {
  BlobTalk talk;
  const auto chat = create_chat(talk.world, talk.at_anna, {talk.bo.id});
  const auto blob = make_blob(talk.world, 100);
  upload(talk.world, talk.at_anna, blob);
  const auto text = naming(talk.world, {blob.address});
  const auto strike = write(talk.world, wire::EntryKind::commit, "c", adding({}, {talk.bo.id}));
  as<wire::Appended>(talk.world.ask(talk.at_anna, append_of(chat.log, 1, {text, strike})));
  CHECK(comes_back(talk.world, talk.at_bo, talk.anna.account, blob));
}

TEST_CASE("a chunk behind a blob's end is refused, and nothing is told of it") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  for (std::uint32_t chunk : {2u, 3u, UINT32_MAX})
    CHECK(refusal(get(talk.world, talk.at_bo, talk.anna.account, blob, chunk)) ==
          Errc::blob_damaged);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1)));
  CHECK(blob_notices(talk.world, talk.at_bo).empty());
}

TEST_CASE("a blob is fetched while it is uploaded") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 3 * chunk_bytes);
  Bytes received;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto early = get(talk.world, talk.at_bo, talk.anna.account, blob, i);
    CHECK(refusal(early) == (i == 0 ? Errc::blob_unknown : Errc::blob_incomplete));
    as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(i)));
    const auto notices = blob_notices(talk.world, talk.at_bo);
    REQUIRE(notices.size() == 1);
    CHECK(notices[0].owner == talk.anna.account);
    CHECK(notices[0].address == blob.address);
    CHECK(notices[0].chunks == i + 1);
    const auto chunk = as<wire::BlobChunk>(get(talk.world, talk.at_bo, talk.anna.account, blob, i));
    received.insert(received.end(), chunk.payload.begin(), chunk.payload.end());
  }
  CHECK(received == blob.bytes);
}

TEST_CASE("an interest is used up by one notice, for all that a batch stored") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 4 * chunk_bytes);
  for (std::uint32_t chunk : {0u, 1u, 2u})
    CHECK(refusal(get(talk.world, talk.at_bo, talk.anna.account, blob, chunk)) ==
          Errc::blob_unknown);
  talk.world.send(talk.at_anna, blob.put(0));
  talk.world.send(talk.at_anna, blob.put(1));
  talk.world.run_batch();
  const auto notices = blob_notices(talk.world, talk.at_bo);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].chunks == 2);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(2)));
  CHECK(blob_notices(talk.world, talk.at_bo).empty());
}

TEST_CASE("who asks in the batch that stores is answered with what it stores") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 2 * chunk_bytes);
  const auto first = talk.world.send(talk.at_bo, wire::GetBlob{talk.anna.account, blob.address, 0});
  const auto later = talk.world.send(talk.at_bo, wire::GetBlob{talk.anna.account, blob.address, 1});
  talk.world.send(talk.at_anna, blob.put(0));
  talk.world.run_batch();
  CHECK(as<wire::BlobChunk>(talk.world.answer_to(talk.at_bo, first)).chunk == 0);
  CHECK(refusal(talk.world.answer_to(talk.at_bo, later)) == Errc::blob_incomplete);
  CHECK(blob_notices(talk.world, talk.at_bo).empty());
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1)));
  CHECK(blob_notices(talk.world, talk.at_bo).size() == 1);
}

TEST_CASE("everybody who waits is told, and nobody else") {
  BlobTalk talk;
  const auto third = talk.world.make_device();
  const auto at_third = talk.world.online(third);
  const auto blob = make_blob(talk.world, 100);
  get(talk.world, talk.at_bo, talk.anna.account, blob);
  get(talk.world, at_third, talk.anna.account, blob);
  get(talk.world, talk.at_anna, talk.bo.account, blob);
  upload(talk.world, talk.at_anna, blob);
  CHECK(blob_notices(talk.world, talk.at_bo).size() == 1);
  CHECK(blob_notices(talk.world, at_third).size() == 1);
  CHECK(blob_notices(talk.world, talk.at_anna).empty());
}

TEST_CASE("a slow reader is told once, when it has read what it was sent") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 3 * chunk_bytes);
  get(talk.world, talk.at_bo, talk.anna.account, blob);
  talk.world.core->set_writable(talk.world.now, talk.at_bo, false);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1)));
  CHECK(blob_notices(talk.world, talk.at_bo).empty());
  talk.world.core->set_writable(talk.world.now, talk.at_bo, true);
  CHECK(talk.world.core->has_work());
  talk.world.run();
  const auto notices = blob_notices(talk.world, talk.at_bo);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].chunks == 2);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(2)));
  CHECK(blob_notices(talk.world, talk.at_bo).empty());
}

TEST_CASE("nobody is told of chunks that were dropped with their blob in the same batch") {
  BlobTalk talk;
  auto blob = make_blob(talk.world, 2 * chunk_bytes);
  const auto good = blob;
  blob.bytes[0] ^= 1;
  get(talk.world, talk.at_bo, talk.anna.account, blob);
  talk.world.send(talk.at_anna, blob.put(0));
  const auto last = talk.world.send(talk.at_anna, blob.put(1));
  talk.world.run();
  CHECK(refusal(talk.world.answer_to(talk.at_anna, last)) == Errc::blob_damaged);
  CHECK(blob_notices(talk.world, talk.at_bo).empty());
  upload(talk.world, talk.at_anna, good);
  CHECK(blob_notices(talk.world, talk.at_bo).size() == 1);
}

TEST_CASE("a relay killed between any two chunks goes on with the next") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 4 * chunk_bytes + 1);
  for (std::uint32_t i = 0; i < blob.chunks(); ++i) {
    CHECK(probe(talk.world, talk.at_anna, blob).chunks == i);
    as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(i)));
    talk.restart();
    // The answer may have been lost: the same again is harmless.
    CHECK(as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(i))).chunks == i + 1);
  }
  CHECK(probe(talk.world, talk.at_anna, blob).complete);
  CHECK(comes_back(talk.world, talk.at_bo, talk.anna.account, blob));
}

TEST_CASE("nothing that the relay logs names a blob, or says how large it is") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 12'345);
  upload(talk.world, talk.at_anna, blob);
  const auto damaged = make_false_blob(talk.world, 12'345);
  CHECK(refusal(talk.world.ask(talk.at_anna, damaged.put(0))) == Errc::blob_damaged);
  for (const auto& line : talk.world.log) {
    CHECK(line.find(blob.address.hex().substr(0, 8)) == std::string::npos);
    CHECK(line.find(damaged.address.hex().substr(0, 8)) == std::string::npos);
    CHECK(line.find(talk.anna.account.hex().substr(0, 8)) == std::string::npos);
    CHECK(line.find("12345") == std::string::npos);
  }
  CHECK(talk.world.log.back().find("reason=blob_damaged") != std::string::npos);
}
