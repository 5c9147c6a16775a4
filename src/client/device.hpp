// What the parts of one engine share: the device's keys, its chats, its link and its disk.
#pragma once

#include "client/account.hpp"
#include "client/authentication.hpp"
#include "client/chat.hpp"
#include "client/commit_rate.hpp"
#include "client/contacts.hpp"
#include "client/device_record.hpp"
#include "client/engine.hpp"
#include "client/event_queue.hpp"
#include "client/link.hpp"
#include "client/live.hpp"
#include "client/numbers.hpp"
#include "client/timers.hpp"
#include "client/transfers.hpp"

namespace tern::client {

/// What the present link knows of the inbox.
struct InboxLine {
  bool known = false;
  std::uint64_t head = 0;
  bool reading = false;
  std::uint64_t read_from = 0;       ///< of the read under way, or the last
  std::int64_t retry_at = never_ms;  ///< monotonic; the relay has left something out
  /// What stood in it when this link was resumed: of its chats the relay has told.
  std::uint64_t resumed_head = 0;
};

/// A Welcome that cannot be opened, to a chat that is not known here, on a link that was resumed
/// before it came. Only the answer to another resume says that this device is in that chat; seldom,
/// for anybody may send such Welcomes.
struct Relink {
  static constexpr std::int64_t interval_ms = 600'000;
  std::int64_t due_at = never_ms;  ///< monotonic, as is the next
  std::int64_t earliest_at = INT64_MIN;
  /// Logs that are not known here and have news for this device, the first so many. Their Welcomes
  /// have until then to come.
  static constexpr std::size_t strangers_max = 64;
  std::set<LogId> strangers;
  std::int64_t strangers_until = never_ms;
};

/// With whom this device may have a chat of two, by the log that it would be in (pairs.hpp).
struct Peers {
  std::unordered_map<LogId, AccountId> by_log;
  std::int64_t made_ms = never_ms;  ///< monotonic; never_ms: not yet
};

/// Reads under way, and the chats that wait for one of them to end: a device that comes back after
/// a week does not ask for a thousand logs at once, and a long one takes turns with the others.
struct Reads {
  static constexpr std::size_t at_once = 8;
  std::size_t under_way = 0;
  std::deque<ChatId> waiting;
  const Chat* turn = nullptr;  ///< whose it is at this moment
};

/// What was applied and will be acknowledged to the relay, when it may be and not at once.
struct Acks {
  std::unordered_map<ChatId, std::uint64_t> lazy;     ///< applied, perhaps not on the disk yet
  std::unordered_map<ChatId, std::uint64_t> durable;  ///< to be told
  std::int64_t due_at = never_ms;
};

/// What the relay knows of this device, on the present link.
struct Standing {
  bool registered = false;
  std::uint32_t key_packages_left = 0;
  std::int64_t retry_at = INT64_MIN;  ///< monotonic
  /// Of the last publication, when it replaced the last-resort KeyPackage.
  std::optional<mls::KeyPackageRef> last_resort;
};

struct Device {
  Device(store::Environment& its_environment, const store::StorageKey& key, Entropy& its_entropy,
         const EngineConfig& its_config, std::shared_ptr<DraftClaims> claims, Account its_account)
      : environment(its_environment),
        sealer(key, its_entropy),
        entropy(its_entropy),
        config(its_config),
        open_rows(environment, sealer),
        authentication(open_rows, sealer),
        account(std::move(its_account)),
        link(config.request_timeout_ms),
        commit_rate(config.commit_interval_ms, config.commit_burst),
        recording(std::move(claims)) {}

  store::Environment& environment;
  const store::Sealer sealer;
  Entropy& entropy;
  const EngineConfig config;
  OpenRows open_rows;
  Authentication authentication;
  const Account account;
  DeviceRecord record;
  ChatTable chats;

  Link link;
  InboxLine inbox;
  std::uint64_t inbox_left_out = 0;  ///< the seq that the relay does not give, as the app was told
  Relink relink;
  Peers peers;
  Reads reads;
  Standing standing;
  Acks acks;
  std::vector<wire::LogHead> strangers;  ///< logs that this device is in and does not follow
  EventQueue events;
  Timers timers;
  CommitRate commit_rate;
  Transfers transfers;
  Lives lives;
  ContactSync contacts;
  NumberCalls numbers;
  const std::shared_ptr<DraftClaims> recording;
  std::vector<Engine::Done> registration_waiters;
};

}  // namespace tern::client
