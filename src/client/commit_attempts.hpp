// Commits that cannot be made as they were planned: what stands in the way is left out, and whoever
// waits for it is told why. It must hold up neither the messages nor what others wait for.
#pragma once

#include "client/commits.hpp"

namespace tern::client::commits {

/// As make(), with as much of `plan` as can be. Whether there is a pending commit now.
Result<bool> make_what_can_be(Step& step, Chat& chat, mls::Group& group, CommitPlan plan,
                              bool creates_log);
/// The relay refused the pending commit for good, because of whom it adds: they are given up.
Result<void> give_up_adds(Step& step, Chat& chat, const Error& why);

}  // namespace tern::client::commits
