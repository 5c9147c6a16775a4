#include "crypto/hpke_kem.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "crypto/fail_closed.hpp"
#include "crypto/hpke.hpp"
#include "crypto/hpke_labels.hpp"

namespace tern::crypto::hpke {
namespace {

// §4.1, dh = dh(E, R) || dh(S, R): one agreement, and a second one in the auth modes.
class Agreements {
 public:
  Result<void> add(const DhPrivateKey& mine, const DhPublicKey& theirs) {
    TERN_ASSIGN(const Secret<32> shared, dh(mine, theirs));
    const auto at = both_.mutable_span().subspan(used_, shared.size_bytes);
    std::copy_n(shared.span().begin(), shared.size_bytes, at.begin());
    used_ += shared.size_bytes;
    return {};
  }
  ByteSpan span() const { return both_.span().first(used_); }

 private:
  Secret<64> both_;
  std::size_t used_ = 0;
};

// §4.1: ExtractAndExpand; the public keys of all parties are the context.
Secret<32> extract_and_expand(const Agreements& agreements, const DhPublicKey& enc,
                              const DhPublicKey& recipient, const DhPublicKey* sender) {
  std::array<std::uint8_t, 3 * DhPublicKey::size_bytes> context;
  auto end = std::copy(enc.bytes.begin(), enc.bytes.end(), context.begin());
  end = std::copy(recipient.bytes.begin(), recipient.bytes.end(), end);
  if (sender) end = std::copy(sender->bytes.begin(), sender->bytes.end(), end);
  const auto used = static_cast<std::size_t>(end - context.begin());

  const auto prk = labeled_extract(SuiteId::kem, {}, "eae_prk", agreements.span());
  Secret<32> shared;
  labeled_expand(SuiteId::kem, prk.span(), "shared_secret", ByteSpan(context).first(used),
                 shared.mutable_span());
  return shared;
}

}  // namespace

DhKeyPair derive_key_pair(ByteSpan input_key_material) {
  DhPrivateKey key;
  // §7.1.3: the material SHOULD be as long as the key, and no caller here has less.
  if (TERN_HOLDS_OR_FAIL_CLOSED(input_key_material.size() >= DhPrivateKey::size_bytes,
                                key.mutable_span())) {
    const auto prk = labeled_extract(SuiteId::kem, {}, "dkp_prk", input_key_material);
    labeled_expand(SuiteId::kem, prk.span(), "sk", {}, key.mutable_span());
  }
  return DhKeyPair::from_private(std::move(key));
}

Result<Secret<32>> encapsulate(const DhKeyPair& ephemeral, const DhPublicKey& recipient,
                               const DhKeyPair* sender) {
  // §7.1.4: dh() refuses the points that would make a shared secret of zeros.
  Agreements agreements;
  TERN_TRY(agreements.add(ephemeral.private_key, recipient));
  if (sender) TERN_TRY(agreements.add(sender->private_key, recipient));
  return extract_and_expand(agreements, ephemeral.public_key, recipient,
                            sender ? &sender->public_key : nullptr);
}

Result<Secret<32>> decapsulate(const DhPublicKey& enc, const DhKeyPair& recipient,
                               const DhPublicKey* sender) {
  Agreements agreements;
  TERN_TRY(agreements.add(recipient.private_key, enc));
  if (sender) TERN_TRY(agreements.add(recipient.private_key, *sender));
  return extract_and_expand(agreements, enc, recipient.public_key, sender);
}

}  // namespace tern::crypto::hpke
