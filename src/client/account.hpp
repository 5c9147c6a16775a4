// Who this device is: its keys, its account's key, and the account's word on both.
#pragma once

#include "base/clock.hpp"
#include "crypto/dh.hpp"
#include "crypto/log_id.hpp"
#include "mls/key_package.hpp"
#include "wire/certificate.hpp"

namespace tern::client {

/// Made once, in the transaction that makes the folder, and never changed.
struct Account {
  crypto::SigningKey account_key;
  mls::Identity identity;       ///< signs with the device's key; the credential is `certificate`
  crypto::DhKeyPair transport;  ///< static key of Noise handshakes
  Bytes certificate;            ///< encoded wire::DeviceCertificate
  Bytes device_list;            ///< encoded wire::DeviceList number 1
  AccountId id;
  DeviceId device;
  LogId inbox;
};

/// A new account whose first device this is.
Account make_account(Now now, Entropy& entropy);

/// The row that keeps it: private keys, to be sealed.
crypto::SecretBytes encode(const Account& account);
/// Errors: storage_damaged.
Result<Account> decode_account(ByteSpan bytes);

/// A signed list of the account's devices.
wire::DeviceList sign_device_list(const crypto::SigningKey& account_key, std::uint32_t number,
                                  std::vector<wire::PublicKey> device_keys);

}  // namespace tern::client
