// RFC 9497, appendix A.1: OPRF(ristretto255, SHA-512) in its three modes.
#include <catch2/catch.hpp>
#include <sstream>

#include "crypto/oprf.hpp"
#include "support/fixed_entropy.hpp"
#include "support/vectors.hpp"

using namespace tern;
using namespace tern::crypto;
using namespace tern::test;

namespace {

// A vector of a batch holds comma-separated values.
std::vector<Bytes> list(const nlohmann::json& value) {
  std::vector<Bytes> out;
  std::stringstream in(value.get<std::string>());
  for (std::string part; std::getline(in, part, ',');) out.push_back(hex(nlohmann::json(part)));
  return out;
}

template <class Fixed>
std::vector<Fixed> list_as(const nlohmann::json& value) {
  std::vector<Fixed> out;
  for (const auto& bytes : list(value)) out.push_back(*Fixed::from(bytes));
  return out;
}

// What becomes this scalar when 64 bytes of it are reduced.
FixedEntropy drawing(const Bytes& scalar) {
  Bytes wide = scalar;
  wide.resize(64);
  return FixedEntropy(wide);
}

struct Vector {
  explicit Vector(const nlohmann::json& vector)
      : inputs(list(vector["Input"])),
        blinds(list(vector["Blind"])),
        blinded(list_as<oprf::Element>(vector["BlindedElement"])),
        evaluated(list_as<oprf::Element>(vector["EvaluationElement"])),
        outputs(list(vector["Output"])) {
    if (vector.contains("Info")) info = hex(vector["Info"]);
    if (!vector.contains("Proof")) return;
    proof = hex_as<oprf::Proof>(vector["Proof"]["proof"]);
    r = hex(vector["Proof"]["r"]);
  }
  std::vector<ByteSpan> input_spans() const { return {inputs.begin(), inputs.end()}; }

  std::vector<Bytes> inputs, blinds;
  std::vector<oprf::Element> blinded, evaluated;
  std::vector<Bytes> outputs;
  Bytes info, r;
  oprf::Proof proof;
};

void check_outputs(const std::vector<oprf::Output>& outputs, const Vector& vector) {
  REQUIRE(outputs.size() == vector.outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    CHECK(to_hex(outputs[i].span()) == to_hex(vector.outputs[i]));
}

template <class Blind>
std::vector<oprf::Blinded> blind_all(const Vector& vector, Blind blind) {
  std::vector<oprf::Blinded> out;
  for (std::size_t i = 0; i < vector.inputs.size(); ++i) {
    auto entropy = drawing(vector.blinds[i]);
    auto blinded = blind(vector.inputs[i], entropy);
    REQUIRE(blinded);
    CHECK(blinded->element == vector.blinded[i]);
    out.push_back(std::move(*blinded));
  }
  return out;
}

// Of one mode: its keys, and every vector.
template <class Check>
void for_mode(int mode, Check check) {
  const auto file = load_vectors("oprf/rfc9497-ristretto255-sha512.json");
  if (!file) return;
  std::size_t seen = 0;
  for (const auto& suite : *file) {
    if (suite["mode"] != mode) continue;
    for (const auto& vector : suite["vectors"]) {
      INFO("mode " << mode << ", vector " << seen);
      check(suite, Vector(vector));
      ++seen;
    }
  }
  CHECK(seen == (mode == 0 ? 2 : 3));
}

template <class Derive>
oprf::KeyPair keys_of(const nlohmann::json& suite, Derive derive) {
  auto keys = derive(hex(suite["seed"]), hex(suite["keyInfo"]));
  REQUIRE(keys);
  CHECK(to_hex(keys->private_key.span()) == suite["skSm"].get<std::string>());
  if (suite.contains("pkSm")) CHECK(keys->public_key.hex() == suite["pkSm"].get<std::string>());
  return std::move(*keys);
}

}  // namespace

TEST_CASE("RFC 9497, OPRF: the published keys, blinded and evaluated elements and outputs") {
  for_mode(0, [](const nlohmann::json& suite, const Vector& vector) {
    const auto keys = keys_of(
        suite, [](ByteSpan seed, ByteSpan info) { return oprf::derive_key_pair(seed, info); });
    const auto blinded = blind_all(
        vector, [](ByteSpan input, Entropy& entropy) { return oprf::blind(input, entropy); });
    const auto evaluated = oprf::evaluate_blinded(keys.private_key, blinded[0].element);
    REQUIRE(evaluated);
    CHECK(*evaluated == vector.evaluated[0]);
    const auto output = oprf::finalize(vector.inputs[0], blinded[0], *evaluated);
    REQUIRE(output);
    CHECK(to_hex(output->span()) == to_hex(vector.outputs[0]));
    const auto alone = oprf::evaluate(keys.private_key, vector.inputs[0]);
    REQUIRE(alone);
    CHECK(to_hex(alone->span()) == to_hex(vector.outputs[0]));
  });
}

TEST_CASE("RFC 9497, VOPRF: the published keys, elements, proofs and outputs, batches too") {
  for_mode(1, [](const nlohmann::json& suite, const Vector& vector) {
    const auto keys = keys_of(
        suite, [](ByteSpan seed, ByteSpan info) { return voprf::derive_key_pair(seed, info); });
    const auto blinded = blind_all(
        vector, [](ByteSpan input, Entropy& entropy) { return voprf::blind(input, entropy); });
    auto r = drawing(vector.r);
    const auto evaluation = voprf::evaluate_blinded(keys, vector.blinded, r);
    REQUIRE(evaluation);
    CHECK(evaluation->elements == vector.evaluated);
    CHECK(evaluation->proof == vector.proof);
    const auto outputs =
        voprf::finalize(keys.public_key, vector.input_spans(), blinded, *evaluation);
    REQUIRE(outputs);
    check_outputs(*outputs, vector);
    const auto alone = voprf::evaluate(keys.private_key, vector.inputs[0]);
    REQUIRE(alone);
    CHECK(to_hex(alone->span()) == to_hex(vector.outputs[0]));
  });
}

TEST_CASE("RFC 9497, POPRF: the published keys, elements, proofs and outputs, batches too") {
  for_mode(2, [](const nlohmann::json& suite, const Vector& vector) {
    const auto keys = keys_of(
        suite, [](ByteSpan seed, ByteSpan info) { return poprf::derive_key_pair(seed, info); });
    const auto tweaked = poprf::tweak(keys.public_key, vector.info);
    REQUIRE(tweaked);
    const auto blinded = blind_all(
        vector, [](ByteSpan input, Entropy& entropy) { return poprf::blind(input, entropy); });
    auto r = drawing(vector.r);
    const auto evaluation =
        poprf::evaluate_blinded(keys.private_key, vector.blinded, vector.info, r);
    REQUIRE(evaluation);
    CHECK(evaluation->elements == vector.evaluated);
    CHECK(evaluation->proof == vector.proof);
    const auto outputs =
        poprf::finalize(*tweaked, vector.input_spans(), blinded, *evaluation, vector.info);
    REQUIRE(outputs);
    check_outputs(*outputs, vector);
    const auto alone = poprf::evaluate(keys.private_key, vector.inputs[0], vector.info);
    REQUIRE(alone);
    CHECK(to_hex(alone->span()) == to_hex(vector.outputs[0]));
  });
}
