#include "net/relay_disk.hpp"

#include "base/try.hpp"
#include "relay/tables.hpp"
#include "store/journal.hpp"
#include "store/lmdb.hpp"

namespace tern::net {

Result<std::unique_ptr<store::Environment>> open_relay_disk(const std::filesystem::path& folder,
                                                            std::size_t map_bytes_initial) {
  // Schema 1 had no journal: that is an empty one.
  const store::Migration journal{1, [](store::WriteTransaction&) { return Result<void>(); }};
  TERN_ASSIGN(auto environment, store::open_lmdb({.folder = folder,
                                                  .purpose = store::Purpose::relay,
                                                  .schema = relay::tables::schema,
                                                  .map_bytes_initial = map_bytes_initial,
                                                  .migrations = {journal}}));
  return store::open_journaled(std::move(environment), {.table = relay::tables::journal});
}

}  // namespace tern::net
