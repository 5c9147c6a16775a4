// What of the directory is told, and to whom: accounts that have a number. At the batch's end.
#pragma once

#include "relay/requests.hpp"

namespace tern::relay {

Result<wire::Answer> get_directory(Context& context, const Caller& caller,
                                   const wire::GetDirectory& request);
Result<wire::Answer> get_segments(Context& context, const Caller& caller,
                                  const wire::GetSegments& request);
Result<wire::Answer> get_changes(Context& context, const Caller& caller,
                                 const wire::GetChanges& request);
Result<wire::Answer> lookup(Context& context, const Caller& caller, const wire::Lookup& request);

/// One answer's share.
inline constexpr std::size_t segments_bytes_max = 512 * 1024;
inline constexpr std::uint64_t changes_max = 16'384;
inline constexpr std::uint64_t changes_with_records_max = 6'144;  // a frame holds them
inline constexpr std::size_t records_per_tag_max = 255;
inline constexpr std::size_t lookup_records_max = 8'192;

/// So many changes are kept at least.
std::uint64_t changes_kept(std::uint64_t members);

}  // namespace tern::relay
