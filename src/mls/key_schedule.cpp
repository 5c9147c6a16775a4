#include "mls/key_schedule.hpp"

namespace tern::mls {
namespace {

// The secret between joiner_secret and epoch_secret, which has no name in the RFC.
Secret member_secret(const Secret& joiner, const Secret& psk_secret) {
  return crypto::hkdf_extract(joiner.span(), psk_secret.span());
}

}  // namespace

Secret joiner_secret(const Secret& init_secret, const Secret& commit_secret,
                     ByteSpan group_context) {
  const auto extracted = crypto::hkdf_extract(init_secret.span(), commit_secret.span());
  return expand_with_label(extracted.span(), "joiner", group_context);
}

Secret welcome_secret(const Secret& joiner, const Secret& psk_secret) {
  return derive_secret(member_secret(joiner, psk_secret).span(), "welcome");
}

EpochStart start_epoch(const Secret& joiner, const Secret& psk_secret, ByteSpan group_context) {
  const auto member = member_secret(joiner, psk_secret);
  return start_epoch(expand_with_label(member.span(), "epoch", group_context));
}

EpochStart start_epoch(const Secret& epoch_secret) {
  const auto derive = [&](std::string_view label) {
    return derive_secret(epoch_secret.span(), label);
  };
  EpochStart start;
  start.secrets.sender_data = derive("sender data");
  start.secrets.exporter = derive("exporter");
  start.secrets.external = derive("external");
  start.secrets.membership = derive("membership");
  start.secrets.resumption = derive("resumption");
  start.secrets.authenticator = derive("authentication");
  start.secrets.init = derive("init");
  start.confirmation_key = derive("confirm");
  start.encryption = derive("encryption");
  return start;
}

crypto::DhKeyPair external_key_pair(const Secret& external_secret) {
  return crypto::hpke::derive_key_pair(external_secret.span());
}

namespace {

Result<Secret> exported_init(const crypto::hpke::Context& context) {
  // §8.3: context.export("MLS 1.0 external init secret", KDF.Nh)
  TERN_ASSIGN(const auto bytes,
              context.export_secret(as_bytes("MLS 1.0 external init secret"), kdf_bytes));
  return std::move(*Secret::from(bytes));
}

}  // namespace

Result<ExternalInitSecret> make_external_init(const crypto::DhPublicKey& external_pub,
                                              Entropy& entropy) {
  TERN_ASSIGN(const auto sender, crypto::hpke::setup_sender(external_pub, {}, entropy));
  TERN_ASSIGN(auto init_secret, exported_init(sender.context));
  return ExternalInitSecret{sender.enc, std::move(init_secret)};
}

Result<Secret> external_init_secret(const crypto::DhPublicKey& kem_output,
                                    const Secret& external_secret) {
  TERN_ASSIGN(const auto context,
              crypto::hpke::setup_recipient(kem_output, external_key_pair(external_secret), {}));
  return exported_init(context);
}

crypto::SecretBytes export_secret(const Secret& exporter_secret, std::string_view label,
                                  ByteSpan context, std::size_t bytes) {
  const auto derived = derive_secret(exporter_secret.span(), label);
  crypto::SecretBytes out(bytes);
  expand_with_label_into(derived.span(), "exported", crypto::sha256(context), out.mutable_span());
  return out;
}

}  // namespace tern::mls
