// A blob as a relay, or whoever named it, would have it: chunks that were sealed, then changed,
// left out, swapped, doubled or cut. One byte says what befalls the next chunk.
#include "crypto/blob.hpp"
#include "input.hpp"
#include "target.hpp"

using namespace tern;
using namespace tern::crypto;

namespace {

constexpr std::size_t chunks_max = 6;  // of each input: a run stays short

struct Sealed {
  std::vector<Bytes> content, chunks;
};

BlobStream stream() { return {*Secret<32>::from(Bytes(32, 1)), *BlobHeader::from(Bytes(24, 2))}; }

BlobChunkKind kind_of(std::size_t chunk, std::size_t count) {
  return chunk + 1 == count ? BlobChunkKind::last : BlobChunkKind::more;
}

// Two bytes a chunk say its length.
Sealed sealed(fuzzing::Input& input) {
  Sealed out;
  out.content.resize(1 + input.byte() % chunks_max);
  auto from = stream();
  for (std::size_t i = 0; i < out.content.size(); ++i) {
    const auto length = std::min<std::size_t>(input.word() + 1U, blob_content_bytes);
    out.content[i] = Bytes(length, static_cast<std::uint8_t>(i));
    out.chunks.push_back(from.seal(out.content[i], kind_of(i, out.content.size())).value());
  }
  return out;
}

void check_sizes(std::uint64_t content_bytes) {
  const auto cipher = blob_cipher_bytes(content_bytes);
  const auto chunks = blob_chunks(cipher);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(chunks, 8); ++i)
    sum += blob_chunk_bytes(cipher, i);
  expect(chunks > 8 || sum == cipher, "the chunks of a blob are all of it");
  expect(blob_chunk_bytes(cipher, chunks) == 0, "and there is none behind the last");
}

// What a blob is asked for by.
void check_address(const std::vector<Bytes>& chunks) {
  std::vector<Blake2bDigest> hashes;
  std::uint64_t bytes = 0;
  for (const auto& chunk : chunks) {
    hashes.push_back(blake2b(chunk));
    bytes += chunk.size();
  }
  const auto address = blob_address(bytes, hashes);
  expect(blob_address(bytes + 1, hashes) != address, "an address is of a length");
  hashes.back().bytes[0] ^= 1;
  expect(blob_address(bytes, hashes) != address, "and of every chunk");
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  check_sizes(std::uint64_t{input.word()} << input.byte() % 20);
  const auto blob = sealed(input);
  check_address(blob.chunks);
  auto reading = stream();
  for (std::size_t next = 0; next < blob.chunks.size();) {
    const auto what = input.byte();
    const auto other = (next + what / 4U) % blob.chunks.size();
    Bytes chunk = blob.chunks[other];
    if (what % 4 == 1) fuzzing::edit(chunk, input);
    auto kind = kind_of(next, blob.chunks.size());
    if (what % 4 == 2)
      kind = kind == BlobChunkKind::last ? BlobChunkKind::more : BlobChunkKind::last;
    // Whoever is interrupted goes on from the bytes of its state.
    if (what % 4 == 3) reading = *BlobStream::from(to_bytes(reading.state()));

    const auto opened = reading.open(chunk, kind);
    const bool is_right = chunk == blob.chunks[next] && kind == kind_of(next, blob.chunks.size());
    expect(opened.has_value() == is_right, "a blob's chunks open in their order, as they were");
    expect(!opened || to_bytes(*opened) == blob.content[next], "and give what was sealed");
    if (opened)
      ++next;
    else if (input.empty())
      break;
  }
}
