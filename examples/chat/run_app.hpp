// What main() of each of these terminal programs ends with.
#pragma once

#include <CLI/CLI.hpp>
#include <iostream>

namespace chat {

/// Runs the command that the arguments name; its exit status. A Failure is a line on standard
/// error.
inline int run_app(CLI::App& app, const char* program, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    std::cerr << program << ": " << error.what() << '\n';
    return 1;
  }
  return 0;
}

}  // namespace chat
