// First inputs for those who read sound.
#pragma once

#include <string>
#include <vector>

#include "tern/bytes.hpp"

namespace tern::fuzzing {

struct VoiceSeed {
  std::string target, name;
  Bytes bytes;
};
std::vector<VoiceSeed> voice_seeds();

}  // namespace tern::fuzzing
