#include "crypto/blob.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "base/check.hpp"
#include "base/codec.hpp"

namespace tern::crypto {
namespace {

using StreamState = crypto_secretstream_xchacha20poly1305_state;
static_assert(sizeof(StreamState) == BlobStream::state_bytes);
static_assert(crypto_secretstream_xchacha20poly1305_ABYTES == blob_chunk_overhead);
static_assert(crypto_secretstream_xchacha20poly1305_HEADERBYTES == BlobHeader::size_bytes);
static_assert(crypto_secretstream_xchacha20poly1305_KEYBYTES == 32);

/// libsodium's own type for the length of one call, wiped after it.
class Loaded {
 public:
  explicit Loaded(ByteSpan bytes) { std::memcpy(&state_, bytes.data(), sizeof(state_)); }
  ~Loaded() { sodium_memzero(&state_, sizeof(state_)); }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  StreamState* get() { return &state_; }
  void store(MutableByteSpan into) const { std::memcpy(into.data(), &state_, sizeof(state_)); }

 private:
  StreamState state_;
};

unsigned char tag_of(BlobChunkKind kind) {
  return kind == BlobChunkKind::last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                     : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
}

}  // namespace

std::uint64_t blob_chunks(std::uint64_t cipher_bytes) {
  return cipher_bytes / limits::blob_chunk_bytes + (cipher_bytes % limits::blob_chunk_bytes != 0);
}

std::uint64_t blob_cipher_bytes(std::uint64_t content_bytes) {
  const auto chunks = (content_bytes + blob_content_bytes - 1) / blob_content_bytes;
  return content_bytes + chunks * blob_chunk_overhead;
}

std::size_t blob_chunk_bytes(std::uint64_t cipher_bytes, std::uint64_t chunk) {
  const auto before = chunk * limits::blob_chunk_bytes;
  if (chunk >= blob_chunks(cipher_bytes)) return 0;
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(limits::blob_chunk_bytes, cipher_bytes - before));
}

BlobAddress blob_address(std::uint64_t cipher_bytes, std::span<const Blake2bDigest> chunk_hashes) {
  Writer writer;
  writer.raw(as_bytes("tern 1 blob")).number(cipher_bytes);
  for (const auto& hash : chunk_hashes) writer.raw(hash);
  return *BlobAddress::from(blake2b(writer.span()).span());
}

// Either end of a secretstream starts alike; init_push would draw the header itself, and
// randomness is a port here.
BlobStream::BlobStream(const Secret<32>& key, const BlobHeader& header) {
  Loaded state(state_.span());
  crypto_secretstream_xchacha20poly1305_init_pull(state.get(), header.bytes.data(),
                                                  key.span().data());
  state.store(state_.mutable_span());
}

std::optional<BlobStream> BlobStream::from(ByteSpan state) {
  auto secret = Secret<state_bytes>::from(state);
  if (!secret) return std::nullopt;
  return BlobStream(std::move(*secret));
}

BlobStream BlobStream::clone() const { return BlobStream(state_.clone()); }

Result<Bytes> BlobStream::seal(ByteSpan content, BlobChunkKind kind) {
  TERN_CHECK(!content.empty() && content.size() <= blob_content_bytes);
  Loaded state(state_.span());
  Bytes out(content.size() + blob_chunk_overhead);
  crypto_secretstream_xchacha20poly1305_push(state.get(), out.data(), nullptr, content.data(),
                                             content.size(), nullptr, 0, tag_of(kind));
  state.store(state_.mutable_span());
  return out;
}

Result<SecretBytes> BlobStream::open(ByteSpan chunk, BlobChunkKind kind) {
  if (chunk.size() <= blob_chunk_overhead || chunk.size() > limits::blob_chunk_bytes)
    return Error(Errc::blob_damaged, "a chunk of " + std::to_string(chunk.size()) + " bytes");
  Loaded state(state_.span());
  SecretBytes out(chunk.size() - blob_chunk_overhead);
  unsigned char tag = 0;
  if (crypto_secretstream_xchacha20poly1305_pull(state.get(), out.mutable_span().data(), nullptr,
                                                 &tag, chunk.data(), chunk.size(), nullptr,
                                                 0) != 0 ||
      tag != tag_of(kind))
    return Errc::blob_damaged;
  state.store(state_.mutable_span());
  return out;
}

}  // namespace tern::crypto
