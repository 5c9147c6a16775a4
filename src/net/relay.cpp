#include "tern/relay.hpp"

#include <future>

#include "base/try.hpp"
#include "crypto/sodium_entropy.hpp"
#include "net/log_limiter.hpp"
#include "net/loop_thread.hpp"
#include "net/relay_io.hpp"
#include "net/relay_key.hpp"
#include "net/system_clock.hpp"
#include "relay/tables.hpp"
#include "store/lmdb.hpp"

namespace tern {
namespace {

// For both threads, so that no line goes round the limit.
std::function<void(std::string_view)> limited(const std::function<void(std::string_view)>& log) {
  if (!log) return [](std::string_view) {};
  return [limiter = std::make_shared<net::LogLimiter>(log)](std::string_view line) {
    limiter->line(net::read_clock().mono_ms, line);
  };
}

// Of addresses, not of the disk: each time that the database outgrows its map, all that it has in
// memory has to be mapped anew.
constexpr std::size_t map_bytes_initial =
    sizeof(void*) >= 8 ? std::size_t{1} << 30 : std::size_t{64} << 20;

// Devices know the relay by its key: with them, but without it, a folder is half of a relay. (A
// first start that was cut short leaves a database without either.)
Result<net::RelayKeyFile> key_file_of(store::Environment& environment) {
  TERN_ASSIGN(const auto transaction, environment.read());
  auto out = net::RelayKeyFile::may_be_new;
  TERN_TRY(transaction->scan(relay::tables::devices, {}, {}, [&](ByteSpan, ByteSpan) {
    out = net::RelayKeyFile::must_be_there;
    return store::Scan::stop;
  }));
  return out;
}

}  // namespace

// Members end in reverse: the loop outlives whoever has sockets and timers on it.
struct Relay::Impl {
  explicit Impl(const RelayOptions& options) : log(limited(options.log)) {}
  ~Impl() { stop(); }

  Result<void> open(const RelayOptions& options);
  Result<void> start_threads(const RelayOptions& options);
  void stop();

  std::function<void(std::string_view)> log;
  crypto::SystemEntropy entropy, core_entropy;
  std::optional<crypto::DhKeyPair> keys;
  net::HostPort where;
  std::shared_ptr<net::LoopThread> loop;
  std::unique_ptr<net::CoreThread> core;
  std::unique_ptr<net::RelayIo> io;
};

Result<void> Relay::Impl::open(const RelayOptions& options) {
  TERN_ASSIGN(where, net::parse_host_port(options.listen));
  TERN_ASSIGN(auto environment, store::open_lmdb({.folder = options.folder,
                                                  .purpose = store::Purpose::relay,
                                                  .schema = relay::tables::schema,
                                                  .map_bytes_initial = map_bytes_initial,
                                                  .journal = {{.entropy = &core_entropy}}}));
  TERN_ASSIGN(const auto key_file, key_file_of(*environment));
  TERN_ASSIGN(keys, net::load_or_make_relay_key(options.folder, entropy, key_file));
  TERN_ASSIGN(auto opened, relay::Core::open(net::read_clock(), *environment, core_entropy,
                                             {.limits = options.limits,
                                              .secret = net::derive_core_secret(keys->private_key),
                                              .sends_codes = options.send_code != nullptr,
                                              .log = log}));
  core = std::make_unique<net::CoreThread>(std::move(environment), std::move(opened), log,
                                           options.send_code);
  return start_threads(options);
}

Result<void> Relay::Impl::start_threads(const RelayOptions& options) {
  TERN_ASSIGN(loop, net::LoopThread::start(
                        [log = log] { log("internal: an exception in the network's thread"); }));
  io = std::make_unique<net::RelayIo>(loop->io(), *keys, entropy, *core, options.limits, log);
  TERN_TRY(io->listen(where));
  where.port = io->port();
  TERN_TRY(core->start([this] { loop->post([this] { io->on_batch(); }); }, options.on_disk_failed));
  return loop->run([this] { io->start(); });
}

void Relay::Impl::stop() {
  if (!loop) return;
  (void)loop->run([this] {
    if (io) io->stop_reading();
  });
  core->finish();
  std::promise<void> ended;
  const auto asked = loop->run([&] {
    if (io)
      io->say_goodbye([&] { ended.set_value(); });
    else
      ended.set_value();
  });
  if (asked) ended.get_future().wait();
  loop->stop();
}

Relay::Relay(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Relay::Relay(Relay&&) noexcept = default;
Relay& Relay::operator=(Relay&&) noexcept = default;
Relay::~Relay() = default;

Result<Relay> Relay::start(const RelayOptions& options) {
  TERN_TRY(crypto::initialize());
  auto impl = std::make_unique<Impl>(options);
  TERN_TRY(impl->open(options));
  return Relay(std::move(impl));
}

std::string Relay::address() const {
  return net::format(net::RelayAddress{impl_->where, impl_->keys->public_key});
}

std::uint16_t Relay::port() const { return impl_->where.port; }

RelayStatistics Relay::statistics() const {
  auto out = impl_->core->statistics();
  (void)impl_->loop->run([&] { out.connections = impl_->io->connections(); });
  return out;
}

Result<void> Relay::rotate_directory_key() { return impl_->core->rotate_directory_key(); }

void Relay::stop() { impl_->stop(); }

}  // namespace tern
