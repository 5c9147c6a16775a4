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
  /// IPv6 networks of one site (48 bits, of which a customer may have all) count as this many.
  static constexpr std::size_t networks_per_site = 4;

  explicit Admission(const RelayLimits& limits)
      : all_max_(limits.connections_max), origin_max_(limits.connections_per_address) {}

  /// Whether `origin` may have one more, if there is room at all. Errors: as enter().
  Result<void> check(const Origin& origin) const;
  /// Counts a connection in. Errors: rate_limited, with a sentence that names the limit.
  Result<void> enter(const Origin& origin);
  void leave(const Origin& origin);
  std::size_t count() const { return all_; }
  bool full() const { return all_ >= all_max_; }

 private:
  std::size_t all_max_, origin_max_;
  std::size_t all_ = 0;
  std::unordered_map<Origin, std::size_t> origins_, sites_;
};

}  // namespace tern::net
