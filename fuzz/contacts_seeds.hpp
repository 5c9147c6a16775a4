// First inputs for those who read phone numbers and address books.
#pragma once

#include <string>
#include <vector>

namespace tern::fuzzing {

struct ContactsSeed {
  std::string target, name, text;
};
std::vector<ContactsSeed> contacts_seeds();

}  // namespace tern::fuzzing
