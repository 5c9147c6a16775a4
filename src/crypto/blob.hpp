// Blobs: encrypted in chunks that open in their order only (libsodium's secretstream,
// XChaCha20-Poly1305), and addressed by their ciphertext.
//
// Each chunk of ciphertext has limits::blob_chunk_bytes, the last one what is left: at least one
// byte of content and blob_chunk_overhead. The last one carries the stream's final tag, so that
// nothing can be cut off behind a chunk.
#pragma once

#include <span>

#include "base/entropy.hpp"
#include "crypto/hash.hpp"
#include "tern/limits.hpp"

namespace tern::crypto {

inline constexpr std::size_t blob_chunk_overhead = limits::blob_chunk_overhead_bytes;
/// Content in each chunk but the last.
inline constexpr std::size_t blob_content_bytes = limits::blob_chunk_bytes - blob_chunk_overhead;
using BlobHeader = FixedBytes<struct BlobHeaderTag, 24>;

/// How many chunks a blob of so many bytes of ciphertext has.
std::uint64_t blob_chunks(std::uint64_t cipher_bytes);
/// How much ciphertext so much content makes; content of nothing is no blob.
std::uint64_t blob_cipher_bytes(std::uint64_t content_bytes);
/// The length of this chunk of a blob of so many bytes.
std::size_t blob_chunk_bytes(std::uint64_t cipher_bytes, std::uint64_t chunk);

/// BLAKE2b-256 over the length and the BLAKE2b-256 of each chunk, in order. Two levels, so that
/// whoever was interrupted goes on without reading again what it has: 32 bytes a chunk are enough.
BlobAddress blob_address(std::uint64_t cipher_bytes, std::span<const Blake2bDigest> chunk_hashes);

enum class BlobChunkKind { more, last };

/// Where a stream stands; either end's. Also as bytes, for whom a restart must not stop.
class BlobStream {
 public:
  static constexpr std::size_t state_bytes = 52;
  /// At the beginning. The header is public and must be new for each blob of a key.
  BlobStream(const Secret<32>& key, const BlobHeader& header);
  /// From state(). nullopt: not state_bytes long.
  static std::optional<BlobStream> from(ByteSpan state);
  ByteSpan state() const { return state_.span(); }
  BlobStream clone() const;

  /// The next chunk's ciphertext: 1 … blob_content_bytes and blob_chunk_overhead bytes.
  Result<Bytes> seal(ByteSpan content, BlobChunkKind kind);
  /// The next chunk's content; the stream stays where it was on an error. Errors: blob_damaged (not
  /// this chunk of this blob, or changed, or cut off).
  Result<SecretBytes> open(ByteSpan chunk, BlobChunkKind kind);

 private:
  explicit BlobStream(Secret<state_bytes> state) : state_(std::move(state)) {}
  Secret<state_bytes> state_;
};

}  // namespace tern::crypto
