// The MLS engine by itself: a group of one.
#include <crypto/sodium_entropy.hpp>
#include <mls/group.hpp>

int main() {
  if (!tern::crypto::initialize()) return 1;
  tern::crypto::SystemEntropy entropy;
  const tern::mls::Identity me{{}, tern::crypto::SigningKey::generate(entropy)};
  const auto group = tern::mls::Group::create(tern::as_bytes("walk"), me, {0, 1}, {}, entropy);
  return group && group->member_count() == 1 ? 0 : 1;
}
