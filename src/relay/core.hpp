// The relay's core: everything a relay does, without a socket, a clock or a thread.
//
// receive() only decodes and queues; run_batch() handles everything queued in one storage
// transaction with one sync, and only then do answers and pushes appear in next_output(): what the
// relay acknowledges is on its disk. A transaction that fails (a full disk) refuses every request
// of the batch and changes nothing.
//
// Thread: none; one strand calls it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "crypto/dh.hpp"
#include "crypto/secret.hpp"
#include "store/port.hpp"
#include "tern/relay.hpp"
#include "tern/result.hpp"

namespace tern::relay {

using ConnectionId = std::uint64_t;

/// A whole frame for one connection; shared between the receivers of a fan-out.
struct SendFrame {
  ConnectionId to = 0;
  std::shared_ptr<const Bytes> frame;
};
/// The peer broke the protocol, was replaced by a newer connection of its device, or is too slow.
struct CloseConnection {
  ConnectionId connection = 0;
  Errc reason = Errc::internal;
};
/// A code to be sent to a phone number, and code_sent() to be called with what became of it.
struct SendCode {
  std::uint64_t job = 0;
  std::string number;  ///< E.164
  std::string code;    ///< digits
};
/// Computing that would hold up everybody's batch: `run` is to be called once, on any thread, and
/// then work_done(). It touches nothing but what it owns, and blocks on nothing. One at a time is
/// handed out.
struct RunWork {
  std::uint64_t id = 0;
  std::function<void()> run;
};
using Output = std::variant<SendFrame, CloseConnection, SendCode, RunWork>;

struct CoreConfig {
  RelayLimits limits;
  /// What seals phone numbers and directory keys at rest, and hashes numbers into row keys. Without
  /// it the folder's numbers are lost.
  crypto::Secret<32> secret;
  bool sends_codes = false;  ///< whether somebody does what SendCode says
  /// One line per event, without phone numbers, ids or keys in clear. May be empty.
  std::function<void(std::string_view)> log;
};

struct CoreStatistics {
  std::uint64_t batches = 0;
  std::uint64_t entries_stored = 0;
  /// A batch has ended in storage_io, and so will every other until the environment is opened
  /// again.
  bool disk_failed = false;
};

class Core {
 public:
  /// `environment` and `entropy` outlive the core. Makes the directory's first key when there is
  /// none. Errors: storage_*; storage_wrong_key (`config.secret` is not what the folder was sealed
  /// with).
  static Result<std::unique_ptr<Core>> open(Now now, store::Environment& environment,
                                            Entropy& entropy, CoreConfig config);
  virtual ~Core() = default;

  /// A finished handshake. `transport_key` is the peer's proven static key. Nothing is read or
  /// stored for it before its first request (the handshake's first message can be replayed).
  /// `origin` is whence it comes, as the shell counts its peers (an IPv4 address, an IPv6 network):
  /// registrations are rated by it. Empty: not known, each transport key is its own.
  virtual void connected(Now now, ConnectionId connection, const crypto::DhPublicKey& transport_key,
                         std::string_view origin = {}) = 0;
  virtual void disconnected(Now now, ConnectionId connection) = 0;
  /// `frame` is kept until the batch has run.
  virtual void receive(Now now, ConnectionId connection, Bytes frame) = 0;
  /// The connection's send buffer is over its high-water mark (false), or drained again (true):
  /// a slow reader gets notices instead of entries until it reads them itself.
  virtual void set_writable(Now now, ConnectionId connection, bool writable) = 0;
  /// What became of a SendCode; of one that this core did not hand out, nothing.
  virtual void code_sent(Now now, std::uint64_t job, bool sent) = 0;
  /// The RunWork has been run.
  virtual void work_done(Now now, std::uint64_t id) = 0;
  /// Begins to make the directory anew under another key, which replaces the present one when all
  /// numbers are in it; the present one is then served until the next rotation. Committed on
  /// return. Errors: invalid_argument (one is under way), storage_*.
  virtual Result<void> rotate_directory_key(Now now) = 0;

  /// Whether run_batch() has something to do now.
  virtual bool has_work() const = 0;
  virtual void run_batch(Now now) = 0;
  /// Memory that waits for run_batch(): the frames received, and what each costs beside its bytes.
  virtual std::uint64_t backlog_bytes() const { return 0; }
  virtual std::optional<Output> next_output() = 0;
  /// When run_batch() is next wanted without a request: lazy acks, pruning. Monotonic; never_ms.
  virtual std::int64_t next_deadline() const = 0;
  virtual CoreStatistics statistics() const = 0;
};

}  // namespace tern::relay
