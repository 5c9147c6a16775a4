// One chat in memory: its record, its group while it is in use, and what is under way for it.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>

#include "client/chat_record.hpp"
#include "client/engine.hpp"
#include "client/group_records.hpp"
#include "client/hash_window.hpp"
#include "client/outbox.hpp"
#include "client/pending_commit.hpp"
#include "mls/group.hpp"

namespace tern::client {

/// What the present link knows of a chat; forgotten when it falls.
struct Line {
  bool known = false;  ///< the relay has told of it: `head` counts
  std::uint64_t head = 0;
  std::uint64_t base = 0;        ///< the newest handshake entry up to `told`
  std::uint32_t generation = 0;  ///< the log's, there
  std::uint64_t told = 0;        ///< up to where the relay has told of those two
  std::uint64_t first_kept = 1;
  bool member = true;  ///< on the relay's access list
  /// The relay has lost entries that were applied here, or, of who cannot follow the chat, may
  /// have: nothing is said or read until the log goes on behind them, or the relay refuses to
  /// believe it.
  bool lost = false;
  bool reporting = false;
  /// Who is on the access list, when that was asked for after the last handshake.
  std::optional<std::vector<DeviceId>> members;
  bool asking_members = false;
  bool reading = false;
  std::uint64_t read_from = 0;  ///< of the read under way, or the last
  bool waits_to_read = false;
  std::int64_t retry_at = INT64_MIN;  ///< nothing is read before: the relay has left something out
  /// Read since the log was resumed: only then does the relay push what comes.
  bool was_read = false;
  bool claiming = false;
  std::vector<AccountId> claimed_accounts;  ///< those that the claim under way names
  std::vector<DeviceId> claimed_devices;    ///< and those named one by one
  bool reserving = false;
  bool appending = false;
  std::vector<OutboxEntry> in_flight;  ///< the entries of the append under way, in order
  std::uint64_t sent_base = 0;         ///< of the append under way, or the last
  bool sent_commit = false;            ///< whether a commit is, or was, in it
  bool busy() const { return reserving || appending; }
  /// It is known what the log is up to this handshake entry.
  void told_of(std::uint64_t seq, std::uint32_t its_generation) {
    if (seq <= told) return;
    told = base = seq;
    generation = its_generation;
    members.reset();
  }
};

/// When what may be tried again; outlives the link, not the process. Monotonic milliseconds.
struct Pace {
  std::int64_t hold_until = INT64_MIN;  ///< nothing is said before: a refusal, a back-off
  std::int64_t read_at = INT64_MIN;     ///< nothing is read before: a refusal
  std::uint64_t left_out = 0;  ///< the seq that the relay does not give, as the app was told
  std::int64_t backoff_ms = 0;
  std::int64_t receipt_at = never_ms;
  /// When this device does what any member may do; the random delay lets one be first.
  std::int64_t volunteer_at = never_ms;
  std::int64_t restart_at = never_ms;  ///< when this device begins a new group
  bool restart_planned = false;        ///< whom to claim for it is noted
  std::int64_t healed_at = INT64_MIN / 2;
  std::uint32_t stales = 0;                 ///< in a row, on a commit
  std::uint32_t overtaken = 0;              ///< in a row, on anything
  std::int64_t reserved_until = INT64_MIN;  ///< the log is held for this device
  /// Commits that set the relay's access list right, since something of somebody else's opened.
  std::uint32_t repairs = 0;
  bool told_unreachable = false;
  std::int64_t claim_at = INT64_MIN;
  std::size_t claim_accounts = 128;           ///< in one claim; fewer after a refusal
  std::map<AccountId, std::int64_t> resting;  ///< accounts with nothing to claim, until when
};

/// A KeyPackage claimed for a device that is to be added. Used up by the commit that the log takes.
struct ClaimedKeyPackage {
  DeviceId device;
  AccountId account;
  Bytes key_package;
};

/// An app that waits for the group to have something.
struct Waiter {
  enum class What : std::uint8_t { added, removed, left, restarted };
  What what = What::added;
  std::vector<AccountId> accounts;
  Engine::Done done;
};

class Chat {
 public:
  Chat(const OpenRows& open, const store::Sealer& sealer, const ChatId& id);

  const ChatId& id() const { return record.id; }
  /// The group, read if it is not in memory. Errors: mls_state_malformed, mls_not_joined,
  /// storage_*.
  Result<mls::Group*> group();
  /// The pending commit and its next group. Errors: storage_damaged, and as group().
  Result<PendingCommit*> pending(const ReadRows& rows);
  Result<mls::Group*> next_group();
  void set_group(mls::Group group) { group_.emplace(std::move(group)); }
  void drop_group() { group_.reset(); }
  void set_pending(PendingCommit pending, mls::Group next);
  void drop_pending();
  /// The records of the next group have become those of the present one.
  void next_becomes_present();

  ChatRecord record;
  const RowId row;
  const GroupRecords records;       ///< of the present epoch
  const GroupRecords next_records;  ///< of the epoch that the pending commit begins, over those
  HashWindow hashes;
  Line line;
  Pace pace;
  std::vector<ClaimedKeyPackage> claimed;
  std::vector<Waiter> waiters;
  std::uint64_t used_at = 0;  ///< ChatTable's; 0: its group is not in memory

 private:
  std::optional<mls::Group> group_;
  std::optional<mls::Group> next_group_;
  bool next_reads_its_records_ = false;  ///< it was opened, not made: it looks in `next_records`
  std::optional<PendingCommit> pending_;
};

/// The tag of the epoch that this group is in.
EpochTag epoch_tag(const mls::Group& group);

/// All chats of a device, by id; groups of those that were not used for long are put away.
class ChatTable {
 public:
  /// Groups of this many chats stay in memory.
  static constexpr std::size_t groups_in_memory = 64;

  Chat* find(const ChatId& id);
  const Chat* find(const ChatId& id) const;
  Chat& add(std::unique_ptr<Chat> chat);
  void erase(const ChatId& id);
  void used(Chat& chat);
  void put_away();
  auto begin() const { return chats_.begin(); }
  auto end() const { return chats_.end(); }

 private:
  std::unordered_map<ChatId, std::unique_ptr<Chat>> chats_;
  std::vector<Chat*> in_use_;
  std::uint64_t uses_ = 0;
};

}  // namespace tern::client
