#include "net/secure_socket.hpp"

#include <asio/buffer.hpp>
#include <asio/post.hpp>

#include "base/try.hpp"
#include "net/system_clock.hpp"

namespace tern::net {
namespace {

// Sealed at once, at most about this much: what lies encrypted in memory for a slow reader.
constexpr std::size_t sealed_bytes_max = 256 * 1024;

bool is_temporary(const asio::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again ||
         error == asio::error::interrupted;
}

// A device's large frame waits here and not in the system, where it could not be told whether it
// moves. What is on its way is not limited, and so neither is the rate.
void limit_unsent([[maybe_unused]] SecureSocket::Tcp& socket) {
#ifdef TCP_NOTSENT_LOWAT
  using NotSentLowWater = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
  constexpr int unsent_bytes_max = 32 * 1024;
  asio::error_code ignored;
  socket.set_option(NotSentLowWater(unsent_bytes_max), ignored);
#endif
}

Error lost(const asio::error_code& error) {
  if (error == asio::error::eof) return {Errc::connection_lost, "the peer closed the connection"};
  return {Errc::connection_lost, "the connection was lost: " + error.message()};
}

}  // namespace

SecureSocket::SecureSocket(Tcp socket, SecureChannel channel, std::uint64_t id, Owner& owner,
                           SocketContext& context)
    : socket_(std::move(socket)),
      channel_(std::move(channel)),
      id_(id),
      owner_(&owner),
      context_(context),
      handshake_since_ms_(read_clock().mono_ms),
      received_ms_(handshake_since_ms_) {}

void SecureSocket::start() {
  asio::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  asio::error_code error;
  socket_.non_blocking(true, error);
  if (error) return lose(lost(error));
  if (channel_.sends_first()) {
    auto hello = channel_.start(context_.entropy);
    if (!hello) return lose(hello.error());
    unsent_ = std::move(*hello);
    limit_unsent(socket_);
    flush();
  }
  wait_readable();
}

// ---- reading ---------------------------------------------------------------------------------

void SecureSocket::wait_readable() {
  if (!usable() || reading_paused_ || read_pending_) return;
  read_pending_ = true;
  // Waiting without a buffer: thousands of idle connections share one.
  socket_.async_wait(asio::socket_base::wait_read,
                     [self = shared_from_this()](const asio::error_code& error) {
                       self->read_pending_ = false;
                       if (!error) self->on_readable();
                     });
}

void SecureSocket::on_readable() {
  if (!usable() || reading_paused_) return;
  if (!owner_->may_read(*this)) return pause_reading();
  asio::error_code error;
  const auto bytes = socket_.read_some(asio::buffer(context_.scratch), error);
  if (error && !is_temporary(error)) return lose(lost(error));
  if (!error && !receive(MutableByteSpan(context_.scratch).first(bytes))) return;
  wait_readable();
}

bool SecureSocket::receive(MutableByteSpan bytes) {
  context_.bytes_received += bytes.size();
  Received out;
  const auto result = channel_.receive(bytes, context_.entropy, out);
  context_.moved_ms = read_clock().mono_ms;
  note_received(context_.moved_ms, !out.frames.empty());
  set_partial_bytes(channel_.partial_bytes());
  if (!result) {
    lose(result.error());
    return false;
  }
  if (!out.reply.empty()) {
    unsent_.insert(unsent_.end(), out.reply.begin(), out.reply.end());
    flush();
  }
  if (usable() && !opened_ && channel_.state() == SecureChannel::State::open) {
    opened_ = true;
    owner_->on_open(*this);
  }
  if (usable() && !out.frames.empty()) owner_->on_frames(*this, std::move(out.frames));
  return usable();
}

void SecureSocket::note_received(std::int64_t now_ms, bool frames_came) {
  received_ms_ = now_ms;
  if (!channel_.mid_frame())
    owing_since_ms_ = never_ms;
  else if (frames_came || owing_since_ms_ == never_ms)
    owing_since_ms_ = now_ms;
}

void SecureSocket::set_partial_bytes(std::size_t bytes) {
  context_.partial_bytes += bytes - partial_bytes_;
  partial_bytes_ = bytes;
}

void SecureSocket::resume_reading() {
  if (!reading_paused_) return;
  reading_paused_ = false;
  // The peer could do nothing about the pause.
  received_ms_ = read_clock().mono_ms;
  if (!opened_) handshake_since_ms_ = received_ms_;
  if (owing_since_ms_ != never_ms) owing_since_ms_ = received_ms_;
  wait_readable();
}

// ---- writing ---------------------------------------------------------------------------------

void SecureSocket::send(Frame frame) {
  if (!usable()) return;
  queued_bytes_ += frame->size();
  queue_.push_back(std::move(frame));
}

void SecureSocket::flush() {
  while (usable() && !write_pending_) {
    if (unsent_.empty()) {
      if (queue_.empty() || !opened_) return;
      if (const auto sealed = seal_queued(); !sealed) return lose(sealed.error());
    }
    if (!write_unsent()) return;
  }
}

Result<void> SecureSocket::seal_queued() {
  std::vector<ByteSpan> frames;
  std::size_t bytes = 0;
  for (const auto& frame : queue_) {
    if (!frames.empty() && bytes + frame->size() > sealed_bytes_max) break;
    bytes += frame->size();
    frames.push_back(*frame);
  }
  TERN_TRY(channel_.seal(frames, unsent_));
  queued_bytes_ -= bytes;
  if (frames.size() == queue_.size())
    queue_ = {};  // not clear(): an idle connection holds no buffer
  else
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(frames.size()));
  return {};
}

