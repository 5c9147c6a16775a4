// SHA-256, HMAC and HKDF (RFC 5869) for MLS and HPKE; BLAKE2b for everything of tern's own.
#pragma once

#include <initializer_list>

#include "crypto/secret.hpp"
#include "tern/result.hpp"

namespace tern::crypto {

using Sha256Digest = FixedBytes<struct Sha256DigestTag, 32>;
using Blake2bDigest = FixedBytes<struct Blake2bDigestTag, 32>;

/// SHA-256 over the concatenation of `parts`.
Sha256Digest sha256(std::initializer_list<ByteSpan> parts);
inline Sha256Digest sha256(ByteSpan bytes) { return sha256({bytes}); }

/// HMAC-SHA-256 over the concatenation of `parts`; any key length.
Secret<32> hmac_sha256(ByteSpan key, std::initializer_list<ByteSpan> parts);

/// RFC 5869 §2.2: HKDF-Extract with SHA-256.
Secret<32> hkdf_extract(ByteSpan salt, ByteSpan input_key);
/// RFC 5869 §2.3: HKDF-Expand with SHA-256 into `out`, at most 255 × 32 bytes (else aborts in
/// debug: lengths are ours). `info` is the concatenation of the parts. `out` may overlap the key
/// only up to 32 bytes.
void hkdf_expand(ByteSpan pseudo_random_key, std::initializer_list<ByteSpan> info,
                 MutableByteSpan out);

/// BLAKE2b-256, optionally keyed (key: 0 or 16 to 64 bytes), over the concatenation of `parts`.
Blake2bDigest blake2b(std::initializer_list<ByteSpan> parts, ByteSpan key = {});
inline Blake2bDigest blake2b(ByteSpan bytes) { return blake2b({bytes}); }

/// BLAKE2b-256 over what comes piece by piece.
class RunningHash {
 public:
  RunningHash();
  void add(ByteSpan bytes);
  /// Of everything until now; more may follow.
  Blake2bDigest digest() const;

 private:
  struct alignas(64) State {
    std::array<std::uint8_t, 384> bytes;
  };
  State state_;
};

/// The first bytes of BLAKE2b-256 over `parts` as an identifier (AccountId, DeviceId, LogId …).
template <class Id>
Id hash_id(std::initializer_list<ByteSpan> parts) {
  const auto digest = blake2b(parts);
  return *Id::from(digest.span().first(Id::size_bytes));
}

}  // namespace tern::crypto
