// The relay's database in a folder.
#pragma once

#include <filesystem>

#include "store/port.hpp"

namespace tern::net {

/// Opens or makes it: LMDB, with a journal before the tables (store/journal.hpp). Errors: those of
/// store::open_lmdb() and open_journaled().
Result<std::unique_ptr<store::Environment>> open_relay_disk(const std::filesystem::path& folder,
                                                            std::size_t map_bytes_initial);

}  // namespace tern::net
