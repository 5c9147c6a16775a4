// Which of many sockets have something to read.
#pragma once

#include <cstddef>
#include <vector>

namespace tern::bench {

class Readiness {
 public:
  Readiness();
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  void watch(int socket, std::size_t name);
  /// Names of sockets that are readable or over; empty after `wait_ms` without one.
  const std::vector<std::size_t>& wait(int wait_ms);

 private:
  int epoll_ = -1;
  std::vector<std::size_t> ready_;
};

}  // namespace tern::bench
