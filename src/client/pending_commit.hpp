// The commit that this device has made and the log has not taken yet: persisted before it is sent,
// merged when it shows up in the log, dropped when another came first.
#pragma once

#include "client/chat_record.hpp"
#include "client/roster.hpp"

namespace tern::client {

struct PendingWelcome {
  DeviceId device;
  Bytes group_secrets;
};

struct PendingCommit {
  EntryId id;
  bool creates_log = false;
  bool repairs_access = false;  ///< says the whole access list
  std::uint32_t restarts = 0;   ///< the generation of the log that it begins; 0: none
  std::uint64_t base = 0;       ///< with it: the handshake entry that it is written upon
  EpochTag made_in;             ///< the epoch that it ends; zero when it creates the log
  EpochTag next;                ///< the epoch that it begins
  Bytes message;                ///< MLSMessage
  Bytes group_info;
  std::vector<PendingWelcome> welcomes;
  std::vector<Seat> added;
  std::vector<Seat> removed;
};

crypto::SecretBytes encode(const PendingCommit& commit);
/// Errors: storage_damaged.
Result<PendingCommit> decode_pending_commit(ByteSpan bytes);

}  // namespace tern::client
