// Codes that somebody is sending, and who waits for the outcome. In memory only: after a restart
// nobody waits any more.
#pragma once

#include <unordered_map>

#include "relay/directory_store.hpp"
#include "relay/sessions.hpp"

namespace tern::relay {

struct CodeJob {
  ConnectionId connection = 0;
  std::uint32_t request = 0;
  AccountId account;
  NumberId number;
  std::uint64_t serial = 0;  ///< of its Verification
  std::int64_t sent_s = 0;   ///< as it is counted
};

/// At once, over all connections.
inline constexpr std::size_t code_jobs_max = 256;

class CodeJobs {
 public:
  std::size_t size() const { return jobs_.size(); }
  /// The number that is to be sent with it.
  std::uint64_t add(const CodeJob& job) {
    jobs_[++last_] = job;
    return last_;
  }
  std::optional<CodeJob> take(std::uint64_t number) {
    const auto node = jobs_.extract(number);
    return node ? std::optional(node.mapped()) : std::nullopt;
  }

 private:
  std::unordered_map<std::uint64_t, CodeJob> jobs_;
  std::uint64_t last_ = 0;
};

}  // namespace tern::relay
