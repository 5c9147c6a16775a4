#include "net/part_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tern::net {

PartFile::PartFile(std::filesystem::path path, std::filesystem::path part, int file)
    : path_(std::move(path)), part_(std::move(part)), file_(file) {}

PartFile::PartFile(PartFile&& other) noexcept
    : path_(std::move(other.path_)),
      part_(std::move(other.part_)),
      file_(std::exchange(other.file_, -1)) {}

PartFile::~PartFile() {
  if (file_ < 0) return;
  ::close(file_);
  std::error_code none;
  std::filesystem::remove(part_, none);
}

Error PartFile::failed() const {
  return {Errc::file_io, "the file " + path_.string() + " cannot be written"};
}

Result<PartFile> PartFile::beside(const std::filesystem::path& path) {
  constexpr int names_max = 1'000;
  for (int number = 0; number < names_max; ++number) {
    const std::filesystem::path part = path.string() + ".part" + std::to_string(number);
    const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) return PartFile(path, part, file);
    if (errno != EEXIST) break;
  }
  return Error(Errc::file_io, "the file " + path.string() + " cannot be written");
}

Result<void> PartFile::write(ByteSpan bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed();
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> PartFile::move_to_its_place() {
  if (::fsync(file_) != 0) return failed();
  std::error_code moved;
  std::filesystem::rename(part_, path_, moved);
  if (moved) return failed();
  ::close(std::exchange(file_, -1));
  return {};
}

}  // namespace tern::net
