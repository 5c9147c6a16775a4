#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <new>

#include "bench/must.hpp"
#include "load/attacks.hpp"

namespace tern::load {

AttackProcess::AttackProcess(Attack attack, const Target& target) {
  void* const shared =
      mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) bench::give_up("no memory to share");
  tally_ = new (shared) Tally;
  process_ = fork();
  if (process_ < 0) bench::give_up("no process");
  if (process_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const sched_param none{};
  static_cast<void>(sched_setscheduler(0, SCHED_IDLE, &none));
  attack(target, *tally_);
  std::_Exit(1);
}

AttackProcess::~AttackProcess() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  munmap(tally_, sizeof(Tally));
}

bool AttackProcess::has_ended() const {
  if (process_ > 0 && waitpid(process_, nullptr, WNOHANG) == process_) process_ = -1;
  return process_ < 0;
}

}  // namespace tern::load
