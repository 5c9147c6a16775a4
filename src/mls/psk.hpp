// Pre-shared keys (RFC 9420 §8.4).
#pragma once

#include "base/entropy.hpp"
#include "mls/labels.hpp"
#include "mls/presentation.hpp"

namespace tern::mls {

enum class PskType : std::uint8_t { external = 1, resumption = 2 };
enum class ResumptionPskUsage : std::uint8_t { application = 1, reinit = 2, branch = 3 };

struct PreSharedKeyId {
  PskType type = PskType::external;
  Bytes psk_id;                                                ///< external
  ResumptionPskUsage usage = ResumptionPskUsage::application;  ///< resumption
  Bytes psk_group_id;                                          ///< resumption
  std::uint64_t psk_epoch = 0;                                 ///< resumption
  Bytes psk_nonce;
  friend bool operator==(const PreSharedKeyId&, const PreSharedKeyId&) = default;
};
/// Errors: mls_proposal_psk_invalid for an unknown type or usage.
template <>
Result<PreSharedKeyId> read(Reader& reader);
void write(Writer& writer, const PreSharedKeyId& id);

/// §8.4, §12.1.4: "The psk_nonce is not of length KDF.Nh" is invalid, and usages reinit and branch
/// are outside of the first commit of a group that follows another. Errors:
/// mls_proposal_psk_invalid.
enum class PskPlace { group, successor };
Result<void> check_psk_id(const PreSharedKeyId& id, PskPlace place);

/// §8.4: "a fresh random value of length KDF.Nh".
Bytes fresh_psk_nonce(Entropy& entropy);

struct PreSharedKey {
  PreSharedKeyId id;
  ByteSpan psk;
};
/// psk_secret of the key schedule; all zeros for no PSK. At most 65,535 of them.
Secret psk_secret(std::span<const PreSharedKey> psks);

}  // namespace tern::mls