// Whether all of it is with the system; if not, a wait for the rest has begun.
bool SecureSocket::write_unsent() {
  while (unsent_begin_ < unsent_.size()) {
    asio::error_code error;
    const auto rest = ByteSpan(unsent_).subspan(unsent_begin_);
    const auto bytes = socket_.write_some(asio::buffer(rest.data(), rest.size()), error);
    if (error && !is_temporary(error)) {
      lose(lost(error));
      return false;
    }
    if (error) {
      wait_writable();
      return false;
    }
    unsent_begin_ += bytes;
    taken_bytes_ += bytes;
    context_.bytes_sent += bytes;
  }
  unsent_ = {};
  unsent_begin_ = 0;
  if (queue_.empty()) full_since_ms_ = never_ms;
  return true;
}

void SecureSocket::wait_writable() {
  write_pending_ = true;
  written_ms_ = read_clock().mono_ms;
  if (full_since_ms_ == never_ms) {
    full_since_ms_ = written_ms_;
    taken_bytes_ = 0;
  }
  socket_.async_wait(asio::socket_base::wait_write,
                     [self = shared_from_this()](const asio::error_code& error) {
                       self->write_pending_ = false;
                       if (error || !self->usable()) return;
                       self->context_.moved_ms = read_clock().mono_ms;
                       self->flush();
                       if (self->usable() && self->queued_bytes() == 0)
                         self->owner_->on_drained(*self);
                     });
}

// ---- ending ----------------------------------------------------------------------------------

Result<void> SecureSocket::check_patience(std::int64_t now_ms,
                                          const SocketPatience& patience) const {
  if (write_pending_ && now_ms - written_ms_ >= patience.write_ms)
    return Error(Errc::timed_out, "the peer does not read what is sent to it");
  if (full_since_ms_ != never_ms) {
    const auto frames = static_cast<std::uint64_t>((now_ms - full_since_ms_) / patience.frame_ms);
    if (taken_bytes_ < frames * limits::frame_bytes_max)
      return Error(Errc::timed_out, "the peer reads too slowly what is sent to it");
  }
  if (reading_paused_) return {};
  if (!opened_ && now_ms - handshake_since_ms_ >= patience.handshake_ms)
    return Error(Errc::timed_out, "the peer did not finish its handshake in time");
  if (owing_since_ms_ != never_ms && now_ms - owing_since_ms_ >= patience.frame_ms)
    return Error(Errc::timed_out, "the peer did not finish a frame in time");
  if (now_ms - received_ms_ >= patience.silence_ms)
    return Error(Errc::timed_out, "the peer has been silent for too long");
  return {};
}

void SecureSocket::lose(const Error& reason) {
  if (!usable()) return;
  lost_ = true;
  set_partial_bytes(0);
  asio::error_code ignored;
  socket_.close(ignored);
  // Later, for this may be within a call of the owner.
  asio::post(socket_.get_executor(), [self = shared_from_this(), reason] {
    if (auto* owner = std::exchange(self->owner_, nullptr)) owner->on_lost(*self, reason);
  });
}

void SecureSocket::close() {
  flush();
  owner_ = nullptr;
  queue_ = {};
  set_partial_bytes(0);
  asio::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

}  // namespace tern::net
