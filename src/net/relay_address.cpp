#include "net/relay_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/try.hpp"

namespace tern::net {
namespace {

constexpr std::string_view scheme = "tern://";
constexpr std::size_t host_bytes_max = 253;  // RFC 1035 §2.3.4, as text
constexpr std::size_t address_bytes_max = 512;

// Errors repeat what was given, but not without end.
Error invalid(std::string_view given, std::string_view why) {
  const auto shown = std::string(given.substr(0, address_bytes_max));
  return {Errc::address_invalid, "\"" + shown + "\" is not an address: " + std::string(why)};
}

bool is_ipv6(const std::string& host) {
  in6_addr ignored;
  return inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

// RFC 952 and 1123: letters, digits and hyphens in labels; IPv4 addresses look the same.
bool is_name(std::string_view host) {
  if (host.empty() || host.size() > host_bytes_max || host.front() == '.') return false;
  if (host.find("..") != host.npos) return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (error != std::errc() || stop != end || leading_zero) return std::nullopt;
  return port;
}

Result<HostPort> parse_host_port_of(std::string_view text, std::string_view given) {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return invalid(given, "it has no :PORT after its host");
  HostPort out{.host = std::string(text.substr(0, colon))};
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return invalid(given, "its port is no number from 0 to 65535");
  out.port = *port;
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
    if (!is_ipv6(out.host)) return invalid(given, "what stands in brackets is no IPv6 address");
  } else if (!is_name(out.host)) {
    return invalid(given, "its host is no name and no IPv4 address (IPv6 goes in [brackets])");
  }
  return out;
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view text) { return parse_host_port_of(text, text); }

std::string format(const HostPort& address) {
  const bool brackets = address.host.find(':') != std::string::npos;
  return (brackets ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Result<RelayAddress> parse_relay_address(std::string_view text) {
  if (text.size() > address_bytes_max) return invalid(text, "it is too long");
  if (!text.starts_with(scheme)) return invalid(text, "it does not begin with tern://");
  const auto rest = text.substr(scheme.size());
  const auto slash = rest.find('/');
  if (slash == rest.npos) return invalid(text, "it has no /KEY after its port");
  RelayAddress out;
  TERN_ASSIGN(out.where, parse_host_port_of(rest.substr(0, slash), text));
  if (out.where.port == 0) return invalid(text, "nobody listens on port 0");
  const auto bytes = from_base32(rest.substr(slash + 1));
  const auto key = bytes ? crypto::DhPublicKey::from(*bytes) : std::nullopt;
  if (!key || key->is_zero()) return invalid(text, "its key is not 32 bytes in base32");
  out.key = *key;
  return out;
}

std::string format(const RelayAddress& address) {
  return std::string(scheme) + format(address.where) + "/" + to_base32(address.key);
}

}  // namespace tern::net
