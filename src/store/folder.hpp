// The folder that a database lives in, and the lock that one process holds on it.
#pragma once

#include <filesystem>
#include <utility>

#include "tern/bytes.hpp"
#include "tern/result.hpp"

namespace tern::store {

/// Makes `folder` (0700 whatever the umask) and its parents where they are missing.
/// Errors: storage_foreign (something else has its name), storage_permission, storage_full,
/// storage_io.
Result<void> make_folder(const std::filesystem::path& folder);

/// Makes `file` (0600 whatever the umask) where it is missing, and overwrites its first `bytes`
/// with zeros, which then have their place on the disk. Errors: storage_permission, storage_full,
/// storage_io.
Result<void> write_zeros(const std::filesystem::path& file, std::size_t bytes);

/// Whether something has this name, a link that leads nowhere included. Errors: what the system
/// says when it does not know; a file that cannot be looked at is not one that is not there.
Result<bool> is_there(const std::filesystem::path& file);

/// Until a file's new name in `folder` survives a power cut. Errors: storage_io.
Result<void> sync_folder(const std::filesystem::path& folder);

/// An open file, closed at the end.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  ~FileHandle();
  FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

/// Keeps every other process, and every other lock of this one, out of a folder. The file `lock`
/// stays behind, for a lock on a file that is removed is none.
class FolderLock {
 public:
  /// Holds nothing.
  FolderLock() = default;
  /// Errors: storage_in_use, storage_permission, storage_full, storage_io.
  static Result<FolderLock> acquire(const std::filesystem::path& folder);
  /// Whether anyone ever locked `folder`.
  static bool exists(const std::filesystem::path& folder);

 private:
  FileHandle file_;
};

}  // namespace tern::store
