// What who lets somebody into a chat says to it in the Welcome, under the group's encryption: who
// comes in cannot see what was committed while it could not follow, nor the commit that brings it.
#pragma once

#include "client/roster.hpp"
#include "mls/extensions.hpp"

namespace tern::client {

struct WelcomeNotes {
  /// Since when all members are in. Nothing from before is said again to who missed it, for not all
  /// who would hear it now were there.
  std::uint64_t newest_member = 0;
  /// Up to where those had read who come back by the same commit. Whom it brings back too has not
  /// read that they asked; UINT64_MAX: not more than one.
  std::uint64_t returning_read = UINT64_MAX;
};

mls::Extensions welcome_extensions(const WelcomeNotes& notes);
/// As if nothing were said, where it does not parse.
WelcomeNotes welcome_notes_in(const mls::Extensions& welcome_extensions);
/// For the Welcome of a commit with these changes to `before`: the greatest number where somebody
/// comes in by it who was not in.
std::uint64_t newest_member_after(const Roster& before, const std::vector<Seat>& added,
                                  const std::vector<Seat>& removed);

}  // namespace tern::client
