#include "unit/store/backends.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <stdexcept>

namespace tern::store::test {

namespace {

// In memory where there is such a place: thousands of commits wait for no disk there.
std::filesystem::path temp_place() {
  const char* const in_memory = "/dev/shm";
  return ::access(in_memory, W_OK) == 0 ? in_memory : std::filesystem::temp_directory_path();
}

}  // namespace

TempFolder::TempFolder() {
  auto name = (temp_place() / "tern-store-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace tern::store::test
