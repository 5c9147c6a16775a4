// An account's word on its devices: certificates and the numbered, signed device list.
#pragma once

#include <vector>

#include "tern/limits.hpp"
#include "tern/result.hpp"
#include "wire/ids.hpp"

namespace tern::wire {

/// The account key certifies one device: its MLS signature key and its transport key.
struct DeviceCertificate {
  PublicKey account_key;
  PublicKey device_key;           ///< Ed25519: the MLS leaf's signature key
  PublicKey transport_key;        ///< X25519: the static key of its Noise handshakes
  std::uint32_t list_number = 0;  ///< the device list that first named it
  std::int64_t issued_s = 0;      ///< Unix time
  Signature signature;            ///< by account_key over signed_bytes()
};
Bytes signed_bytes(const DeviceCertificate& certificate);
Bytes encode(const DeviceCertificate& certificate);
/// The signature is not looked at. Errors: unsupported_version, truncated, trailing_bytes.
Result<DeviceCertificate> decode_device_certificate(ByteSpan bytes);
/// What a device signs with its own key when it registers with this encoded certificate: anyone can
/// certify a public key, only its owner can say so. The certificate names the transport key, which
/// is the connection's, so that the signature is worth nothing to whoever sees it.
Bytes signed_registration(ByteSpan certificate);

/// What the account key signs so that a relay forgets the account. Only `device`, with whose
/// connection it comes, can use it.
Bytes signed_deletion(const AccountId& account, const DeviceId& device);

/// The devices of an account, numbered 1, 2, …: nobody accepts a device that is not on the newest
/// list they have seen, nor a list with a lower number.
struct DeviceList {
  PublicKey account_key;
  std::uint32_t number = 0;
  std::vector<PublicKey> device_keys;  ///< at most limits::devices_per_account_max
  Signature signature;
};
Bytes signed_bytes(const DeviceList& list);
Bytes encode(const DeviceList& list);
/// The signature is not looked at. Errors: as for a certificate, malformed, too_long.
Result<DeviceList> decode_device_list(ByteSpan bytes);

/// The identity in a basic credential (RFC 9420 §5.3): the encoded certificate.

}  // namespace tern::wire
