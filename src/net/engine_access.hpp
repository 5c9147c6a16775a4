// Calls on a client's engine from any thread, for handles that may outlive the client.
#pragma once

#include "net/client_impl.hpp"
#include "net/system_clock.hpp"

namespace tern::net {

// Impl is private to Client and its friends, who pass it on: hence the templates.

/// `work(engine)` on the library's thread. Errors: closed, and work's own.
template <class Impl, class Work>
auto read_engine(const std::weak_ptr<Impl>& client, Work work)
    -> std::invoke_result_t<Work, client::Engine&> {
  const auto impl = client.lock();
  if (!impl) return Errc::closed;
  return impl->read([&](ClientSession& session) { return work(session.engine()); });
}

/// The same for work that may leave something to send or to tell.
template <class Impl, class Work>
auto call_engine(const std::weak_ptr<Impl>& client, Work work)
    -> std::invoke_result_t<Work, client::Engine&> {
  const auto impl = client.lock();
  if (!impl) return Errc::closed;
  return impl->call([&](ClientSession& session) { return work(session.engine()); });
}

/// Gives the claim on a draft back.
template <class Impl>
std::function<void()> releasing(std::weak_ptr<Impl> client, const MessageId& draft) {
  return [client = std::move(client), draft] {
    if (const auto impl = client.lock()) impl->release_draft(draft);
  };
}

}  // namespace tern::net
