// A folder for a target whose parser reads a file.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "target.hpp"

namespace tern::fuzzing {

/// Gone when the process ends.
class ScratchFolder {
 public:
  ScratchFolder() {
    // In memory where that is possible: nothing here has to outlive anything.
    const std::filesystem::path memory = "/dev/shm";
    const bool there = std::filesystem::is_directory(memory);
    std::string name =
        (there ? memory : std::filesystem::temp_directory_path()) / "tern-fuzz-XXXXXX";
    expect(::mkdtemp(name.data()) != nullptr, "a folder can be made");
    path_ = name;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tern::fuzzing
