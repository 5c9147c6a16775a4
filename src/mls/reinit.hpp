// ReInit (RFC 9420 §12.1.5): what the group that is to follow this one will be.
#pragma once

#include "mls/extensions.hpp"
#include "mls/leaf_node.hpp"

namespace tern::mls {

struct ReInit {
  Bytes group_id;
  std::uint16_t version = protocol_version_mls10;
  std::uint16_t cipher_suite = cipher_suite_3;
  Extensions extensions;
  friend bool operator==(const ReInit&, const ReInit&) = default;
};
template <>
Result<ReInit> read(Reader& reader);
void write(Writer& writer, const ReInit& reinit);

}  // namespace tern::mls
