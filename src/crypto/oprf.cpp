// Mode 0, and what the modes share.
#include "crypto/oprf.hpp"

#include "base/try.hpp"
#include "crypto/oprf_modes.hpp"

namespace tern::crypto::oprf {

KeyPair KeyPair::generate(Entropy& entropy) {
  auto private_key = random_scalar(entropy);
  const auto public_key = multiply_generator(private_key);
  return {std::move(private_key), public_key};
}

Result<KeyPair> derive_key_pair(Mode mode, ByteSpan seed, ByteSpan info) {
  if (seed.size() != Scalar::size_bytes || info.size() >= input_bytes_max)
    return Error(Errc::invalid_argument, "RFC 9497 §3.2.1: a seed of 32 bytes, and a short info");
  const std::array<std::uint8_t, 2> info_length = {static_cast<std::uint8_t>(info.size() >> 8),
                                                   static_cast<std::uint8_t>(info.size())};
  const Suite suite(mode);
  for (unsigned counter = 0; counter <= 255; ++counter) {
    const auto count = static_cast<std::uint8_t>(counter);
    auto private_key =
        suite.hash_to_scalar("DeriveKeyPair", {seed, info_length, info, ByteSpan(&count, 1)});
    if (is_zero(private_key)) continue;
    const auto public_key = multiply_generator(private_key);
    return KeyPair{std::move(private_key), public_key};
  }
  return Error(Errc::key_invalid, "RFC 9497 §3.2.1: DeriveKeyPairError");
}

Result<Blinded> blind(Mode mode, ByteSpan input, Entropy& entropy) {
  TERN_ASSIGN(auto element, Suite(mode).hash_to_group(input));
  auto blind = random_scalar(entropy);
  const auto blinded = multiply(blind, element);
  wipe(element.bytes);  // a plain hash of the input
  if (!blinded) return blinded.error();
  return Blinded{std::move(blind), *blinded};
}

Result<SecretElement> evaluated_element(Mode mode, const Scalar& key, ByteSpan input) {
  TERN_ASSIGN(auto element, Suite(mode).hash_to_group(input));
  auto evaluated = multiply(key, element);
  wipe(element.bytes);
  if (!evaluated) return evaluated.error();
  return secret(*evaluated);
}

Result<void> check_batch(std::size_t asked, std::size_t answered) {
  // RFC 9497 §2.2: "two non-empty lists of elements C and D of length m"
  if (asked == 0) return Error(Errc::oprf_batch_invalid, "RFC 9497 §2.2: an empty batch");
  if (asked > batch_max)
    return Error(Errc::oprf_batch_invalid, "elements in a batch: " + std::to_string(asked) + "; " +
                                               std::to_string(batch_max) + " are allowed");
  if (asked != answered)
    return Error(Errc::oprf_batch_invalid, "RFC 9497 §2.2: " + std::to_string(answered) +
                                               " elements for " + std::to_string(asked));
  return {};
}

std::vector<Element> elements_of(std::span<const Blinded> blinded) {
  std::vector<Element> out;
  out.reserve(blinded.size());
  for (const auto& each : blinded) out.push_back(each.element);
  return out;
}

SecretElement secret(Element& element) {
  auto out = *SecretElement::from(element);
  wipe(element.bytes);
  return out;
}

Result<std::vector<SecretElement>> unblind(std::span<const Blinded> blinded,
                                           std::span<const Element> evaluated) {
  std::vector<const Scalar*> blinds;
  blinds.reserve(blinded.size());
  for (const auto& each : blinded) blinds.push_back(&each.blind);
  TERN_ASSIGN(const auto inverses, invert_all(blinds));
  std::vector<SecretElement> out;
  out.reserve(blinded.size());
  for (std::size_t i = 0; i < blinded.size(); ++i) {
    TERN_ASSIGN(auto element, multiply(inverses[i], evaluated[i]));
    out.push_back(secret(element));
  }
  return out;
}

Result<KeyPair> derive_key_pair(ByteSpan seed, ByteSpan info) {
  return derive_key_pair(Mode::oprf, seed, info);
}

Result<Blinded> blind(ByteSpan input, Entropy& entropy) {
  return blind(Mode::oprf, input, entropy);
}

Result<Element> evaluate_blinded(const Scalar& private_key, const Element& blinded) {
  return multiply(private_key, blinded);
}

Result<Output> finalize(ByteSpan input, const Blinded& blinded, const Element& evaluated) {
  TERN_ASSIGN(const auto elements, unblind({&blinded, 1}, {&evaluated, 1}));
  return finalize_hash({input, elements.front().span()});
}

Result<Output> evaluate(const Scalar& private_key, ByteSpan input) {
  TERN_ASSIGN(const auto element, evaluated_element(Mode::oprf, private_key, input));
  return finalize_hash({input, element.span()});
}

}  // namespace tern::crypto::oprf
