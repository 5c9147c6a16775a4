// Pre-shared keys (RFC 9420 §8.4).
#pragma once

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

struct PreSharedKey {
  PreSharedKeyId id;
  ByteSpan psk;
};
/// psk_secret of the key schedule; all zeros for no PSK. At most 65,535 of them.
Secret psk_secret(std::span<const PreSharedKey> psks);

}  // namespace tern::mls
