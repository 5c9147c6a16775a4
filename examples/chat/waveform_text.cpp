#include "chat/waveform_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace chat {

std::string waveform_text(const tern::Waveform& waveform, std::size_t columns) {
  static constexpr std::array<const char*, 8> blocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto loudest = std::max<int>(1, *std::max_element(waveform.begin(), waveform.end()));
  std::string out;
  for (std::size_t column = 0; column < columns; ++column) {
    const auto first = column * waveform.size() / columns;
    const auto last = std::max(first + 1, (column + 1) * waveform.size() / columns);
    const int peak = *std::max_element(waveform.begin() + static_cast<std::ptrdiff_t>(first),
                                       waveform.begin() + static_cast<std::ptrdiff_t>(last));
    out += blocks[static_cast<std::size_t>(peak * 7 / loudest)];
  }
  return out;
}

}  // namespace chat
