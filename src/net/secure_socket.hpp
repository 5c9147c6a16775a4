// A TCP connection with a SecureChannel on it, for either side.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "net/secure_channel.hpp"
#include "net/transport.hpp"

namespace tern::net {

/// What all sockets of a loop share: so that an idle one holds no buffer.
struct SocketContext {
  explicit SocketContext(Entropy& randomness) : entropy(randomness), scratch(128 * 1024) {}
  Entropy& entropy;
  Bytes scratch;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  /// When bytes last came, or were taken from a queue that had been full. What the system takes at
  /// once is no sign of life from the peer.
  std::int64_t moved_ms = 0;
  /// Held of messages and frames that are not whole.
  std::size_t partial_bytes = 0;
};

/// How long a peer may leave things undone, in milliseconds.
struct SocketPatience {
  std::int64_t handshake_ms = 10'000;  ///< until its first transport message
  /// A frame that has begun, or a MiB that waits for it: 3.5 KB/s.
  std::int64_t frame_ms = 300'000;
  std::int64_t write_ms = 60'000;      ///< without taking a byte that waits for it
  std::int64_t silence_ms = never_ms;  ///< without sending anything
};

/// All on one strand. Frames wait unencrypted, and shared, until the system takes them.
class SecureSocket final : public std::enable_shared_from_this<SecureSocket>,
                           private Transport::Listener {
 public:
  using Tcp = Transport::Tcp;
  using Frame = std::shared_ptr<const Bytes>;

  /// Who uses the socket; called from its handlers, never from within the owner's own calls.
  class Owner {
   public:
    virtual void on_open(SecureSocket& socket) = 0;
    /// Asked before anything is read. No: as if paused, until resume_reading().
    virtual bool may_read(SecureSocket&) { return true; }
    virtual void on_frames(SecureSocket& socket, std::vector<Bytes> frames) = 0;
    /// Everything queued is with the system.
    virtual void on_drained(SecureSocket& socket) = 0;
    /// Once, unless the owner closed it.
    virtual void on_lost(SecureSocket& socket, const Error& reason) = 0;

   protected:
    ~Owner() = default;
  };

  /// `id` is the owner's name for it. `owner` and `context` outlive the socket, or close() it.
  SecureSocket(std::unique_ptr<Transport> transport, SecureChannel channel, std::uint64_t id,
               Owner& owner, SocketContext& context);

  /// Begins to read; a device's side also sends the handshake.
  void start();
  /// Queues; flush() sends all that is queued, in as few Noise messages as hold it.
  void send(Frame frame);
  void flush();
  void pause_reading() { reading_paused_ = true; }
  void resume_reading();
  /// Sends what it can without waiting, and ends. No callback comes after it.
  void close();

  std::uint64_t id() const { return id_; }
  const SecureChannel& channel() const { return channel_; }
  std::size_t queued_bytes() const { return outgoing_ ? outgoing_->bytes() : 0; }
  /// Since when the rest of a message or frame is owed; never_ms when nothing is.
  std::int64_t owing_since_ms() const { return owing_since_ms_; }
  std::size_t partial_bytes() const { return partial_bytes_; }
  /// Errors: timed_out, when the peer has been over `patience`. While reading is paused it owes
  /// nothing.
  Result<void> check_patience(std::int64_t now_ms, const SocketPatience& patience) const;

 private:
  /// What waits for the peer; nothing while nothing does, for most sockets are idle.
  struct Outgoing {
    std::vector<Frame> queue;
    std::size_t queue_bytes = 0;
    Bytes unsent;  // encrypted, from `unsent_begin` on
    std::size_t unsent_begin = 0;
    bool write_pending = false;
    std::int64_t written_ms = 0;
    std::int64_t full_since_ms = never_ms;  // since when something has always waited
    std::uint64_t taken_bytes = 0;          // by the peer since then
    std::size_t bytes() const { return queue_bytes + unsent.size() - unsent_begin; }
  };

  std::shared_ptr<void> keep_alive() override { return shared_from_this(); }
  void on_readable() override;
  void on_writable() override;
  void wait_readable();
  bool receive(MutableByteSpan bytes);
  void note_received(std::int64_t now_ms, bool frames_came);
  void set_partial_bytes(std::size_t bytes);
  Outgoing& outgoing();
  Result<void> seal_queued(Outgoing& out);
  bool write_unsent(Outgoing& out);
  void wait_writable(Outgoing& out);
  void lose(const Error& reason);
  bool usable() const { return owner_ && !lost_; }

  std::unique_ptr<Transport> transport_;
  SecureChannel channel_;
  std::uint64_t id_;
  Owner* owner_;  // null once closed
  SocketContext& context_;
  std::unique_ptr<Outgoing> outgoing_;
  std::size_t partial_bytes_ = 0;
  std::int64_t handshake_since_ms_, received_ms_, owing_since_ms_ = never_ms;
  bool opened_ = false, lost_ = false, reading_paused_ = false;
};

}  // namespace tern::net
