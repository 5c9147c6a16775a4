#include "crypto/oprf_suite.hpp"

#include <sodium.h>

#include "base/try.hpp"

namespace tern::crypto::oprf {
namespace {

constexpr std::size_t digest_bytes = crypto_hash_sha512_BYTES;
using Digest = Secret<digest_bytes>;

// I2OSP(value, 2)
std::array<std::uint8_t, 2> two_bytes(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

// SHA-512 that leaves nothing of what it was given behind.
class Sha512 {
 public:
  Sha512() { crypto_hash_sha512_init(&state_); }
  Sha512(const Sha512&) = default;
  Sha512& operator=(const Sha512&) = delete;
  ~Sha512() { sodium_memzero(&state_, sizeof(state_)); }
  Sha512& add(ByteSpan bytes) {
    crypto_hash_sha512_update(&state_, bytes.data(), bytes.size());
    return *this;
  }
  Sha512& add(std::string_view text) { return add(as_bytes(text)); }
  Sha512& add(std::initializer_list<ByteSpan> parts) {
    for (const auto part : parts) add(part);
    return *this;
  }
  /// I2OSP(length, 2) || bytes
  Sha512& field(ByteSpan bytes) { return add(two_bytes(bytes.size())).add(bytes); }
  Digest finish() {
    Digest out;
    crypto_hash_sha512_final(&state_, out.mutable_span().data());
    return out;
  }

 private:
  crypto_hash_sha512_state state_;
};

// expand_message_xmd (RFC 9380 §5.3.1) with SHA-512 to 64 bytes, which is one block: of the
// message, b_0 = H(Z_pad || msg || I2OSP(64, 2) || I2OSP(0, 1) || DST_prime) and the output is
// b_1 = H(b_0 || I2OSP(1, 1) || DST_prime).
class ExpandMessage {
 public:
  explicit ExpandMessage(std::string dst) : dst_prime_(std::move(dst)) {
    dst_prime_.push_back(static_cast<char>(dst_prime_.size()));
  }
  /// A message to be written: everything up to it is hashed.
  static Sha512 begin() {
    static const Sha512 after_z_pad = [] {
      const std::array<std::uint8_t, 128> z_pad{};  // s_in_bytes, SHA-512's block
      return Sha512().add(z_pad);
    }();
    return after_z_pad;
  }
  Digest finish(Sha512 message) const {
    const std::array<std::uint8_t, 3> length_and_zero = {0, digest_bytes, 0};
    const auto b0 = message.add(length_and_zero).add(dst_prime_).finish();
    const std::uint8_t one = 1;
    return Sha512().add(b0.span()).add(ByteSpan(&one, 1)).add(dst_prime_).finish();
  }
  Scalar scalar(Sha512 message) const { return reduce_scalar(finish(std::move(message)).span()); }

 private:
  std::string dst_prime_;  // DST || I2OSP(len(DST), 1)
};

}  // namespace

// CreateContextString(mode, identifier)
Suite::Suite(Mode mode) : context_("OPRFV1-") {
  context_.push_back(static_cast<char>(mode));
  context_ += "-ristretto255-SHA512";
}

Result<Element> Suite::hash_to_group(ByteSpan input) const {
  // RFC 9497 §5.1: "Application inputs … MUST be smaller than 2^16-1 bytes in length."
  if (input.size() >= input_bytes_max)
    return Error(Errc::oprf_input_invalid, "RFC 9497 §5.1: an input of 65,535 bytes or more");
  const ExpandMessage expand("HashToGroup-" + context_);
  const auto out = element_from_uniform(expand.finish(ExpandMessage::begin().add(input)).span());
  // §3.3.1 Blind, Evaluate: "if inputElement == G.Identity(): raise InvalidInputError"
  if (out.is_zero())
    return Error(Errc::oprf_input_invalid, "RFC 9497 §3.3.1: the input maps to the identity");
  return out;
}

Scalar Suite::hash_to_scalar(std::initializer_list<ByteSpan> parts) const {
  return hash_to_scalar("HashToScalar-", parts);
}

Scalar Suite::hash_to_scalar(std::string_view label, std::initializer_list<ByteSpan> parts) const {
  return ExpandMessage(std::string(label) + context_).scalar(ExpandMessage::begin().add(parts));
}

// The d_i of §2.2: "individual challenges for each element in the proof".
std::vector<Scalar> Suite::weights(const Element& b, std::span<const Element> c,
                                   std::span<const Element> d) const {
  const auto seed_dst = "Seed-" + context_;
  const auto seed = Sha512().field(b).field(as_bytes(seed_dst)).finish();
  const ExpandMessage expand("HashToScalar-" + context_);
  const auto seeded = ExpandMessage::begin().field(seed.span());
  std::vector<Scalar> out;
  out.reserve(c.size());
  for (std::size_t i = 0; i < c.size(); ++i) {
    auto transcript = seeded;
    transcript.add(two_bytes(i)).field(c[i]).field(d[i]).add("Composite");
    out.push_back(expand.scalar(transcript));
  }
  return out;
}

Scalar Suite::challenge(const Element& b, const Element& m, const Element& z, const Element& t2,
                        const Element& t3) const {
  auto transcript = ExpandMessage::begin();
  transcript.field(b).field(m).field(z).field(t2).field(t3).add("Challenge");
  return ExpandMessage("HashToScalar-" + context_).scalar(transcript);
}

Result<Proof> Suite::prove(const Scalar& k, const Element& b, std::span<const Element> c,
                           std::span<const Element> d, Entropy& entropy) const {
  // ComputeCompositesFast: who knows k need not add up the d[i] too.
  const auto weight = weights(b, c, d);
  Element m;  // the identity
  for (std::size_t i = 0; i < c.size(); ++i) {
    TERN_ASSIGN(const auto weighted, multiply(weight[i], c[i]));
    m = i == 0 ? weighted : add(weighted, m);
  }
  TERN_ASSIGN(const auto z, multiply(k, m));
  const auto r = random_scalar(entropy);
  const auto t2 = multiply_generator(r);
  TERN_ASSIGN(const auto t3, multiply(r, m));
  const auto challenge_scalar = challenge(b, m, z, t2, t3);
  const auto s = subtract(r, multiply(challenge_scalar, k));
  Proof out;
  for (std::size_t i = 0; i < 32; ++i) {
    out.bytes[i] = challenge_scalar.span()[i];
    out.bytes[32 + i] = s.span()[i];
  }
  return out;
}

Result<void> Suite::verify(const Element& b, std::span<const Element> c, std::span<const Element> d,
                           const Proof& proof) const {
  const auto challenged = proof.span().first(32), response = proof.span().last(32);
  // §4.1 DeserializeScalar: "fail if the input does not represent a Scalar in the range
  // [0, G.Order() - 1]"
  if (!is_canonical(challenged) || !is_canonical(response))
    return Error(Errc::oprf_proof_invalid, "RFC 9497 §4.1: a proof's scalar is not reduced");
  const auto challenged_scalar = *Scalar::from(challenged), s = *Scalar::from(response);
  // No honest proof has one, and a product with it is the identity.
  if (is_zero(challenged_scalar) || is_zero(s))
    return Error(Errc::oprf_proof_invalid, "a proof with a scalar of zero");
  // ComputeComposites
  const auto weight = weights(b, c, d);
  Element m, z;  // the identity
  for (std::size_t i = 0; i < c.size(); ++i) {
    TERN_ASSIGN(const auto weighted_c, multiply(weight[i], c[i]));
    TERN_ASSIGN(const auto weighted_d, multiply(weight[i], d[i]));
    m = i == 0 ? weighted_c : add(weighted_c, m);
    z = i == 0 ? weighted_d : add(weighted_d, z);
  }
  TERN_ASSIGN(const auto c_b, multiply(challenged_scalar, b));
  TERN_ASSIGN(const auto s_m, multiply(s, m));
  TERN_ASSIGN(const auto c_z, multiply(challenged_scalar, z));
  const auto t2 = add(multiply_generator(s), c_b), t3 = add(s_m, c_z);
  // "verified = (expectedC == c)"
  if (!ct_equal(challenge(b, m, z, t2, t3).span(), challenged))
    return Error(Errc::oprf_proof_invalid, "RFC 9497 §2.2.2: another key than the public one");
  return {};
}

Result<Output> finalize_hash(std::initializer_list<ByteSpan> fields) {
  Sha512 hash;
  for (const auto field : fields) {
    // RFC 9497 §5.1: "smaller than 2^16-1 bytes in length", or its length would not fit.
    if (field.size() >= input_bytes_max)
      return Error(Errc::oprf_input_invalid, "RFC 9497 §5.1: 65,535 bytes or more");
    hash.field(field);
  }
  return hash.add("Finalize").finish();
}

}  // namespace tern::crypto::oprf
