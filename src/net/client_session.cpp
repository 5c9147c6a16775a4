#include "net/client_session.hpp"

#include <algorithm>
#include <asio/post.hpp>

#include "base/try.hpp"
#include "client/tables.hpp"
#include "net/ping.hpp"
#include "net/system_clock.hpp"
#include "store/lmdb.hpp"

namespace tern::net {

// ---- opening and ending ----------------------------------------------------------------------

ClientSession::ClientSession(asio::io_context& io, std::shared_ptr<ClientStatus> status)
    : io_(io),
      status_(std::move(status)),
      link_(io, context_, *this),
      timer_(io, [this] { pump(); }) {}

Result<std::shared_ptr<ClientSession>> ClientSession::open(asio::io_context& io,
                                                           const ClientSessionOptions& options,
                                                           std::shared_ptr<ClientStatus> status) {
  std::shared_ptr<ClientSession> out(new ClientSession(io, std::move(status)));
  out->network_ = options.network;
  TERN_TRY(out->open_folder(options));
  out->was_called();
  return out;
}

Result<void> ClientSession::open_folder(const ClientSessionOptions& options) {
  TERN_ASSIGN(environment_, store::open_lmdb({.folder = options.folder,
                                              .purpose = store::Purpose::client,
                                              .schema = client::tables::schema}));
  TERN_ASSIGN(engine_, client::Engine::open(read_clock(), *environment_, options.storage_key,
                                            entropy_, {}, options.claims));
  TERN_ASSIGN(relay_, choose_relay(options.relay));
  return {};
}

Result<RelayAddress> ClientSession::choose_relay(const std::optional<RelayAddress>& given) {
  const auto remembered = engine_->relay_address();
  if (!given && remembered.empty())
    return Error(Errc::address_invalid, "this folder knows no relay yet: give its tern:// address");
  if (!given) return parse_relay_address(remembered);
  if (format(*given) != remembered) TERN_TRY(engine_->set_relay_address(format(*given)));
  return *given;
}

void ClientSession::shut_down() {
  if (!engine_) return;
  status_->set_past(statistics());
  timer_.cancel();
  link_.close();
  engine_.reset();
  environment_.reset();
  status_->connection = Connection::offline;
  give_answers();
}

ClientStatistics ClientSession::statistics() const {
  auto out = status_->past();
  if (!environment_) return out;
  const auto counters = environment_->counters();
  out.store_commits += counters.commits;
  out.store_syncs += counters.syncs;
  out.frames_sent += frames_sent_;
  out.frames_received += frames_received_;
  out.bytes_sent += context_.bytes_sent;
  out.bytes_received += context_.bytes_received;
  return out;
}

// ---- what comes in ---------------------------------------------------------------------------

void ClientSession::was_called() {
  if (engine_ && engine_->wants_link()) backoff_.send_waiting(read_clock().mono_ms);
  // Later: the caller waits only for what is on the disk, and many calls share one frame.
  if (std::exchange(pump_posted_, true)) return;
  asio::post(io_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->pump_posted_ = false;
      self->pump();
    }
  });
}

void ClientSession::set_network(bool available) {
  const auto self = shared_from_this();
  network_ = available;
  if (available) {
    backoff_.network_changed(read_clock().mono_ms);
    heartbeat_.network_changed(read_clock().mono_ms);
  }
  // A link that is up may still be good: the heartbeat asks at once. An attempt begins anew.
  if (!available || !up_) link_.close();
  if (!available && up_) link_ended({Errc::offline, "the app says that there is no network"});
  pump();
}

// An app's hook may close the client in the middle of whatever follows: each way in holds it.
void ClientSession::on_link_up() {
  const auto self = shared_from_this();
  const auto now = read_clock();
  up_ = true;
  backoff_.link_up(now.mono_ms);
  heartbeat_.link_up(now.mono_ms);
  reported_ = {};
  engine_->link_up(now);
  pump();
}

void ClientSession::on_link_frames(std::vector<Bytes> frames) {
  const auto self = shared_from_this();
  const auto now = read_clock();
  heartbeat_.received(now.mono_ms);
  frames_received_ += frames.size();
  for (const auto& frame : frames) {
    if (pings_out_ > 0 && is_pong(frame))
      --pings_out_;
    else
      engine_->receive(now, frame);
  }
  pump();
}

