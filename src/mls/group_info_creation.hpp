// Making a GroupInfo (RFC 9420 §12.4.3): for a Welcome, and for external commits.
#pragma once

#include "mls/epoch.hpp"
#include "mls/group.hpp"
#include "mls/group_info.hpp"

namespace tern::mls {

/// Of this epoch, signed by its own member: `extensions`, GREASE, and the tree if it goes along.
/// The tree must have been read.
GroupInfo make_group_info(const Epoch& epoch, TreeTransport tree, Extensions extensions,
                          const Identity& me, Entropy& entropy);

}  // namespace tern::mls
