#include "client/account.hpp"

#include "base/codec.hpp"

namespace tern::client {
namespace {

template <class To, class From>
To same_bytes(const From& from) {
  return *To::from(from.span());
}

Bytes certify(Now now, const crypto::SigningKey& account_key, const crypto::VerifyKey& device_key,
              const crypto::DhPublicKey& transport_key) {
  wire::DeviceCertificate certificate;
  certificate.account_key = same_bytes<wire::PublicKey>(account_key.verify_key());
  certificate.device_key = same_bytes<wire::PublicKey>(device_key);
  certificate.transport_key = same_bytes<wire::PublicKey>(transport_key);
  certificate.list_number = 1;
  certificate.issued_s = now.wall_ms / 1000;
  certificate.signature =
      same_bytes<wire::Signature>(account_key.sign(wire::signed_bytes(certificate)));
  return wire::encode(certificate);
}

Account put_together(crypto::SigningKey account_key, crypto::SigningKey device_key,
                     crypto::DhKeyPair transport, Bytes certificate, Bytes device_list) {
  const auto id = crypto::account_id(account_key.verify_key());
  const auto device = crypto::device_id(device_key.verify_key());
  mls::Credential credential{mls::CredentialType::basic, certificate};
  return {std::move(account_key),
          {std::move(credential), std::move(device_key)},
          std::move(transport),
          std::move(certificate),
          std::move(device_list),
          id,
          device,
          crypto::inbox_log_id(device)};
}

Result<Account> read_account(ByteSpan bytes) {
  Reader reader(bytes);
  TERN_ASSIGN(const ByteSpan account_seed, reader.raw(32));
  TERN_ASSIGN(const ByteSpan device_seed, reader.raw(32));
  TERN_ASSIGN(const ByteSpan transport, reader.raw(32));
  TERN_ASSIGN(const ByteSpan certificate, reader.vector());
  TERN_ASSIGN(const ByteSpan device_list, reader.vector());
  TERN_TRY(reader.finish());
  return put_together(crypto::SigningKey::from_seed(account_seed),
                      crypto::SigningKey::from_seed(device_seed),
                      crypto::DhKeyPair::from_private(*crypto::DhPrivateKey::from(transport)),
                      to_bytes(certificate), to_bytes(device_list));
}

}  // namespace

wire::DeviceList sign_device_list(const crypto::SigningKey& account_key, std::uint32_t number,
                                  std::vector<wire::PublicKey> device_keys) {
  wire::DeviceList list;
  list.account_key = same_bytes<wire::PublicKey>(account_key.verify_key());
  list.number = number;
  list.device_keys = std::move(device_keys);
  list.signature = same_bytes<wire::Signature>(account_key.sign(wire::signed_bytes(list)));
  return list;
}

Account make_account(Now now, Entropy& entropy) {
  auto account_key = crypto::SigningKey::generate(entropy);
  auto device_key = crypto::SigningKey::generate(entropy);
  auto transport = crypto::DhKeyPair::generate(entropy);
  auto certificate = certify(now, account_key, device_key.verify_key(), transport.public_key);
  auto list = wire::encode(
      sign_device_list(account_key, 1, {same_bytes<wire::PublicKey>(device_key.verify_key())}));
  return put_together(std::move(account_key), std::move(device_key), std::move(transport),
                      std::move(certificate), std::move(list));
}

crypto::SecretBytes encode(const Account& account) {
  BasicWriter<crypto::SecretBytes> writer;
  writer.raw(account.account_key.seed().span())
      .raw(account.identity.signing_key.seed().span())
      .raw(account.transport.private_key.span())
      .vector(account.certificate)
      .vector(account.device_list);
  return std::move(writer).take();
}

Result<Account> decode_account(ByteSpan bytes) {
  auto account = read_account(bytes);
  if (!account) return Error(Errc::storage_damaged, "the row of this device's keys does not parse");
  return account;
}

}  // namespace tern::client
