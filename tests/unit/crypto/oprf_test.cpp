// RFC 9497's rules, each broken once.
#include "crypto/oprf.hpp"

#include <catch2/catch.hpp>

#include "crypto/oprf_suite.hpp"
#include "crypto/sodium_entropy.hpp"
#include "support/fixed_entropy.hpp"

using namespace tern;
using namespace tern::crypto;

namespace {

constexpr std::string_view order_hex =
    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
// RFC 9496 A.3: field elements that are not reduced, and one that is no square's.
constexpr std::string_view non_canonical_hex =
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
constexpr std::string_view high_identity_hex =
    "0000000000000000000000000000000000000000000000000000000000000080";
// The generator, with the bit that a field element does not have.
constexpr std::string_view high_bit_hex =
    "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2df6";
constexpr std::string_view non_square_hex =
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371";

oprf::Element element(std::string_view hex) { return *oprf::Element::from(*from_hex(hex)); }

// A server, a client with a batch, and the honest answer.
struct Talk {
  explicit Talk(std::size_t count) : keys(voprf::KeyPair::generate(entropy)) {
    for (std::size_t i = 0; i < count; ++i) texts.push_back("+3212345" + std::to_string(i));
    for (const auto& number : texts) {
      inputs.push_back(as_bytes(number));
      blinded.push_back(std::move(*voprf::blind(inputs.back(), entropy)));
      asked.push_back(blinded.back().element);
    }
    if (count <= oprf::batch_max) answer = *voprf::evaluate_blinded(keys, asked, entropy);
  }
  Errc finalize_error() const {
    const auto outputs = voprf::finalize(keys.public_key, inputs, blinded, answer);
    REQUIRE(!outputs);
    return outputs.error().errc();
  }
  SystemEntropy entropy;
  voprf::KeyPair keys;
  std::vector<std::string> texts;
  std::vector<ByteSpan> inputs;
  std::vector<voprf::Blinded> blinded;
  std::vector<voprf::Element> asked;
  voprf::Evaluation answer;
};

}  // namespace

TEST_CASE("A batch gives each input what the server would give it alone") {
  const Talk talk(oprf::batch_max);
  const auto outputs =
      voprf::finalize(talk.keys.public_key, talk.inputs, talk.blinded, talk.answer);
  REQUIRE(outputs);
  REQUIRE(outputs->size() == oprf::batch_max);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, oprf::batch_max - 1}) {
    const auto alone = voprf::evaluate(talk.keys.private_key, talk.inputs[i]);
    REQUIRE(alone);
    CHECK(to_hex((*outputs)[i].span()) == to_hex(alone->span()));
  }
}

TEST_CASE("The same input is blinded to another element each time, and gives the same output") {
  Talk talk(1);
  const auto again = voprf::blind(talk.inputs[0], talk.entropy);
  REQUIRE(again);
  CHECK(again->element != talk.blinded[0].element);
  const auto answer = voprf::evaluate_blinded(talk.keys, {&again->element, 1}, talk.entropy);
  REQUIRE(answer);
  const auto first = voprf::finalize(talk.keys.public_key, talk.inputs, talk.blinded, talk.answer);
  const auto second = voprf::finalize(talk.keys.public_key, talk.inputs, {&*again, 1}, *answer);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(to_hex(first->front().span()) == to_hex(second->front().span()));
}

TEST_CASE("An answer under another key than the published one is refused, whole or in part") {
  Talk talk(3);
  const auto other = voprf::KeyPair::generate(talk.entropy);
  SECTION("another key for all, with a sound proof of that key") {
    talk.answer = *voprf::evaluate_blinded(other, talk.asked, talk.entropy);
  }
  SECTION("another key for one of three, under the honest proof") {
    talk.answer.elements[1] =
        voprf::evaluate_blinded(other, {&talk.asked[1], 1}, talk.entropy)->elements[0];
  }
  SECTION("two answers changed round") {
    std::swap(talk.answer.elements[0], talk.answer.elements[2]);
  }
  SECTION("the proof of another batch") { talk.answer.proof = Talk(3).answer.proof; }
  SECTION("any bit of the proof turned") {
    talk.answer.proof.bytes[GENERATE(0, 17, 30, 32, 45, 62)] ^= 1;
  }
  SECTION("a proof of zeros") { talk.answer.proof = {}; }
  CHECK(talk.finalize_error() == Errc::oprf_proof_invalid);
}

TEST_CASE("A proof whose scalars are not reduced is refused: there is one way to write each") {
  Talk talk(1);
  const auto order = *from_hex(order_hex);
  const bool response = GENERATE(false, true);
  // The same scalar, written as itself plus the order.
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    auto& byte = talk.answer.proof.bytes[(response ? 32 : 0) + i];
    carry += byte + order[i];
    byte = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  CHECK(talk.finalize_error() == Errc::oprf_proof_invalid);
}

