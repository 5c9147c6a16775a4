// Where functions begin and end, by their braces: close enough to count their lines.
#pragma once

#include "house/source_file.hpp"

namespace tern::house {

struct Function {
  std::size_t line = 0;   ///< of its opening brace, from 1
  std::size_t lines = 0;  ///< from brace to brace
};

/// Functions at namespace or class scope; lambdas and blocks count as lines of theirs.
std::vector<Function> functions_of(const SourceFile& file);

}  // namespace tern::house
