#include <catch2/catch.hpp>

#include "cut_everywhere.hpp"
#include "samples.hpp"

using namespace tern;
using namespace tern::wire;
using tern::wire::test::cut_everywhere;
using tern::wire::test::Samples;

namespace {

bool equal(ByteSpan a, ByteSpan b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

/// What every application message carries beside its ciphertext.
constexpr std::size_t header_without_change_bytes = 1 + 16 + 8 + 32 + 1 + 1;

}  // namespace

TEST_CASE("an entry's header comes back as it was written, and only so") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Samples samples(seed);
    const EntryHeader header = samples.entry_header();
    const Bytes bytes = encode(header);
    CHECK(decode_entry_header(bytes).value() == header);
    if (seed < 20) cut_everywhere(bytes, decode_entry_header);
  }
}

TEST_CASE("a message that changes no membership and names no blob has a header of 59 bytes") {
  CHECK(encode(EntryHeader{}).size() == header_without_change_bytes);
  CHECK(header_without_change_bytes == 59);
}

TEST_CASE("an access change may name 2,000 devices and no more") {
  EntryHeader header;
  header.access.mode = AccessChange::Mode::set;
  header.access.added.resize(limits::chat_devices_max);
  CHECK(decode_entry_header(encode(header)).value() == header);
  header.access.added.emplace_back();
  CHECK(decode_entry_header(encode(header)).error() == Errc::too_long);
  header.access.mode = AccessChange::Mode::change;
  header.access.added.clear();
  header.access.removed.resize(limits::chat_devices_max + 1);
  CHECK(decode_entry_header(encode(header)).error() == Errc::too_long);
}

TEST_CASE("an access change of no known mode, or with a part of an id, is malformed") {
  Bytes bytes = encode(EntryHeader{});
  bytes.pop_back();  // how many blobs
  bytes.back() = 3;
  CHECK(decode_entry_header(bytes).error() == Errc::malformed);
  bytes.back() = 2;     // set
  bytes.push_back(15);  // bytes of the list
  bytes.resize(bytes.size() + 15);
  CHECK(decode_entry_header(bytes).error() == Errc::malformed);
}

TEST_CASE("a commit may bring 256 devices back that asked for it, and no more") {
  EntryHeader header;
  header.access.mode = AccessChange::Mode::change;
  header.returning.resize(limits::adds_per_commit_max);
  CHECK(decode_entry_header(encode(header)).value() == header);
  header.returning.emplace_back();
  CHECK(decode_entry_header(encode(header)).error() == Errc::too_long);
}

TEST_CASE("a request to rejoin may name 8 devices whose answers were of no use, and no more") {
  RejoinRequest request;
  request.not_by.resize(rejoin_not_by_max);
  CHECK(rejoin_not_by_max == 8);
  const auto fits = encode(request);
  CHECK(decode_rejoin_request(fits).value().not_by.size() == 8);
  request.not_by.emplace_back();
  const auto too_many = encode(request);
  CHECK(decode_rejoin_request(too_many).error() == Errc::too_long);
}

TEST_CASE("an answer's signature is over its log and every other field of its header") {
  Samples samples(13);
  EntryHeader header = samples.entry_header();
  header.access.mode = AccessChange::Mode::change;
  header.returning = {proof_of(samples.rejoin_request())};
  const auto log = samples.id<LogId>();
  const auto signed_bytes = signed_answer(header, log);
  const auto differs = [&](auto change) {
    EntryHeader changed = header;
    change(changed);
    return signed_answer(changed, log) != signed_bytes;
  };
  CHECK(differs([](auto& h) { h.entry_id.bytes[0] ^= 1; }));
  CHECK(differs([](auto& h) { h.access.added.emplace_back(); }));
  CHECK(differs([](auto& h) { h.returning.front().nonce[0] ^= 1; }));
  CHECK(differs([](auto& h) { h.answer.device_key[0] ^= 1; }));
  CHECK_FALSE(differs([](auto& h) { h.answer.signature.bytes[0] ^= 1; }));
  CHECK(signed_answer(header, samples.id<LogId>()) != signed_bytes);
  CHECK(as_text(signed_bytes).find("tern 1 answer to a rejoin request") == 1);
}

TEST_CASE("an entry may name 16 blobs and no more") {
  EntryHeader header;
  header.blobs.resize(limits::entry_blobs_max);
  const Bytes bytes = encode(header);
  CHECK(decode_entry_header(bytes).value() == header);
  CHECK(bytes.size() == header_without_change_bytes + 16 * 32);
  header.blobs.emplace_back();
  CHECK(decode_entry_header(encode(header)).error() == Errc::too_long);
}

TEST_CASE("a request to rejoin comes back from its proof and the KeyPackage") {
  Samples samples(7);
  const auto request = samples.rejoin_request();
  const auto again = request_of(proof_of(request), request.log, request.key_package);
  CHECK(encode(again) == encode(request));
}

