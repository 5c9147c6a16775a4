#include "crypto/hpke_labels.hpp"

namespace tern::crypto::hpke {
namespace {

constexpr std::string_view version_label = "HPKE-v1";

ByteSpan suite_id(SuiteId suite) {
  // §4.1: "KEM" || kem_id; §5.1: "HPKE" || kem_id || kdf_id || aead_id.
  static constexpr std::uint8_t kem[] = {'K', 'E', 'M', 0x00, 0x20};
  static constexpr std::uint8_t hpke[] = {'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01, 0x00, 0x03};
  return suite == SuiteId::kem ? ByteSpan(kem) : ByteSpan(hpke);
}

}  // namespace

Secret<32> labeled_extract(SuiteId suite, ByteSpan salt, std::string_view label,
                           ByteSpan input_key) {
  return hmac_sha256(salt, {as_bytes(version_label), suite_id(suite), as_bytes(label), input_key});
}

void labeled_expand(SuiteId suite, ByteSpan pseudo_random_key, std::string_view label,
                    ByteSpan info, MutableByteSpan out) {
  const std::uint8_t length[] = {static_cast<std::uint8_t>(out.size() >> 8),
                                 static_cast<std::uint8_t>(out.size())};
  hkdf_expand(pseudo_random_key,
              {length, as_bytes(version_label), suite_id(suite), as_bytes(label), info}, out);
}

}  // namespace tern::crypto::hpke
