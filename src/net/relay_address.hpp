// tern://HOST:PORT/KEY: where a relay is, and the key that proves it is the one.
#pragma once

#include <string>
#include <string_view>

#include "crypto/dh.hpp"
#include "tern/result.hpp"

namespace tern::net {

/// HOST is a name, an IPv4 address or, in text within brackets, an IPv6 address.
struct HostPort {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};
/// "HOST:PORT", port 0 included. Errors: address_invalid, with a sentence that names the part.
Result<HostPort> parse_host_port(std::string_view text);
std::string format(const HostPort& address);

struct RelayAddress {
  HostPort where;
  crypto::DhPublicKey key;
  friend bool operator==(const RelayAddress&, const RelayAddress&) = default;
};
/// KEY is the relay's X25519 key in base32. Errors: address_invalid (also port 0).
Result<RelayAddress> parse_relay_address(std::string_view text);
std::string format(const RelayAddress& address);

}  // namespace tern::net
