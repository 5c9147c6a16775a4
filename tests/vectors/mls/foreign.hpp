// Members of another implementation: what they may have in their leaves, KeyPackages and groups,
// and this library never has.
#pragma once

#include "passive_scenario.hpp"

namespace tern::test {

inline constexpr std::uint16_t foreign_extension = 0xF123;
inline constexpr std::uint16_t foreign_proposal = 0xF001;
inline constexpr auto x509 = static_cast<std::uint16_t>(mls::CredentialType::x509);

inline Bytes of(std::string_view text) { return to_bytes(as_bytes(text)); }

inline mls::Extension required_capabilities() {
  return {mls::extension_required_capabilities,
          encode(mls::RequiredCapabilities{
              {foreign_extension, mls::extension_application_id}, {foreign_proposal}, {1, x509}})};
}

// Another implementation's leaf: more, in another order, with extensions that mean nothing here.
inline void make_foreign(mls::LeafNode& leaf) {
  leaf.capabilities.versions = {0x0A0A, mls::protocol_version_mls10, 2};
  leaf.capabilities.cipher_suites = {7, 1, mls::cipher_suite_3, 0x1A1A, 2, 0xF00D};
  leaf.capabilities.extensions = {0x2A2A, 5,      foreign_extension,
                                  1,      0xFFFF, mls::extension_tern_policy};
  leaf.capabilities.proposals = {0xEAEA, foreign_proposal, 8};
  leaf.capabilities.credentials = {x509, 0x3A3A, 0xF00D, 1};
  leaf.extensions = {{foreign_extension, Bytes(70, 7)},
                     {0x2A2A, of("grease")},
                     {mls::extension_application_id, of("an application's id")}};
}

inline Foreign foreign() {
  Foreign out;
  out.lifetime = mls::Lifetime{0, UINT64_MAX};
  out.edit_leaf = make_foreign;
  out.edit_key_package = [](mls::KeyPackage& key_package) {
    key_package.extensions = {{0xFFFF, {}}, {foreign_extension, Bytes(300, 1)}, {0x2A2A, {1}}};
  };
  return out;
}

inline Foreign certified(std::string_view name) {
  auto out = foreign();
  Writer chain;
  chain.vector(as_bytes(name)).vector(as_bytes("its issuer"));
  out.credential = mls::Credential{mls::CredentialType::x509, to_bytes(chain.span())};
  return out;
}

// Of a group whose founder is of another implementation as well.
inline PassiveScenario foreign_group(std::uint64_t seed, std::string comment, std::size_t count) {
  PassiveScenario scene(seed, std::move(comment), 1);
  FreeCommit change;
  change.edit_leaf = make_foreign;
  scene.commit(scene.person(0), make_free_commit(scene.person(0), change));
  // Past, to come, and of no time at all.
  constexpr mls::Lifetime lifetimes[] = {{1, now_s - 1}, {now_s + day_s, UINT64_MAX}, {5, 5}};
  FreeCommit add;
  for (std::size_t i = 1; i < count; ++i) {
    auto other = i % 2 ? certified("somebody") : foreign();
    other.lifetime = lifetimes[(i - 1) % 3];
    add.proposals.emplace_back(mls::Add{key_package_in(scene.invite(scene.newcomer(), other))});
  }
  scene.commit(scene.person(0), make_free_commit(scene.person(0), add));
  return scene;
}

inline void welcome_by(PassiveScenario& scene, std::size_t who, FreeCommit commit,
                       const Foreign& observer = {}) {
  commit.proposals.emplace_back(mls::Add{key_package_in(scene.observe(observer))});
  scene.welcome(scene.person(who), make_free_commit(scene.person(who), commit));
}

}  // namespace tern::test