TEST_CASE("a restart's signature is over its place and every other field of its header") {
  Samples samples(11);
  EntryHeader header = samples.entry_header();
  header.access.mode = AccessChange::Mode::set;
  header.restart = {samples.id<DeviceId>(), 7, {}};
  const auto log = samples.id<LogId>();
  const auto signed_bytes = signed_restart(header, log, 9);
  const auto differs = [&](auto change) {
    EntryHeader changed = header;
    change(changed);
    return signed_restart(changed, log, 9) != signed_bytes;
  };
  CHECK(differs([](auto& h) { h.entry_id.bytes[0] ^= 1; }));
  CHECK(differs([](auto& h) { h.seen_seq ^= 1; }));
  CHECK(differs([](auto& h) { h.seen_hash.bytes[0] ^= 1; }));
  CHECK(differs([](auto& h) { h.access.added.emplace_back(); }));
  CHECK(differs([](auto& h) { h.restart.device.bytes[0] ^= 1; }));
  CHECK(differs([](auto& h) { h.restart.generation ^= 1; }));
  CHECK_FALSE(differs([](auto& h) { h.restart.signature.bytes[0] ^= 1; }));
  CHECK(signed_restart(header, samples.id<LogId>(), 9) != signed_bytes);
  CHECK(signed_restart(header, log, 8) != signed_bytes);
  CHECK(as_text(signed_bytes).find("tern 1 restart") == 1);
}

TEST_CASE("a hole comes back as it was written, and only so") {
  Samples samples(12);
  const Hole hole{samples.number(), 3, samples.id<LogHash>(), samples.id<LogHash>()};
  const Bytes bytes = encode(hole);
  const auto back = decode_hole(bytes).value();
  CHECK(back.first_lost == hole.first_lost);
  CHECK(back.generation == hole.generation);
  CHECK(back.hash == hole.hash);
  CHECK(back.base_hash == hole.base_hash);
  cut_everywhere(bytes, decode_hole);
}

TEST_CASE("what is hashed of an entry has a fixed length and differs by each of its fields") {
  const EntryId id = *EntryId::from(Bytes(16, 1));
  const Bytes bytes = hashed_header(1, id, EntryKind::commit, 2, 3);
  CHECK(bytes.size() == 8 + 16 + 1 + 8 + 8);
  CHECK(bytes != hashed_header(2, id, EntryKind::commit, 2, 3));
  CHECK(bytes != hashed_header(1, EntryId{}, EntryKind::commit, 2, 3));
  CHECK(bytes != hashed_header(1, id, EntryKind::proposal, 2, 3));
  CHECK(bytes != hashed_header(1, id, EntryKind::commit, 1, 3));
  CHECK(bytes != hashed_header(1, id, EntryKind::commit, 2, 4));
}

TEST_CASE("a request to rejoin comes back as it was written, and only so") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Samples samples(seed);
    const RejoinRequest request = samples.rejoin_request();
    const Bytes bytes = encode(request);
    const auto back = decode_rejoin_request(bytes).value();
    CHECK(back.log == request.log);
    CHECK(back.device == request.device);
    CHECK(back.generation == request.generation);
    CHECK(back.cursor == request.cursor);
    CHECK(back.cursor_hash == request.cursor_hash);
    CHECK(back.reason == request.reason);
    CHECK(back.nonce == request.nonce);
    CHECK(equal(back.key_package, request.key_package));
    CHECK(back.signature == request.signature);
    CHECK(encode(back) == bytes);
    if (seed < 5) cut_everywhere(bytes, decode_rejoin_request);
  }
}

TEST_CASE("a rejoin for no known reason is malformed") {
  for (int reason : {0, 6, 255}) {
    RejoinRequest request;
    request.reason = static_cast<RejoinRequest::Reason>(reason);
    CHECK(decode_rejoin_request(encode(request)).error() == Errc::malformed);
  }
}

TEST_CASE("a rejoin's signature is over every other field and a name of its own") {
  Samples samples(3);
  const RejoinRequest request = samples.rejoin_request();
  const auto differs = [&](auto change) {
    RejoinRequest changed = request;
    change(changed);
    return signed_bytes(changed) != signed_bytes(request);
  };
  CHECK(differs([](auto& r) { r.log.bytes[0] ^= 1; }));
  CHECK(differs([](auto& r) { r.device.bytes[0] ^= 1; }));
  CHECK(differs([](auto& r) { r.generation ^= 1; }));
  CHECK(differs([](auto& r) { r.cursor ^= 1; }));
  CHECK(differs([](auto& r) { r.cursor_hash.bytes[0] ^= 1; }));
  CHECK(differs([](auto& r) {
    r.reason = r.reason == RejoinRequest::Reason::hole ? RejoinRequest::Reason::split
                                                       : RejoinRequest::Reason::hole;
  }));
  CHECK(differs([](auto& r) { r.nonce[15] ^= 1; }));
  CHECK(differs([](auto& r) { r.not_by.emplace_back(); }));
  CHECK(differs([](auto& r) { r.key_package = {}; }));
  CHECK_FALSE(differs([](auto& r) { r.signature.bytes[0] ^= 1; }));
  CHECK(as_text(signed_bytes(request)).find("tern 1 rejoin request") == 1);
}

TEST_CASE("a Welcome in an inbox comes back as it was written, and only so") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Samples samples(seed);
    const InboxWelcome welcome = samples.inbox_welcome();
    const Bytes bytes = encode(welcome);
    const auto back = decode_inbox_welcome(bytes).value();
    CHECK(back.log == welcome.log);
    CHECK(back.generation == welcome.generation);
    CHECK(back.commit_seq == welcome.commit_seq);
    CHECK(back.hash == welcome.hash);
    CHECK(back.seal == welcome.seal);
    CHECK(equal(back.group_secrets, welcome.group_secrets));
    CHECK(equal(back.group_info, welcome.group_info));
    if (seed < 5) cut_everywhere(bytes, decode_inbox_welcome);
  }
}
