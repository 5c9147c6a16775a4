#include "house/functions.hpp"

#include <regex>

namespace tern::house {
namespace {

enum class Scope { outer, function, other };

/// The code with comments, strings and preprocessor lines blanked out, line for line.
std::string code_of(const SourceFile& file) {
  static const std::regex blanked(
      R"re(R"(\w*)\([\s\S]*?\)\1"|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])+'|//[^\n]*|/\*[\s\S]*?\*/)re");
  std::string text;
  bool directive = false;
  for (const auto& line : file.lines) {
    directive = directive || line.starts_with('#');
    text += (directive ? "" : line) + "\n";
    directive = directive && line.ends_with('\\');
  }
  std::string out;
  std::size_t done = 0;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), blanked);
       at != std::sregex_iterator(); ++at) {
    out.append(text, done, static_cast<std::size_t>(at->position()) - done);
    for (char c : at->str()) out += c == '\n' ? '\n' : ' ';
    done = static_cast<std::size_t>(at->position() + at->length());
  }
  return out.append(text, done);
}

/// What a brace opens, from what stands between it and the last ; { or } before it.
Scope opened_by(const std::string& head) {
  static const std::regex outer(R"re(\b(namespace|class|struct|union|enum|extern)\b)re");
  static const std::regex initializer(R"re(=\s*$|=\s*\w[\w:<>]*\s*$)re");
  if (head.find('(') != std::string::npos && !std::regex_search(head, initializer))
    return Scope::function;
  return std::regex_search(head, outer) ? Scope::outer : Scope::other;
}

}  // namespace

std::vector<Function> functions_of(const SourceFile& file) {
  struct Open {
    Scope scope;
    std::size_t line;
  };
  std::vector<Function> out;
  std::vector<Open> open;
  std::string head;
  std::size_t line = 1;
  for (char c : code_of(file)) {
    const bool outside = open.empty() || open.back().scope == Scope::outer;
    if (c == '{') open.push_back({outside ? opened_by(head) : Scope::other, line});
    if (c == '}' && !open.empty()) {
      if (open.back().scope == Scope::function)
        out.push_back({open.back().line, line - open.back().line + 1});
      open.pop_back();
    }
    line += c == '\n';
    if (c == '{' || c == '}' || c == ';')
      head.clear();
    else
      head += c;
  }
  return out;
}

}  // namespace tern::house
