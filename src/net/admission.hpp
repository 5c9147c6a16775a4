// How many connections there may be, in all and from one address.
#pragma once

#include <asio/ip/address.hpp>
#include <unordered_map>

#include "tern/bytes.hpp"
#include "tern/relay.hpp"

namespace tern::net {

/// Whom connections are counted for: an IPv4 address, or an IPv6 network of 64 bits, which is what
/// one customer is given.
using Origin = FixedBytes<struct OriginTag, 16>;
Origin origin_of(const asio::ip::address& address);

class Admission {
 public:
  explicit Admission(const RelayLimits& limits)
      : all_max_(limits.connections_max), origin_max_(limits.connections_per_address) {}

  /// Counts a connection in. Errors: rate_limited, with a sentence that names the limit.
  Result<void> enter(const Origin& origin);
  void leave(const Origin& origin);
  std::size_t count() const { return all_; }

 private:
  std::size_t all_max_, origin_max_;
  std::size_t all_ = 0;
  std::unordered_map<Origin, std::size_t> origins_;
};

}  // namespace tern::net
