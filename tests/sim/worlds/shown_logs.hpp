// What the relay has shown of its logs to anybody: the truth that histories are held against. Kept
// by looking at frames on their way, before anybody changes them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/device.hpp"
#include "wire/frames.hpp"

namespace tern::sim {

class ShownLogs {
 public:
  void from_device(const Device& device, const Bytes& frame);
  void to_device(const Device& device, const Bytes& frame);

  /// The first time that the relay said two things of one place in a log; empty: never.
  const std::string& contradiction() const { return contradiction_; }
  /// The first time that the same bytes stood in two places of a log: an append that was repeated
  /// and not known again, for who says something again encrypts it again. Empty: never.
  const std::string& repetition() const { return repetition_; }
  bool has(const LogId& log) const { return logs_.contains(log); }
  /// Where an entry stands; 0: nobody was shown it.
  std::uint64_t seq_of(const LogId& log, const EntryId& id) const;

  /// A time on a log's access list: entries after `joined` up to `struck` are the device's to read.
  /// Being added again by the commit that removes it does not end it.
  struct Stay {
    std::uint64_t joined = 0;
    std::uint64_t struck = UINT64_MAX;
    bool covers(std::uint64_t seq) const { return joined < seq && seq <= struck; }
  };
  using Stays = std::map<DeviceId, std::vector<Stay>>;
  Stays stays(const LogId& log) const;

 private:
  struct Shown {
    EntryId id;
    wire::EntryKind kind{};
    Bytes payload_hash;  ///< empty: only its author was shown it
    wire::AccessChange access;
  };
  using Log = std::map<std::uint64_t, Shown>;

  static Shown shown(const wire::Entry& entry);
  void note(const LogId& log, std::uint64_t seq, Shown entry);
  void note(const wire::Entries& entries);
  void note_place(const LogId& log, std::uint64_t seq, const Shown& entry);
  void note_sent(const Device& device, std::uint32_t request, const LogId& log,
                 const std::vector<wire::Entry>& entries);
  void note_created(const Device& device, std::uint32_t request, const wire::CreateLog& create);
  void note_stored(const Device& device, std::uint32_t request, std::uint64_t first_seq);

  struct Sent {
    LogId log;
    std::vector<Shown> entries;
  };
  std::map<std::pair<const Device*, std::uint32_t>, Sent> sent_;  ///< what waits for its answer
  std::map<EntryId, wire::AccessChange> access_;                  ///< what authors have said
  std::map<LogId, Log> logs_;
  std::map<LogId, Shown> created_;  ///< the first entry of each, as it was first sent
  std::map<std::pair<LogId, Bytes>, std::uint64_t> places_;  ///< by the hash of the payload
  std::string contradiction_;
  std::string repetition_;
};

}  // namespace tern::sim
