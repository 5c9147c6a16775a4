#include "mls/psk_lookup.hpp"

#include "mls/epoch.hpp"

namespace tern::mls {
namespace {

bool is_of(const PreSharedKeyId& id, const Epoch* epoch) {
  return epoch && id.type == PskType::resumption && id.psk_group_id == epoch->context.group_id &&
         id.psk_epoch == epoch->context.epoch;
}

Result<crypto::SecretBytes> find_one(const PreSharedKeyId& id,
                                     std::initializer_list<const Epoch*> own,
                                     Authenticator& authenticator) {
  // §8.4: "the PSK is defined as the resumption_psk of the group and epoch specified".
  for (const auto* epoch : own)
    if (is_of(id, epoch)) return crypto::SecretBytes(epoch->secrets.resumption.span());
  TERN_ASSIGN(auto found, authenticator.find_psk(id));
  // §12.4.2: "Verify that all PreSharedKey proposals in the proposals vector are available."
  if (!found) return Errc::mls_psk_unknown;
  return std::move(*found);
}

}  // namespace

Result<Secret> find_psk_secret(std::span<const PreSharedKeyId> ids,
                               std::initializer_list<const Epoch*> own,
                               Authenticator& authenticator) {
  std::vector<crypto::SecretBytes> keys;
  keys.reserve(ids.size());
  std::vector<PreSharedKey> psks;
  for (const auto& id : ids) {
    TERN_ASSIGN(auto key, find_one(id, own, authenticator));
    keys.push_back(std::move(key));
    psks.push_back({id, keys.back()});
  }
  return psk_secret(psks);
}

}  // namespace tern::mls
