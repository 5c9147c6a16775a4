#include "store/folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/try.hpp"
#include "store/lmdb_error.hpp"

namespace tern::store {

namespace {

constexpr mode_t owner_only_folder = 0700;
constexpr mode_t owner_only_file = 0600;

Error system_error(std::string_view doing, const std::filesystem::path& path) {
  return lmdb_error(errno, std::string(doing) + " " + path.string());
}

FileHandle open_file(const std::filesystem::path& path, int flags) {
  return FileHandle(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, owner_only_file));
}

// A file that is there keeps its mode; to a new one fchmod gives what the umask took.
Result<FileHandle> make_file(const std::filesystem::path& path) {
  if (auto file = open_file(path, O_CREAT | O_EXCL); file.is_open()) {
    if (::fchmod(file.get(), owner_only_file) != 0) return system_error("set the mode of", path);
    return file;
  }
  auto file = open_file(path, O_CREAT);
  if (!file.is_open()) return system_error("open", path);
  return file;
}

}  // namespace

FileHandle::~FileHandle() {
  if (is_open()) ::close(descriptor_);
}

Result<void> make_folder(const std::filesystem::path& path) {
  const auto folder = path.has_filename() ? path : path.parent_path();  // "anna/" is "anna"
  std::error_code failure;
  const auto status = std::filesystem::status(folder, failure);
  if (std::filesystem::is_directory(status)) return {};
  if (std::filesystem::exists(status))
    return Error(Errc::storage_foreign, folder.string() + " is not a folder");
  if (const auto parent = folder.parent_path(); !parent.empty()) {
    std::filesystem::create_directories(parent, failure);
    if (failure) return lmdb_error(failure.value(), "make the folder " + parent.string());
  }
  if (::mkdir(folder.c_str(), owner_only_folder) != 0 ||
      ::chmod(folder.c_str(), owner_only_folder) != 0)
    return system_error("make the folder", folder);
  return sync_folder(folder.has_parent_path() ? folder.parent_path() : ".");
}

Result<void> write_zeros(const std::filesystem::path& path, std::size_t bytes) {
  TERN_ASSIGN(const auto file, make_file(path));
  const Bytes zeros(bytes);
  const auto written = ::write(file.get(), zeros.data(), zeros.size());
  if (written < 0) return system_error("write", path);
  if (static_cast<std::size_t>(written) != bytes)
    return Error(Errc::storage_full, "cannot write " + path.string() + ": the disk is full");
  return {};
}

Result<bool> is_there(const std::filesystem::path& file) {
  std::error_code failure;
  const auto status = std::filesystem::symlink_status(file, failure);
  if (status.type() == std::filesystem::file_type::not_found) return false;
  if (status.type() != std::filesystem::file_type::none) return true;
  return lmdb_error(failure.value(), "look at " + file.string());
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const FileHandle handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.is_open() || ::fsync(handle.get()) != 0) return system_error("sync", folder);
  return {};
}

Result<FolderLock> FolderLock::acquire(const std::filesystem::path& folder) {
  FolderLock lock;
  TERN_ASSIGN(lock.file_, make_file(folder / "lock"));
  if (::flock(lock.file_.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK)
    return Error(Errc::storage_in_use, folder.string() + " is open in another process");
  return system_error("lock", folder);
}

bool FolderLock::exists(const std::filesystem::path& folder) {
  std::error_code failure;
  return std::filesystem::exists(folder / "lock", failure);
}

}  // namespace tern::store
