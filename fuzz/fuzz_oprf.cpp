// The directory's function, both ends of it. The first byte says the mode and which end is lied
// to: a relay gets elements, or a device gets an answer that was right until it was changed.
#include "crypto/deterministic_entropy.hpp"
#include "crypto/directory.hpp"
#include "crypto/oprf.hpp"
#include "input.hpp"
#include "target.hpp"

using namespace tern;
using namespace tern::crypto;

namespace {

constexpr std::size_t elements_max = 6;  // of each input: a run stays short
const Bytes info = to_bytes(as_bytes("epoch 1"));

std::vector<oprf::Element> elements_in(fuzzing::Input& input) {
  std::vector<oprf::Element> out;
  while (input.rest().size() >= oprf::Element::size_bytes && out.size() < elements_max)
    out.push_back(*oprf::Element::from(input.take(oprf::Element::size_bytes)));
  return out;
}

struct Voprf {
  explicit Voprf(const oprf::KeyPair& its_keys) : keys(its_keys) {}
  const oprf::KeyPair& keys;
  Result<oprf::Blinded> blind(ByteSpan input, Entropy& entropy) const {
    return voprf::blind(input, entropy);
  }
  Result<oprf::Evaluation> evaluate(std::span<const oprf::Element> blinded,
                                    Entropy& entropy) const {
    return voprf::evaluate_blinded(keys, blinded, entropy);
  }
  Result<std::vector<oprf::Output>> finalize(std::span<const ByteSpan> inputs,
                                             std::span<const oprf::Blinded> blinded,
                                             const oprf::Evaluation& evaluation) const {
    return voprf::finalize(keys.public_key, inputs, blinded, evaluation);
  }
  oprf::Output known(ByteSpan input) const {
    return voprf::evaluate(keys.private_key, input).value();
  }
};

struct Poprf {
  explicit Poprf(const oprf::KeyPair& its_keys) : keys(its_keys) {}
  const oprf::KeyPair& keys;
  Result<oprf::Blinded> blind(ByteSpan input, Entropy& entropy) const {
    return poprf::blind(input, entropy);
  }
  Result<oprf::Evaluation> evaluate(std::span<const oprf::Element> blinded,
                                    Entropy& entropy) const {
    return poprf::evaluate_blinded(keys.private_key, blinded, info, entropy);
  }
  Result<std::vector<oprf::Output>> finalize(std::span<const ByteSpan> inputs,
                                             std::span<const oprf::Blinded> blinded,
                                             const oprf::Evaluation& evaluation) const {
    return poprf::finalize(poprf::tweak(keys.public_key, info).value(), inputs, blinded, evaluation,
                           info);
  }
  oprf::Output known(ByteSpan input) const {
    return poprf::evaluate(keys.private_key, input, info).value();
  }
};

template <class Mode>
void relay_reads(const Mode& mode, fuzzing::Input& input) {
  crypto::DeterministicEntropy entropy(10);
  const auto elements = elements_in(input);
  const bool all_valid = std::all_of(elements.begin(), elements.end(),
                                     [](const auto& element) { return is_valid(element); });
  const auto evaluation = mode.evaluate(elements, entropy);
  expect(evaluation.has_value() == (all_valid && !elements.empty()),
         "a batch is evaluated when all of it are elements");
  if (!evaluation) return;
  expect(evaluation->elements.size() == elements.size(), "an element for each");
  for (const auto& element : evaluation->elements)
    expect(is_valid(element), "an evaluated element is one");
}

// The numbers asked for, the answer as an honest relay gives it, then changed.
template <class Mode>
void device_reads(const Mode& mode, fuzzing::Input& input) {
  crypto::DeterministicEntropy entropy(11);
  std::vector<Bytes> numbers(1 + input.byte() % elements_max);
  std::vector<ByteSpan> inputs;
  std::vector<oprf::Blinded> blinded;
  std::vector<oprf::Element> asked;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = to_bytes(as_bytes("+3247010000" + std::to_string(i)));
    inputs.emplace_back(numbers[i]);
    blinded.push_back(mode.blind(numbers[i], entropy).value());
    asked.push_back(blinded.back().element);
  }
  const auto honest = mode.evaluate(asked, entropy).value();
  Bytes answer = to_bytes(honest.proof);
  for (const auto& element : honest.elements)
    answer.insert(answer.end(), element.bytes.begin(), element.bytes.end());
  const auto changed = fuzzing::edited(answer, input);

