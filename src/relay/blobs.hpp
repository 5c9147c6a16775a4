// How long blobs are kept, and what they take of their owner's room.
#pragma once

#include "relay/parsed_entry.hpp"
#include "relay/requests.hpp"

namespace tern::relay {

/// What a blob takes of its owner's room beside its bytes, so that the smallest are not free.
inline constexpr std::uint64_t blob_row_room = 1024;

/// Blobs of its author's that the entries name are kept a whole retention from now on. One that is
/// not there is no error: it may be on its way, and is kept from when it is complete. Errors: the
/// store's.
Result<void> keep_named_blobs(Context& context, const AccountId& owner,
                              std::span<const ParsedEntry> entries);

}  // namespace tern::relay
