// How a group is kept: a handful of records. A message touches its ratchet's record only, a commit
// the records of its epoch.
#pragma once

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

/// What a transaction must write for a step to have happened. `replace_all`: erase every record of
/// the group first (a new epoch leaves nothing of the old one behind, RFC 9420 §9.2).
struct RecordChanges {
  bool replace_all = false;
  std::vector<RecordChange> changes;
};

/// Where a group reads its records from.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  virtual Result<std::optional<crypto::SecretBytes>> get(ByteSpan key) const = 0;
};

}  // namespace tern::mls
