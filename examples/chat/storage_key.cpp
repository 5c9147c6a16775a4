#include "chat/storage_key.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "chat/require.hpp"

namespace chat {
namespace {

std::filesystem::path key_file(const std::filesystem::path& folder) {
  return folder / "storage.key";
}

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw Failure("cannot " + what + " " + path.string() + ": " + std::strerror(errno));
}

}  // namespace

StorageKey make_storage_key(const std::filesystem::path& folder) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail("make", folder);
  StorageKey key;
  if (getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
    throw Failure("the system gives no random bytes");
  const auto path = key_file(folder);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) throw Failure(folder.string() + " is initialised already");
  if (file < 0) fail("make", path);
  const bool written =
      write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(file) == 0;
  close(file);
  if (!written) fail("write", path);
  return key;
}

void remove_storage_key(const std::filesystem::path& folder) {
  std::filesystem::remove(key_file(folder));
}

StorageKey read_storage_key(const std::filesystem::path& folder) {
  const auto path = key_file(folder);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT)
    throw Failure("nobody lives in " + folder.string() + " yet: run tern-chat init first");
  if (file < 0) fail("open", path);
  StorageKey key;
  const bool whole = read(file, key.data(), key.size()) == static_cast<ssize_t>(key.size());
  close(file);
  if (!whole) throw Failure(path.string() + " is not a storage key: it is too short");
  return key;
}

}  // namespace chat
