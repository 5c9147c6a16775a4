#include "relay/blob_interests.hpp"

#include <algorithm>

namespace tern::relay {

void BlobInterests::add(ConnectionId connection, const BlobName& blob) {
  auto& interests = interests_[connection];
  // It knows what there is now: only what comes later is news.
  std::erase_if(interests, [&blob](const Interest& other) { return other.blob == blob; });
  if (interests.size() == blob_interests_max) {
    waiting_.erase({interests.front().blob, connection});
    interests.erase(interests.begin());
  }
  interests.push_back({blob, 0});
  waiting_.emplace(blob, connection);
}

void BlobInterests::forget(ConnectionId connection) {
  const auto found = interests_.find(connection);
  if (found == interests_.end()) return;
  for (const auto& interest : found->second) waiting_.erase({interest.blob, connection});
  interests_.erase(found);
}

std::vector<ConnectionId> BlobInterests::advance(const BlobName& blob, std::uint32_t chunks) {
  std::vector<ConnectionId> out;
  for (auto place = waiting_.lower_bound({blob, 0}); place != waiting_.end(); ++place) {
    if (place->first != blob) break;
    out.push_back(place->second);
    for (auto& interest : interests_.at(place->second)) {
      if (interest.blob == blob) interest.chunks = chunks;
    }
  }
  return out;
}

std::vector<wire::BlobHead> BlobInterests::take_advanced(ConnectionId connection) {
  std::vector<wire::BlobHead> out;
  const auto found = interests_.find(connection);
  if (found == interests_.end()) return out;
  std::erase_if(found->second, [&](const Interest& interest) {
    if (interest.chunks == 0) return false;
    out.push_back({interest.blob.owner, interest.blob.address, interest.chunks});
    waiting_.erase({interest.blob, connection});
    return true;
  });
  if (found->second.empty()) interests_.erase(found);
  return out;
}

}  // namespace tern::relay
