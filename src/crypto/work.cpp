#include "crypto/work.hpp"

#include <bit>

#include "base/codec.hpp"
#include "crypto/hash.hpp"

namespace tern::crypto {
namespace {

constexpr std::size_t nonce_bytes = 8;

Bytes before_the_nonce(ByteSpan challenge, ByteSpan subject) {
  Writer writer;
  writer.vector(as_bytes("tern 1 work")).vector(challenge).vector(subject);
  return std::move(writer).take();
}

unsigned bits_of(ByteSpan prefix, std::uint64_t nonce) {
  std::array<std::uint8_t, nonce_bytes> bytes;
  for (std::size_t i = 0; i < nonce_bytes; ++i)
    bytes[i] = static_cast<std::uint8_t>(nonce >> (8 * (nonce_bytes - 1 - i)));
  unsigned out = 0;
  for (const auto byte : blake2b({prefix, bytes}).bytes) {
    out += static_cast<unsigned>(std::countl_zero(byte));
    if (byte != 0) break;
  }
  return out;
}

}  // namespace

unsigned work_bits(ByteSpan challenge, ByteSpan subject, std::uint64_t nonce) {
  return bits_of(before_the_nonce(challenge, subject), nonce);
}

std::optional<std::uint64_t> find_work(ByteSpan challenge, ByteSpan subject, unsigned bits,
                                       std::uint64_t first, std::uint64_t tries) {
  const auto prefix = before_the_nonce(challenge, subject);
  for (std::uint64_t i = 0; i < tries; ++i)
    if (bits_of(prefix, first + i) >= bits) return first + i;
  return std::nullopt;
}

}  // namespace tern::crypto
