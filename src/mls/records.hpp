// How a group is kept: a handful of records. A message touches its ratchet's record only, a commit
// the records of its epoch, and of those of the tree the ones on its path.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "crypto/secret.hpp"
#include "tern/result.hpp"

namespace tern::mls {

/// A record to write (`value`) or to erase (no value). Keys are short and say nothing secret
/// (e.g. "g", "r" || leaf index); values hold keys and must be sealed before they touch a disk.
struct RecordChange {
  Bytes key;
  std::optional<crypto::SecretBytes> value;
};

/// The first octet of a record's key says what it holds (group_records.cpp). Those of the tree are
/// carried over from epoch to epoch; the others are of one epoch.
inline constexpr std::uint8_t tree_record_kind = 'n';
inline constexpr std::array<std::uint8_t, 4> epoch_record_kinds{'g', 't', 'r', 'p'};
inline bool is_of_tree(ByteSpan key) { return !key.empty() && key[0] == tree_record_kind; }

/// What a transaction must write for a step to have happened.
struct RecordChanges {
  /// What is erased first. RFC 9420 §9.2: a new epoch leaves nothing of the old one behind.
  enum class Erase : std::uint8_t { nothing, epoch_records, everything };
  Erase first = Erase::nothing;
  std::vector<RecordChange> changes;
};

/// Where a group reads its records from.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  virtual Result<std::optional<crypto::SecretBytes>> get(ByteSpan key) const = 0;
};

}  // namespace tern::mls
