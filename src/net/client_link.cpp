#include "net/client_link.hpp"

#include "net/system_clock.hpp"

namespace tern::net {

ClientLink::ClientLink(asio::io_context& io, SocketContext& context, Owner& owner)
    : io_(io), context_(context), owner_(owner), timer_(io, [this] {
        down({Errc::timed_out, "the relay did not answer in time"});
      }) {}

void ClientLink::connect(const RelayAddress& relay, const crypto::DhKeyPair& device) {
  if (state_ != State::down) return;
  state_ = State::connecting;
  channel_ = SecureChannel::device(device, relay.key);
  timer_.set(read_clock().mono_ms + attempt_ms_max);
  lookup_.emplace(io_, relay.where,
                  [this](Result<Endpoints> endpoints) { on_addresses(std::move(endpoints)); });
}

void ClientLink::on_addresses(Result<Endpoints> endpoints) {
  if (!endpoints) return down(endpoints.error());
  race_ = std::make_shared<ConnectRace>(
      io_, interleave_families(*endpoints),
      [this](Result<SecureSocket::Tcp> socket) { on_connected(std::move(socket)); });
  race_->start();
}

void ClientLink::on_connected(Result<SecureSocket::Tcp> socket) {
  if (!socket) return down(socket.error());
  SecureSocket::Owner& owner = *this;
  socket_ = std::make_shared<SecureSocket>(make_asio_transport(std::move(*socket)),
                                           std::move(*channel_), 0, owner, context_);
  channel_.reset();
  socket_->start();
}

void ClientLink::on_open(SecureSocket&) {
  state_ = State::up;
  timer_.cancel();
  owner_.on_link_up();
}

void ClientLink::on_frames(SecureSocket&, std::vector<Bytes> frames) {
  owner_.on_link_frames(std::move(frames));
}

void ClientLink::on_lost(SecureSocket&, const Error& reason) {
  // A relay with another key cannot read the handshake, and hangs up.
  if (state_ == State::connecting && reason == Errc::connection_lost)
    return down({Errc::noise_handshake_failed,
                 "the relay ended the handshake: its key may not be the one in its address"});
  down(reason);
}

void ClientLink::down(const Error& reason) {
  close();
  owner_.on_link_down(reason);
}

void ClientLink::send(Bytes frame) {
  if (state_ == State::up) socket_->send(std::make_shared<const Bytes>(std::move(frame)));
}

void ClientLink::flush() {
  if (state_ == State::up) socket_->flush();
}

void ClientLink::close() {
  state_ = State::down;
  timer_.cancel();
  if (lookup_) lookup_->cancel();
  if (race_) race_->cancel();
  if (socket_) socket_->close();
  race_.reset();
  socket_.reset();
  channel_.reset();
}

}  // namespace tern::net
