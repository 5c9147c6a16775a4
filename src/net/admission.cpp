#include "net/admission.hpp"

#include <algorithm>

namespace tern::net {

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

Result<void> Admission::enter(const Origin& origin) {
  if (all_ >= all_max_)
    return Error(Errc::rate_limited,
                 "connections_max=" + std::to_string(all_max_) + " are connected already");
  auto& count = origins_[origin];
  if (count >= origin_max_)
    return Error(Errc::rate_limited, "connections_per_address=" + std::to_string(origin_max_) +
                                         " are connected already from one address");
  ++count;
  ++all_;
  return {};
}

void Admission::leave(const Origin& origin) {
  const auto found = origins_.find(origin);
  if (found == origins_.end()) return;
  --all_;
  if (--found->second == 0) origins_.erase(found);
}

}  // namespace tern::net
