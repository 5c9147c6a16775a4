// A core for each side, so that neither takes the other's time.
#pragma once

namespace tern::bench {

inline constexpr int relay_core = 0;
inline constexpr int client_core = 1;

/// From here on the calling thread, and what it starts, runs on this core only; where there is no
/// such core, wherever it likes.
void run_on_core(int core);

}  // namespace tern::bench
