#include "crypto/ristretto.hpp"

#include <sodium.h>

namespace tern::crypto {
namespace {

static_assert(crypto_core_ristretto255_BYTES == RistrettoElement::size_bytes);
static_assert(crypto_core_ristretto255_SCALARBYTES == RistrettoScalar::size_bytes);

constexpr std::size_t stack_used_bytes = 4 * 1024;  // by a multiplication, and somewhat more
constexpr std::size_t wide_bytes = crypto_core_ristretto255_NONREDUCEDSCALARBYTES;

// RFC 9496 §4.3.1: below 2^255 - 19. libsodium 1.0.18 does not look at the highest bit, so that an
// element would have two encodings, and the identity one that is not zeros.
bool has_high_bit(const RistrettoElement& element) { return (element.bytes[31] & 0x80) != 0; }

}  // namespace

bool is_valid(const RistrettoElement& element) noexcept {
  return !has_high_bit(element) && !element.is_zero() &&
         crypto_core_ristretto255_is_valid_point(element.bytes.data()) == 1;
}

bool is_canonical(ByteSpan scalar) noexcept {
  if (scalar.size() != RistrettoScalar::size_bytes) return false;
  std::array<std::uint8_t, wide_bytes> wide{};
  std::array<std::uint8_t, RistrettoScalar::size_bytes> reduced;
  for (std::size_t i = 0; i < scalar.size(); ++i) wide[i] = scalar[i];
  crypto_core_ristretto255_scalar_reduce(reduced.data(), wide.data());
  return ct_equal(reduced, scalar);
}

bool is_zero(const RistrettoScalar& scalar) noexcept {
  return sodium_is_zero(scalar.span().data(), scalar.span().size()) == 1;
}

RistrettoScalar reduce_scalar(ByteSpan bytes64) {
  RistrettoScalar out;
  crypto_core_ristretto255_scalar_reduce(out.mutable_span().data(), bytes64.data());
  return out;
}

RistrettoScalar random_scalar(Entropy& entropy) {
  for (;;) {
    Secret<wide_bytes> wide;
    entropy.fill(wide.mutable_span());
    auto out = reduce_scalar(wide.span());
    if (!is_zero(out)) return out;
  }
}

RistrettoScalar add(const RistrettoScalar& a, const RistrettoScalar& b) {
  RistrettoScalar out;
  crypto_core_ristretto255_scalar_add(out.mutable_span().data(), a.span().data(), b.span().data());
  return out;
}

RistrettoScalar subtract(const RistrettoScalar& a, const RistrettoScalar& b) {
  RistrettoScalar out;
  crypto_core_ristretto255_scalar_sub(out.mutable_span().data(), a.span().data(), b.span().data());
  return out;
}

RistrettoScalar multiply(const RistrettoScalar& a, const RistrettoScalar& b) {
  RistrettoScalar out;
  crypto_core_ristretto255_scalar_mul(out.mutable_span().data(), a.span().data(), b.span().data());
  return out;
}

Result<std::vector<RistrettoScalar>> invert_all(std::span<const RistrettoScalar* const> scalars) {
  std::vector<RistrettoScalar> out;
  if (scalars.empty()) return out;
  out.reserve(scalars.size());
  // out[i]: the product of those before and at i.
  for (const auto* const scalar : scalars)
    out.push_back(out.empty() ? scalar->clone() : multiply(out.back(), *scalar));
  // One zero among them, a blind that was moved from, say, would make all of them zero.
  RistrettoScalar rest;  // the inverse of out[i]
  if (crypto_core_ristretto255_scalar_invert(rest.mutable_span().data(),
                                             out.back().span().data()) != 0)
    return Error(Errc::key_invalid, "a scalar of zero has no inverse");
  for (std::size_t i = scalars.size(); i-- > 1;) {
    out[i] = multiply(rest, out[i - 1]);
    rest = multiply(rest, *scalars[i]);
  }
  out[0] = std::move(rest);
  return out;
}

Result<RistrettoElement> multiply(const RistrettoScalar& scalar, const RistrettoElement& element) {
  // RFC 9497 §3.3: "Applications MUST check that input Element values received over the wire are
  // not the group identity element."
  if (element.is_zero())
    return Error(Errc::oprf_element_invalid, "RFC 9497 §3.3: the identity element");
  RistrettoElement out;
  // -1: not a canonical encoding; or the product is the identity, which no rule of ours lets
  // anybody go on with.
  if (has_high_bit(element) ||
      crypto_scalarmult_ristretto255(out.bytes.data(), scalar.span().data(),
                                     element.bytes.data()) != 0)
    return Error(Errc::oprf_element_invalid,
                 "RFC 9496 §4.3.1: not an encoding of an element, or a product that is none");
  // The scalar's digits lie on the stack that the multiplication used.
  sodium_stackzero(stack_used_bytes);
  return out;
}

RistrettoElement multiply_generator(const RistrettoScalar& scalar) {
  RistrettoElement out;  // -1 says that it is the identity: zeros
  static_cast<void>(crypto_scalarmult_ristretto255_base(out.bytes.data(), scalar.span().data()));
  return out;
}

RistrettoElement add(const RistrettoElement& a, const RistrettoElement& b) {
  RistrettoElement out;
  static_cast<void>(crypto_core_ristretto255_add(out.bytes.data(), a.bytes.data(), b.bytes.data()));
  return out;
}

RistrettoElement element_from_uniform(ByteSpan bytes64) {
  RistrettoElement out;
  crypto_core_ristretto255_from_hash(out.bytes.data(), bytes64.data());
  return out;
}

}  // namespace tern::crypto