TEST_CASE("An element that is none, or the identity, is refused by either side") {
  Talk talk(3);
  const auto wrong = GENERATE(as<std::string>(), std::string(64, '0'),
                              std::string(non_canonical_hex), std::string(non_square_hex),
                              std::string(high_identity_hex), std::string(high_bit_hex),
                              // negative: RFC 9496 §4.3.1 takes the non-negative of two
                              "0100000000000000000000000000000000000000000000000000000000000000");
  INFO(wrong);
  SECTION("the server, in a batch") {
    talk.asked[2] = element(wrong);
    const auto answer = voprf::evaluate_blinded(talk.keys, talk.asked, talk.entropy);
    REQUIRE(!answer);
    CHECK(answer.error() == Errc::oprf_element_invalid);
  }
  SECTION("the client, among the answers") {
    talk.answer.elements[1] = element(wrong);
    CHECK(talk.finalize_error() == Errc::oprf_element_invalid);
  }
  SECTION("the client, as the public key") {
    talk.keys.public_key = element(wrong);
    CHECK(talk.finalize_error() == Errc::oprf_element_invalid);
  }
  SECTION("without a proof") {
    CHECK(oprf::evaluate_blinded(talk.keys.private_key, element(wrong)).error() ==
          Errc::oprf_element_invalid);
    CHECK(oprf::finalize(talk.inputs[0], talk.blinded[0], element(wrong)).error() ==
          Errc::oprf_element_invalid);
  }
  SECTION("as a public key to be tweaked") {
    CHECK(poprf::tweak(element(wrong), {}).error() == Errc::oprf_element_invalid);
  }
}

TEST_CASE("A batch that is empty, over its limit or of another length is refused") {
  Talk talk(3);
  SECTION("empty") {
    CHECK(voprf::evaluate_blinded(talk.keys, {}, talk.entropy).error() == Errc::oprf_batch_invalid);
    CHECK(voprf::finalize(talk.keys.public_key, {}, {}, {}).error() == Errc::oprf_batch_invalid);
  }
  SECTION("over the limit, which the error names") {
    const std::vector<voprf::Element> many(oprf::batch_max + 1, talk.asked[0]);
    const auto answer = voprf::evaluate_blinded(talk.keys, many, talk.entropy);
    REQUIRE(!answer);
    CHECK(answer.error() == Errc::oprf_batch_invalid);
    CHECK(answer.error().message().find("257; 256 are allowed") != std::string::npos);
    CHECK(poprf::evaluate_blinded(talk.keys.private_key, many, {}, talk.entropy).error() ==
          Errc::oprf_batch_invalid);
  }
  SECTION("fewer answers than questions") {
    talk.answer.elements.pop_back();
    CHECK(talk.finalize_error() == Errc::oprf_batch_invalid);
  }
  SECTION("fewer blinds than questions") {
    const auto outputs = voprf::finalize(talk.keys.public_key, talk.inputs,
                                         std::span(talk.blinded).first(2), talk.answer);
    REQUIRE(!outputs);
    CHECK(outputs.error() == Errc::oprf_batch_invalid);
  }
  SECTION("a blind that was moved from") {
    const auto gone = std::move(talk.blinded[1].blind);
    CHECK(talk.finalize_error() == Errc::key_invalid);
  }
  SECTION("a client's batch over the limit") {
    const Talk many(oprf::batch_max + 1);
    CHECK(many.finalize_error() == Errc::oprf_batch_invalid);
  }
  SECTION("more answers than questions") {
    talk.answer.elements.push_back(talk.answer.elements[0]);
    CHECK(talk.finalize_error() == Errc::oprf_batch_invalid);
  }
}

