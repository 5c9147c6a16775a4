#include "bench/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "bench/must.hpp"

namespace tern::bench {
namespace {

int without_delay(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return socket;
}

}  // namespace

int listen_on_loopback(sockaddr_in& address) {
  constexpr int waiting_max = 1'024;
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const at = reinterpret_cast<sockaddr*>(&address);
  if (bind(listening, at, size) != 0 || listen(listening, waiting_max) != 0 ||
      getsockname(listening, at, &size) != 0)
    give_up("no port on loopback");
  return listening;
}

int connect_to(const sockaddr_in& address) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    give_up("no connection on loopback");
  return without_delay(socket);
}

int accept_on(int listening) { return without_delay(accept(listening, nullptr, nullptr)); }

}  // namespace tern::bench
