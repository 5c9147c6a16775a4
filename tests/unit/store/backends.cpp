#include "unit/store/backends.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <stdexcept>

#include "crypto/sodium_entropy.hpp"

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

Entropy& journal_entropy() {
  must(crypto::initialize());
  static crypto::SystemEntropy entropy;
  return entropy;
}

void OnJournal::kill() {
  const auto living = options.folder;
  static int lives = 0;
  options.folder = temp.path() / ("db-" + std::to_string(++lives));
  std::filesystem::copy(living, options.folder, std::filesystem::copy_options::recursive);
  environment = must(open_lmdb(options));
  std::filesystem::remove_all(living);
}

}  // namespace tern::store::test
