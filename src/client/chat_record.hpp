// What is kept of a chat: one small row that every batch rewrites, whatever the chat's size.
#pragma once

#include <string>

#include "crypto/secret.hpp"
#include "tern/message.hpp"
#include "wire/entry.hpp"

namespace tern::client {

/// 8 bytes that name one epoch of one group, so that a ciphertext can be told to be of it:
/// numbers would not do, for two commits may lead to two groups of one number.
using EpochTag = FixedBytes<struct EpochTagTag, 8>;

struct ChatRecord {
  ChatId id;
  bool one_to_one = true;
  AccountId peer;  ///< one-to-one: the other
  std::string title;
  ChatState state = ChatState::setting_up;

  // -- the log, as far as it is applied
  std::uint32_t generation = 0;
  std::uint64_t cursor = 0;
  wire::LogHash hash;       ///< running hash at `cursor`
  std::uint64_t base = 0;   ///< seq of the newest handshake entry
  wire::LogHash base_hash;  ///< running hash at it
  std::uint64_t joined_seq = 0;

  // -- the group
  std::uint64_t epoch = 0;
  Bytes epoch_authenticator;
  std::uint32_t devices = 0;
  /// An own commit stands in tables::commits.
  bool commit_pending = false;
  /// A commit that everybody skipped changed the relay's access list: somebody must set it right.
  bool access_repair = false;
  /// This device has asked to be let out.
  bool leaving = false;

  // -- messages
  std::uint64_t next_number = 1;  ///< of the outbox
  std::uint64_t queued = 0;       ///< own messages that are not in the log
  std::uint64_t unread = 0;
  std::int64_t newest_ms = 0;
  bool newest_is_mine = false;  ///< whose turn it was

  // -- receipts
  std::uint64_t read_here = 0;        ///< a person here has seen everything up to this seq
  std::uint64_t newest_received = 0;  ///< seq of the newest message of somebody else
  std::uint64_t told_delivered = 0;   ///< what the others were told
  std::uint64_t told_read = 0;
  std::uint64_t delivered_to_all = 0;  ///< own messages up to here are with everybody
  std::uint64_t read_by_all = 0;
  std::uint32_t told_directory = 0;  ///< the directory's epoch whose key the others were told

  // -- healing
  std::uint32_t sent_since_update = 0;
  std::int64_t updated_ms = 0;  ///< Unix time of the newest own path

  // -- when things went wrong
  bool forked = false;  ///< the app was told that members see different logs
  /// The relay's seal of `cursor`, `hash`, `base`, `base_hash` and `generation` (wire::SealedHead);
  /// 0: none.
  std::uint64_t seal = 0;
  bool rolled_back = false;     ///< the app was told that the relay has lost entries
  bool restart_wanted = false;  ///< the app has asked for a new group
  /// The log was crossed at a hole, and nothing of anybody else's has opened since.
  bool unsure = false;
  wire::RejoinRequest::Reason rejoin_reason = wire::RejoinRequest::Reason::split;
  std::int64_t rejoin_asked_ms = 0;   ///< Unix time; 0: not asked since the last join
  std::uint32_t rejoins_waiting = 0;  ///< requests of others that nobody has answered
  std::uint64_t leaf_time = 0;  ///< of the newest leaf made for this chat, in a commit or a request
  std::uint32_t leaf_generation = 0;  ///< of the log, that it was made for
  bool renew_leaf = false;            ///< the one in the tree is older than that
  std::uint64_t gap_first = 0;  ///< entries that a rejoin skipped: authors may send them again
  std::uint64_t gap_last = 0;
};

/// To the handshake entry that brings this device (back) in; what went wrong before is over.
void enter_log(ChatRecord& record, std::uint32_t generation, std::uint64_t seq,
               const wire::LogHash& hash);

crypto::SecretBytes encode(const ChatRecord& record);
/// Errors: storage_damaged.
Result<ChatRecord> decode_chat_record(ByteSpan bytes);

}  // namespace tern::client
