// A relay in a process of its own: what it takes can be told apart, and it can be killed.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <tern/relay.hpp>

#include "net/relay_address.hpp"

namespace tern::bench {

/// Limits under which nobody is held back.
RelayLimits generous_limits();

class RelayProcess {
 public:
  /// On `core`, when there is one to be on. The calling process has one thread.
  RelayProcess(const std::filesystem::path& folder, const std::string& listen,
               std::optional<int> core, const RelayLimits& limits = generous_limits());
  ~RelayProcess() { kill(); }
  RelayProcess(const RelayProcess&) = delete;
  RelayProcess& operator=(const RelayProcess&) = delete;

  const net::RelayAddress& address() const { return address_; }
  /// Processor time of all its threads so far, in user space and in the kernel, in seconds.
  double processor_s() const;
  /// Resident anonymous memory: the heap and the stacks, without the files that are mapped.
  double anonymous_bytes() const;
  pid_t id() const { return process_; }
  /// SIGKILL, and gone when it returns.
  void kill();

 private:
  pid_t process_ = -1;
  net::RelayAddress address_;
};

/// So many files open at once as the system lets this process have. False: not `wanted`.
bool may_open_files(std::size_t wanted);

}  // namespace tern::bench
