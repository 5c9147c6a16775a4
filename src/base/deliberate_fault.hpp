// Mistakes that the simulator has to find: one at a time is made on purpose, in a build of its own
// (TERN_DELIBERATE_FAULTS). In every other build the question is answered while compiling.
#pragma once

#include <cstdint>

namespace tern {

enum class DeliberateFault : std::uint8_t {
  none,
  message_outside_transaction,   ///< the cursor is kept before what it stands behind
  ratchet_after_sending,         ///< the used-up key is erased once the message is out
  promise_before_sync,           ///< a send returns before the disk has it
  retry_under_new_id,            ///< what is sent again is another message
  stale_not_encrypted_again,     ///< the same bytes, in an epoch that is over
  no_deduplication,              ///< of what authors say again
  cancel_when_sent,              ///< a message is taken back that may be out
  base_not_checked,              ///< the relay takes what was encrypted in an old epoch
  acknowledged_before_sync,      ///< the relay answers before its disk has it
  welcome_in_second_transaction  ///< the relay stores a commit without its Welcomes first
};

#ifdef TERN_DELIBERATE_FAULTS
inline DeliberateFault deliberate_fault = DeliberateFault::none;
inline bool is_deliberate(DeliberateFault fault) { return deliberate_fault == fault; }
#else
constexpr bool is_deliberate(DeliberateFault) { return false; }
#endif

}  // namespace tern
