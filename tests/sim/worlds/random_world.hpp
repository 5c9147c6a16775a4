// One random world from its beginning to its verdict.
//
//   const auto result = run_seed(42);
//   if (!result.wrong.empty()) …  // the sentence of what is wrong
#pragma once

#include <string>

#include "sim/worlds/stage.hpp"

namespace tern::sim {

struct WorldResult {
  /// What is wrong, in a sentence; empty when nothing is.
  std::string wrong;
  std::string digest;  ///< of all histories
  std::size_t promises = 0;
};

/// The schedule is drawn from what the plan has left of the choices.
WorldResult run_world(const WorldPlan& plan, Choices& choices, const Trace& trace = {});
/// Plan and schedule from one seed.
WorldResult run_seed(std::uint64_t seed, const Trace& trace = {});
/// With the same seed's plan made small.
WorldResult run_small_seed(std::uint64_t seed, const Trace& trace = {});
/// The same from a fuzzer's bytes.
WorldResult run_bytes(ByteSpan bytes, const Trace& trace = {});

}  // namespace tern::sim
