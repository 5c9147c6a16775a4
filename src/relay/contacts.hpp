// What the core has in memory for phone numbers and the directory.
#pragma once

#include "relay/code_jobs.hpp"
#include "relay/core_keys.hpp"
#include "relay/segment_cache.hpp"
#include "relay/work_queue.hpp"

namespace tern::relay {

struct Contacts {
  Contacts(const crypto::Secret<32>& secret, bool codes) : keys(secret), sends_codes(codes) {}

  const CoreKeys keys;
  const bool sends_codes;
  EpochKeys epoch_keys{keys};
  // Not changed inside a transaction, which may run again:
  CodeJobs jobs;
  WorkQueue works;
  SegmentCache segments;
};

}  // namespace tern::relay
