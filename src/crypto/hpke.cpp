#include "crypto/hpke.hpp"

#include <algorithm>
#include <limits>

#include "base/try.hpp"
#include "crypto/hpke_kem.hpp"
#include "crypto/hpke_labels.hpp"

namespace tern::crypto::hpke {
namespace {

constexpr std::size_t psk_bytes_min = 32;
constexpr std::size_t export_bytes_max = 255 * 32;  // §5.3

// §5: mode_base 0, mode_psk 1, mode_auth 2, mode_auth_psk 3.
std::uint8_t mode(bool has_psk, bool authenticated) {
  return static_cast<std::uint8_t>((has_psk ? 1 : 0) | (authenticated ? 2 : 0));
}

// §5.1: key_schedule_context = concat(mode, psk_id_hash, info_hash).
using ScheduleContext = std::array<std::uint8_t, 1 + 32 + 32>;

ScheduleContext schedule_context(std::uint8_t mode, ByteSpan psk_id, ByteSpan info) {
  const auto psk_id_hash = labeled_extract(SuiteId::hpke, {}, "psk_id_hash", psk_id);
  const auto info_hash = labeled_extract(SuiteId::hpke, {}, "info_hash", info);
  ScheduleContext out;
  out[0] = mode;
  std::copy_n(psk_id_hash.span().begin(), 32, out.begin() + 1);
  std::copy_n(info_hash.span().begin(), 32, out.begin() + 33);
  return out;
}

Result<void> check_psk(const Psk* psk) {
  if (!psk) return {};
  // §5.1: the PSK and its id MUST appear together or not at all.
  if (psk->psk.empty() || psk->psk_id.empty())
    return Error(Errc::invalid_argument, "a PSK and its id are given together or not at all");
  // §5.1.2: the PSK MUST have at least 32 bytes of entropy.
  if (psk->psk.size() < psk_bytes_min)
    return Error(Errc::invalid_argument, "a PSK has at least 32 bytes");
  return {};
}

}  // namespace

// §5.1, KeySchedule.
struct KeySchedule {
  using Role = Context::Role;
  std::uint8_t mode;
  const Secret<32>& shared_secret;
  ByteSpan info;
  const Psk* psk;

