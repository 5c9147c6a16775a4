// A folder's files as values.
#pragma once

#include <map>

#include "support/read_file.hpp"
#include "unit/store/backends.hpp"

namespace tern::store::test {

using tern::test::read_file;
/// Makes the folder too.
void write_file(const std::filesystem::path& path, std::string_view content);
/// Every name in the folder and what is in it; empty when there is no folder.
std::map<std::string, std::string> contents_of(const std::filesystem::path& folder);

}  // namespace tern::store::test
