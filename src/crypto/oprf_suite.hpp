// OPRF(ristretto255, SHA-512), RFC 9497 §4.1: the hashes of one mode, and the proof of discrete
// logarithm equivalence (§2.2) that the verifiable modes share. oprf.hpp has the protocol.
#pragma once

#include <string_view>

#include "crypto/oprf.hpp"

namespace tern::crypto::oprf {

enum class Mode : std::uint8_t { oprf = 0, voprf = 1, poprf = 2 };

/// What depends on nothing but the mode: its domain separation. Made for each use; it is small.
class Suite {
 public:
  explicit Suite(Mode mode);

  /// HashToGroup. Errors: oprf_input_invalid (over 65,535 bytes, or it maps to the identity).
  Result<Element> hash_to_group(ByteSpan input) const;
  /// HashToScalar over the concatenation of `parts`.
  Scalar hash_to_scalar(std::initializer_list<ByteSpan> parts) const;
  /// HashToScalar with a DST of its own in place of "HashToScalar-".
  Scalar hash_to_scalar(std::string_view label, std::initializer_list<ByteSpan> parts) const;

  /// §2.2.1 GenerateProof: that k * generator = b, and k * c[i] = d[i] for every i. The lists are
  /// of one length, between 1 and 65,535, and valid. Errors: none but what a broken rule of the
  /// caller's gives.
  Result<Proof> prove(const Scalar& k, const Element& b, std::span<const Element> c,
                      std::span<const Element> d, Entropy& entropy) const;
  /// §2.2.2 VerifyProof. Errors: oprf_element_invalid, oprf_proof_invalid.
  Result<void> verify(const Element& b, std::span<const Element> c, std::span<const Element> d,
                      const Proof& proof) const;

 private:
  std::vector<Scalar> weights(const Element& b, std::span<const Element> c,
                              std::span<const Element> d) const;
  Scalar challenge(const Element& b, const Element& m, const Element& z, const Element& t2,
                   const Element& t3) const;

  std::string context_;  // CreateContextString, §3.1
};

/// The hash at the end of Finalize and Evaluate, over the fields, each behind its length (§3.3.1),
/// and "Finalize". Errors: oprf_input_invalid (a field of 65,535 bytes or more).
Result<Output> finalize_hash(std::initializer_list<ByteSpan> fields);

}  // namespace tern::crypto::oprf
