// What the three modes of oprf.hpp share; their difference is in `mode` and in what is proven.
#pragma once

#include "crypto/oprf_suite.hpp"

namespace tern::crypto::oprf {

Result<KeyPair> derive_key_pair(Mode mode, ByteSpan seed, ByteSpan info);
Result<Blinded> blind(Mode mode, ByteSpan input, Entropy& entropy);
/// What only who has the key can make of an input: as secret as the output.
using SecretElement = Secret<32>;
/// `element` is wiped.
SecretElement secret(Element& element);
/// key * HashToGroup(input): Evaluate without its hash.
Result<SecretElement> evaluated_element(Mode mode, const Scalar& key, ByteSpan input);
/// Errors: oprf_batch_invalid.
Result<void> check_batch(std::size_t asked, std::size_t answered);
std::vector<Element> elements_of(std::span<const Blinded> blinded);
/// ScalarInverse(blind) * evaluatedElement of each. Errors: oprf_element_invalid, key_invalid.
Result<std::vector<SecretElement>> unblind(std::span<const Blinded> blinded,
                                           std::span<const Element> evaluated);

}  // namespace tern::crypto::oprf
