#include "bench/machine_floor.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/cores.hpp"
#include "bench/disk_floor.hpp"
#include "bench/loopback.hpp"
#include "bench/must.hpp"
#include "store/lmdb.hpp"

namespace tern::bench {
namespace {

bool pass(int socket, std::vector<char>& bytes, bool first) {
  const auto size = static_cast<ssize_t>(bytes.size());
  const auto write = [&] { return send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == size; };
  const auto read = [&] { return recv(socket, bytes.data(), bytes.size(), MSG_WAITALL) == size; };
  return first ? write() && read() : read() && write();
}

[[noreturn]] void answer_turns(int listening, std::size_t bytes) {
  run_on_core(relay_core);
  const int socket = accept_on(listening);
  std::vector<char> buffer(bytes);
  while (pass(socket, buffer, false)) continue;
  std::_Exit(0);
}

}  // namespace

double tcp_turn_us(std::size_t bytes, std::size_t turns) {
  sockaddr_in address;
  const int listening = listen_on_loopback(address);
  const pid_t child = fork();
  if (child == 0) answer_turns(listening, bytes);
  const int socket = connect_to(address);
  std::vector<char> buffer(bytes);
  std::vector<double> out;
  for (std::size_t i = 0; i < turns; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (!pass(socket, buffer, true)) give_up("loopback lost a connection");
    out.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count());
  }
  close(socket);
  close(listening);
  waitpid(child, nullptr, 0);
  return quantile(out, 0.5);
}

double lmdb_puts_per_s(const std::filesystem::path& folder, std::size_t bytes,
                       std::size_t rows_a_sync, std::size_t syncs) {
  std::filesystem::remove_all(folder / "lmdb-floor");
  const auto environment = must(store::open_lmdb({.folder = folder / "lmdb-floor"}));
  const Bytes value(bytes, 1);
  std::uint64_t next = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < syncs; ++i)
    must(store::transact(*environment, store::Durability::synced,
                         [&](store::WriteTransaction& transaction) -> Result<void> {
                           for (std::size_t row = 0; row < rows_a_sync; ++row) {
                             std::array<std::uint8_t, 24> key{};
                             ++next;
                             for (std::size_t byte = 0; byte < 8; ++byte)
                               key[16 + byte] = static_cast<std::uint8_t>(next >> (56 - 8 * byte));
                             const auto put = transaction.put({1}, key, value);
                             if (!put) return put;
                           }
                           return {};
                         }));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return static_cast<double>(rows_a_sync * syncs) / took.count();
}

}  // namespace tern::bench
