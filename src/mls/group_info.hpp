// GroupInfo (RFC 9420 §12.4.3): what a joiner needs to know of the group's state.
#pragma once

#include "mls/group_context.hpp"

namespace tern::mls {

struct GroupInfo {
  GroupContext group_context;
  Extensions extensions;
  Mac confirmation_tag;
  LeafIndex signer;
  crypto::Signature signature;
};
template <>
Result<GroupInfo> read(Reader& reader);
void write(Writer& writer, const GroupInfo& info);

void sign_group_info(GroupInfo& info, const crypto::SigningKey& key);
/// `encoded` is what `info` was read from: with a tree in it, not worth writing once more.
[[nodiscard]] bool verify_group_info(const GroupInfo& info, ByteSpan encoded,
                                     const crypto::VerifyKey& key);

}  // namespace tern::mls
