#include "client/newest_member.hpp"

#include "base/codec.hpp"

namespace tern::client {

mls::Extensions newest_member_extension(const Roster& before, const std::vector<Seat>& added,
                                        const std::vector<Seat>& removed) {
  auto after = before;
  for (const auto& seat : removed) after.remove(seat.device, 0);
  for (const auto& seat : added) {
    const auto* const known = before.find(seat.device);
    after.add({seat.device, seat.account, known ? known->joined_seq : UINT64_MAX});
  }
  Writer said;
  said.number(after.newest_member());
  return {{mls::extension_tern_newest_member, std::move(said).take()}};
}

std::uint64_t newest_member_in(const mls::Extensions& welcome_extensions) {
  const auto* const said =
      mls::find_extension(welcome_extensions, mls::extension_tern_newest_member);
  if (!said) return 0;
  Reader reader(said->data);
  const auto seq = reader.number<std::uint64_t>();
  return seq && reader.rest().empty() ? *seq : 0;
}

}  // namespace tern::client
