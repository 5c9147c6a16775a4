#include "net/relay_io.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "net/identified.hpp"
#include "net/partial_frames.hpp"
#include "net/system_clock.hpp"
#include "wire/frames.hpp"

namespace tern::net {
namespace {

// What waits for one reader. Over the first it gets notices only, and nothing more is read from it.
// Over the second it is dropped, for no honest one gets there: eight reads that were under way, a
// frame each, and live entries of the two batches that ran before the core heard, 9 MiB each.
constexpr std::size_t high_water_bytes = limits::frame_bytes_max;
constexpr std::size_t send_bytes_max = (1 + 8 + 2 * 9) * limits::frame_bytes_max;
// What waits for the core: of one connection, and of all of them together.
constexpr std::size_t received_bytes_max = 1024 * 1024;
constexpr std::size_t waiting_bytes_max = 16 * 1024 * 1024;
// Of frames whose rest is owed, of all connections together.
constexpr std::size_t partial_bytes_max = 256 * 1024 * 1024;

constexpr std::size_t handshakes_per_round_max = 8;

constexpr std::int64_t sweep_ms = 1'000;
constexpr std::int64_t accept_again_ms = 200;
constexpr std::int64_t goodbye_ms = 2'000;
// A device resumes at once; who is no registered device has this long to become one.
constexpr std::int64_t unidentified_ms_max = 60'000;
// A device pings at least every ten minutes.
constexpr SocketPatience patience{.silence_ms = 12 * 60'000};

Error listen_failed(const HostPort& where, const std::string& why) {
  return {Errc::connection_refused, "cannot listen on " + format(where) + ": " + why};
}

}  // namespace

RelayIo::RelayIo(asio::io_context& io, const crypto::DhKeyPair& keys, Entropy& entropy,
                 CoreThread& core, const RelayLimits& limits,
                 std::function<void(std::string_view)> log)
    : io_(io),
      keys_(keys),
      context_(entropy),
      core_(core),
      poller_(io, [this] { end_round(); }),
      admission_(limits),
      log_(std::move(log)),
      acceptor_(io),
      accept_again_(io, [this] { accept(); }),
      sweep_(io, [this] { sweep(); }),
      goodbye_(io, [this] { end(); }) {}

// ---- accepting -------------------------------------------------------------------------------

Result<void> RelayIo::listen(const HostPort& where) {
  asio::error_code error;
  asio::ip::tcp::resolver resolver(io_);
  const auto found = resolver.resolve(where.host, std::to_string(where.port),
                                      asio::ip::tcp::resolver::passive, error);
  if (error) return listen_failed(where, error.message());
  const asio::ip::tcp::endpoint endpoint = *found.begin();
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return listen_failed(where, error.message());
  port_ = acceptor_.local_endpoint(error).port();
  return {};
}

void RelayIo::start() {
  accept();
  set_sweep();
}

void RelayIo::accept() {
  if (stopping_) return;
  acceptor_.async_accept(io_, [this](const asio::error_code& error, SecureSocket::Tcp socket) {
    if (stopping_) return;
    on_accepted(error, std::move(socket));
  });
}

void RelayIo::on_accepted(const asio::error_code& error, SecureSocket::Tcp socket) {
  if (error) {
    // Out of file descriptors, most likely: trying again at once would spin.
    log_("accept failed: " + error.message());
    return accept_again_.set(read_clock().mono_ms + accept_again_ms);
  }
  accept();
  asio::error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  if (gone) return;
  const auto origin = origin_of(peer.address());
  if (const auto entered = admit(origin); !entered)
    return log_("connection refused: " + entered.error().message());
  const auto id = next_id_++;
  SecureSocket::Owner& owner = *this;
  const auto made = std::make_shared<SecureSocket>(
      poller_.adopt(std::move(socket)), SecureChannel::relay(keys_), id, owner, context_);
  connections_.emplace(
      id, Connection{.socket = made, .origin = origin, .accepted_ms = read_clock().mono_ms});
  unidentified_.insert(id);
  made->start();
}

// When all places are taken, strangers do not keep devices out.
Result<void> RelayIo::admit(const Origin& origin) {
  TERN_TRY(admission_.check(origin));
  if (admission_.full() && !unidentified_.empty())
    drop(*unidentified_.begin(), {Errc::rate_limited, "its place is needed, and it is no device"});
  return admission_.enter(origin);
}

// ---- from the sockets to the core ------------------------------------------------------------

void RelayIo::on_open(SecureSocket& socket) {
  // Only now: the handshake's first message could be replayed by anybody.
  auto& connection = connections_.at(socket.id());
  connection.known_to_core = true;
  push(CoreThread::Connected{socket.id(), socket.channel().peer_key(), connection.origin});
}

bool RelayIo::has_room(const Connection& connection, const CoreThread::Waiting& waiting) const {
  const bool has_share =
      connection.batch != waiting.batch || connection.batch_bytes < received_bytes_max;
  return has_share && waiting.bytes + received_bytes_ < waiting_bytes_max;
}

// Before each read, for what thousands of sockets have ready must not all come in at once.
bool RelayIo::may_read(SecureSocket& socket) {
  const auto& connection = connections_.at(socket.id());
  if (!connection.known_to_core) return may_shake_hands(socket.id());
  // The core has taken from what waited when it was last asked, so that a yes still holds; a no is
  // asked for anew, or nobody might come to take it back.
  if (has_room(connection, waiting_) || has_room(connection, core_.waiting())) return true;
  paused_.insert(socket.id());
  return false;
}

// It waits for the core no more than others do, but costs as much as a hundred messages: of many
// that come at once, some take their turns with everybody else's.
bool RelayIo::may_shake_hands(relay::ConnectionId id) {
  if (handshakes_++ < handshakes_per_round_max || !poller_.in_round()) return true;
  next_round_.push_back(id);
  return false;
}

void RelayIo::end_round() {
  push_inputs();
  handshakes_ = 0;
  for (const auto id : std::exchange(next_round_, {}))
    if (const auto found = connections_.find(id); found != connections_.end() && !stopping_)
      found->second.socket->resume_reading();
}

void RelayIo::on_frames(SecureSocket& socket, std::vector<Bytes> frames) {
  if (stopping_) return;
  std::size_t bytes = 0;
  for (const auto& frame : frames) bytes += frame.size() + CoreThread::frame_cost;
  received_.emplace_back(socket.id(), bytes);
  received_bytes_ += bytes;
  push(CoreThread::Received{socket.id(), std::move(frames)});
}

void RelayIo::push(CoreThread::Input input) {
  inputs_.push_back(std::move(input));
  if (!poller_.in_round()) push_inputs();
}

void RelayIo::push_inputs() {
  if (inputs_.empty()) return;
  waiting_ = core_.push(std::exchange(inputs_, {}));
  for (const auto& [id, bytes] : received_) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    auto& connection = found->second;
    if (waiting_.batch != std::exchange(connection.batch, waiting_.batch))
      connection.batch_bytes = 0;
    connection.batch_bytes += bytes;
  }
  received_.clear();
  received_bytes_ = 0;
}

void RelayIo::on_lost(SecureSocket& socket, const Error& reason) { drop(socket.id(), reason); }

void RelayIo::drop(relay::ConnectionId id, const Error& reason) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const auto connection = std::move(found->second);
  connections_.erase(found);
  unidentified_.erase(id);
  connection.socket->close();
  admission_.leave(connection.origin);
  if (connection.known_to_core) push(CoreThread::Disconnected{id});
  // A stranger who hangs up is not worth a line.
  if (!(reason == Errc::connection_lost))
    log_("closed connection=" + std::to_string(id) + " reason=" + std::string(name(reason.errc())) +
         ": " + reason.message());
  drained();
}

