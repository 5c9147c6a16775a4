// Oblivious pseudorandom functions (RFC 9497), OPRF(ristretto255, SHA-512): a server evaluates its
// keyed function for a client without learning of what, and in the verifiable modes proves that it
// used the key that everybody knows.
//
//   mode        client learns    that the key is the published one    a public part of the input
//   oprf (0)    the output       -                                    -
//   voprf (1)   the output       proven, once for a whole batch       -
//   poprf (2)   the output       proven, once for a whole batch       `info`
//
// Batches: at most batch_max elements, at least one. Elements and proofs come from outside as they
// are: every function says with a typed error what is wrong with them. Thread-safe: no state.
#pragma once

#include "crypto/ristretto.hpp"
#include "tern/limits.hpp"

namespace tern::crypto::oprf {

using Element = RistrettoElement;
using Scalar = RistrettoScalar;
/// Two scalars, c and s of §2.2.
using Proof = FixedBytes<struct OprfProofTag, 64>;
/// Nh = 64 bytes of SHA-512.
using Output = Secret<64>;

/// RFC 9497 §5.1: inputs, and a poprf's info, are shorter than this.
inline constexpr std::size_t input_bytes_max = 65'535;
/// A batch's index is two bytes in the proof's transcript; ours are far shorter, so that one
/// answer holds up nobody.
inline constexpr std::size_t batch_max = limits::oprf_batch_max;

struct KeyPair {
  Scalar private_key;
  Element public_key;
  /// GenerateKeyPair (§3.2).
  static KeyPair generate(Entropy& entropy);
  KeyPair clone() const { return {private_key.clone(), public_key}; }
};

/// What a client sends, and what it keeps to open the answer.
struct Blinded {
  Scalar blind;
  Element element;
};

/// What a verifiable server answers: an element for each, and one proof for all.
struct Evaluation {
  std::vector<Element> elements;
  Proof proof;
};

}  // namespace tern::crypto::oprf

/// Mode 0.
namespace tern::crypto::oprf {

/// DeriveKeyPair (§3.2.1): `seed` is 32 bytes that nobody else knows. Errors: invalid_argument,
/// key_invalid (no key in 256 tries).
Result<KeyPair> derive_key_pair(ByteSpan seed, ByteSpan info);
/// Blind (§3.3.1). Errors: oprf_input_invalid.
Result<Blinded> blind(ByteSpan input, Entropy& entropy);
/// BlindEvaluate. Errors: oprf_element_invalid.
Result<Element> evaluate_blinded(const Scalar& private_key, const Element& blinded);
/// Finalize. Errors: oprf_element_invalid.
Result<Output> finalize(ByteSpan input, const Blinded& blinded, const Element& evaluated);
/// Evaluate: what the client would get, for who has the key and the input. Errors:
/// oprf_input_invalid.
Result<Output> evaluate(const Scalar& private_key, ByteSpan input);

}  // namespace tern::crypto::oprf

/// Mode 1.
namespace tern::crypto::voprf {

using oprf::Blinded;
using oprf::Element;
using oprf::Evaluation;
using oprf::KeyPair;
using oprf::Output;
using oprf::Proof;
using oprf::Scalar;

Result<KeyPair> derive_key_pair(ByteSpan seed, ByteSpan info);
/// §3.3.2 Blind. Errors: oprf_input_invalid.
Result<Blinded> blind(ByteSpan input, Entropy& entropy);
/// BlindEvaluate of a batch. Errors: oprf_batch_invalid, oprf_element_invalid.
Result<Evaluation> evaluate_blinded(const KeyPair& keys, std::span<const Element> blinded,
                                    Entropy& entropy);
/// Finalize of a batch, its outputs in the order of its inputs: all of them or none. `inputs` and
/// `blinded` are the client's own, of one length. Errors: oprf_batch_invalid (another number of
/// elements than was asked for), oprf_element_invalid, oprf_proof_invalid.
Result<std::vector<Output>> finalize(const Element& public_key, std::span<const ByteSpan> inputs,
                                     std::span<const Blinded> blinded,
                                     const Evaluation& evaluation);
Result<Output> evaluate(const Scalar& private_key, ByteSpan input);

}  // namespace tern::crypto::voprf

/// Mode 2.
namespace tern::crypto::poprf {

using oprf::Blinded;
using oprf::Element;
using oprf::Evaluation;
using oprf::KeyPair;
using oprf::Output;
using oprf::Proof;
using oprf::Scalar;

Result<KeyPair> derive_key_pair(ByteSpan seed, ByteSpan info);
/// §3.3.3: the public key that `info` makes of the server's. Errors: oprf_input_invalid,
/// oprf_element_invalid.
Result<Element> tweak(const Element& public_key, ByteSpan info);
/// Blind, without its tweaked key. Errors: oprf_input_invalid.
Result<Blinded> blind(ByteSpan input, Entropy& entropy);
/// BlindEvaluate of a batch under one `info`. Errors: oprf_batch_invalid, oprf_element_invalid,
/// oprf_input_invalid; key_invalid (the private key and `info` cancel out: replace the key).
Result<Evaluation> evaluate_blinded(const Scalar& private_key, std::span<const Element> blinded,
                                    ByteSpan info, Entropy& entropy);
/// Finalize of a batch; `tweaked_key` from tweak(). Errors: as voprf::finalize().
Result<std::vector<Output>> finalize(const Element& tweaked_key, std::span<const ByteSpan> inputs,
                                     std::span<const Blinded> blinded, const Evaluation& evaluation,
                                     ByteSpan info);
/// Errors: oprf_input_invalid, key_invalid.
Result<Output> evaluate(const Scalar& private_key, ByteSpan input, ByteSpan info);

}  // namespace tern::crypto::poprf
