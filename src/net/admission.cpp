#include "net/admission.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::net {
namespace {

// The IPv6 site of a network; an IPv4 address is its own, and never has more than the address may.
Origin site_of(const Origin& origin) {
  constexpr std::size_t site_bytes = 6;
  const bool is_v4 = origin.bytes[10] == 0xff && origin.bytes[11] == 0xff;
  if (is_v4) return origin;
  Origin out;
  std::copy_n(origin.bytes.begin(), site_bytes, out.bytes.begin());
  return out;
}

std::size_t count_of(const std::unordered_map<Origin, std::size_t>& counts, const Origin& origin) {
  const auto found = counts.find(origin);
  return found != counts.end() ? found->second : 0;
}

void count_out(std::unordered_map<Origin, std::size_t>& counts, const Origin& origin) {
  const auto found = counts.find(origin);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

Error too_many(const std::string& limit, const char* from) {
  return {Errc::rate_limited, limit + " are connected already" + from};
}

}  // namespace

Origin origin_of(const asio::ip::address& address) {
  Origin out;
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    // The form that the same client has on a dual-stack listener: ::ffff:a.b.c.d.
    out.bytes[10] = out.bytes[11] = 0xff;
    std::copy(bytes.begin(), bytes.end(), out.bytes.begin() + 12);
    return out;
  }
  const auto bytes = address.to_v6().to_bytes();
  constexpr std::size_t network_bytes = 8;
  const auto count = address.to_v6().is_v4_mapped() ? bytes.size() : network_bytes;
  std::copy_n(bytes.begin(), count, out.bytes.begin());
  return out;
}

Result<void> Admission::check(const Origin& origin) const {
  if (count_of(origins_, origin) >= origin_max_)
    return too_many("connections_per_address=" + std::to_string(origin_max_), " from one address");
  const auto site_max = networks_per_site * origin_max_;
  if (count_of(sites_, site_of(origin)) >= site_max)
    return too_many(std::to_string(networks_per_site) +
                        " x connections_per_address=" + std::to_string(site_max),
                    " from one IPv6 site");
  return {};
}

Result<void> Admission::enter(const Origin& origin) {
  TERN_TRY(check(origin));
  if (full()) return too_many("connections_max=" + std::to_string(all_max_), "");
  ++origins_[origin];
  ++sites_[site_of(origin)];
  ++all_;
  return {};
}

void Admission::leave(const Origin& origin) {
  if (count_of(origins_, origin) == 0) return;
  --all_;
  count_out(origins_, origin);
  count_out(sites_, site_of(origin));
}

}  // namespace tern::net
