// What an idle connection costs the relay.
#include "bench/idle_memory.hpp"
#include "bench/must.hpp"
#include "bench/relay_process.hpp"
#include "crypto/sodium_entropy.hpp"

namespace tern::bench {
namespace {

int run(int argc, char** argv) {
  if (!may_open_files(idle_files)) give_up("needs more open files: raise `ulimit -Hn`");
  must(crypto::initialize());
  Report report(argc, argv);
  char folder[] = "tern-bench-XXXXXX";
  if (!mkdtemp(folder)) give_up("no folder here");
  measure_idle_memory(folder, report);
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
