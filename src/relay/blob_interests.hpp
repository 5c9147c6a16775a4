// Which connections wait for more of which blobs. In memory only: who reconnects asks again.
#pragma once

#include <set>
#include <unordered_map>

#include "relay/log_store.hpp"
#include "relay/sessions.hpp"
#include "wire/frames.hpp"

namespace tern::relay {

/// Of one connection; over it the oldest is forgotten.
inline constexpr std::size_t blob_interests_max = 64;

/// An interest is used up by one notice.
class BlobInterests {
 public:
  void add(ConnectionId connection, const BlobName& blob);
  void forget(ConnectionId connection);
  /// So many chunks are there now. Who is to be told, as soon as it can be.
  std::vector<ConnectionId> advance(const BlobName& blob, std::uint32_t chunks);
  /// What the connection is to be told; it is told no second time.
  std::vector<wire::BlobHead> take_advanced(ConnectionId connection);
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Interest {
    BlobName blob;
    std::uint32_t chunks = 0;  ///< 0: nothing new yet
  };
  std::unordered_map<ConnectionId, std::vector<Interest>> interests_;  // oldest first
  std::set<std::pair<BlobName, ConnectionId>> waiting_;                // the same, by blob
};

}  // namespace tern::relay
