// What a batch of requests came to, held back until its transaction is on the disk. A transaction
// that runs again starts with a new one.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>

#include "relay/code_jobs.hpp"
#include "relay/log_store.hpp"
#include "relay/segment_cache.hpp"
#include "relay/sessions.hpp"
#include "relay/work_queue.hpp"
#include "wire/frames.hpp"

namespace tern::relay {

struct Context;

struct NewEntry {
  wire::Entry entry;  ///< its payload lies in a request's frame or in the batch's arena
  DeviceId author;
};

/// A device that an entry put on or struck from the access list.
struct AccessMove {
  DeviceId device;
  std::uint64_t seq = 0;
};

/// To whom the entries `from` … `to` of a log go.
struct Receiver {
  ConnectionId connection = 0;
  DeviceId device;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

/// What a batch added to one log.
struct LogNews {
  LogId log;
  LogState state;
  std::uint64_t seal = 0;            ///< of `state`
  std::optional<DeviceId> inbox_of;  ///< an inbox: nobody else is told
  bool to_be_read = false;           ///< too large to push: a notice instead
  std::vector<NewEntry> entries;     ///< consecutive seqs
  std::vector<AccessMove> joined;    ///< `seq`: up to where it knows the log without reading
  std::vector<AccessMove> restored;
  std::vector<AccessMove> struck;
  std::vector<Receiver> receivers;
};

struct SignalNews {
  LogId log;
  DeviceId from;
  ByteSpan payload;
  std::vector<ConnectionId> receivers;
};

/// A Read has told a connection all of a log, or all but `lag`.
struct ReadTold {
  ConnectionId connection = 0;
  LogId log;
  std::optional<Lag> lag;
};

/// A code to be sent once the batch is on the disk.
struct NewCode {
  CodeJob job;
  std::string number;
  std::string code;
};

struct Ack {
  LogId log;
  DeviceId device;
  std::uint64_t seq = 0;
};

class Batch {
 public:
  /// Answers, encoded, at the place of their request; empty: none.
  std::vector<Bytes> answers;

  // What changes among the connections.
  std::unordered_map<ConnectionId, Identity> bound;
  std::set<ConnectionId> greeted;
  std::map<ConnectionId, Errc> closing;
  std::set<DeviceId> revoked;
  /// Connections of devices that registered without having resumed.
  std::set<ConnectionId> registered;
  /// Connections that are told everything by a Resume at the batch's end, and where they lag.
  std::unordered_map<ConnectionId, std::vector<std::pair<LogId, Lag>>> resumed;
  std::vector<ReadTold> reads;
  /// Connections that made a log again which they had made before: they are told of what comes.
  std::vector<std::pair<ConnectionId, LogId>> created_before;

  std::vector<DeviceId> renewed;  ///< known devices that registered with something new
  std::vector<DeviceId> claimed;  ///< whose single-use key packages were given away
  std::vector<Ack> acks;
  std::unordered_map<DeviceId, std::uint64_t> store_counters;
  std::set<LogId> changed_access;
  std::vector<SignalNews> signals;
  std::vector<std::pair<DeviceId, std::uint32_t>> key_packages_low;
  std::vector<std::string> log_lines;
  std::vector<std::pair<ConnectionId, Errc>> refusals;
  std::uint64_t entries_stored = 0;

  /// Blobs of which chunks were stored -> how many there are now.
  std::map<BlobName, std::uint32_t> blob_news;
  /// Who has asked for a chunk that is not there yet.
  std::vector<std::pair<ConnectionId, BlobName>> blob_interests;
  bool blobs_dropped = false;

  std::vector<NewCode> codes;
  std::vector<Work> works;
  /// Connections whose account was noted to be there on this day.
  std::vector<std::pair<ConnectionId, std::int64_t>> seen;
  std::set<SegmentName> changed_segments;
  std::map<SegmentName, SharedSegment> encoded_segments;
  std::size_t segment_rows = 0;  ///< read for them
  bool directory_changed = false;
  bool accounts_deleted = false;

  LogNews& news_of(const LogId& log);
  std::deque<LogNews>& news() { return news_; }
  /// Keeps bytes alive as long as the batch.
#ifdef TERN_DELIBERATE_FAULTS
  std::vector<std::function<Result<void>(Context&)>> late_welcomes;
#endif
  ByteSpan keep(Bytes bytes) { return arena_.emplace_back(std::move(bytes)); }
  void raise_counter(const DeviceId& device, std::uint64_t counter);

 private:
  std::deque<LogNews> news_;
  std::unordered_map<LogId, LogNews*> news_by_log_;
  std::deque<Bytes> arena_;
};

}  // namespace tern::relay
