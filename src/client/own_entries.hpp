// This device's entries, seen in the log: what was under way has arrived.
#pragma once

#include "client/step.hpp"

namespace tern::client::own_entries {

struct Own {
  wire::EntryKind kind = wire::EntryKind::application;
  OutboxKind outbox = OutboxKind::message;
  std::uint64_t number = 0;
  EntryId id;
  Bytes payload;        ///< as it was sent
  bool rejoin = false;  ///< an own request to be added again
  std::uint64_t again_order = 0;
};

/// A place in the history for an entry at `seq`: there may stand another, of a history that is
/// lost, or from before this device lost its memory.
Result<std::uint64_t> free_order(Step& step, const Chat& chat, std::uint64_t seq);
/// What this device sent under this id and has not seen in the log.
Result<std::optional<Own>> find(Step& step, Chat& chat, const EntryId& id);
/// It stands in the log at `seq`.
Result<void> apply(Step& step, Chat& chat, std::uint64_t seq, const Own& own);

}  // namespace tern::client::own_entries
