// What an idle connection costs the relay, in memory of its own process.
#pragma once

#include <filesystem>

#include "bench/report.hpp"

namespace tern::bench {

/// So many files the measuring process has open at once.
inline constexpr std::size_t idle_files = 5'300;

void measure_idle_memory(const std::filesystem::path& folder, Report& report);

}  // namespace tern::bench
