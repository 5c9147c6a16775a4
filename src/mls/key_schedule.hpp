// The key schedule (RFC 9420 §8), the exporter (§8.5) and what else comes of an epoch secret.
#pragma once

#include "mls/labels.hpp"

namespace tern::mls {

/// What an epoch keeps of its secrets.
struct EpochSecrets {
  Secret sender_data;
  Secret exporter;
  Secret external;
  Secret membership;
  Secret resumption;
  Secret authenticator;
  Secret init;

  EpochSecrets clone() const {
    return {sender_data.clone(), exporter.clone(),      external.clone(), membership.clone(),
            resumption.clone(),  authenticator.clone(), init.clone()};
  }
};

/// What an epoch needs once, and then forgets (§9.2).
struct EpochStart {
  EpochSecrets secrets;
  Secret confirmation_key;
  Secret encryption;
};

/// joiner_secret from the last epoch's init_secret.
Secret joiner_secret(const Secret& init_secret, const Secret& commit_secret,
                     ByteSpan group_context);
/// welcome_secret from the joiner_secret.
Secret welcome_secret(const Secret& joiner, const Secret& psk_secret);
/// All secrets of the epoch that a joiner_secret begins.
EpochStart start_epoch(const Secret& joiner, const Secret& psk_secret, ByteSpan group_context);
/// All secrets of the epoch that has this epoch_secret: for epoch 0 (§11).
EpochStart start_epoch(const Secret& epoch_secret);

/// §8: external_priv, external_pub.
crypto::DhKeyPair external_key_pair(const Secret& external_secret);

/// §8.3: the init_secret that who joins by an external commit sends to the group, and its
/// kem_output; what the group makes of it. Errors: key_invalid.
struct ExternalInitSecret {
  crypto::DhPublicKey kem_output;
  Secret init_secret;
};
Result<ExternalInitSecret> make_external_init(const crypto::DhPublicKey& external_pub,
                                              Entropy& entropy);
Result<Secret> external_init_secret(const crypto::DhPublicKey& kem_output,
                                    const Secret& external_secret);

/// §8.5: MLS-Exporter. At most 8160 bytes.
crypto::SecretBytes export_secret(const Secret& exporter_secret, std::string_view label,
                                  ByteSpan context, std::size_t bytes);

}  // namespace tern::mls
