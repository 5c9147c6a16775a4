// What the relay has shown of its logs to anybody: the truth that histories are held against. Kept
// by looking at frames on their way, before anybody changes them.
//
// A relay that is put back to an old copy begins another life: what stood behind the copy's head is
// lost, and its numbers are given anew. Where members then show what they had been told, the log
// goes on behind a hole, on that history and not on what was written meanwhile.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/device.hpp"
#include "sim/worlds/relay_disk.hpp"
#include "wire/frames.hpp"

namespace tern::sim {

class ShownLogs {
 public:
  void from_device(const Device& device, const Bytes& frame);
  void to_device(const Device& device, const Bytes& frame);

  /// The relay's disk is put back to `copy` from what it is `now`.
  void put_back(std::map<LogId, LogOnDisk> copy, std::map<LogId, LogOnDisk> now);

  /// The first time that the relay said two things of one place in a log, in one life; empty:
  /// never.
  const std::string& contradiction() const { return contradiction_; }
  /// The first time that the same bytes stood in two places of a log: an append that was repeated
  /// and not known again, for who says something again encrypts it again. Empty: never.
  const std::string& repetition() const { return repetition_; }
  struct Place {
    std::size_t life = 0;
    std::uint64_t seq = 0;
  };
  /// Everywhere that an entry stood, in the order of lives. Empty: nobody was shown it.
  std::vector<Place> places_of(const LogId& log, const EntryId& id) const;
  std::size_t lives() const { return ended_.size() + 1; }

  /// A time on a log's access list: entries after `joined` up to `struck` are the device's to read.
  /// Being added again by the commit that removes it does not end it.
  struct Stay {
    std::uint64_t joined = 0;
    std::uint64_t struck = UINT64_MAX;
    bool covers(std::uint64_t seq) const { return joined < seq && seq <= struck; }
  };
  using Stays = std::map<DeviceId, std::vector<Stay>>;
  /// As the log's history told it at the end of one of the relay's lives.
  Stays stays(const LogId& log, std::size_t life) const;
  /// As those knew it who followed the life's log up to its first hole, behind which another
  /// history may count. Empty: there is no hole.
  Stays stays_before_hole(const LogId& log, std::size_t life) const;

 private:
  struct Shown {
    EntryId id;
    wire::EntryKind kind{};
    Bytes payload_hash;  ///< empty: only its author was shown it
    wire::AccessChange access;
    std::uint64_t base = 0;
    std::optional<wire::Hole> hole;
  };
  using Log = std::map<std::uint64_t, Shown>;
  /// The entries that say who is in, by seq.
  using History = std::map<std::uint64_t, const Shown*>;

  static Shown shown(const wire::Entry& entry);
  std::size_t life_of(const LogId& log, std::uint64_t seq) const;
  std::uint64_t kept(const LogId& log) const;
  const Log* find(const LogId& log, std::size_t life) const;
  History history(const LogId& log, std::size_t life) const;
  History history_before(const LogId& log, std::size_t life, const History& told,
                         std::uint64_t base, const wire::Hole* hole) const;
  void note(const LogId& log, std::uint64_t seq, Shown entry);
  void note(const Device& device, const wire::Entries& entries);
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
  std::map<std::pair<LogId, std::size_t>, Log> logs_;             ///< by the relay's life
  std::map<LogId, LogOnDisk> copy_;                ///< what each life but the first began with
  std::vector<std::map<LogId, LogOnDisk>> ended_;  ///< and each but the last ended with
  std::map<LogId, Shown> created_;  ///< the first entry of each, as it was first sent
  std::map<std::pair<LogId, Bytes>, std::uint64_t> places_;  ///< by the hash of the payload
  /// Who comes in by the commit of that number, as their Welcomes say.
  std::map<LogId, std::map<std::uint64_t, std::set<DeviceId>>> welcomed_;
  std::string contradiction_;
  std::string repetition_;
};

}  // namespace tern::sim
