#include "base/try.hpp"
#include "net/engine_access.hpp"

namespace tern {
namespace {

using net::call_engine;
using net::read_clock;
using net::read_engine;

template <class Impl, class Work>
Pending<void> ask(const std::weak_ptr<Impl>& client, Work work) {
  if (const auto impl = client.lock()) return impl->ask(work);
  Pending<void> closed;
  closed.complete(Errc::closed);
  return closed;
}

}  // namespace

Result<ChatInfo> Chat::info() const {
  return read_engine(client_, [&](client::Engine& engine) { return engine.chat_info(id_); });
}

Result<MessageId> Chat::send_text(std::string_view text) {
  TERN_ASSIGN(const auto ids, send_texts({&text, 1}));
  return ids.front();
}

Result<std::vector<MessageId>> Chat::send_texts(std::span<const std::string_view> texts) {
  if (texts.empty()) return std::vector<MessageId>();
  return call_engine(
      client_, [&](client::Engine& engine) { return engine.send_texts(read_clock(), id_, texts); });
}

Result<MessageId> Chat::send_custom(std::string_view type, ByteSpan bytes) {
  return call_engine(client_, [&](client::Engine& engine) {
    return engine.send_custom(read_clock(), id_, type, bytes);
  });
}

Result<std::vector<Message>> Chat::history(std::size_t count,
                                           std::optional<HistoryPosition> before) const {
  return read_engine(client_,
                     [&](client::Engine& engine) { return engine.history(id_, count, before); });
}

Result<Message> Chat::message(const MessageId& id) const {
  return read_engine(client_, [&](client::Engine& engine) { return engine.message(id_, id); });
}

Result<void> Chat::mark_read() {
  return call_engine(client_,
                     [&](client::Engine& engine) { return engine.mark_read(read_clock(), id_); });
}

Result<void> Chat::cancel(const MessageId& id) {
  return call_engine(client_,
                     [&](client::Engine& engine) { return engine.cancel(read_clock(), id_, id); });
}

Pending<void> Chat::add(std::span<const AccountId> members) {
  return ask(client_, [&](client::Engine& engine, client::Engine::Done done) {
    engine.add_members(read_clock(), id_, members, std::move(done));
  });
}

Pending<void> Chat::remove(const AccountId& member) {
  return ask(client_, [&](client::Engine& engine, client::Engine::Done done) {
    engine.remove_member(read_clock(), id_, member, std::move(done));
  });
}

Pending<void> Chat::leave() {
  return ask(client_, [&](client::Engine& engine, client::Engine::Done done) {
    engine.leave(read_clock(), id_, std::move(done));
  });
}

Pending<void> Chat::restart() {
  return ask(client_, [&](client::Engine& engine, client::Engine::Done done) {
    engine.restart(read_clock(), id_, std::move(done));
  });
}

}  // namespace tern
