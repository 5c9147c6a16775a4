#include "net/partial_frames.hpp"

#include <algorithm>
#include <tuple>

namespace tern::net {

std::vector<relay::ConnectionId> over_budget(std::vector<Owing> owing, std::size_t bytes_max) {
  std::size_t bytes = 0;
  for (const auto& each : owing) bytes += each.bytes;
  std::sort(owing.begin(), owing.end(), [](const Owing& a, const Owing& b) {
    return std::tie(a.identified, a.since_ms) < std::tie(b.identified, b.since_ms);
  });
  std::vector<relay::ConnectionId> out;
  for (const auto& each : owing) {
    if (bytes <= bytes_max) break;
    bytes -= each.bytes;
    out.push_back(each.connection);
  }
  return out;
}

}  // namespace tern::net
