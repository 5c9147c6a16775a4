// The client's engine: everything a device does, without a socket, a clock or a thread.
//
// Inputs are method calls with the time; outputs are drained with next_output(), next_event();
// next_deadline() says when to call tick() at the latest. What an output says has been true on the
// disk before it appears (persist, then transmit). A failed storage transaction leaves the engine
// as it was before the input: it drops what it had in memory and reads it again.
//
// Thread: none; one strand calls it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_set>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "client/draft_record.hpp"
#include "client/live.hpp"
#include "client/media_reading.hpp"
#include "crypto/dh.hpp"
#include "store/port.hpp"
#include "store/sealed.hpp"
#include "tern/contact.hpp"
#include "tern/event.hpp"
#include "tern/limits.hpp"
#include "tern/media.hpp"
#include "tern/result.hpp"

namespace tern::client {

/// Timings and amounts of the design's section 4, to be changed only by tests.
struct EngineConfig {
  std::int64_t receipt_delay_ms = 1'000;    ///< receipts are batched at least this long
  std::int64_t heal_interval_ms = 60'000;   ///< between self-updates when the turn changes
  std::int64_t commit_interval_ms = 5'000;  ///< one commit each, after the burst
  std::uint32_t commit_burst = 5;
  std::int64_t request_timeout_ms = 30'000;      ///< an answer that takes longer: a dead link
  std::int64_t rejoin_interval_ms = 86'400'000;  ///< a device asks at most this often per chat
  std::int64_t rejoin_jitter_ms = 2'000;         ///< who answers a rejoin waits up to this long
  bool send_receipts = true;
  std::size_t key_packages_published = limits::key_packages_published;
  std::size_t key_packages_refill_below = limits::key_packages_refill_below;
};

/// To the link. Frames are whole, unencrypted frames of codecs/wire.
struct SendFrame {
  Bytes frame;
};
/// The relay broke the protocol or does not answer, or the disk refuses: drop the connection.
struct CloseLink {
  Errc reason = Errc::internal;
};
using Output = std::variant<SendFrame, CloseLink>;

/// Drafts that somebody writes. Whoever writes may do so through many engines on one folder, one
/// after the other.
using DraftClaims = std::unordered_set<MessageId>;

class Engine {
 public:
  /// Opens the tables in `environment`, or makes a new account and device in one transaction.
  /// `environment` and `entropy` outlive the engine. Errors: storage_*.
  static Result<std::unique_ptr<Engine>> open(
      Now now, store::Environment& environment, const store::StorageKey& key, Entropy& entropy,
      const EngineConfig& config = {},
      std::shared_ptr<DraftClaims> claims = std::make_shared<DraftClaims>());
  virtual ~Engine() = default;

  // -- who this is
  virtual AccountId account_id() const = 0;
  virtual DeviceId device_id() const = 0;
  virtual const crypto::DhKeyPair& transport_key() const = 0;
  /// The relay's address, kept in the folder. Empty until set.
  virtual std::string relay_address() const = 0;
  virtual Result<void> set_relay_address(std::string_view address) = 0;

  // -- the link
  virtual void link_up(Now now) = 0;
  virtual void link_down(Now now) = 0;
  virtual void receive(Now now, ByteSpan frame) = 0;
  /// Bytes came, or were taken, at `mono_ms`, though no frame may be whole yet: a slow link is not
  /// a dead one.
  virtual void link_moved(std::int64_t mono_ms) = 0;
  virtual void tick(Now now) = 0;
  /// On the monotonic clock; never_ms when there is nothing to wait for.
  virtual std::int64_t next_deadline() const = 0;
  virtual std::optional<Output> next_output() = 0;
  /// Something waits to be sent: a reason to connect at once.
  virtual bool wants_link() const = 0;
  /// Online, resumed, every log applied to its head and nothing of one's own under way.
  virtual bool settled() const = 0;

  virtual std::optional<Event> next_event() = 0;

