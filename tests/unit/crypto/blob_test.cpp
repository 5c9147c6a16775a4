#include "crypto/blob.hpp"

#include <catch2/catch.hpp>

#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::crypto;

namespace {

Secret<32> make_key(Entropy& entropy) {
  Secret<32> out;
  entropy.fill(out.mutable_span());
  return out;
}

BlobAddress address_of(ByteSpan bytes) {
  std::vector<Blake2bDigest> hashes;
  for (std::uint64_t i = 0; i < blob_chunks(bytes.size()); ++i)
    hashes.push_back(
        blake2b(bytes.subspan(i * limits::blob_chunk_bytes, blob_chunk_bytes(bytes.size(), i))));
  return blob_address(bytes.size(), hashes);
}

/// Three chunks of a blob, the last one short.
struct Sealed {
  tern::test::SeededEntropy entropy{5};
  Secret<32> key = make_key(entropy);
  BlobHeader header = entropy.make<BlobHeader>();
  std::vector<Bytes> content;
  std::vector<Bytes> chunks;

  Sealed() {
    BlobStream stream(key, header);
    for (const std::size_t bytes : {blob_content_bytes, blob_content_bytes, std::size_t{1'000}}) {
      content.emplace_back(bytes);
      entropy.fill(content.back());
      chunks.push_back(stream.seal(content.back(), kind(chunks.size())).value());
    }
  }
  static BlobChunkKind kind(std::size_t chunk) {
    return chunk == 2 ? BlobChunkKind::last : BlobChunkKind::more;
  }
  BlobStream receiver() const { return BlobStream(key, header); }
  /// One that has opened the first so many.
  BlobStream receiver_at(std::size_t chunk) const {
    auto out = receiver();
    for (std::size_t i = 0; i < chunk; ++i) out.open(chunks[i], kind(i)).value();
    return out;
  }
};

bool opens_to(BlobStream& stream, ByteSpan chunk, BlobChunkKind kind, const Bytes& content) {
  const auto opened = stream.open(chunk, kind);
  return opened &&
         std::equal(content.begin(), content.end(), opened->span().begin(), opened->span().end());
}

bool refuses(BlobStream& stream, ByteSpan chunk, BlobChunkKind kind) {
  const auto opened = stream.open(chunk, kind);
  return !opened && opened.error() == Errc::blob_damaged;
}

}  // namespace

TEST_CASE("a blob opens to what was sealed, chunk by chunk") {
  const Sealed sealed;
  auto stream = sealed.receiver();
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(sealed.chunks[i].size() == sealed.content[i].size() + blob_chunk_overhead);
    CHECK(opens_to(stream, sealed.chunks[i], Sealed::kind(i), sealed.content[i]));
  }
  CHECK(sealed.chunks[0].size() == limits::blob_chunk_bytes);
}

TEST_CASE("chunks open in their order only") {
  const Sealed sealed;
  for (std::size_t next = 0; next < 3; ++next) {
    for (std::size_t given = 0; given < 3; ++given) {
      if (given == next) continue;
      auto stream = sealed.receiver_at(next);
      CHECK(refuses(stream, sealed.chunks[given], BlobChunkKind::more));
      CHECK(refuses(stream, sealed.chunks[given], BlobChunkKind::last));
      // A refused chunk leaves the stream where it was.
      CHECK(opens_to(stream, sealed.chunks[next], Sealed::kind(next), sealed.content[next]));
    }
  }
}

TEST_CASE("nothing can be cut off behind a chunk, nor put behind the last") {
  const Sealed sealed;
  auto stream = sealed.receiver_at(1);
  CHECK(refuses(stream, sealed.chunks[1], BlobChunkKind::last));
  stream = sealed.receiver_at(2);
  CHECK(refuses(stream, sealed.chunks[2], BlobChunkKind::more));
  stream = sealed.receiver_at(3);
  for (const auto& chunk : sealed.chunks) {
    CHECK(refuses(stream, chunk, BlobChunkKind::more));
    CHECK(refuses(stream, chunk, BlobChunkKind::last));
  }
}

TEST_CASE("a chunk that is changed, cut or longer does not open") {
  const Sealed sealed;
  auto stream = sealed.receiver_at(2);
  const auto& last = sealed.chunks[2];
  for (std::size_t bit = 0; bit < 8 * last.size(); bit += 7) {
    auto changed = last;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    if (!refuses(stream, changed, BlobChunkKind::last)) FAIL("bit " << bit);
  }
  for (std::size_t size = 0; size < last.size(); ++size)
    if (!refuses(stream, ByteSpan(last).first(size), BlobChunkKind::last)) FAIL("cut to " << size);
  auto longer = last;
  longer.push_back(0);
  CHECK(refuses(stream, longer, BlobChunkKind::last));
  CHECK(refuses(stream, Bytes(limits::blob_chunk_bytes + 1), BlobChunkKind::last));
  CHECK(opens_to(stream, last, BlobChunkKind::last, sealed.content[2]));
}

TEST_CASE("another key or header opens nothing") {
  Sealed sealed;
  auto other_key = BlobStream(make_key(sealed.entropy), sealed.header);
  CHECK(refuses(other_key, sealed.chunks[0], BlobChunkKind::more));
  auto header = sealed.header;
  header.bytes[23] ^= 1;
  auto other_header = BlobStream(sealed.key, header);
  CHECK(refuses(other_header, sealed.chunks[0], BlobChunkKind::more));
}

TEST_CASE("either end goes on after a restart where it was, and makes the same bytes") {
  const Sealed sealed;
  auto sender = sealed.receiver();
  auto receiver = sealed.receiver();
  for (std::size_t i = 0; i < 3; ++i) {
    sender = BlobStream::from(to_bytes(sender.state())).value();
    receiver = BlobStream::from(to_bytes(receiver.state())).value();
    CHECK(sender.seal(sealed.content[i], Sealed::kind(i)).value() == sealed.chunks[i]);
    CHECK(opens_to(receiver, sealed.chunks[i], Sealed::kind(i), sealed.content[i]));
  }
}

TEST_CASE("a state of another length is none") {
  const Sealed sealed;
  const auto stream = sealed.receiver();
  const auto state = to_bytes(stream.state());
  CHECK(state.size() == BlobStream::state_bytes);
  CHECK(BlobStream::from(state).has_value());
  CHECK_FALSE(BlobStream::from(ByteSpan(state).first(state.size() - 1)).has_value());
  CHECK_FALSE(BlobStream::from({}).has_value());
}

TEST_CASE("a clone goes its own way") {
  const Sealed sealed;
  auto stream = sealed.receiver();
  auto clone = stream.clone();
  CHECK(opens_to(stream, sealed.chunks[0], BlobChunkKind::more, sealed.content[0]));
  CHECK(opens_to(stream, sealed.chunks[1], BlobChunkKind::more, sealed.content[1]));
  CHECK(opens_to(clone, sealed.chunks[0], BlobChunkKind::more, sealed.content[0]));
}

TEST_CASE("the chunks of a blob have its length together, at every edge") {
  constexpr std::uint64_t chunk = limits::blob_chunk_bytes;
  CHECK(blob_chunks(0) == 0);
  CHECK(blob_chunks(1) == 1);
  CHECK(blob_chunks(chunk) == 1);
  CHECK(blob_chunks(chunk + 1) == 2);
  CHECK(blob_chunks(limits::blob_bytes_max) == 1'600);
  CHECK(blob_chunks(UINT64_MAX) == UINT64_MAX / chunk + 1);
  for (const std::uint64_t bytes : {std::uint64_t{1}, chunk - 1, chunk, chunk + 1, 3 * chunk}) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < blob_chunks(bytes); ++i) sum += blob_chunk_bytes(bytes, i);
    CHECK(sum == bytes);
    CHECK(blob_chunk_bytes(bytes, blob_chunks(bytes)) == 0);
    CHECK(blob_chunk_bytes(bytes, UINT64_MAX) == 0);
  }
}

