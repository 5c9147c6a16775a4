// An operator's program that sends codes to phone numbers.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace tern::net {

/// Runs `program` (found as a shell would; without arguments, for what stands in them is seen by
/// everybody on the machine) with "NUMBER CODE\n" on its standard input. True when it ends with
/// status 0 in time; otherwise it is killed, and whatever it has started with it. Any thread.
bool run_code_command(const std::string& program, std::string_view number, std::string_view code,
                      std::chrono::milliseconds time);

}  // namespace tern::net