  Context run(Role role) const {
    const ByteSpan psk_id = psk ? psk->psk_id : ByteSpan{};
    const auto context = schedule_context(mode, psk_id, info);
    const auto secret =
        labeled_extract(SuiteId::hpke, shared_secret.span(), "secret", psk ? psk->psk : ByteSpan{});
    const auto expand = [&](std::string_view label, MutableByteSpan out) {
      labeled_expand(SuiteId::hpke, secret.span(), label, context, out);
    };
    Context out(role);
    expand("key", out.key_.mutable_span());
    expand("base_nonce", out.base_nonce_.bytes);
    expand("exp", out.exporter_secret_.mutable_span());
    return out;
  }
};

Result<SecretNonce> Context::next_nonce(Role needed) const {
  // §5.2: a sender's context MUST NOT decrypt, nor a recipient's encrypt: the nonces would repeat.
  if (role_ != needed)
    return Error(Errc::invalid_argument, "an HPKE context works in one direction");
  // §5.2 stops at 2^96 - 1 messages; a 64-bit counter ends before it could wrap.
  if (sequence_ == std::numeric_limits<std::uint64_t>::max()) return Errc::counter_exhausted;
  SecretNonce nonce = base_nonce_;
  for (std::size_t i = 0; i < sizeof(sequence_); ++i)
    nonce.bytes[aead_nonce_bytes - 1 - i] ^= static_cast<std::uint8_t>(sequence_ >> (8 * i));
  return nonce;
}

Result<Bytes> Context::seal(ByteSpan aad, ByteSpan plaintext) {
  TERN_ASSIGN(const SecretNonce nonce, next_nonce(Role::sender));
  Bytes out = aead_seal(key_.span(), nonce, aad, plaintext);
  ++sequence_;
  return out;
}

Result<SecretBytes> Context::open(ByteSpan aad, ByteSpan ciphertext) {
  TERN_ASSIGN(const SecretNonce nonce, next_nonce(Role::recipient));
  TERN_ASSIGN(SecretBytes out, aead_open(key_.span(), nonce, aad, ciphertext));
  ++sequence_;
  return out;
}

Result<SecretBytes> Context::export_secret(ByteSpan exporter_context, std::size_t bytes) const {
  if (bytes > export_bytes_max)
    return Error(Errc::invalid_argument, "an HPKE export has at most 8,160 bytes");
  SecretBytes out(bytes);
  labeled_expand(SuiteId::hpke, exporter_secret_.span(), "sec", exporter_context,
                 out.mutable_span());
  return out;
}

Result<Sender> setup_sender(const DhPublicKey& recipient, ByteSpan info, Entropy& entropy,
                            const Psk* psk, const DhKeyPair* authenticate_as) {
  return setup_sender(recipient, info, DhKeyPair::generate(entropy), psk, authenticate_as);
}

Result<Sender> setup_sender(const DhPublicKey& recipient, ByteSpan info, DhKeyPair ephemeral,
                            const Psk* psk, const DhKeyPair* authenticate_as) {
  TERN_TRY(check_psk(psk));
  TERN_ASSIGN(const Secret<32> shared, encapsulate(ephemeral, recipient, authenticate_as));
  const KeySchedule schedule{mode(psk, authenticate_as), shared, info, psk};
  return Sender{ephemeral.public_key, schedule.run(KeySchedule::Role::sender)};
}

Result<Context> setup_recipient(const DhPublicKey& enc, const DhKeyPair& recipient, ByteSpan info,
                                const Psk* psk, const DhPublicKey* sender) {
  TERN_TRY(check_psk(psk));
  TERN_ASSIGN(const Secret<32> shared, decapsulate(enc, recipient, sender));
  const KeySchedule schedule{mode(psk, sender), shared, info, psk};
  return schedule.run(KeySchedule::Role::recipient);
}

BaseInfo::BaseInfo(ByteSpan info) : context_(schedule_context(mode(false, false), {}, info)) {}

Result<Sealed> seal(const DhPublicKey& recipient, const BaseInfo& info, ByteSpan aad,
                    ByteSpan plaintext, DhPrivateKey ephemeral) {
  const auto mine = DhKeyPair::from_private(std::move(ephemeral));
  TERN_ASSIGN(const Secret<32> shared, encapsulate(mine, recipient, nullptr));
  // §5.1's key schedule, without the exporter_secret, which one message has no use for.
  const auto secret = labeled_extract(SuiteId::hpke, shared.span(), "secret", {});
  Secret<aead_key_bytes> key;
  SecretNonce nonce;
  labeled_expand(SuiteId::hpke, secret.span(), "key", info.context_, key.mutable_span());
  labeled_expand(SuiteId::hpke, secret.span(), "base_nonce", info.context_, nonce.bytes);
  return Sealed{mine.public_key, aead_seal(key.span(), nonce, aad, plaintext)};
}

Result<Sealed> seal(const DhPublicKey& recipient, ByteSpan info, ByteSpan aad, ByteSpan plaintext,
                    Entropy& entropy) {
  DhPrivateKey ephemeral;
  entropy.fill(ephemeral.mutable_span());
  return seal(recipient, BaseInfo(info), aad, plaintext, std::move(ephemeral));
}

Result<SecretBytes> open(const DhPublicKey& enc, const DhKeyPair& recipient, ByteSpan info,
                         ByteSpan aad, ByteSpan ciphertext) {
  TERN_ASSIGN(Context context, setup_recipient(enc, recipient, info));
  return context.open(aad, ciphertext);
}

}  // namespace tern::crypto::hpke
