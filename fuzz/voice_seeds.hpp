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
/// Those that need pages which no recorder writes; among voice_seeds().
std::vector<VoiceSeed> ogg_seeds();

}  // namespace tern::fuzzing
