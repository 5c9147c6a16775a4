// Randomness for tests: the same seed, the same run.
#pragma once

#include "crypto/deterministic_entropy.hpp"

namespace tern::test {

using SeededEntropy = crypto::DeterministicEntropy;

}  // namespace tern::test
