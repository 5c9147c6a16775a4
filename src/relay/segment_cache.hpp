// Segments of the directory as they travel, kept in memory until a member of theirs changes.
#pragma once

#include <map>
#include <memory>

#include "tern/bytes.hpp"

namespace tern::relay {

struct EncodedSegment {
  Bytes tags;  ///< wire::encode_tags()
  Bytes records;
  bool with_records = false;
};
using SharedSegment = std::shared_ptr<const EncodedSegment>;
/// Its epoch and number.
using SegmentName = std::pair<std::uint32_t, std::uint8_t>;

class SegmentCache {
 public:
  explicit SegmentCache(std::size_t bytes_max = 64 * 1024 * 1024) : bytes_max_(bytes_max) {}
  /// Null: it has to be encoded.
  SharedSegment find(const SegmentName& name, bool with_records) const {
    const auto found = segments_.find(name);
    if (found == segments_.end() || found->second->with_records != with_records) return nullptr;
    return found->second;
  }
  void add(const SegmentName& name, SharedSegment segment) {
    forget(name);
    bytes_ += size_of(*segment);
    // All of them are asked for alike: none is worth more than another.
    if (bytes_ > bytes_max_) {
      segments_.clear();
      bytes_ = size_of(*segment);
    }
    segments_[name] = std::move(segment);
  }
  void forget(const SegmentName& name) {
    const auto found = segments_.find(name);
    if (found == segments_.end()) return;
    bytes_ -= size_of(*found->second);
    segments_.erase(found);
  }

 private:
  static std::size_t size_of(const EncodedSegment& segment) {
    return segment.tags.size() + segment.records.size() + sizeof(EncodedSegment) + 64;
  }
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::map<SegmentName, SharedSegment> segments_;
};

}  // namespace tern::relay
