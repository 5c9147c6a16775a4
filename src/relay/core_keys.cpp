#include "relay/core_keys.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/short_hash.hpp"

namespace tern::relay {
namespace {

constexpr std::size_t opened_epochs_max = 4;

template <std::size_t size = 32>
crypto::Secret<size> derive(const crypto::Secret<32>& secret, std::string_view label) {
  const auto key = crypto::hkdf_extract(as_bytes("tern 1 relay"), secret.span());
  crypto::Secret<size> out;
  crypto::hkdf_expand(key.span(), {as_bytes(label)}, out.mutable_span());
  return out;
}

// What is sealed for one purpose and one row opens for no other.
Bytes purpose(std::string_view label, std::initializer_list<ByteSpan> row) {
  Writer writer;
  writer.raw(as_bytes(label));
  for (const auto part : row) writer.raw(part);
  return std::move(writer).take();
}

Bytes epoch_purpose(const EpochRow& row) {
  std::array<std::uint8_t, 4> epoch;
  for (std::size_t i = 0; i < epoch.size(); ++i)
    epoch[i] = static_cast<std::uint8_t>(row.epoch >> (24 - 8 * i));
  return purpose("directory key", {epoch, row.public_key});
}

Result<crypto::SecretBytes> open_row(const crypto::Secret<32>& key, ByteSpan aad, ByteSpan sealed) {
  auto out = crypto::xopen(key.span(), aad, sealed);
  if (!out) return Error(Errc::storage_damaged, "a sealed row of the relay's does not open");
  return out;
}

Result<Verification> read_verification(Reader reader) {
  Verification out;
  TERN_ASSIGN(const auto code, reader.raw(out.code.size()));
  std::copy(code.begin(), code.end(), out.code.begin());
  TERN_ASSIGN(out.serial, reader.number<std::uint64_t>());
  TERN_ASSIGN(const auto expires_s, reader.number<std::uint64_t>());
  out.expires_s = static_cast<std::int64_t>(expires_s);
  TERN_ASSIGN(out.tries_left, reader.number<std::uint8_t>());
  TERN_TRY(reader.finish());
  return out;
}

}  // namespace

Result<Verification> decode_verification(ByteSpan opened) {
  auto out = read_verification(Reader(opened));
  if (!out) return Error(Errc::storage_damaged, "a verification does not parse");
  return out;
}

CoreKeys::CoreKeys(const crypto::Secret<32>& secret)
    : sealing_(derive(secret, "sealing")),
      numbers_(derive(secret, "numbers")),
      challenges_(derive(secret, "challenges")),
      pins_(derive(secret, "PINs")),
      heads_(derive<16>(secret, "heads")) {}

std::uint64_t CoreKeys::head_seal(const LogId& log, const wire::SealedHead& head) const {
  std::array<std::uint8_t, LogId::size_bytes + 2 * wire::LogHash::size_bytes + 8 + 8 + 4> bytes;
  auto* end = std::copy(log.bytes.begin(), log.bytes.end(), bytes.data());
  end = std::copy(head.hash.bytes.begin(), head.hash.bytes.end(), end);
  end = std::copy(head.base_hash.bytes.begin(), head.base_hash.bytes.end(), end);
  const auto add = [&end](std::uint64_t number, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
      *end++ = static_cast<std::uint8_t>(number >> shift);
  };
  add(head.seq, 8);
  add(head.base, 8);
  add(head.generation, 4);
  return crypto::short_hash(heads_, bytes);
}

std::uint64_t CoreKeys::head_seal(const LogId& log, const LogState& state) const {
  return head_seal(log, {state.head, state.hash, state.base, state.base_hash, state.generation, 0});
}

NumberId CoreKeys::number_id(std::string_view number) const {
  const auto digest = crypto::blake2b({as_bytes(number)}, numbers_.span());
  return *NumberId::from(digest.span().first(NumberId::size_bytes));
}

Bytes CoreKeys::seal_number(const NumberId& id, std::string_view number, Entropy& entropy) const {
  return crypto::xseal(sealing_.span(), purpose("number", {id}), as_bytes(number), entropy);
}

Result<crypto::SecretBytes> CoreKeys::open_number(const NumberId& id, ByteSpan sealed) const {
  return open_row(sealing_, purpose("number", {id}), sealed);
}

Bytes CoreKeys::seal(const AccountId& account, const NumberId& number,
                     const Verification& verification, Entropy& entropy) const {
  BasicWriter<crypto::SecretBytes> writer;
  writer.raw(verification.code)
      .number(verification.serial)
      .number(static_cast<std::uint64_t>(verification.expires_s))
      .number(verification.tries_left);
  return crypto::xseal(sealing_.span(), purpose("verification", {account, number}), writer.span(),
                       entropy);
}

Result<Verification> CoreKeys::open_verification(const AccountId& account, const NumberId& number,
                                                 ByteSpan sealed) const {
  TERN_ASSIGN(const auto opened,
              open_row(sealing_, purpose("verification", {account, number}), sealed));
  return decode_verification(opened);
}

EpochRow CoreKeys::make_epoch(std::uint32_t epoch, EpochStage stage, Entropy& entropy) const {
  const auto keys = crypto::voprf::KeyPair::generate(entropy);
  EpochRow out{epoch, stage, keys.public_key, {}};
  out.sealed_key =
      crypto::xseal(sealing_.span(), epoch_purpose(out), keys.private_key.span(), entropy);
  return out;
}

Result<crypto::voprf::KeyPair> CoreKeys::open_epoch(const EpochRow& row) const {
  TERN_ASSIGN(const auto opened, open_row(sealing_, epoch_purpose(row), row.sealed_key));
  auto key = crypto::voprf::Scalar::from(opened);
  if (!key) return Error(Errc::storage_damaged, "a key of the directory has another length");
  return crypto::voprf::KeyPair{std::move(*key), row.public_key};
}

wire::WorkChallenge CoreKeys::challenge(const DeviceId& device, std::int64_t window) const {
  std::array<std::uint8_t, 8> number;
  for (std::size_t i = 0; i < number.size(); ++i)
    number[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(window) >> (56 - 8 * i));
  const auto digest = crypto::blake2b({device, number}, challenges_.span());
  return *wire::WorkChallenge::from(digest.span().first(wire::WorkChallenge::size_bytes));
}

crypto::Blake2bDigest CoreKeys::pin_hash(const AccountId& account,
                                         const wire::PinProof& pin) const {
  return crypto::blake2b({account, pin}, pins_.span());
}

Result<EpochKeys::Keys> EpochKeys::get(const EpochRow& row) {
  // By the key, not the number: an epoch that was not committed is made again under another.
  for (const auto& [epoch, keys] : opened_)
    if (epoch == row.epoch && keys->public_key == row.public_key) return keys;
  TERN_ASSIGN(auto keys, keys_.open_epoch(row));
  if (opened_.size() == opened_epochs_max) opened_.erase(opened_.begin());
  opened_.emplace_back(row.epoch, std::make_shared<const crypto::voprf::KeyPair>(std::move(keys)));
  return opened_.back().second;
}

}  // namespace tern::relay
