// One connection to the relay as the engine sees it: requests under way with their ids and
// deadlines, frames to send, and whether it has been resumed.
#pragma once

#include <deque>
#include <map>

#include "base/clock.hpp"
#include "client/engine.hpp"
#include "wire/frames.hpp"

namespace tern::client {

/// What a request was for, to know what to do with its answer.
struct Purpose {
  enum class What : std::uint8_t {
    resume,
    register_device,
    publish,
    claim,
    create_log,
    probe,  ///< reading a log's first entry: whose creation was it?
    append,
    rejoin,
    restart,
    report_head,
    members,
    read,
    read_inbox,
    reserve,
    ack,
    signal,
    put_blob,
    ask_blob,  ///< how much of a blob the relay has
    get_blob,
    request_code,
    confirm,
    set_pin,
    delete_account,
    directory,
    segments,
    changes,
    evaluate,
    look_up,
  };
  What what = What::resume;
  ChatId chat;                            ///< zero: about the device
  FixedBytes<struct BlobIdTag, 32> blob;  ///< of the three about blobs
  std::uint32_t chunk = 0;                ///< of it
};

class Link {
 public:
  enum class State : std::uint8_t { down, resuming, online, broken };

  /// The longest that one frame may be under way, however steadily it moves: 1 MiB at 3.5 KB/s.
  static constexpr std::int64_t frame_ms_max = 300'000;

  explicit Link(std::int64_t request_timeout_ms) : request_timeout_ms_(request_timeout_ms) {}

  State state() const { return state_; }
  bool online() const { return state_ == State::online; }
  void up() { state_ = State::resuming; }
  void resumed() { state_ = State::online; }
  /// Forgets what was under way.
  void down();
  /// Tells the shell to drop the connection; what still arrives on it is not looked at.
  void close(Errc reason);

  std::uint32_t next_id() { return next_id_++; }
  void send(Now now, std::uint32_t id, const Purpose& purpose, Bytes frame);
  /// What this answer is for; nullopt for an id that is not under way.
  std::optional<Purpose> answered(std::uint32_t id);
  bool under_way(Purpose::What what) const;
  bool idle() const { return requests_.empty(); }

  /// Bytes came, or were taken, at `mono_ms`: whoever waits for a large frame on a slow link waits
  /// on, for at most frame_ms_max a frame.
  void moved(std::int64_t mono_ms);
  /// When the oldest request under way has waited too long; never_ms without one.
  std::int64_t deadline() const;
  void check_deadline(Now now);
  std::optional<Output> next_output();

 private:
  struct UnderWay {
    Purpose purpose;
    std::int64_t sent_ms = 0;
    std::int64_t latest_ms = 0;  // however steadily bytes move
  };
  std::int64_t request_timeout_ms_;
  State state_ = State::down;
  std::uint32_t next_id_ = 1;
  std::int64_t moved_ms_ = 0;
  std::map<std::uint32_t, UnderWay> requests_;  // ids grow, so the first is the oldest
  std::deque<Output> outputs_;
};

}  // namespace tern::client
