#include "net/relay_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/try.hpp"
#include "crypto/hash.hpp"

namespace tern::net {
namespace {

using Path = std::filesystem::path;

class File {
 public:
  File(const Path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error failed(const Path& path, const char* what, int error) {
  auto code = Errc::storage_io;
  if (error == ENOSPC || error == EDQUOT) code = Errc::storage_full;
  if (error == EACCES || error == EPERM) code = Errc::storage_permission;
  return {code, "the relay's key file " + path.string() + " cannot be " + what + ": " +
                    std::generic_category().message(error)};
}

// A key that others could read or put there is no secret any more: the operator has to know.
Result<void> check_file(const Path& path, const struct stat& status) {
  if (!S_ISREG(status.st_mode))
    return Error(Errc::storage_damaged, path.string() + " is not a file");
  if (status.st_uid != ::geteuid())
    return Error(Errc::storage_permission, "the relay's key file " + path.string() +
                                               " belongs to another user (id " +
                                               std::to_string(status.st_uid) + "): run chown");
  if ((status.st_mode & 077) == 0) return {};
  char mode[8];
  std::snprintf(mode, sizeof(mode), "%04o", static_cast<unsigned>(status.st_mode & 07777));
  return Error(Errc::storage_permission, "the relay's key file " + path.string() + " has mode " +
                                             mode +
                                             ", so others may read it: run chmod 600, and "
                                             "think of who did");
}

Result<crypto::DhKeyPair> read_key(const Path& path, const File& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed(path, "read", errno);
  TERN_TRY(check_file(path, status));
  if (status.st_size != crypto::DhPrivateKey::size_bytes)
    return Error(Errc::storage_damaged, "the relay's key file " + path.string() + " has " +
                                            std::to_string(status.st_size) +
                                            " bytes instead of 32: put back a copy");
  crypto::DhPrivateKey key;
  const auto out = key.mutable_span();
  if (::read(file.get(), out.data(), out.size()) != static_cast<ssize_t>(out.size()))
    return failed(path, "read", errno);
  return crypto::DhKeyPair::from_private(std::move(key));
}

Result<void> sync_folder(const Path& folder) {
  const File handle(folder, O_RDONLY | O_DIRECTORY);
  if (!handle || ::fsync(handle.get()) != 0) return failed(folder, "synced", errno);
  return {};
}

// Written beside, synced, renamed: a crash leaves the old state or the new one.
Result<crypto::DhKeyPair> make_key(const Path& folder, const Path& path, Entropy& entropy) {
  auto keys = crypto::DhKeyPair::generate(entropy);
  const auto beside = folder / "relay.key.new";
  ::unlink(beside.c_str());  // of a crash
  const File file(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  if (!file) return failed(beside, "made", errno);
  const auto bytes = keys.private_key.span();
  errno = ENOSPC;  // what a short write means
  if (::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
      ::fsync(file.get()) != 0 || ::rename(beside.c_str(), path.c_str()) != 0)
    return failed(path, "written", errno);
  TERN_TRY(sync_folder(folder));
  return keys;
}

}  // namespace

Result<crypto::DhKeyPair> load_or_make_relay_key(const Path& folder, Entropy& entropy,
                                                 RelayKeyFile expected) {
  const auto path = folder / "relay.key";
  const File file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);  // a pipe would wait for its writer
  if (file) return read_key(path, file);
  if (errno != ENOENT) return failed(path, "opened", errno);
  if (expected == RelayKeyFile::must_be_there)
    return Error(Errc::storage_damaged, "the relay's key file " + path.string() +
                                            " is missing, and devices know the relay by it: put "
                                            "back relay.key");
  return make_key(folder, path, entropy);
}

crypto::Secret<32> derive_core_secret(const crypto::DhPrivateKey& relay_key) {
  const auto key = crypto::hkdf_extract(as_bytes("tern 1 relay core"), relay_key.span());
  crypto::Secret<32> out;
  crypto::hkdf_expand(key.span(), {as_bytes("secret")}, out.mutable_span());
  return out;
}

}  // namespace tern::net
