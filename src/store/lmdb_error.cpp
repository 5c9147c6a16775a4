#include "store/lmdb_error.hpp"

#include <lmdb.h>

#include <cerrno>

namespace tern::store {

namespace {

Errc errc_of(int code) {
  switch (code) {
    case MDB_MAP_FULL:
      return Errc::storage_map_full;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Errc::storage_full;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
      return Errc::storage_damaged;
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::storage_permission;
    default:
      return Errc::storage_io;
  }
}

}  // namespace

Error lmdb_error(int code, std::string_view doing) {
  return {errc_of(code), "cannot " + std::string(doing) + ": " + mdb_strerror(code)};
}

}  // namespace tern::store
