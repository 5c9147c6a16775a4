#include "bench/cores.hpp"

#include <sched.h>

namespace tern::bench {

void run_on_core(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  static_cast<void>(sched_setaffinity(0, sizeof(cores), &cores));
}

}  // namespace tern::bench
