// A file that appears at its place whole, or not at all.
#pragma once

#include <filesystem>

#include "tern/bytes.hpp"
#include "tern/result.hpp"

namespace tern::net {

/// Written beside its place under a name that nothing has, readable by its owner alone; removed
/// again unless it was moved to its place.
class PartFile {
 public:
  /// Errors: file_io.
  static Result<PartFile> beside(const std::filesystem::path& path);
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile();

  /// Errors: file_io.
  Result<void> write(ByteSpan bytes);
  /// On the disk, then in the place of what was there. Errors: file_io.
  Result<void> move_to_its_place();

 private:
  PartFile(std::filesystem::path path, std::filesystem::path part, int file);
  Error failed() const;

  std::filesystem::path path_;
  std::filesystem::path part_;
  int file_ = -1;
};

}  // namespace tern::net
