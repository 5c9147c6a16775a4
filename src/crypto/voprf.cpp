#include "base/try.hpp"
#include "crypto/oprf_modes.hpp"

namespace tern::crypto::voprf {

using oprf::Mode;
using oprf::Suite;

Result<KeyPair> derive_key_pair(ByteSpan seed, ByteSpan info) {
  return oprf::derive_key_pair(Mode::voprf, seed, info);
}

Result<Blinded> blind(ByteSpan input, Entropy& entropy) {
  return oprf::blind(Mode::voprf, input, entropy);
}

Result<Evaluation> evaluate_blinded(const KeyPair& keys, std::span<const Element> blinded,
                                    Entropy& entropy) {
  TERN_TRY(oprf::check_batch(blinded.size(), blinded.size()));
  Evaluation out;
  out.elements.reserve(blinded.size());
  for (const auto& element : blinded) {
    TERN_ASSIGN(const auto evaluated, multiply(keys.private_key, element));
    out.elements.push_back(evaluated);
  }
  TERN_ASSIGN(
      out.proof,
      Suite(Mode::voprf).prove(keys.private_key, keys.public_key, blinded, out.elements, entropy));
  return out;
}

Result<std::vector<Output>> finalize(const Element& public_key, std::span<const ByteSpan> inputs,
                                     std::span<const Blinded> blinded,
                                     const Evaluation& evaluation) {
  TERN_TRY(oprf::check_batch(inputs.size(), evaluation.elements.size()));
  TERN_TRY(oprf::check_batch(inputs.size(), blinded.size()));
  // §3.3.2: "if VerifyProof(G.Generator(), pkS, blindedElements, evaluatedElements, proof) ==
  // false: raise VerifyError"
  TERN_TRY(
      Suite(Mode::voprf)
          .verify(public_key, oprf::elements_of(blinded), evaluation.elements, evaluation.proof));
  TERN_ASSIGN(const auto elements, oprf::unblind(blinded, evaluation.elements));
  std::vector<Output> out;
  out.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    TERN_ASSIGN(auto output, oprf::finalize_hash({inputs[i], elements[i].span()}));
    out.push_back(std::move(output));
  }
  return out;
}

Result<Output> evaluate(const Scalar& private_key, ByteSpan input) {
  TERN_ASSIGN(const auto element, oprf::evaluated_element(Mode::voprf, private_key, input));
  return oprf::finalize_hash({input, element.span()});
}

}  // namespace tern::crypto::voprf
