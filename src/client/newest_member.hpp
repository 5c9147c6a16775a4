// Since when all members of a chat are in. Nothing from before is said again to who missed it, for
// not all who would hear it now were there: whoever is brought back is told so by who brings it
// back, in the Welcome, for it cannot see who came in while it could not follow.
#pragma once

#include "client/roster.hpp"
#include "mls/extensions.hpp"

namespace tern::client {

/// For the Welcome of a commit with these changes to `before`: the greatest number where somebody
/// comes in by it who was not in.
mls::Extensions newest_member_extension(const Roster& before, const std::vector<Seat>& added,
                                        const std::vector<Seat>& removed);
/// 0 where it says nothing that parses.
std::uint64_t newest_member_in(const mls::Extensions& welcome_extensions);

}  // namespace tern::client
