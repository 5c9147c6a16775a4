#include "bench/disk_floor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace tern::bench {

std::vector<double> fdatasync_ms(const std::filesystem::path& folder, std::size_t count) {
  const auto path = folder / "floor";
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::array<char, 4096> block{};
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (write(file, block.data(), block.size()) < 0 || fdatasync(file) != 0) break;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    out.push_back(took.count());
  }
  close(file);
  std::filesystem::remove(path);
  return out;
}

double quantile(std::vector<double>& values, double share) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(at, values.size() - 1)];
}

}  // namespace tern::bench
