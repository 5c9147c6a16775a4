// Connections that have shaken hands, said who they are, and then keep still.
#pragma once

#include <string>
#include <vector>

#include "net/relay_address.hpp"

namespace tern::bench {

/// Speaks as many devices; blocking, for it is the relay that is measured.
class IdleConnections {
 public:
  explicit IdleConnections(net::RelayAddress relay) : relay_(std::move(relay)) {}
  ~IdleConnections();
  IdleConnections(const IdleConnections&) = delete;
  IdleConnections& operator=(const IdleConnections&) = delete;

  /// One more device: Noise, `resume`, and its answer read. False when anything fails.
  bool add();

 private:
  net::RelayAddress relay_;
  std::vector<int> sockets_;
};

}  // namespace tern::bench
