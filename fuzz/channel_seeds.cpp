#include "crypto/deterministic_entropy.hpp"
#include "crypto/oprf.hpp"
#include "net/relay_address.hpp"
#include "seed.hpp"
#include "wire/tag_set.hpp"

namespace tern::fuzzing {
namespace {

Bytes elements(std::size_t count) {
  crypto::DeterministicEntropy entropy(30);
  Bytes out;
  for (std::size_t i = 0; i < count; ++i) {
    const auto element = crypto::oprf::KeyPair::generate(entropy).public_key;
    out.insert(out.end(), element.bytes.begin(), element.bytes.end());
  }
  return out;
}

void add_oprf(std::vector<Seed>& out) {
  for (const std::uint8_t mode : {0, 1}) {
    const auto name = "mode_" + std::to_string(mode + 1);
    out.push_back({"oprf", name + "_honest", {mode, 2}});
    out.push_back({"oprf", name + "_changed_proof", {mode, 2, 0, 3, 1}});
    out.push_back({"oprf", name + "_changed_element", {mode, 2, 0, 70, 1}});
    out.push_back({"oprf", name + "_cut", {mode, 2, 0, 100, 0}});
    out.push_back({"oprf", name + "_batch", after(mode | 4, elements(3))});
    out.push_back({"oprf", name + "_identity", after(mode | 4, Bytes(32))});
  }
  out.push_back({"oprf", "mode_0", after(2, elements(2))});
  out.push_back({"oprf", "mode_0_no_element", after(2, Bytes(32, 0xff))});
  out.push_back({"oprf", "seed", after(2 + 128, Bytes(32, 7))});
  out.push_back({"oprf", "short_seed", after(2 + 128, Bytes(31, 7))});
  out.push_back({"oprf", "record", {3}});
  out.push_back({"oprf", "record_changed", {3, 0, 40, 1}});
}

void add_tags(std::vector<Seed>& out) {
  const std::vector<wire::Tag> few = {1, 5, 5, 700, 1U << 20, 0xffffffff};
  std::vector<wire::Tag> many;
  for (wire::Tag i = 0; i < 60; ++i) many.push_back(i * i * 12'345);
  const std::vector<wire::Tag> equal(wire::equal_tags_max, 9);
  for (const auto& tags : {few, many, equal})
    out.push_back(
        {"tag_set", "read_" + std::to_string(tags.size()), after(0, wire::encode_tags(tags))});
  out.push_back({"tag_set", "read_none", after(1, wire::encode_tags({}))});
  out.push_back({"tag_set", "write", {3, 2, 0, 1, 0, 200, 0, 0, 3, 9, 255, 255}});
  out.push_back({"tag_set", "write_dense", {2, 0, 1, 1, 0, 0, 2, 1}});
}

}  // namespace

std::vector<Seed> channel_seeds() {
  std::vector<Seed> out;
  add_oprf(out);
  add_tags(out);
  out.push_back({"blob", "three_chunks", {0, 9, 3, 2, 0, 9, 255, 255, 0, 1, 0, 3, 0}});
  out.push_back({"blob", "swapped", {1, 0, 0, 2, 0, 9, 0, 9, 0, 9, 4, 0, 0, 0}});
  out.push_back({"blob", "changed", {1, 0, 0, 1, 0, 9, 0, 9, 1, 0, 3, 1, 2, 0, 0}});
  for (const std::uint8_t pattern : {0, 1, 2}) {
    const auto name = "pattern_" + std::to_string(pattern);
    // A payload's length a message, and whether it is changed.
    out.push_back({"noise", name, {pattern, 3, 0, 2, 0, 1, 0}});
    out.push_back({"noise", name + "_changed", {pattern, 3, 1, 0, 33, 1}});
    out.push_back({"noise", name + "_cut", {pattern, 3, 1, 0, 20, 0}});
    out.push_back({"noise", name + "_changed_answer", {pattern, 3, 0, 2, 1, 0, 40, 1}});
  }
  out.push_back({"channel", "whole", {0, 0, 9, 2, 0, 5, 0, 1, 1, 0, 0, 2, 255, 255, 2, 3}});
  out.push_back({"channel", "changed", {1, 0, 90, 1, 0, 5, 0, 1, 0, 9, 0, 2, 0, 40, 1}});
  out.push_back({"channel", "cut", {1, 0, 90, 0, 0, 5, 0, 1, 0, 4, 0}});
  const std::pair<const char*, net::HostPort> hosts[] = {{"name", {"relay.example.org", 7777}},
                                                         {"ipv4", {"192.0.2.1", 1}},
                                                         {"ipv6", {"2001:db8::1", 65'535}}};
  for (const auto& [name, where] : hosts) {
    const auto key = *crypto::DhPublicKey::from(Bytes(32, 9));
    out.push_back(
        {"relay_address", name, to_bytes(as_bytes(format(net::RelayAddress{where, key})))});
    out.push_back(
        {"relay_address", std::string(name) + "_alone", to_bytes(as_bytes(format(where)))});
  }
  return out;
}

}  // namespace tern::fuzzing
