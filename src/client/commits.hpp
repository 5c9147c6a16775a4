// This device's own commits: what the group needs from it, how the commit is made and persisted
// before it is sent, merged when the log has it, dropped when another came first.
#pragma once

#include "client/intents.hpp"
#include "client/step.hpp"

namespace tern::client {

struct CommitPlan {
  std::vector<ClaimedKeyPackage> add;
  std::vector<mls::LeafIndex> remove;
  std::vector<Seat> removed;                 ///< who sits on `remove`
  std::vector<wire::RejoinProof> returning;  ///< of the added, those who asked to come back
  bool repair_access = false;                ///< tell the relay the whole list
  std::uint32_t restarts = 0;                ///< the generation of the log that it begins; 0: none
  bool wanted = false;                       ///< there is a reason to commit
  bool needed = false;                       ///< also when nobody can be added or removed
  /// RFC 9420 §12.4: "MUST send a Commit message before sending application data".
  bool before_messages = false;
  /// RFC 9420 §12.2: nobody commits the own removal; who has asked to leave waits for the others.
  bool can_commit = true;
};

namespace commits {

/// The relay's access list is wrong, and this device may still set it right.
bool repairs_access(const Chat& chat);
/// What this device would commit now. Wakes the chat for what is not due yet.
Result<CommitPlan> plan(Step& step, Chat& chat, const mls::Group& group);
/// Makes the commit in `group` and persists it with the group after it. `creates_log`: `group` is
/// new and nothing of it is kept but what follows the commit.
Result<void> make(Step& step, Chat& chat, mls::Group& group, const CommitPlan& plan,
                  bool creates_log);
/// The log has the pending commit, at `seq`: its next epoch becomes the present one.
Result<void> merge(Step& step, Chat& chat, std::uint64_t seq);
/// Another commit came first, or the epoch is over.
Result<void> drop(Step& step, Chat& chat);

}  // namespace commits
}  // namespace tern::client
