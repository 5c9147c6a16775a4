#include "base/try.hpp"
#include "crypto/oprf_modes.hpp"

namespace tern::crypto::poprf {
namespace {

using oprf::Mode;
using oprf::Suite;

// m = HashToScalar("Info" || I2OSP(len(info), 2) || info)
Result<Scalar> info_scalar(ByteSpan info) {
  if (info.size() >= oprf::input_bytes_max)
    return Error(Errc::oprf_input_invalid, "RFC 9497 §5.1: an info of 65,535 bytes or more");
  const std::array<std::uint8_t, 2> length = {static_cast<std::uint8_t>(info.size() >> 8),
                                              static_cast<std::uint8_t>(info.size())};
  return Suite(Mode::poprf).hash_to_scalar({as_bytes("Info"), length, info});
}

// t = skS + m, whose inverse evaluates.
Result<Scalar> tweaked_private_key(const Scalar& private_key, ByteSpan info) {
  TERN_ASSIGN(const auto m, info_scalar(info));
  auto t = add(private_key, m);
  // §3.3.3 BlindEvaluate: "if t == 0: raise InverseError"
  if (is_zero(t))
    return Error(Errc::key_invalid, "RFC 9497 §3.3.3: InverseError; replace the private key");
  return t;
}

Result<Scalar> inverse(const Scalar& scalar) {
  const auto* const one = &scalar;
  TERN_ASSIGN(auto out, invert_all({&one, 1}));
  return std::move(out.front());
}

}  // namespace

Result<KeyPair> derive_key_pair(ByteSpan seed, ByteSpan info) {
  return oprf::derive_key_pair(Mode::poprf, seed, info);
}

Result<Element> tweak(const Element& public_key, ByteSpan info) {
  TERN_ASSIGN(const auto m, info_scalar(info));
  if (!is_valid(public_key))
    return Error(Errc::oprf_element_invalid, "RFC 9497 §2.1: not an encoding of an element");
  const auto out = add(multiply_generator(m), public_key);
  // §3.3.3 Blind: "if tweakedKey == G.Identity(): raise InvalidInputError"
  if (out.is_zero())
    return Error(Errc::oprf_input_invalid, "RFC 9497 §3.3.3: the info undoes the public key");
  return out;
}

Result<Blinded> blind(ByteSpan input, Entropy& entropy) {
  return oprf::blind(Mode::poprf, input, entropy);
}

Result<Evaluation> evaluate_blinded(const Scalar& private_key, std::span<const Element> blinded,
                                    ByteSpan info, Entropy& entropy) {
  TERN_TRY(oprf::check_batch(blinded.size(), blinded.size()));
  TERN_ASSIGN(const auto t, tweaked_private_key(private_key, info));
  TERN_ASSIGN(const auto t_inverse, inverse(t));
  Evaluation out;
  out.elements.reserve(blinded.size());
  for (const auto& element : blinded) {
    TERN_ASSIGN(const auto evaluated, multiply(t_inverse, element));
    out.elements.push_back(evaluated);
  }
  // The roles are changed: t * evaluated = blinded.
  TERN_ASSIGN(out.proof,
              Suite(Mode::poprf).prove(t, multiply_generator(t), out.elements, blinded, entropy));
  return out;
}

Result<std::vector<Output>> finalize(const Element& tweaked_key, std::span<const ByteSpan> inputs,
                                     std::span<const Blinded> blinded, const Evaluation& evaluation,
                                     ByteSpan info) {
  TERN_TRY(oprf::check_batch(inputs.size(), evaluation.elements.size()));
  TERN_TRY(oprf::check_batch(inputs.size(), blinded.size()));
  TERN_TRY(
      Suite(Mode::poprf)
          .verify(tweaked_key, evaluation.elements, oprf::elements_of(blinded), evaluation.proof));
  TERN_ASSIGN(const auto elements, oprf::unblind(blinded, evaluation.elements));
  std::vector<Output> out;
  out.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    TERN_ASSIGN(auto output, oprf::finalize_hash({inputs[i], info, elements[i].span()}));
    out.push_back(std::move(output));
  }
  return out;
}

Result<Output> evaluate(const Scalar& private_key, ByteSpan input, ByteSpan info) {
  TERN_ASSIGN(const auto t, tweaked_private_key(private_key, info));
  TERN_ASSIGN(const auto t_inverse, inverse(t));
  TERN_ASSIGN(const auto element, oprf::evaluated_element(Mode::poprf, t_inverse, input));
  return oprf::finalize_hash({input, info, element.span()});
}

}  // namespace tern::crypto::poprf
