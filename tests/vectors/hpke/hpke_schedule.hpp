// RFC 9180 §5.1, written once more for the values between the shared secret and the messages, which
// the library keeps to itself and the vectors name.
#pragma once

#include "base/codec.hpp"
#include "crypto/hash.hpp"

namespace tern::test {

struct HpkeSchedule {
  struct Input {
    std::uint8_t mode;
    std::uint16_t kem_id, kdf_id, aead_id;
    ByteSpan shared_secret, info, psk, psk_id;
  };
  explicit HpkeSchedule(const Input& in) {
    Writer suite;
    suite.raw(as_bytes("HPKE")).number(in.kem_id).number(in.kdf_id).number(in.aead_id);
    suite_id = to_bytes(suite.span());
    Writer schedule_context;
    schedule_context.number(in.mode);
    schedule_context.raw(extract({}, "psk_id_hash", in.psk_id));
    schedule_context.raw(extract({}, "info_hash", in.info));
    context = to_bytes(schedule_context.span());
    secret = extract(in.shared_secret, "secret", in.psk);
    key = expand("key", 32);
    base_nonce = expand("base_nonce", 12);
    exporter_secret = expand("exp", 32);
  }

  /// §5.2: ComputeNonce.
  Bytes nonce(std::uint64_t sequence) const {
    auto out = base_nonce;
    for (std::size_t i = 0; i < 8; ++i)
      out[out.size() - 1 - i] ^= static_cast<std::uint8_t>(sequence >> (8 * i));
    return out;
  }

  Bytes context, secret, key, base_nonce, exporter_secret;

 private:
  Bytes extract(ByteSpan salt, std::string_view label, ByteSpan input) const {
    Writer labeled;
    labeled.raw(as_bytes("HPKE-v1")).raw(suite_id).raw(as_bytes(label)).raw(input);
    return to_bytes(crypto::hkdf_extract(salt, labeled.span()).span());
  }
  Bytes expand(std::string_view label, std::uint16_t bytes) const {
    Writer labeled;
    labeled.number(bytes).raw(as_bytes("HPKE-v1")).raw(suite_id).raw(as_bytes(label)).raw(context);
    Bytes out(bytes);
    crypto::hkdf_expand(secret, {labeled.span()}, out);
    return out;
  }

  Bytes suite_id;
};

}  // namespace tern::test
