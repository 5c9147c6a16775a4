#include "unit/store/backends.hpp"

#include <stdlib.h>

namespace tern::store::test {

TempFolder::TempFolder() {
  auto name = (std::filesystem::temp_directory_path() / "tern-store-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace tern::store::test
