#include "net/secure_socket.hpp"

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
constexpr int unsent_bytes_max = 32 * 1024;

Error lost(const asio::error_code& error) {
  if (error == asio::error::eof) return {Errc::connection_lost, "the peer closed the connection"};
  return {Errc::connection_lost, "the connection was lost: " + error.message()};
}

}  // namespace

SecureSocket::SecureSocket(std::unique_ptr<Transport> transport, SecureChannel channel,
                           std::uint64_t id, Owner& owner, SocketContext& context)
    : transport_(std::move(transport)),
      channel_(std::move(channel)),
      id_(id),
      owner_(&owner),
      context_(context),
      handshake_since_ms_(read_clock().mono_ms),
      received_ms_(handshake_since_ms_) {}

void SecureSocket::start() {
  if (const auto error = transport_->prepare(*this)) return lose(lost(error));
  if (channel_.sends_first()) {
    auto hello = channel_.start(context_.entropy);
    if (!hello) return lose(hello.error());
    outgoing().unsent = std::move(*hello);
    transport_->limit_unsent(unsent_bytes_max);
    flush();
  }
  wait_readable();
}

// ---- reading ---------------------------------------------------------------------------------

// Waiting without a buffer: thousands of idle connections share one.
void SecureSocket::wait_readable() {
  if (usable() && !reading_paused_) transport_->await_readable();
}

void SecureSocket::on_readable() {
  if (!usable() || reading_paused_) return;
  if (!owner_->may_read(*this)) return pause_reading();
  asio::error_code error;
  const auto bytes = transport_->read(context_.scratch, error);
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
    auto& unsent = outgoing().unsent;
    unsent.insert(unsent.end(), out.reply.begin(), out.reply.end());
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

SecureSocket::Outgoing& SecureSocket::outgoing() {
  if (!outgoing_) outgoing_ = std::make_unique<Outgoing>();
  return *outgoing_;
}

void SecureSocket::send(Frame frame) {
  if (!usable()) return;
  auto& out = outgoing();
  out.queue_bytes += frame->size();
  out.queue.push_back(std::move(frame));
}

void SecureSocket::flush() {
  while (usable() && outgoing_ && !outgoing_->write_pending) {
    auto& out = *outgoing_;
    if (out.unsent.empty()) {
      if (!out.queue.empty() && !opened_) return;
      if (out.queue.empty()) return outgoing_.reset();
      if (const auto sealed = seal_queued(out); !sealed) return lose(sealed.error());
    }
    if (!write_unsent(out)) return;
  }
}

Result<void> SecureSocket::seal_queued(Outgoing& out) {
  std::vector<ByteSpan> frames;
  frames.reserve(out.queue.size());
  std::size_t bytes = 0;
  for (const auto& frame : out.queue) {
    if (!frames.empty() && bytes + frame->size() > sealed_bytes_max) break;
    bytes += frame->size();
    frames.push_back(*frame);
  }
  TERN_TRY(channel_.seal(frames, out.unsent));
  out.queue_bytes -= bytes;
  if (frames.size() == out.queue.size())
    out.queue.clear();
  else
    out.queue.erase(out.queue.begin(),
                    out.queue.begin() + static_cast<std::ptrdiff_t>(frames.size()));
  return {};
}

// Whether all of it is with the system; if not, a wait for the rest has begun.
bool SecureSocket::write_unsent(Outgoing& out) {
  while (out.unsent_begin < out.unsent.size()) {
    asio::error_code error;
    const auto bytes = transport_->write(ByteSpan(out.unsent).subspan(out.unsent_begin), error);
    if (error && !is_temporary(error)) {
      lose(lost(error));
      return false;
    }
    if (error) {
      wait_writable(out);
      return false;
    }
    out.unsent_begin += bytes;
    out.taken_bytes += bytes;
    context_.bytes_sent += bytes;
  }
  out.unsent.clear();
  out.unsent_begin = 0;
  if (out.queue.empty()) out.full_since_ms = never_ms;
  return true;
}

void SecureSocket::wait_writable(Outgoing& out) {
  out.write_pending = true;
  out.written_ms = read_clock().mono_ms;
  if (out.full_since_ms == never_ms) {
    out.full_since_ms = out.written_ms;
    out.taken_bytes = 0;
  }
  transport_->await_writable();
}

void SecureSocket::on_writable() {
  if (!outgoing_) return;
  outgoing_->write_pending = false;
  if (!usable()) return;
  context_.moved_ms = read_clock().mono_ms;
  flush();
  if (usable() && queued_bytes() == 0) owner_->on_drained(*this);
}

// ---- ending ----------------------------------------------------------------------------------

Result<void> SecureSocket::check_patience(std::int64_t now_ms,
                                          const SocketPatience& patience) const {
  const auto* const out = outgoing_.get();
  if (out && out->write_pending && now_ms - out->written_ms >= patience.write_ms)
    return Error(Errc::timed_out, "the peer does not read what is sent to it");
  if (out && out->full_since_ms != never_ms) {
    const auto frames =
        static_cast<std::uint64_t>((now_ms - out->full_since_ms) / patience.frame_ms);
    if (out->taken_bytes < frames * limits::frame_bytes_max)
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
  transport_->close();
  // Later, for this may be within a call of the owner.
  asio::post(transport_->executor(), [self = shared_from_this(), reason] {
    if (auto* owner = std::exchange(self->owner_, nullptr)) owner->on_lost(*self, reason);
  });
}

void SecureSocket::close() {
  flush();
  owner_ = nullptr;
  if (outgoing_) outgoing_->queue.clear(), outgoing_->queue_bytes = 0;
  set_partial_bytes(0);
  transport_->close();
}

}  // namespace tern::net
