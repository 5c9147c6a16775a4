#include "bench/bare_pairs.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "bench/cores.hpp"
#include "bench/loopback.hpp"
#include "bench/must.hpp"

namespace tern::bench {
namespace {

// As an append of 256 bytes, its answer and its push are on the wire.
constexpr std::size_t message_bytes = 414, answer_bytes = 242, push_bytes = 430;

using Buffer = std::array<char, 512>;

/// Every socket of one side, by its place: partners are 2 n and 2 n + 1.
class Sockets {
 public:
  Sockets() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

  void add(int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = sockets_.size();
    if (socket < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0)
      give_up("no connection on loopback");
    sockets_.push_back(socket);
  }
  template <class Handle>
  bool round(int timeout_ms, Handle&& handle) {
    std::array<epoll_event, 256> events;
    const int ready = epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
    for (int i = 0; i < ready; ++i)
      if (!handle(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64)))
        return false;
    return ready > 0;
  }
  bool read(std::size_t at, std::size_t bytes) {
    Buffer buffer;
    return recv(sockets_[at], buffer.data(), bytes, MSG_WAITALL) == static_cast<ssize_t>(bytes);
  }
  bool write(std::size_t at, std::size_t bytes) {
    static const Buffer buffer{};
    return send(sockets_[at], buffer.data(), bytes, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes);
  }
  void close_all() {
    for (const int socket : sockets_) close(socket);
    close(epoll_);
  }

 private:
  int epoll_;
  std::vector<int> sockets_;
};

[[noreturn]] void pass_on(int listening, std::size_t count) {
  run_on_core(relay_core);
  Sockets sockets;
  for (std::size_t i = 0; i < 2 * count; ++i) sockets.add(accept_on(listening));
  const auto handle = [&](std::size_t at) {
    return sockets.read(at, message_bytes) && sockets.write(at, answer_bytes) &&
           sockets.write(at + 1, push_bytes);
  };
  while (sockets.round(-1, handle)) continue;
  std::_Exit(0);
}

std::size_t talk(Sockets& sockets, std::size_t count, std::chrono::milliseconds time) {
  std::size_t delivered = 0;
  for (std::size_t i = 0; i < count; ++i)
    if (!sockets.write(2 * i, message_bytes)) give_up("loopback lost a connection");
  const auto end = std::chrono::steady_clock::now() + time;
  const auto handle = [&](std::size_t at) {
    if (at % 2 == 0) return sockets.read(at, answer_bytes) && sockets.write(at, message_bytes);
    ++delivered;
    return sockets.read(at, push_bytes);
  };
  while (std::chrono::steady_clock::now() < end)
    if (!sockets.round(1'000, handle)) give_up("loopback lost a connection");
  return delivered;
}

double processor_us_of(pid_t child) {
  rusage used{};
  wait4(child, nullptr, 0, &used);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(used.ru_utime) + us(used.ru_stime);
}

}  // namespace

BarePairs bare_pairs(std::size_t count, std::chrono::milliseconds time) {
  sockaddr_in address;
  const int listening = listen_on_loopback(address);
  const pid_t child = fork();
  if (child == 0) pass_on(listening, count);
  Sockets sockets;
  for (std::size_t i = 0; i < 2 * count; ++i) sockets.add(connect_to(address));
  const auto delivered = static_cast<double>(talk(sockets, count, time));
  sockets.close_all();
  close(listening);
  const std::chrono::duration<double> seconds = time;
  return {delivered / seconds.count(), processor_us_of(child) / delivered};
}

}  // namespace tern::bench
