// Behind tern::Client: hands calls to the library's thread and waits for their local results.
#pragma once

#include "net/client_session.hpp"
#include "net/loop_thread.hpp"

namespace tern {

struct Client::Impl {
  Impl(std::shared_ptr<net::LoopThread> loop, std::shared_ptr<net::ClientStatus> shared,
       net::ClientSessionOptions wanted)
      : thread(std::move(loop)), status(std::move(shared)), options(std::move(wanted)) {}
  ~Impl() { close(); }

  /// Runs `work(ClientSession&)` on the library's thread. Errors: `closed`, and work's own.
  template <class Work>
  auto read(Work work) -> std::invoke_result_t<Work, net::ClientSession&> {
    std::invoke_result_t<Work, net::ClientSession&> out = Errc::closed;
    const auto ran = thread->run([&] {
      if (const auto open = session) out = work(*open);
    });
    if (!ran) return ran.error();
    return out;
  }
  /// The same for work that may leave something to send or to tell.
  template <class Work>
  auto call(Work work) -> std::invoke_result_t<Work, net::ClientSession&> {
    return read([&](net::ClientSession& open) {
      auto out = work(open);
      open.was_called();
      return out;
    });
  }
  /// For work whose answer comes later: `work(engine, done)`.
  template <class T = void, class Work>
  Pending<T> ask(Work work) {
    Pending<T> pending;
    const auto asked = call([&](net::ClientSession& open) {
      work(open.engine(), open.answering(pending));
      return Result<void>();
    });
    if (!asked) pending.complete(asked.error());
    return pending;
  }

  /// Whoever wrote a draft does not any more; also while there is no engine to be told.
  void release_draft(const MessageId& draft);
  Result<void> open_session();
  Result<void> suspend();
  Result<void> resume();
  void close();

  const std::shared_ptr<net::LoopThread> thread;
  const std::shared_ptr<net::ClientStatus> status;
  // Only on the thread:
  net::ClientSessionOptions options;
  std::shared_ptr<net::ClientSession> session;  // null while suspended or closed
  bool closed = false;
  // Written once, before anybody else has the client:
  AccountId account;
  DeviceId device;
};

}  // namespace tern
