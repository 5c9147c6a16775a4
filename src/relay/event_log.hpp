// The relay's log lines. Ids appear only as short hashes under a salt that dies with the process:
// enough to follow one device through a log, useless to recognise it anywhere else.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/entropy.hpp"

namespace tern::relay {

class EventLog {
 public:
  EventLog(std::function<void(std::string_view)> write, Entropy& entropy);
  std::string tag(ByteSpan id) const;
  void line(std::string_view text) const;

 private:
  std::function<void(std::string_view)> write_;
  std::array<std::uint8_t, 32> salt_;
};

}  // namespace tern::relay
