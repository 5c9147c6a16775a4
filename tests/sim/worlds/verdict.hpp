// Whether a world ended as it had to: nothing lost, nothing twice, one order, one epoch, nobody
// reads what is not theirs.
#pragma once

#include "sim/worlds/stage.hpp"

namespace tern::sim {

/// The first thing that is wrong, in words; empty when all is well. Everybody is online and at
/// rest.
std::string verdict(Stage& stage);

/// Equal for two runs of one world.
std::string digest(const Stage& stage);

}  // namespace tern::sim
