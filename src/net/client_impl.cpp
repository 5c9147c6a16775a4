#include "net/client_impl.hpp"

#include "base/try.hpp"

namespace tern {

void Client::Impl::release_draft(const MessageId& draft) {
  (void)thread->run([&] { options.claims->erase(draft); });
}

Result<void> Client::Impl::open_session() {
  TERN_ASSIGN(session, net::ClientSession::open(thread->io(), options, status));
  return {};
}

Result<void> Client::Impl::suspend() {
  Result<void> out = Errc::closed;
  const auto ran = thread->run([&] {
    if (closed) return;
    if (const auto open = std::exchange(session, nullptr)) {
      options.network = open->network();
      open->shut_down();
    }
    out = {};
  });
  return ran ? out : ran;
}

Result<void> Client::Impl::resume() {
  Result<void> out = Errc::closed;
  const auto ran = thread->run([&] {
    if (!closed) out = session ? Result<void>() : open_session();
  });
  return ran ? out : ran;
}

void Client::Impl::close() {
  status->events.close();
  (void)thread->run([this] {
    closed = true;
    if (const auto open = std::exchange(session, nullptr)) open->shut_down();
    // A Chat may hold the rest for as long as it likes.
    crypto::wipe(options.storage_key.mutable_span());
  });
  thread->stop();
}

}  // namespace tern
