#include "mls/labels.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "mls/label_expander.hpp"

namespace tern::mls {
namespace {

constexpr std::string_view prefix = "MLS 1.0 ";

// The length octets of a vector<V> on the stack: a message derives five keys, none of which
// should cost an allocation.
class VectorHeader {
 public:
  explicit VectorHeader(std::size_t bytes) {
    BasicWriter<Sink> writer;
    writer.length(bytes);
    sink_ = std::move(writer).take();  // NOLINT(performance-move-const-arg): take() && of a Sink
  }
  operator ByteSpan() const { return {sink_.bytes.data(), sink_.used}; }

 private:
  struct Sink {
    using value_type = std::uint8_t;
    std::array<std::uint8_t, 4> bytes{};
    std::size_t used = 0;
    auto end() { return bytes.begin() + used; }
    template <class It>
    void insert(decltype(bytes)::iterator at, It first, It last) {
      used = static_cast<std::size_t>(std::copy(first, last, at) - bytes.begin());
    }
  };
  Sink sink_;
};

std::size_t total_bytes(std::initializer_list<ByteSpan> parts) {
  std::size_t total = 0;
  for (const auto& part : parts) total += part.size();
  return total;
}

// SignContent (§5.1.2). Wiped afterwards: the content of a message is in it. Sized and copied
// instead of written, for the content may be a tree.
crypto::SecretBytes sign_content(std::string_view label, std::initializer_list<ByteSpan> content) {
  const VectorHeader label_header(prefix.size() + label.size());
  const auto content_bytes = total_bytes(content);
  const VectorHeader content_header(content_bytes);
  const std::initializer_list<ByteSpan> front = {label_header, as_bytes(prefix), as_bytes(label),
                                                 content_header};
  crypto::SecretBytes out(total_bytes(front) + content_bytes);
  auto at = out.mutable_span().begin();
  for (const auto& part : front) at = std::copy(part.begin(), part.end(), at);
  for (const auto& part : content) at = std::copy(part.begin(), part.end(), at);
  return out;
}

// EncryptContext (§5.1.3), HPKE's info.
Bytes encrypt_context(std::string_view label, ByteSpan context) {
  Writer writer;
  writer.reserve(8 + prefix.size() + label.size() + context.size());
  writer.length(prefix.size() + label.size()).raw(as_bytes(prefix)).raw(as_bytes(label));
  writer.vector(context);
  return std::move(writer).take();
}

}  // namespace

namespace {

// KDFLabel: struct { uint16 length; opaque label<V>; opaque context<V>; }
template <class Expand>
void with_kdf_label(std::size_t bytes, std::string_view label, ByteSpan context, Expand&& expand) {
  const std::array<std::uint8_t, 2> length = {static_cast<std::uint8_t>(bytes >> 8),
                                              static_cast<std::uint8_t>(bytes)};
  expand({length, VectorHeader(prefix.size() + label.size()), as_bytes(prefix), as_bytes(label),
          VectorHeader(context.size()), context});
}

}  // namespace

void expand_with_label_into(ByteSpan secret, std::string_view label, ByteSpan context,
                            MutableByteSpan out) {
  with_kdf_label(out.size(), label, context, [&](std::initializer_list<ByteSpan> info) {
    crypto::hkdf_expand(secret, info, out);
  });
}

void LabelExpander::into(MutableByteSpan out, std::string_view label, ByteSpan context) const {
  with_kdf_label(out.size(), label, context,
                 [&](std::initializer_list<ByteSpan> info) { key_.expand(info, out); });
}

Secret expand_with_label(ByteSpan secret, std::string_view label, ByteSpan context) {
  Secret out;
  expand_with_label_into(secret, label, context, out.mutable_span());
  return out;
}

Secret derive_secret(ByteSpan secret, std::string_view label) {
  return expand_with_label(secret, label, {});
}

Mac mac(ByteSpan key, std::initializer_list<ByteSpan> parts) {
  return *Mac::from(crypto::hmac_sha256(key, parts).span());
}

bool mac_equal(const Mac& a, const Mac& b) noexcept { return crypto::ct_equal(a, b); }

crypto::Signature sign_with_label(const crypto::SigningKey& key, std::string_view label,
                                  std::initializer_list<ByteSpan> content) {
  return key.sign(sign_content(label, content));
}

bool verify_with_label(const crypto::VerifyKey& key, std::string_view label,
                       std::initializer_list<ByteSpan> content,
                       const crypto::Signature& signature) {
  return crypto::verify(key, sign_content(label, content), signature);
}

Result<HpkeCiphertext> encrypt_with_label(const crypto::DhPublicKey& key, std::string_view label,
                                          ByteSpan context, ByteSpan plaintext, Entropy& entropy) {
  TERN_ASSIGN(auto sealed,
              crypto::hpke::seal(key, encrypt_context(label, context), {}, plaintext, entropy));
  return HpkeCiphertext{sealed.enc, std::move(sealed.ciphertext)};
}

Result<std::vector<HpkeCiphertext>> encrypt_to_all(std::string_view label, ByteSpan context,
                                                   std::span<const Recipient> recipients,
                                                   Workers* workers, Entropy& entropy) {
  const crypto::hpke::BaseInfo info(encrypt_context(label, context));
  // Drawn in order and before the pieces run: what is made does not depend on their threads.
  std::vector<crypto::DhPrivateKey> ephemeral(recipients.size());
  for (auto& key : ephemeral) entropy.fill(key.mutable_span());
  return map_pieces<HpkeCiphertext>(
      workers, recipients.size(), [&](std::size_t i) -> Result<HpkeCiphertext> {
        TERN_ASSIGN(auto sealed,
                    crypto::hpke::seal(recipients[i].key, info, {}, recipients[i].plaintext,
                                       std::move(ephemeral[i])));
        return HpkeCiphertext{sealed.enc, std::move(sealed.ciphertext)};
      });
}

Result<crypto::SecretBytes> decrypt_with_label(const crypto::DhKeyPair& key, std::string_view label,
                                               ByteSpan context, const HpkeCiphertext& sealed) {
  return crypto::hpke::open(sealed.kem_output, key, encrypt_context(label, context), {},
                            sealed.ciphertext);
}

Digest ref_hash(std::string_view label, std::initializer_list<ByteSpan> value) {
  // The labels of §5.2 carry their own "MLS 1.0 ".
  Writer writer;
  const auto value_bytes = total_bytes(value);
  writer.reserve(8 + label.size() + value_bytes);
  writer.vector(as_bytes(label)).length(value_bytes);
  for (const auto& part : value) writer.raw(part);
  return crypto::sha256(writer.span());
}

}  // namespace tern::mls
