// GroupContext (RFC 9420 §8.1): what all members of an epoch agree on.
#pragma once

#include "mls/extensions.hpp"
#include "mls/leaf_node.hpp"

namespace tern::mls {

struct GroupContext {
  std::uint16_t version = protocol_version_mls10;
  std::uint16_t cipher_suite = cipher_suite_3;
  Bytes group_id;
  std::uint64_t epoch = 0;
  Digest tree_hash;
  /// Zero-length in epoch 0 (§8.2), a digest from then on.
  Bytes confirmed_transcript_hash;
  Extensions extensions;
};
template <>
Result<GroupContext> read(Reader& reader);
void write(Writer& writer, const GroupContext& context);

}  // namespace tern::mls
