#include "net/connect_race.hpp"

#include <asio/post.hpp>

namespace tern::net {
namespace {

Error refused(const asio::error_code& error) {
  if (error == asio::error::connection_refused)
    return {Errc::connection_refused, "nobody listens at the relay's address"};
  return {Errc::connection_lost, "the relay cannot be reached: " + error.message()};
}

}  // namespace

ConnectRace::ConnectRace(asio::io_context& io, Endpoints endpoints, Done done)
    : io_(io), endpoints_(std::move(endpoints)), done_(std::move(done)), timer_(io) {}

void ConnectRace::start() {
  if (!endpoints_.empty()) return begin_next();
  asio::post(io_, [self = shared_from_this()] {
    if (const auto done = std::exchange(self->done_, nullptr))
      done(Error(Errc::connection_lost, "the relay's name has no address"));
  });
}

void ConnectRace::begin_next() {
  if (!done_ || attempts_.size() == endpoints_.size()) return;
  const auto attempt = attempts_.size();
  attempts_.push_back(std::make_unique<SecureSocket::Tcp>(io_));
  attempts_[attempt]->async_connect(
      endpoints_[attempt], [self = shared_from_this(), attempt](const asio::error_code& error) {
        self->on_connected(attempt, error);
      });
  timer_.expires_after(std::chrono::milliseconds(stagger_ms));
  timer_.async_wait([self = shared_from_this()](const asio::error_code& error) {
    if (!error) self->begin_next();
  });
}

void ConnectRace::on_connected(std::size_t attempt, const asio::error_code& error) {
  if (!done_) return;
  if (error) {
    if (++failed_ < endpoints_.size()) return begin_next();
    const auto done = done_;
    cancel();
    return done(refused(error));
  }
  const auto done = done_;
  auto winner = std::move(*attempts_[attempt]);
  cancel();
  done(std::move(winner));
}

void ConnectRace::cancel() {
  done_ = nullptr;
  timer_.cancel();
  asio::error_code ignored;
  for (const auto& attempt : attempts_) attempt->close(ignored);
}

}  // namespace tern::net