TEST_CASE("Inputs are shorter than 65,535 bytes") {
  SystemEntropy entropy;
  Bytes input(65'534);
  CHECK(oprf::blind(input, entropy));
  input.push_back(0);
  CHECK(oprf::blind(input, entropy).error() == Errc::oprf_input_invalid);
  const auto keys = oprf::KeyPair::generate(entropy);
  CHECK(oprf::evaluate(keys.private_key, input).error() == Errc::oprf_input_invalid);
  CHECK(poprf::tweak(keys.public_key, input).error() == Errc::oprf_input_invalid);
  const auto element = voprf::blind(as_bytes("a"), entropy);
  CHECK(poprf::evaluate_blinded(keys.private_key, {&element->element, 1}, input, entropy).error() ==
        Errc::oprf_input_invalid);
  CHECK(poprf::evaluate(keys.private_key, as_bytes("a"), input).error() ==
        Errc::oprf_input_invalid);
  CHECK(oprf::finalize(input, *element, element->element).error() == Errc::oprf_input_invalid);
  CHECK(voprf::derive_key_pair(Bytes(32), input).error() == Errc::invalid_argument);
}

TEST_CASE("A private key that a poprf's info undoes is said to need replacing") {
  SystemEntropy entropy;
  const std::array<std::uint8_t, 2> length = {0, 1};
  const auto m =
      oprf::Suite(oprf::Mode::poprf).hash_to_scalar({as_bytes("Info"), length, as_bytes("i")});
  const auto key = subtract(RistrettoScalar(), m);
  const auto element = poprf::blind(as_bytes("a"), entropy);
  CHECK(poprf::evaluate_blinded(key, {&element->element, 1}, as_bytes("i"), entropy).error() ==
        Errc::key_invalid);
  CHECK(poprf::evaluate(key, as_bytes("a"), as_bytes("i")).error() == Errc::key_invalid);
  CHECK(poprf::tweak(multiply_generator(key), as_bytes("i")).error() == Errc::oprf_input_invalid);
  CHECK(poprf::evaluate(key, as_bytes("a"), as_bytes("j")));
}

TEST_CASE("A key of zero evaluates nothing") {
  SystemEntropy entropy;
  const auto element = oprf::blind(as_bytes("a"), entropy);
  CHECK(oprf::evaluate_blinded(RistrettoScalar(), element->element).error() ==
        Errc::oprf_element_invalid);
  CHECK(oprf::evaluate(RistrettoScalar(), as_bytes("a")).error() == Errc::oprf_element_invalid);
}

TEST_CASE("A poprf's answer under another info is refused, and another info is another output") {
  SystemEntropy entropy;
  const auto keys = poprf::KeyPair::generate(entropy);
  const ByteSpan input = as_bytes("token"), june = as_bytes("June"), july = as_bytes("July");
  const auto blinded = poprf::blind(input, entropy);
  REQUIRE(blinded);
  const auto answer =
      poprf::evaluate_blinded(keys.private_key, {&blinded->element, 1}, june, entropy);
  REQUIRE(answer);
  const auto tweaked_july = *poprf::tweak(keys.public_key, july);
  CHECK(poprf::finalize(tweaked_july, {&input, 1}, {&*blinded, 1}, *answer, july).error() ==
        Errc::oprf_proof_invalid);
  CHECK(to_hex(poprf::evaluate(keys.private_key, input, june)->span()) !=
        to_hex(poprf::evaluate(keys.private_key, input, july)->span()));
}

TEST_CASE("A key is derived from 32 bytes, the same each time, and another for another info") {
  const Bytes seed(32, 7);
  const auto first = voprf::derive_key_pair(seed, as_bytes("epoch 1"));
  const auto again = voprf::derive_key_pair(seed, as_bytes("epoch 1"));
  const auto other = voprf::derive_key_pair(seed, as_bytes("epoch 2"));
  REQUIRE(first);
  CHECK(first->public_key == again->public_key);
  CHECK(first->public_key != other->public_key);
  CHECK(oprf::derive_key_pair(seed, as_bytes("epoch 1"))->public_key != first->public_key);
  CHECK(voprf::derive_key_pair(Bytes(31), {}).error() == Errc::invalid_argument);
  CHECK(voprf::derive_key_pair(Bytes(33), {}).error() == Errc::invalid_argument);
}

TEST_CASE("The inverse of each of many scalars is that of each alone") {
  SystemEntropy entropy;
  std::vector<RistrettoScalar> scalars;
  for (int i = 0; i < 5; ++i) scalars.push_back(random_scalar(entropy));
  std::vector<const RistrettoScalar*> all;
  for (const auto& scalar : scalars) all.push_back(&scalar);
  const auto inverted = invert_all(all);
  REQUIRE(inverted);
  const auto& inverses = *inverted;
  REQUIRE(inverses.size() == 5);
  Bytes one(32);
  one[0] = 1;
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(to_hex(multiply(scalars[i], inverses[i]).span()) == to_hex(one));
  CHECK(invert_all({})->empty());
  const RistrettoScalar zero;
  all[2] = &zero;
  CHECK(invert_all(all).error() == Errc::key_invalid);
}

TEST_CASE("A random scalar is never zero") {
  Bytes bytes(128);  // the first 64 are reduced to zero
  bytes[64] = 5;
  test::FixedEntropy entropy(bytes);
  const auto scalar = random_scalar(entropy);
  CHECK(scalar.span()[0] == 5);
}
