// The keys that the relay's secret stands for, and what they do: nothing of a phone number lies on
// the disk but a keyed hash and what is sealed.
#pragma once

#include <string_view>

#include "base/entropy.hpp"
#include "crypto/secret.hpp"
#include "relay/log_store.hpp"
#include "wire/frames.hpp"

namespace tern::relay {

/// A code that is waited for.
struct Verification {
  std::array<std::uint8_t, 6> code{};  ///< ASCII digits
  std::uint64_t serial = 0;            ///< tells it from one that replaced it
  std::int64_t expires_s = 0;
  std::uint8_t tries_left = 0;

  Verification() = default;
  Verification(const Verification&) = default;
  Verification& operator=(const Verification&) = default;
  ~Verification() { crypto::wipe(code); }
};

/// What CoreKeys::seal() has sealed, once it is open. Errors: storage_damaged.
Result<Verification> decode_verification(ByteSpan opened);

class CoreKeys {
 public:
  explicit CoreKeys(const crypto::Secret<32>& secret);

  NumberId number_id(std::string_view number) const;
  Bytes seal_number(const NumberId& id, std::string_view number, Entropy& entropy) const;
  /// Errors of this and the others: storage_damaged.
  Result<crypto::SecretBytes> open_number(const NumberId& id, ByteSpan sealed) const;

  Bytes seal(const AccountId& account, const NumberId& number, const Verification& verification,
             Entropy& entropy) const;
  Result<Verification> open_verification(const AccountId& account, const NumberId& number,
                                         ByteSpan sealed) const;

  /// An epoch of the directory under a new key.
  EpochRow make_epoch(std::uint32_t epoch, EpochStage stage, Entropy& entropy) const;
  Result<crypto::voprf::KeyPair> open_epoch(const EpochRow& row) const;

  /// What a device's work is to be for in a window of time.
  wire::WorkChallenge challenge(const DeviceId& device, std::int64_t window) const;
  /// SealedHead's seal. 64 bits: it can only be tried against this relay, within its rates.
  std::uint64_t head_seal(const LogId& log, const wire::SealedHead& head) const;
  /// Of a log that stands here.
  std::uint64_t head_seal(const LogId& log, const LogState& state) const;
  /// What is kept of an account's PIN.
  crypto::Blake2bDigest pin_hash(const AccountId& account, const wire::PinProof& pin) const;

 private:
  crypto::Secret<32> sealing_, numbers_, challenges_, pins_;
  crypto::Secret<16> heads_;
};

/// Of the epochs that are in use, opened once.
class EpochKeys {
 public:
  using Keys = std::shared_ptr<const crypto::voprf::KeyPair>;
  explicit EpochKeys(const CoreKeys& keys) : keys_(keys) {}
  /// Errors: storage_damaged.
  Result<Keys> get(const EpochRow& row);

 private:
  const CoreKeys& keys_;
  std::vector<std::pair<std::uint32_t, Keys>> opened_;
};

}  // namespace tern::relay
