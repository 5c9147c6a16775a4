#include "bench/readiness.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>

#include "bench/must.hpp"

namespace tern::bench {

Readiness::Readiness() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) give_up("no epoll");
}

Readiness::~Readiness() { close(epoll_); }

void Readiness::watch(int socket, std::size_t name) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = name;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) give_up("a socket cannot be watched");
}

const std::vector<std::size_t>& Readiness::wait(int wait_ms) {
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms);
  ready_.clear();
  for (int i = 0; i < count; ++i)
    ready_.push_back(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
  return ready_;
}

}  // namespace tern::bench
