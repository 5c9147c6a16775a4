#include "examples/voice/stop_signal.hpp"

#include <csignal>
#include <initializer_list>

namespace voice {
namespace {

volatile std::sig_atomic_t stop_seen = 0;

void see_stop(int) { stop_seen = 1; }

}  // namespace

void catch_stop_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, see_stop);
}

bool stopped() { return stop_seen != 0; }

void forget_stop() { stop_seen = 0; }

}  // namespace voice
