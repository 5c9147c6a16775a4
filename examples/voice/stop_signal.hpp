// Ctrl-C and SIGTERM end what is going on, not the program: a recording is kept.
#pragma once

namespace voice {

void catch_stop_signals();
/// Whether one came since the last forget_stop().
bool stopped();
/// For what comes next: that another Ctrl-C ends it.
void forget_stop();

}  // namespace voice
