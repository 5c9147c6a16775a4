// A relay with thousands who keep still and hundreds who talk, to be attacked.
#pragma once

#include "bench/relay_process.hpp"
#include "bench/talk.hpp"
#include "load/attacks.hpp"

namespace tern::load {

inline constexpr std::size_t idle_connections = 10'000;
inline constexpr std::size_t active_pairs = 200;
/// Of the process that has them all; an attacker opens a thousand more.
inline constexpr std::size_t files_wanted = idle_connections + 2 * active_pairs + 1'500;

class Besieged {
 public:
  /// `idle` of them all; may be fewer where the system lets a process have fewer files.
  Besieged(const std::filesystem::path& folder, std::optional<int> core, std::size_t idle);

  bench::RelayProcess& relay() { return relay_; }
  bench::Talk& talk() { return talk_; }
  Target target() const { return {relay_.address(), victim_.id()}; }
  /// How many of those who keep still are answered.
  std::size_t idle_answered();
  /// Whether somebody who has not attacked can still send the victim a Welcome.
  bool victim_can_be_welcomed();
  /// By how much the relay's memory has grown since everybody was there.
  double memory_grown_bytes() const { return relay_.anonymous_bytes() - memory_bytes_; }

 private:
  bench::RelayProcess relay_;
  std::vector<bench::RawDevice> idle_;
  bench::RawDevice victim_, friend_;
  bench::Talk talk_;
  double memory_bytes_ = 0;
};

}  // namespace tern::load