  // -- the app's calls (tern/client.hpp has their meaning). Durable when they return.
  using Done = std::function<void(Result<void>)>;
  virtual void register_device(Now now, Done done) = 0;
  virtual Result<ChatId> chat_with(Now now, const AccountId& peer) = 0;
  virtual Result<ChatId> create_group(Now now, std::string_view title,
                                      std::span<const AccountId> members) = 0;
  virtual Result<ChatInfo> chat_info(const ChatId& chat) const = 0;
  virtual Result<std::vector<ChatInfo>> chats() const = 0;
  virtual Result<std::vector<MessageId>> send_texts(Now now, const ChatId& chat,
                                                    std::span<const std::string_view> texts) = 0;
  virtual Result<MessageId> send_custom(Now now, const ChatId& chat, std::string_view type,
                                        ByteSpan bytes) = 0;
  virtual Result<std::vector<Message>> history(const ChatId& chat, std::size_t count,
                                               std::optional<HistoryPosition> before) const = 0;
  virtual Result<Message> message(const ChatId& chat, const MessageId& id) const = 0;
  virtual Result<std::vector<Message>> pending() const = 0;
  virtual Result<void> mark_read(Now now, const ChatId& chat) = 0;
  virtual Result<void> cancel(Now now, const ChatId& chat, const MessageId& id) = 0;
  virtual void add_members(Now now, const ChatId& chat, std::span<const AccountId> members,
                           Done done) = 0;
  virtual void remove_member(Now now, const ChatId& chat, const AccountId& member, Done done) = 0;
  virtual void leave(Now now, const ChatId& chat, Done done) = 0;
  virtual void restart(Now now, const ChatId& chat, Done done) = 0;

  // -- phone numbers and contacts (tern/client.hpp, tern/contact.hpp); numbers are E.164
  virtual void request_code(Now now, std::string_view number, Done done) = 0;
  virtual void confirm_number(Now now, std::string_view code, std::string_view pin, Done done) = 0;
  virtual void set_pin(Now now, std::string_view pin, Done done) = 0;
  virtual void delete_account(Now now, Done done) = 0;
  virtual std::string number() const = 0;
  using SyncDone = std::function<void(Result<SyncResult>)>;
  /// Of each contact `number`, `name` and `written` count.
  virtual void sync_contacts(Now now, std::span<const Contact> book, bool replace,
                             SyncDone done) = 0;
  virtual void refresh_contacts(Now now, Done done) = 0;
  virtual Result<std::vector<Contact>> contacts() const = 0;
  virtual Result<Contact> contact(std::string_view number) const = 0;
  virtual Result<Contact> contact(const AccountId& account) const = 0;
  virtual Result<void> remove_contact(Now now, std::string_view number) = 0;
  virtual Result<void> block(Now now, const AccountId& account, bool blocked) = 0;
  virtual Result<std::vector<AccountId>> blocked() const = 0;
  virtual Result<ChatId> accept_key_change(Now now, std::string_view number,
                                           const AccountId& account) = 0;
  virtual Result<std::string> safety_number(const AccountId& account) const = 0;

  // -- recordings and files (tern/media.hpp). What was written is durable when a voice draft's call
  // returns; a file's with the call that finishes it.
  virtual Result<MessageId> begin_draft(Now now, const ChatId& chat, DraftKind kind) = 0;
  /// More content; of all of it the first `settled` bytes will not be cut.
  virtual Result<void> write_draft(Now now, const MessageId& id, std::uint64_t at, ByteSpan content,
                                   std::uint64_t settled) = 0;
  /// begin_draft()'s caller alone writes it until release_draft(). Errors: not_found,
  /// invalid_argument (it is being recorded).
  virtual Result<void> claim_draft(const MessageId& id) = 0;
  virtual void release_draft(const MessageId& id) = 0;
  virtual Result<void> cut_draft(Now now, const MessageId& id, std::uint64_t keep) = 0;
  /// Ends a recording and, if wanted, queues it in the same transaction.
  virtual Result<void> finish_voice(Now now, const MessageId& id, const VoiceEnding& ending,
                                    OnFinish then) = 0;
  virtual Result<void> send_draft(Now now, const MessageId& id) = 0;
  virtual Result<void> finish_file(Now now, const MessageId& id, const FileToSend& details) = 0;
  virtual Result<void> discard_draft(Now now, const MessageId& id) = 0;
  virtual Result<std::vector<VoiceDraft>> drafts() const = 0;
  virtual Result<bool> draft_is_finished(const MessageId& id) const = 0;
  virtual Result<crypto::SecretBytes> draft_content(const MessageId& id) const = 0;
  /// What the recorder of `draft` makes is also heard now, by tern/media.hpp's LiveSettings.
  virtual Result<void> start_live(Now now, const MessageId& draft, const ChatId& chat,
                                  std::uint32_t packet_frames) = 0;
  /// The next live packet; with no Opus packet in it: the end.
  virtual Result<void> say_live(Now now, const MessageId& draft,
                                const std::vector<Bytes>& opus_packets) = 0;
  virtual Result<Heard> take_live(const ChatId& chat, const MessageId& stream) = 0;
  virtual Result<void> fetch(Now now, const ChatId& chat, const MessageId& id,
                             const std::optional<DeviceId>& device = {}) = 0;
  virtual Result<MediaAccess> open_media(const ChatId& chat, const MessageId& id,
                                         const std::optional<DeviceId>& device = {}) const = 0;
  virtual Result<MediaChunk> media_chunk(const BlobId& blob, std::uint32_t number) const = 0;
};

}  // namespace tern::client