TEST_CASE("content makes as much ciphertext as its chunks have") {
  constexpr std::uint64_t content = blob_content_bytes;
  CHECK(blob_cipher_bytes(1) == 1 + blob_chunk_overhead);
  CHECK(blob_cipher_bytes(content) == limits::blob_chunk_bytes);
  CHECK(blob_cipher_bytes(content + 1) == limits::blob_chunk_bytes + 1 + blob_chunk_overhead);
  const Sealed sealed;
  std::uint64_t sum = 0;
  for (const auto& chunk : sealed.chunks) sum += chunk.size();
  CHECK(blob_cipher_bytes(2 * content + 1'000) == sum);
}

// The known answers are by Python's hashlib.
TEST_CASE("an address is the same to everybody") {
  CHECK(address_of(Bytes(100, 7)).hex() ==
        "4b26d5e5c4c7a22bd4642f617d9312964e9a5c873fee3c60e198d9364a7dd625");
  Bytes bytes(2 * limits::blob_chunk_bytes + 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i % 251);
  CHECK(address_of(bytes).hex() ==
        "a250d8129c16ba5ab119f587f77af887f7b4f90d95ad18cdd31e1253c8ea1f70");
}

TEST_CASE("an address depends on the length, on each chunk and on their order") {
  const std::vector<Blake2bDigest> hashes = {blake2b(as_bytes("a")), blake2b(as_bytes("b"))};
  const std::vector<Blake2bDigest> swapped = {hashes[1], hashes[0]};
  const auto address = blob_address(70'000, hashes);
  CHECK(blob_address(70'000, hashes) == address);
  CHECK(blob_address(70'001, hashes) != address);
  CHECK(blob_address(70'000, swapped) != address);
  CHECK(blob_address(70'000, std::span(hashes).first(1)) != address);
}
