#include "client/leaf_time.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "base/try.hpp"

namespace tern::client {

LeafTime leaf_time(const mls::Extensions& leaf_extensions) {
  const auto* said = mls::find_extension(leaf_extensions, mls::extension_tern_leaf_time);
  if (!said) return 0;
  Reader reader(said->data);
  const auto time = reader.number<LeafTime>();
  return time && reader.rest().empty() && *time <= leaf_time_max ? *time : 0;
}

LeafTime leaf_time_after(Now now, LeafTime before) {
  const auto wall = static_cast<LeafTime>(std::max<std::int64_t>(now.wall_ms, 1));
  return std::min(std::max(wall, before + 1), leaf_time_max);
}

LeafTime leaf_time_far_after(Now now, LeafTime before) {
  constexpr LeafTime week_ms = 7ULL * 86'400'000;
  const auto wall = leaf_time_after(now, 0);
  const auto ahead = before > wall ? before - wall : 0;
  const auto leap = std::clamp(8 * ahead, week_ms, leaf_time_leap_max);
  return std::min(std::max(wall + leap, before + 1), leaf_time_max);
}

mls::Identity identity_at(const Account& account, LeafTime time) {
  Writer said;
  said.number(time);
  return {account.identity.credential,
          account.identity.signing_key.clone(),
          {{mls::extension_tern_leaf_time, std::move(said).take()}}};
}

Result<LeafTime> leaf_time_at(const mls::Group& group, mls::LeafIndex leaf) {
  TERN_ASSIGN(const auto extensions, group.leaf_extensions(leaf));
  return leaf_time(extensions);
}

}  // namespace tern::client
