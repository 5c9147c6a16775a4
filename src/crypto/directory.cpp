#include "crypto/directory.hpp"

#include "base/try.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"

namespace tern::crypto {
namespace {

constexpr std::size_t tag_bytes = 5;
constexpr auto record_label = "tern 1 directory record";

}  // namespace

DirectoryPlace directory_place(const voprf::Output& output) {
  const auto key = hkdf_extract(as_bytes("tern 1 directory"), output.span());
  DirectoryPlace out;
  std::array<std::uint8_t, tag_bytes> tag;
  hkdf_expand(key.span(), {as_bytes("tag")}, tag);
  for (const auto byte : tag) out.tag = out.tag << 8 | byte;
  hkdf_expand(key.span(), {as_bytes("record key")}, out.record_key.mutable_span());
  return out;
}

Bytes seal_record(const DirectoryPlace& place, const VerifyKey& account_key, Entropy& entropy) {
  return xseal(place.record_key.span(), as_bytes(record_label), account_key.span(), entropy);
}

Result<VerifyKey> open_record(const DirectoryPlace& place, ByteSpan record) {
  TERN_ASSIGN(const auto opened, xopen(place.record_key.span(), as_bytes(record_label), record));
  const auto key = VerifyKey::from(opened);
  if (!key) return Errc::decrypt_failed;
  return *key;
}

}  // namespace tern::crypto
