// The prime-order group ristretto255 (RFC 9496) as RFC 9497 §2.1 speaks of it: elements and scalars
// of libsodium's, in types that cannot be confused.
#pragma once

#include <span>
#include <vector>

#include "base/entropy.hpp"
#include "crypto/secret.hpp"
#include "tern/result.hpp"

namespace tern::crypto {

/// An element, serialized (RFC 9497 §2.1 SerializeElement, Ne = 32). Not necessarily a valid one:
/// whatever takes it from outside says so. The identity is 32 zeros.
using RistrettoElement = FixedBytes<struct RistrettoElementTag, 32>;
/// An integer modulo the group's order, little-endian; wiped. Public ones may be in it too.
using RistrettoScalar = Secret<32>;

/// DeserializeElement: canonical, and not the identity. Costs a decoding; multiply() checks too.
bool is_valid(const RistrettoElement& element) noexcept;
/// DeserializeScalar: below the group's order, so that there is one way to write each. For public
/// scalars: it takes a time that depends on them.
bool is_canonical(ByteSpan scalar) noexcept;

/// RandomScalar, never zero: 64 bytes of `entropy`, reduced (RFC 9497 §4.7.2).
RistrettoScalar random_scalar(Entropy& entropy);
/// 64 bytes, little-endian, modulo the order.
RistrettoScalar reduce_scalar(ByteSpan bytes64);
bool is_zero(const RistrettoScalar& scalar) noexcept;
/// a + b, a - b, a * b.
RistrettoScalar add(const RistrettoScalar& a, const RistrettoScalar& b);
RistrettoScalar subtract(const RistrettoScalar& a, const RistrettoScalar& b);
RistrettoScalar multiply(const RistrettoScalar& a, const RistrettoScalar& b);
/// The inverses of all, for the price of one and three products each (P. Montgomery, "Speeding the
/// Pollard and elliptic curve methods", 1987, §10.3.1). Errors: key_invalid (one of them is zero).
Result<std::vector<RistrettoScalar>> invert_all(std::span<const RistrettoScalar* const> scalars);

/// scalar * element. Errors: oprf_element_invalid (`element` is no valid one, or the identity; or
/// the product is, which takes a scalar of zero).
Result<RistrettoElement> multiply(const RistrettoScalar& scalar, const RistrettoElement& element);
/// ScalarMultGen.
RistrettoElement multiply_generator(const RistrettoScalar& scalar);
/// a + b; both are results of these functions.
RistrettoElement add(const RistrettoElement& a, const RistrettoElement& b);
/// RFC 9496 §4.3.4: the map from 64 uniform bytes.
RistrettoElement element_from_uniform(ByteSpan bytes64);

}  // namespace tern::crypto
