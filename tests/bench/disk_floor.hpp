// The disk's own speed, in the folder where the databases of a benchmark lie.
#pragma once

#include <filesystem>
#include <vector>

namespace tern::bench {

/// Milliseconds of each of `count` fdatasyncs of 4 KiB written behind one another.
std::vector<double> fdatasync_ms(const std::filesystem::path& folder, std::size_t count);

/// The value below which `share` (0 to 1) of them lie. Sorts `values`, which are not empty.
double quantile(std::vector<double>& values, double share);

}  // namespace tern::bench
