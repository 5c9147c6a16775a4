#include "relay/numbering.hpp"

#include "crypto/hash.hpp"

namespace tern::relay {

void number(LogState& state, EntryRow& row) {
  row.seq = ++state.head;
  row.base = state.base;
  const auto header = wire::hashed_header(row.seq, row.id, row.kind, row.base, row.payload.size());
  row.hash.bytes = crypto::blake2b({state.hash, header, row.payload}).bytes;
  state.hash = row.hash;
  // The design's promise 3: what follows a handshake is encrypted in the epoch that it began.
  if (wire::is_handshake(row.kind)) {
    state.base = row.seq;
    state.base_hash = row.hash;
  }
  if (row.kind == wire::EntryKind::restart) ++state.generation;
}

}  // namespace tern::relay