void RelayIo::set_sweep() { sweep_.set(read_clock().mono_ms + sweep_ms); }

void RelayIo::sweep() {
  const auto now_ms = read_clock().mono_ms;
  drop_impatient(now_ms);
  drop_unidentified(now_ms);
  drop_over_budget();
  if (!stopping_) set_sweep();
}

void RelayIo::drop_impatient(std::int64_t now_ms) {
  std::vector<std::pair<relay::ConnectionId, Error>> over;
  for (const auto& [id, connection] : connections_)
    if (auto kept = connection.socket->check_patience(now_ms, patience); !kept)
      over.emplace_back(id, kept.error());
  for (const auto& [id, reason] : over) drop(id, reason);
}

void RelayIo::drop_unidentified(std::int64_t now_ms) {
  while (!unidentified_.empty()) {
    const auto oldest = *unidentified_.begin();
    if (now_ms - connections_.at(oldest).accepted_ms < unidentified_ms_max) return;
    drop(oldest, {Errc::timed_out, "it did not say in time which device it is"});
  }
}

void RelayIo::drop_over_budget() {
  if (context_.partial_bytes <= partial_bytes_max) return;
  std::vector<Owing> owing;
  for (const auto& [id, connection] : connections_)
    if (const auto bytes = connection.socket->partial_bytes(); bytes > 0)
      owing.push_back({.connection = id,
                       .identified = !unidentified_.count(id),
                       .since_ms = connection.socket->owing_since_ms(),
                       .bytes = bytes});
  for (const auto id : over_budget(std::move(owing), partial_bytes_max))
    drop(id, {Errc::rate_limited, "too many frames have begun and not ended"});
}

