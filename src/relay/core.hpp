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
using Output = std::variant<SendFrame, CloseConnection>;

struct CoreStatistics {
  std::uint64_t batches = 0;
  std::uint64_t entries_stored = 0;
};

class Core {
 public:
  /// `environment` and `entropy` outlive the core. `log` gets one line per event, without phone
  /// numbers, ids or keys in clear. Errors: storage_*.
  static Result<std::unique_ptr<Core>> open(Now now, store::Environment& environment,
                                            Entropy& entropy, const RelayLimits& limits,
                                            std::function<void(std::string_view)> log);
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
