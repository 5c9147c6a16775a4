// A schedule for the simulator: who does what, what goes wrong and who lies is read from the input,
// and when it is used up all is calm. However it went, the world keeps its promises.
#include "sim/worlds/random_world.hpp"
#include "target.hpp"

void fuzz(tern::ByteSpan input) {
  const auto result = tern::sim::run_bytes(input);
  expect(result.wrong.empty(), result.wrong.c_str());
}
