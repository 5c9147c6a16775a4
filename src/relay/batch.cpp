#include "relay/batch.hpp"

#include <algorithm>

namespace tern::relay {

LogNews& Batch::news_of(const LogId& log) {
  auto& news = news_by_log_[log];
  if (!news) {
    news = &news_.emplace_back();
    news->log = log;
  }
  return *news;
}

void Batch::raise_counter(const DeviceId& device, std::uint64_t counter) {
  if (counter == 0) return;
  auto& highest = store_counters[device];
  highest = std::max(highest, counter);
}

}  // namespace tern::relay
