#include "net/media_source.hpp"

#include <catch2/catch.hpp>

#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::net;

namespace {

constexpr std::size_t full = crypto::blob_content_bytes;

/// A blob of three chunks and what its message says of it; some of it may not be here yet.
struct Blob {
  explicit Blob(std::vector<std::size_t> parts = {full, full, 1'000}) {
    entropy.fill(key.mutable_span());
    crypto::BlobStream stream(key, header);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      Bytes part(parts[i]);
      entropy.fill(part);
      const auto kind =
          i + 1 == parts.size() ? crypto::BlobChunkKind::last : crypto::BlobChunkKind::more;
      chunks.push_back(stream.seal(part, kind).value());
      content.insert(content.end(), part.begin(), part.end());
      bytes += chunks.back().size();
    }
    here = chunks.size();
  }
  MediaSource source() { return MediaSource(access(), reads()); }
  client::MediaAccess access() const {
    client::MediaAccess out;
    out.blob.bytes[0] = 1;
    out.bytes = bytes;
    out.key = key.clone();
    out.header = header;
    return out;
  }
  ReadChunk reads() {
    return [this](std::uint32_t number) -> Result<client::MediaChunk> {
      ++read;
      if (number >= here || number >= chunks.size()) return client::MediaChunk{{}, coming, failure};
      return client::MediaChunk{crypto::SecretBytes(chunks[number]), true, {}};
    };
  }

  test::SeededEntropy entropy{9};
  crypto::Secret<32> key;
  crypto::BlobHeader header = entropy.make<crypto::BlobHeader>();
  std::vector<Bytes> chunks;
  Bytes content;
  std::uint64_t bytes = 0;  ///< of ciphertext, as its message says
  std::size_t here = 0;
  bool coming = true;
  Errc failure{};
  std::size_t read = 0;
};

Bytes part_of(const Bytes& content, std::size_t at, std::size_t count) {
  const auto from = content.begin() + static_cast<std::ptrdiff_t>(at);
  return {from, from + static_cast<std::ptrdiff_t>(std::min(count, content.size() - at))};
}

Bytes read(MediaSource& source, std::uint64_t at, std::size_t count) {
  Bytes out(count);
  out.resize(source.read(at, out).value());
  return out;
}

}  // namespace

TEST_CASE("a blob reads the same forwards, backwards and across its chunks") {
  Blob blob;
  auto source = blob.source();
  const auto all = blob.content.size();
  CHECK(source.bytes() == all);
  CHECK(source.complete().value());
  for (const auto step : {std::size_t{1'009}, full - 1, full, full + 1, 3 * full}) {
    INFO("steps of " << step);
    for (std::size_t at = 0; at < all; at += step)
      REQUIRE((read(source, at, step) == part_of(blob.content, at, step)));
    for (std::size_t end = all; end > 0; end -= std::min(end, step)) {
      const auto at = end - std::min(end, step);
      REQUIRE((read(source, at, end - at) == part_of(blob.content, at, end - at)));
    }
  }
  CHECK(read(source, all, 10).empty());
  CHECK(read(source, UINT64_MAX, 10).empty());
  CHECK(read(source, 5, 0).empty());
  CHECK((read(source, all - 1, 10) == part_of(blob.content, all - 1, 1)));
}

TEST_CASE("the end may be read first, and going back costs one chunk") {
  Blob blob;
  auto source = blob.source();
  const auto last = 2 * full + 500;
  CHECK((read(source, last, 100) == part_of(blob.content, last, 100)));
  CHECK(blob.read == 3);
  CHECK((read(source, full + 3, 100) == part_of(blob.content, full + 3, 100)));
  CHECK(blob.read == 4);
  CHECK((read(source, full + 200, 100) == part_of(blob.content, full + 200, 100)));
  CHECK(blob.read == 4);
}

TEST_CASE("what is here is given, what is coming is waited for, what failed says why") {
  Blob blob;
  blob.here = 1;
  auto source = blob.source();
  CHECK_FALSE(source.complete().value());
  CHECK((read(source, full - 10, 100) == part_of(blob.content, full - 10, 10)));
  CHECK(read(source, full, 100).empty());
  blob.coming = false;
  Bytes into(100);
  CHECK(source.read(full, into).error() == Errc::media_not_here);
  blob.failure = Errc::blob_damaged;
  CHECK(source.read(full, into).error() == Errc::blob_damaged);
  CHECK((read(source, full - 10, 100) == part_of(blob.content, full - 10, 10)));
  blob.here = 3;
  CHECK((read(source, full, 2 * full) == part_of(blob.content, full, 2 * full)));
  CHECK(source.complete().value());
}

TEST_CASE("a blob whose chunks are shorter than its message says is damaged, and no read hangs") {
  Bytes into(200'000);
  SECTION("the last chunk") {
    Blob blob;
    blob.bytes += 300;
    auto source = blob.source();
    CHECK(source.bytes() == blob.content.size() + 300);
    for (const auto at : {blob.content.size(), blob.content.size() + 299})
      CHECK(source.read(at, into).error() == Errc::blob_damaged);
    const auto across = source.read(0, into);
    CHECK((!across || *across <= blob.content.size()));
  }
  SECTION("one in the middle") {
    Blob blob({full, 500, 1'000});
    blob.bytes = Blob().bytes;
    auto source = blob.source();
    CHECK(source.read(full + 500, into).error() == Errc::blob_damaged);
    CHECK((read(source, full + 100, 400) == part_of(blob.content, full + 100, 400)));
  }
  SECTION("there are fewer of them") {
    Blob blob;
    blob.bytes += limits::blob_chunk_bytes;
    auto source = blob.source();
    CHECK((read(source, 0, 2 * full) == part_of(blob.content, 0, 2 * full)));
    // The stream's end is where none should be.
    CHECK(source.read(2 * full, into).error() == Errc::blob_damaged);
  }
  SECTION("there are more of them") {
    Blob blob;
    blob.bytes = 2 * limits::blob_chunk_bytes;
    auto source = blob.source();
    CHECK((read(source, 0, full) == part_of(blob.content, 0, full)));
    CHECK(source.read(full, into).error() == Errc::blob_damaged);
  }
}

TEST_CASE("a chunk that opens with another key is damaged, not sound") {
  Blob blob;
  blob.key.mutable_span()[0] ^= 1;
  auto source = blob.source();
  Bytes into(100);
  CHECK(source.read(0, into).error() == Errc::blob_damaged);
  CHECK(source.read(0, into).error() == Errc::blob_damaged);
}

TEST_CASE("sound in the message itself is read where it is, and nothing is fetched for it") {
  client::MediaAccess access;
  const Bytes audio = Blob().content;
  access.audio = crypto::SecretBytes(ByteSpan(audio));
  access.bytes = 12'345;  // means nothing without a blob
  MediaSource source(std::move(access), [](std::uint32_t) -> Result<client::MediaChunk> {
    return Error(Errc::internal, "nobody has a chunk of it");
  });
  CHECK(source.bytes() == audio.size());
  CHECK(source.complete().value());
  CHECK((read(source, 0, 500) == part_of(audio, 0, 500)));
  CHECK((read(source, audio.size() - 3, 500) == part_of(audio, audio.size() - 3, 3)));
  CHECK((read(source, 7, audio.size()) == part_of(audio, 7, audio.size() - 7)));
  CHECK(read(source, audio.size(), 1).empty());
  CHECK(read(source, UINT64_MAX, 1).empty());
}
