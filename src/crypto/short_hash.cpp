#include "crypto/short_hash.hpp"

#include <sodium.h>

namespace tern::crypto {

std::uint64_t short_hash(const Secret<16>& key, ByteSpan bytes) {
  std::array<std::uint8_t, crypto_shorthash_BYTES> hash;
  crypto_shorthash(hash.data(), bytes.data(), bytes.size(), key.span().data());
  std::uint64_t out = 0;
  for (const auto byte : hash) out = out << 8 | byte;
  return out;
}

}  // namespace tern::crypto
