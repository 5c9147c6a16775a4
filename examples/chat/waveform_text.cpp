#include "chat/waveform_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace chat {
namespace {

constexpr int block_steps = 8;
constexpr std::array<const char*, block_steps + 1> blocks = {" ", "▁", "▂", "▃", "▄",
                                                             "▅", "▆", "▇", "█"};

}  // namespace

std::vector<std::string> waveform_rows(const tern::Waveform& waveform, std::size_t columns,
                                       std::size_t rows) {
  const int loudest = std::max<int>(1, *std::max_element(waveform.begin(), waveform.end()));
  const int top = static_cast<int>(rows) * block_steps;
  std::vector<std::string> out(rows);
  for (std::size_t column = 0; column < columns; ++column) {
    const auto first = column * waveform.size() / columns;
    const auto last = std::max(first + 1, (column + 1) * waveform.size() / columns);
    const int peak = *std::max_element(waveform.begin() + static_cast<std::ptrdiff_t>(first),
                                       waveform.begin() + static_cast<std::ptrdiff_t>(last));
    const int height = 1 + peak * (top - 1) / loudest;  // silence is seen, too
    for (std::size_t row = 0; row < rows; ++row) {
      const int below = static_cast<int>(rows - 1 - row) * block_steps;
      out[row] += blocks[static_cast<std::size_t>(std::clamp(height - below, 0, block_steps))];
    }
  }
  return out;
}

std::string waveform_text(const tern::Waveform& waveform, std::size_t columns) {
  return waveform_rows(waveform, columns, 1).front();
}

std::string length_text(std::uint64_t ms) {
  const auto seconds = static_cast<unsigned long long>((ms + 500) / 1000);
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%llu:%02llu", seconds / 60, seconds % 60);
  return out.data();
}

}  // namespace chat
