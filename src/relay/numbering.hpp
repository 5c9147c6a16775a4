// An entry's place in its log: the next seq, the base that it was written under, the running hash.
#pragma once

#include "relay/log_store.hpp"

namespace tern::relay {

/// Fills in `row`'s seq, base and hash as the next entry after `state`, and moves `state` past it.
void number(LogState& state, EntryRow& row);

}  // namespace tern::relay
