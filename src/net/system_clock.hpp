// The one place where a clock is read.
#pragma once

#include "base/clock.hpp"

namespace tern::net {

Now read_clock();

}  // namespace tern::net
