#include "mls/group_info_creation.hpp"

#include "mls/grease.hpp"

namespace tern::mls {

GroupInfo make_group_info(const Epoch& epoch, TreeTransport tree, Extensions extensions,
                          const Identity& me, Entropy& entropy) {
  GroupInfo info;
  info.group_context = epoch.context;
  info.extensions = std::move(extensions);
  info.extensions.push_back({grease_value(entropy), {}});
  if (tree == TreeTransport::in_welcome)
    info.extensions.push_back({extension_ratchet_tree, epoch.tree->encode()});
  info.confirmation_tag = epoch.confirmation_tag;
  info.signer = epoch.own_leaf;
  sign_group_info(info, me.signing_key);
  return info;
}

}  // namespace tern::mls