void ClientSession::on_link_down(const Error& reason) {
  const auto self = shared_from_this();
  link_ended(reason);
  pump();
}

void ClientSession::link_ended(const Error& reason) {
  const auto now = read_clock();
  heartbeat_.link_down();
  pings_out_ = 0;
  if (std::exchange(up_, false)) {
    backoff_.link_down(now.mono_ms);
    engine_->link_down(now);
  } else {
    backoff_.attempt_failed(now.mono_ms);
  }
  report(reason);
}

// A relay that cannot be reached is the way of the world; one that breaks the protocol is told.
void ClientSession::report(const Error& reason) {
  const auto code = reason.errc();
  const bool usual = code == Errc::connection_refused || code == Errc::connection_lost ||
                     code == Errc::timed_out || code == Errc::offline;
  if (usual || std::exchange(reported_, code) == code) return;
  status_->events.push(Problem{.code = code, .message = reason.message()});
}

// ---- what goes out ---------------------------------------------------------------------------

void ClientSession::pump() {
  const auto self = shared_from_this();
  act_on_time();
  for (bool more = true; more && engine_;) {
    more = pump_outputs();
    more = pump_events() || more;
    more = give_answers() || more;
  }
  if (!engine_) return;
  link_.flush();
  set_timer();
}

bool ClientSession::pump_outputs() {
  bool any = false;
  while (auto output = engine_ ? engine_->next_output() : std::nullopt) {
    any = true;
    carry_out(std::move(*output));
  }
  return any;
}

void ClientSession::carry_out(client::Output output) {
  if (auto* send = std::get_if<client::SendFrame>(&output)) {
    if (!up_) return;
    ++frames_sent_;
    heartbeat_.sent(read_clock().mono_ms);
    link_.send(std::move(send->frame));
    return;
  }
  if (!up_) return;
  link_.close();
  link_ended(std::get<client::CloseLink>(output).reason);
}

bool ClientSession::pump_events() {
  bool any = false;
  while (auto event = engine_ ? engine_->next_event() : std::nullopt) {
    any = true;
    if (const auto* changed = std::get_if<ConnectionChanged>(&*event))
      status_->connection = changed->online ? Connection::online : Connection::offline;
    status_->events.push(std::move(*event));
  }
  return any;
}

bool ClientSession::give_answers() {
  const auto answers = std::exchange(*answers_, {});
  for (const auto& answer : answers) answer();
  return !answers.empty();
}

// ---- time ------------------------------------------------------------------------------------

void ClientSession::act_on_time() {
  if (!engine_) return;
  const auto now = read_clock();
  engine_->link_moved(context_.moved_ms);
  heartbeat_.moved(context_.moved_ms);
  if (engine_->next_deadline() <= now.mono_ms) engine_->tick(now);
  const auto due = heartbeat_.due(now.mono_ms);
  if (due == Heartbeat::Due::ping) ping();
  if (due == Heartbeat::Due::link_dead) {
    link_.close();
    link_ended({Errc::timed_out, "the relay does not answer"});
  }
  connect_if_due(now.mono_ms);
}

void ClientSession::ping() {
  ++pings_out_;
  ++frames_sent_;
  link_.send(ping_frame());
}

void ClientSession::connect_if_due(std::int64_t now_ms) {
  if (!engine_ || !network_ || link_.state() != ClientLink::State::down) return;
  if (backoff_.next_attempt_ms() > now_ms) return;
  backoff_.attempt_started(now_ms);
  link_.connect(relay_, engine_->transport_key());
}

void ClientSession::set_timer() {
  auto next = std::min(engine_->next_deadline(), heartbeat_.next_deadline());
  const auto state = link_.state();
  if (state == ClientLink::State::down) status_->connection = Connection::offline;
  if (state == ClientLink::State::connecting) status_->connection = Connection::connecting;
  if (state == ClientLink::State::down && network_)
    next = std::min(next, backoff_.next_attempt_ms());
  // Never in this very instant, or a deadline that stays in the past would spin.
  timer_.set(next == never_ms ? never_ms : std::max(next, read_clock().mono_ms + 1));
}

}  // namespace tern::net