  fuzzing::Input rest(changed);
  oprf::Evaluation evaluation;
  if (const auto proof = oprf::Proof::from(rest.take(oprf::Proof::size_bytes)))
    evaluation.proof = *proof;
  evaluation.elements = elements_in(rest);
  const auto outputs = mode.finalize(inputs, blinded, evaluation);
  // Bytes behind the last whole element do not count.
  const bool is_honest = evaluation.proof == honest.proof && evaluation.elements == honest.elements;
  expect(outputs.has_value() == is_honest, "an answer is taken as it was made, or not at all");
  if (!outputs) return;
  for (std::size_t i = 0; i < outputs->size(); ++i)
    expect(ct_equal((*outputs)[i].span(), mode.known(inputs[i]).span()),
           "and is what the key makes of the number");
}

// The mode without proof: any element is an answer, to be told from none. The input is a key's seed
// too.
void unproven(fuzzing::Input& input) {
  const auto seed = input.rest().first(std::min<std::size_t>(input.rest().size(), 32));
  crypto::DeterministicEntropy entropy(12);
  const auto number = as_bytes("+32470100000");
  const auto blinded = oprf::blind(number, entropy).value();
  for (const auto& element : elements_in(input)) {
    const auto output = oprf::finalize(number, blinded, element);
    expect(output.has_value() == is_valid(element), "an element is one, or is refused");
    // A directory's key comes from outside too.
    expect(poprf::tweak(element, info).has_value() == is_valid(element),
           "a public key is an element, or is refused");
  }
  const auto keys = oprf::derive_key_pair(seed, info);
  expect(keys.has_value() == (seed.size() == 32), "a key is made of a seed of 32 bytes");
  if (!keys) return;
  const auto evaluated = oprf::evaluate_blinded(keys->private_key, blinded.element).value();
  expect(ct_equal(oprf::finalize(number, blinded, evaluated)->span(),
                  oprf::evaluate(keys->private_key, number)->span()),
         "what is evaluated blinded is what is evaluated openly");
}

// A seed is another key in each mode.
void derived(fuzzing::Input& input) {
  const auto seed = input.take(32);
  const auto proven = voprf::derive_key_pair(seed, info),
             public_info = poprf::derive_key_pair(seed, info);
  expect(proven.has_value() == (seed.size() == 32) && proven.has_value() == public_info.has_value(),
         "a key is made of a seed of 32 bytes in every mode");
  if (!proven) return;
  expect(proven->public_key != public_info->public_key, "and in each it is another");
  expect(is_valid(proven->public_key) && is_valid(public_info->public_key),
         "a public key is an element");
}

// A record that the directory has under a number's tag.
void record(fuzzing::Input& input) {
  crypto::DeterministicEntropy entropy(13);
  const auto key = SigningKey::generate(entropy).verify_key();
  const auto place = directory_place(*oprf::Output::from(Bytes(64, 1)));
  const auto sealed = seal_record(place, key, entropy);
  const auto changed = fuzzing::edited(sealed, input);
  const auto opened = open_record(place, changed);
  expect(opened.has_value() == (changed == sealed), "a record is opened as it was sealed");
  expect(!opened || *opened == key, "and says whose it is");
}

template <class Mode>
void both_ends(std::uint8_t how, fuzzing::Input& input) {
  static const auto keys = [] {
    crypto::DeterministicEntropy entropy(9);
    return oprf::KeyPair::generate(entropy);
  }();
  const Mode mode(keys);
  if ((how & 4) != 0)
    relay_reads(mode, input);
  else
    device_reads(mode, input);
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  const auto how = input.byte();
  switch (how % 4) {
    case 0:
      return both_ends<Voprf>(how, input);
    case 1:
      return both_ends<Poprf>(how, input);
    case 2:
      return how < 128 ? unproven(input) : derived(input);
    default:
      return record(input);
  }
}
