#include "tern/client.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "net/client_impl.hpp"
#include "net/system_clock.hpp"

namespace tern {
namespace {

Result<net::ClientSessionOptions> checked(const ClientOptions& options) {
  auto key = store::StorageKey::from(options.storage_key);
  if (!key) return Error(Errc::invalid_argument, "storage_key is not 32 bytes long");
  if (options.folder.empty()) return Error(Errc::invalid_argument, "folder is empty");
  net::ClientSessionOptions out{.folder = options.folder,
                                .storage_key = std::move(*key),
                                .relay = {},
                                .network = !options.start_offline};
  if (options.relay.empty()) return out;
  TERN_ASSIGN(out.relay, net::parse_relay_address(options.relay));
  return out;
}

}  // namespace

Client::Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&& other) noexcept {
  if (this == &other) return *this;
  close();
  impl_ = std::move(other.impl_);
  return *this;
}
// A Chat in the middle of a call may hold the rest a little longer.
Client::~Client() { close(); }

Result<Client> Client::open(const ClientOptions& options) {
  TERN_TRY(crypto::initialize());
  TERN_ASSIGN(auto session_options, checked(options));
  const auto status = std::make_shared<net::ClientStatus>();
  TERN_ASSIGN(auto thread, net::LoopThread::start([status] {
                status->events.push(Problem{.code = Errc::internal,
                                            .message = "an exception in the library's thread"});
              }));
  const auto impl = std::make_shared<Impl>(std::move(thread), status, std::move(session_options));
  TERN_TRY(impl->resume());
  TERN_TRY(impl->read([&](net::ClientSession& session) {
    impl->account = session.engine().account_id();
    impl->device = session.engine().device_id();
    return Result<void>();
  }));
  return Client(impl);
}

AccountId Client::account_id() const { return impl_->account; }
DeviceId Client::device_id() const { return impl_->device; }

Pending<void> Client::register_device() {
  return impl_->ask([](client::Engine& engine, client::Engine::Done done) {
    engine.register_device(net::read_clock(), std::move(done));
  });
}

Result<Chat> Client::chat_with(const AccountId& peer) {
  TERN_ASSIGN(const auto id, impl_->call([&](net::ClientSession& session) {
    return session.engine().chat_with(net::read_clock(), peer);
  }));
  return Chat(impl_, id);
}

Result<Chat> Client::create_group(std::string_view title, std::span<const AccountId> members) {
  TERN_ASSIGN(const auto id, impl_->call([&](net::ClientSession& session) {
    return session.engine().create_group(net::read_clock(), title, members);
  }));
  return Chat(impl_, id);
}

Result<Chat> Client::chat(const ChatId& id) {
  TERN_TRY(
      impl_->read([&](net::ClientSession& session) { return session.engine().chat_info(id); }));
  return Chat(impl_, id);
}

Result<std::vector<ChatInfo>> Client::chats() const {
  return impl_->read([](net::ClientSession& session) { return session.engine().chats(); });
}

std::optional<Event> Client::poll_event() { return impl_->status->events.poll(); }

std::optional<Event> Client::wait_event(std::chrono::milliseconds wait) {
  return impl_->status->events.wait(wait);
}

void Client::on_event(std::function<void()> wake_up) {
  const bool waiting = impl_->status->events.set_wake_up(wake_up);
  if (waiting && wake_up) impl_->thread->post(std::move(wake_up));
}

Connection Client::connection() const { return impl_->status->connection; }

void Client::set_network(bool available) {
  impl_->thread->post([weak = std::weak_ptr(impl_), available] {
    const auto impl = weak.lock();
    if (!impl) return;
    impl->options.network = available;
    if (const auto open = impl->session) open->set_network(available);
  });
}

ClientStatistics Client::statistics() const {
  auto now = impl_->read(
      [](net::ClientSession& session) { return Result<ClientStatistics>(session.statistics()); });
  return now ? *now : impl_->status->past();
}

Result<std::vector<Message>> Client::pending() const {
  return impl_->read([](net::ClientSession& session) { return session.engine().pending(); });
}

Result<void> Client::suspend() { return impl_->suspend(); }
Result<void> Client::resume() { return impl_->resume(); }
void Client::close() {
  if (impl_) impl_->close();
}

}  // namespace tern
