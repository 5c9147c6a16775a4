#include "crypto/hkdf.hpp"

#include <sodium.h>

#include <algorithm>

#include "crypto/fail_closed.hpp"

namespace tern::crypto {
namespace {

using HmacState = crypto_auth_hmacsha256_state;

}  // namespace

HkdfKey::HkdfKey(ByteSpan pseudo_random_key) {
  static_assert(sizeof(HmacState) <= sizeof(State::bytes) && alignof(HmacState) <= 64);
  crypto_auth_hmacsha256_init(reinterpret_cast<HmacState*>(state_.bytes.data()),
                              pseudo_random_key.data(), pseudo_random_key.size());
}

void HkdfKey::expand(std::initializer_list<ByteSpan> info, MutableByteSpan out) const {
  Secret<32> block;  // T(1) = HMAC(PRK, info | 1)
  if (!TERN_HOLDS_OR_FAIL_CLOSED(out.size() <= block.size_bytes, out)) return;
  // libsodium wipes a state in final().
  auto state = *reinterpret_cast<const HmacState*>(state_.bytes.data());
  for (const auto part : info) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  constexpr std::uint8_t counter = 1;
  crypto_auth_hmacsha256_update(&state, &counter, 1);
  crypto_auth_hmacsha256_final(&state, block.mutable_span().data());
  std::copy_n(block.span().begin(), out.size(), out.begin());
}

}  // namespace tern::crypto
