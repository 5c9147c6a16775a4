// LMDB's return codes, and the system's, as tern's errors.
#pragma once

#include <string_view>

#include "tern/result.hpp"

namespace tern::store {

/// `code` is what an mdb_ function or errno said; `doing` completes "cannot ...".
Error lmdb_error(int code, std::string_view doing);

}  // namespace tern::store
