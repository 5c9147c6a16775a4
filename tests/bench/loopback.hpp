// Sockets of this machine alone.
#pragma once

#include <netinet/in.h>

namespace tern::bench {

/// A listening socket on a port of its own, and where it is. Gives up when there is none.
int listen_on_loopback(sockaddr_in& address);
/// Connected, with TCP_NODELAY. Gives up when it fails.
int connect_to(const sockaddr_in& address);
/// The next that connects, with TCP_NODELAY.
int accept_on(int listening);

}  // namespace tern::bench
