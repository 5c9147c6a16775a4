// Getting the KeyPackages of those who are to be added, and believing none of what the relay says
// about them: lists and certificates are signed by their accounts.
#pragma once

#include "client/intents.hpp"
#include "client/step.hpp"

namespace tern::client::claims {

/// Asks for the KeyPackages that `intents` still needs, if there are any and it may.
/// Returns whether adding has to wait for an answer.
Result<bool> request(Step& step, Chat& chat, const Intents& intents);
/// The relay's answer: checked, kept for the next commit.
Result<void> received(Step& step, Chat& chat, const wire::Claimed& claimed);
/// This account has nothing to add it by now; others are not kept waiting for it.
void let_rest(Step& step, Chat& chat, const AccountId& account);
/// The relay refused: somebody is unknown, or it was too much or too often.
Result<void> refused(Step& step, Chat& chat, const wire::Refused& refused);

}  // namespace tern::client::claims
