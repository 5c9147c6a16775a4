// The port's transactions on LMDB.
#pragma once

#include "store/lmdb_core.hpp"

namespace tern::store {

Result<std::unique_ptr<ReadTransaction>> begin_lmdb_read(std::shared_ptr<LmdbCore> core);
Result<std::unique_ptr<WriteTransaction>> begin_lmdb_write(std::shared_ptr<LmdbCore> core);

}  // namespace tern::store
