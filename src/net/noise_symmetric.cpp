#include "net/noise_symmetric.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::net {
namespace {

// "If HASHLEN is 64, then truncates temp_k to 32 bytes."
crypto::Secret<32> cipher_key(const crypto::NoiseKey& key) {
  return *crypto::Secret<32>::from(key.span().first(32));
}

}  // namespace

NoiseSymmetric::NoiseSymmetric(std::string_view protocol_name) {
  // A name of at most HASHLEN bytes stands for itself, filled up with zeros.
  if (protocol_name.size() <= crypto::noise_hash_bytes)
    std::copy(protocol_name.begin(), protocol_name.end(), hash_.bytes.begin());
  else
    hash_ = crypto::noise_hash({as_bytes(protocol_name)});
  chaining_key_ = *crypto::NoiseKey::from(hash_.span());
}

void NoiseSymmetric::mix_key(ByteSpan input_key) {
  auto keys = crypto::noise_hkdf(chaining_key_, input_key);
  chaining_key_ = std::move(keys.first);
  cipher_.emplace(cipher_key(keys.second));
}

void NoiseSymmetric::mix_hash(ByteSpan data) { hash_ = crypto::noise_hash({hash_, data}); }

Result<void> NoiseSymmetric::encrypt_and_hash(ByteSpan plaintext, Bytes& out) {
  const auto start = out.size();
  out.insert(out.end(), plaintext.begin(), plaintext.end());
  if (cipher_) {
    out.resize(out.size() + crypto::aead_tag_bytes);
    const auto sealed = MutableByteSpan(out).subspan(start);
    TERN_TRY(cipher_->seal_into(sealed, hash_, sealed.first(plaintext.size())));
  }
  mix_hash(ByteSpan(out).subspan(start));
  return {};
}

Result<Bytes> NoiseSymmetric::decrypt_and_hash(ByteSpan sealed) {
  if (!cipher_) {
    mix_hash(sealed);
    return to_bytes(sealed);
  }
  if (sealed.size() < crypto::aead_tag_bytes) return Errc::decrypt_failed;
  Bytes out(sealed.size() - crypto::aead_tag_bytes);
  TERN_TRY(cipher_->open_into(out, hash_, sealed));
  mix_hash(sealed);
  return out;
}

std::pair<crypto::Secret<32>, crypto::Secret<32>> NoiseSymmetric::split() const {
  const auto keys = crypto::noise_hkdf(chaining_key_, {});
  return {cipher_key(keys.first), cipher_key(keys.second)};
}

}  // namespace tern::net