// ---- from the core to the sockets ------------------------------------------------------------

void RelayIo::on_batch() {
  std::vector<relay::ConnectionId> touched;
  for (auto& output : core_.take_outputs()) {
    if (auto* frame = std::get_if<relay::SendFrame>(&output)) {
      send(std::move(*frame), touched);
      continue;
    }
    if (const auto* close = std::get_if<relay::CloseConnection>(&output))
      drop(close->connection, close->reason);
  }
  for (const auto id : touched) flush(id);
  resume_paused();
}

// While too much waits there is another batch to come, which calls this again.
void RelayIo::resume_paused() {
  if (stopping_ || core_.waiting().bytes >= waiting_bytes_max) return;
  for (const auto id : std::exchange(paused_, {}))
    if (const auto found = connections_.find(id); found != connections_.end())
      if (found->second.writable) found->second.socket->resume_reading();
}

void RelayIo::send(relay::SendFrame frame, std::vector<relay::ConnectionId>& touched) {
  const auto found = connections_.find(frame.to);
  if (found == connections_.end()) return;
  if (unidentified_.count(frame.to) && says_identified(*frame.frame)) unidentified_.erase(frame.to);
  found->second.socket->send(std::move(frame.frame));
  if (touched.empty() || touched.back() != frame.to) touched.push_back(frame.to);
}

void RelayIo::flush(relay::ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  auto& connection = found->second;
  connection.socket->flush();
  const auto queued = connection.socket->queued_bytes();
  if (queued > send_bytes_max)
    return drop(id, {Errc::rate_limited, "it does not read what is sent to it"});
  if (queued <= high_water_bytes || !std::exchange(connection.writable, false)) return;
  connection.socket->pause_reading();
  push(CoreThread::Writable{id, false});
}

void RelayIo::on_drained(SecureSocket& socket) {
  auto& connection = connections_.at(socket.id());
  if (!std::exchange(connection.writable, true)) {
    push(CoreThread::Writable{socket.id(), true});
    if (!stopping_) socket.resume_reading();
  }
  drained();
}

// ---- ending ----------------------------------------------------------------------------------

void RelayIo::stop_reading() {
  stopping_ = true;
  asio::error_code ignored;
  acceptor_.close(ignored);
  accept_again_.cancel();
  for (const auto& [id, connection] : connections_) connection.socket->pause_reading();
  push_inputs();
}

void RelayIo::say_goodbye(std::function<void()> done) {
  on_ended_ = std::move(done);
  on_batch();
  const auto notice = std::make_shared<const Bytes>(
      wire::encode(wire::Push{wire::Notice{.what = wire::Notice::What::relay_stopping}}));
  for (const auto& [id, connection] : connections_) {
    if (!connection.known_to_core) continue;
    connection.socket->send(notice);
    connection.socket->flush();
  }
  goodbye_.set(read_clock().mono_ms + goodbye_ms);
  drained();
}

void RelayIo::drained() {
  const auto waits = [](const auto& each) { return each.second.socket->queued_bytes() > 0; };
  if (on_ended_ && std::none_of(connections_.begin(), connections_.end(), waits)) end();
}

void RelayIo::end() {
  if (!on_ended_) return;
  goodbye_.cancel();
  sweep_.cancel();
  for (const auto& [id, connection] : connections_) connection.socket->close();
  connections_.clear();
  unidentified_.clear();
  poller_.stop();
  std::exchange(on_ended_, nullptr)();
}

}  // namespace tern::net
