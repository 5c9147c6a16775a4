// Known keys of a device and a relay, so that a corpus can hold handshakes that are right up to
// some byte.
#pragma once

#include "crypto/deterministic_entropy.hpp"
#include "crypto/dh.hpp"

namespace tern::fuzzing {

struct NoiseKeys {
  crypto::DeterministicEntropy entropy{1};
  crypto::DhKeyPair device = crypto::DhKeyPair::generate(entropy);
  crypto::DhKeyPair relay = crypto::DhKeyPair::generate(entropy);
};

}  // namespace tern::fuzzing
