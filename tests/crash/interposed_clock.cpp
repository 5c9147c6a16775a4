// The crash lab's clock: monotonic time runs TERN_CRASH_SPEED times as fast, for every process of a
// run alike, so that a minute's silence or the wait before the next attempt takes seconds. What the
// library waits with goes along: timerfd (asio's timers) and condition variables.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "crash/fault_plan.hpp"

namespace {

constexpr long long second_ns = 1'000'000'000;

// Once libc is there; nobody has read the clock before.
long long speed = 1;

__attribute__((constructor)) void set_speed() {
  const char* const text = std::getenv(tern::crash::plan::speed);
  if (text) speed = std::max(std::atoll(text), 1LL);
}

long long ns_of(const timespec& time) { return time.tv_sec * second_ns + time.tv_nsec; }

timespec time_of(long long ns) {
  timespec out{};
  out.tv_sec = ns / second_ns;
  out.tv_nsec = ns % second_ns;
  return out;
}

using ClockWait = int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept {
  const auto done = static_cast<int>(::syscall(SYS_clock_gettime, clock, out));
  if (done == 0 && clock == CLOCK_MONOTONIC) *out = time_of(ns_of(*out) * speed);
  return done;
}

int timerfd_settime(int timer, int flags, const itimerspec* wanted, itimerspec* before) noexcept {
  auto real = *wanted;
  const auto ns = ns_of(wanted->it_value);
  // asio's are relative, but for "at once", which stays what it is.
  if ((flags & TFD_TIMER_ABSTIME) == 0 && ns > 0)
    real.it_value = time_of(std::max(ns / speed, 1LL));
  return static_cast<int>(::syscall(SYS_timerfd_settime, timer, flags, &real, before));
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
  static const auto next =
      reinterpret_cast<ClockWait>(::dlsym(RTLD_NEXT, "pthread_cond_clockwait"));
  if (clock != CLOCK_MONOTONIC) return next(condition, mutex, clock, until);
  const auto real = time_of(ns_of(*until) / speed);
  return next(condition, mutex, clock, &real);
}

}  // extern "C"
