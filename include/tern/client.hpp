// tern::Client: the door of the library. Open a folder, and you have a messenger's engine.
//
//   auto client = tern::Client::open({.folder = "anna", .storage_key = key, .relay = at}).value();
//   client.register_device().wait(10s).value();
//   auto chat = client.chat_with(bo).value();
//   auto id = chat.send_text("Tot straks!").value();  // durable when it returns
//   while (auto event = client.wait_event(1s)) { … }
//
// Threads: every call may come from any thread and never waits for the network. The library owns
// one thread of its own. No exception leaves the library; nothing is printed.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tern/address_book.hpp"
#include "tern/bytes.hpp"
#include "tern/contact.hpp"
#include "tern/event.hpp"
#include "tern/limits.hpp"
#include "tern/live_listener.hpp"
#include "tern/media.hpp"
#include "tern/message.hpp"
#include "tern/pending.hpp"
#include "tern/result.hpp"
#include "tern/voice_player.hpp"

namespace tern {

class Chat;
class Contacts;

/// What Client::open() needs.
struct ClientOptions {
  /// Created (0700) when it does not exist. One process at a time has it open.
  std::filesystem::path folder;
  /// 32 bytes that the app keeps in the system's key store. Without them the folder is noise.
  std::span<const std::uint8_t> storage_key;
  /// tern://HOST:PORT/KEY as the relay prints it. Remembered; may be empty when reopening.
  std::string relay;
  /// Start without connecting; set_network(true) begins.
  bool start_offline = false;
};

/// What the connection to the relay is doing.
enum class Connection { offline, connecting, online };

/// The library's counters, for a status page or a bug report.
struct ClientStatistics {
  std::uint64_t store_commits = 0;  ///< storage transactions since open()
  std::uint64_t store_syncs = 0;    ///< those of them that waited for the disk
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t bytes_sent = 0;  ///< on the wire, encrypted
  std::uint64_t bytes_received = 0;
};

/// One device of one person. Move-only; closing or destroying it ends every wait.
class Client {
 public:
  /// Opens the folder, or makes one with a new account. Does not wait for the network.
  /// Errors: storage_*, address_invalid, invalid_argument (a key that is not 32 bytes).
  static Result<Client> open(const ClientOptions& options);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  /// Who this is: give it to others, so that they can write.
  AccountId account_id() const;
  DeviceId device_id() const;

  /// Makes this device known at the relay and publishes its key packages. Repeating it is
  /// harmless; once done it is remembered and renewed on its own.
  Pending<void> register_device();

  /// Has the relay send a code of six digits to this phone number (E.164: tern/phone_number.hpp
  /// makes one of what a person writes). The device is registered first, if it is not. Done when
  /// the code is on its way. Errors: number_invalid; rate_limited (3 an hour a number),
  /// verification_unavailable, connection_lost: later, again.
  Pending<void> register_number(std::string_view number);
  /// The code that came: from now on this account is found by the number. `pin` is for a number
  /// whose account has one. Errors: code_wrong, code_expired (ask for another), pin_wrong.
  Pending<void> confirm(std::string_view code, std::string_view pin = {});
  /// The confirmed number, E.164; empty without one.
  std::string number() const;
  /// Nobody registers this number on another account without the PIN, until no device of this
  /// account has been seen for 30 days. Empty: without one again; another number begins without
  /// one too. Errors: number_not_confirmed.
  Pending<void> set_registration_pin(std::string_view pin);
  /// The relay forgets this account: its number, its key packages, inboxes, files. What is on this
  /// device stays until the app removes the folder; nothing more comes or goes.
  Pending<void> delete_account();

  Contacts contacts() const;
  /// 60 digits, alike for both, to be compared by voice or on paper: alike only if nobody is in
  /// between. Errors: not_found (their key is not known here yet).
  Result<std::string> safety_number(const AccountId& account) const;

  /// The one-to-one chat with `peer`; made here at once, set up with the relay when there is one.
  /// Errors: invalid_argument (oneself).
  Result<Chat> chat_with(const AccountId& peer);
  /// A new group of these people and oneself as its admin. `title` at most 256 bytes of UTF-8.
  Result<Chat> create_group(std::string_view title, std::span<const AccountId> members);
  /// Errors: not_found.
  Result<Chat> chat(const ChatId& id);
  /// All chats, the one with the newest message first.
  Result<std::vector<ChatInfo>> chats() const;

  /// The next event, if one is there. Never waits.
  std::optional<Event> poll_event();
  /// The next event; nullopt when `wait` passes or the client is closed.
  std::optional<Event> wait_event(std::chrono::milliseconds wait);
  /// Called (on the library's thread, quickly please) when an event came into an empty queue.
  void on_event(std::function<void()> wake_up);

  Connection connection() const;
  /// The app's word on the network: true also means "try at once" (e.g. another Wi-Fi).
  void set_network(bool available);
  ClientStatistics statistics() const;

  /// Everything that has not reached the relay, oldest first.
  Result<std::vector<Message>> pending() const;

  /// Recordings that were not sent: finished with OnFinish::keep, or cut off when a program ended.
  /// Oldest first.
  Result<std::vector<VoiceDraft>> drafts() const;
  /// Goes on with one that was cut off. Decodes it: about 4 ms a second of speech. Errors:
  /// not_found, too_late (it is finished), invalid_argument (it is being recorded, or the
  /// settings), ogg_*, opus_*.
  Result<VoiceRecording> resume_draft(const MessageId& id, const VoiceSettings& settings = {},
                                      OnFinish on_finish = OnFinish::send);
  /// Queues one in its chat; one that was cut off ends where it was cut, and is decoded first.
  /// Errors: not_found (one that is still being recorded, too), chat_left, voice_empty,
  /// resume_draft()'s.
  Result<void> send_draft(const MessageId& id);
  /// Errors: not_found, invalid_argument (it is being recorded: discard() is its recorder's).
  Result<void> discard_draft(const MessageId& id);
  /// What was recorded. Errors: not_found (one that is still being recorded, too); of one that was
  /// cut off also voice_empty, and VoicePlayer::open()'s.
  Result<VoicePlayer> play_draft(const MessageId& id, const PlayerSettings& settings = {}) const;

  /// Lets go of every lock and the connection, so that another process may open the folder; calls
  /// answer `closed` until resume().
  Result<void> suspend();
  Result<void> resume();
  /// As suspend(), for good. No event comes after it returns.
  void close();

 private:
  friend class Chat;
  friend class Contacts;
  struct Impl;
  explicit Client(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// A chat of one Client: a small handle to copy freely. Outliving the client is fine: calls then
/// answer `closed`.
class Chat {
 public:
  const ChatId& id() const noexcept { return id_; }
  Result<ChatInfo> info() const;

  /// Queues a text: on the disk when it returns, sent when there is a line. At most 64 KiB of
  /// UTF-8, or text_too_long, text_not_utf8. Also chat_left.
  Result<MessageId> send_text(std::string_view text);
  /// Queues many in one transaction, in this order; all or none.
  Result<std::vector<MessageId>> send_texts(std::span<const std::string_view> texts);
  /// An app's own content, carried without being read. `type` at most 128 bytes.
  Result<MessageId> send_custom(std::string_view type, ByteSpan bytes);

  /// Records a voice message: push() samples into the recorder; finish() queues it, durable when it
  /// returns, and takes the same few milliseconds however long it is, except with trim_silence and
  /// over a second of silence at the end: then it reads all of it again. Errors: chat_left,
  /// invalid_argument (the settings).
  Result<VoiceRecording> record_voice(const VoiceSettings& settings = {},
                                      OnFinish on_finish = OnFinish::send);
  /// The same, and whoever is online hears it while it is spoken: hard CBR, packets of 240 ms (or
  /// less), so that their lengths say nothing. What finish() queues replaces it for everybody, and
  /// is all that the others get. While there is no line it is recorded all the same. Silence is not
  /// trimmed. Errors: record_voice()'s; invalid_argument (packet_frames), live_ended.
  Result<VoiceRecording> start_live_voice(const LiveSettings& settings = {});
  /// Listens to a LiveStarted. Errors: not_found (over for long), invalid_argument (the rate).
  Result<LiveListener> listen(const MessageId& live, std::uint32_t sample_rate = 48'000) const;
  /// Sends a file of sound, Ogg Opus or WAV, as a voice message. Decodes and encodes it on the
  /// caller's thread, as import_voice() does. Errors: import_voice()'s, chat_left.
  Result<MessageId> send_voice(ByteSpan file, const VoiceSettings& settings = {});
  /// Queues a file or an image: its bytes are in the folder, encrypted, when it returns. At most
  /// 100 MiB. Errors: file_io, invalid_argument (empty), blob_too_large, too_long (name, type or
  /// thumbnail), malformed (a name that is none), text_not_utf8, chat_left.
  Result<MessageId> send_file(const FileToSend& file);
  /// Brings a message's file, or tries again what has failed; MediaChanged tells how far it is.
  /// Voice messages of up to 8 MiB come without being asked for, as long as fewer than 512 blobs
  /// are on their way, and fewer than 64 of their sender's device. Errors: not_found.
  Result<void> fetch(const Message& message);
  /// A voice message, also while it is still arriving. Errors: not_found; blob_damaged (not the
  /// packets that its sender has hashed); VoicePlayer::open()'s.
  Result<VoicePlayer> play(const Message& message, PlayerSettings settings = {}) const;
  /// Writes a message's file, or the sound of a voice message, to `path`, decrypted; it appears
  /// there whole. Errors: not_found, media_not_here, blob_damaged, file_io.
  Result<void> save(const Message& message, const std::filesystem::path& path) const;

  /// A page of the history, oldest first: the last `count` messages before `before` (nullopt: the
  /// newest). Own messages that have no place in the log yet come last.
  Result<std::vector<Message>> history(std::size_t count,
                                       std::optional<HistoryPosition> before = {}) const;
  Result<Message> message(const MessageId& id) const;

  /// Everything up to now has been seen by a person: tells the others, batched.
  Result<void> mark_read();
  /// Takes back what has not left: `cancelled`, or the error too_late.
  Result<void> cancel(const MessageId& id);

  /// Groups: errors not_member, policy_violated, chat_too_large. Done when the group has it.
  Pending<void> add(std::span<const AccountId> members);
  Pending<void> remove(const AccountId& member);
  /// Leaves; the history stays. Done when the others were told.
  Pending<void> leave();
  /// Begins anew, with the same members and the same history, when this device waits to be added
  /// again (ChatState::split) and whoever could do it is not there. A chat of two does so on its
  /// own after a day, and any chat as soon as all of its devices wait. Everybody is shown it
  /// (ChatRestarted). Done when the chat can be followed again, by this or because somebody was
  /// there after all. Errors: invalid_argument (it can be followed), policy_violated (a group's
  /// admins may, either of two), chat_left.
  Pending<void> restart();

 private:
  friend class Client;
  Chat(std::weak_ptr<Client::Impl> client, ChatId id) : client_(std::move(client)), id_(id) {}
  std::weak_ptr<Client::Impl> client_;
  ChatId id_;
};

/// The people of one's address book, and which of them can be written to. A small handle to copy
/// freely. No number, no hash of one and no name leaves the device (docs/contact-sync.md).
///
///   auto book = tern::read_vcards(file).value();
///   auto found = client.contacts().sync(book, {.default_region = "BE"}).wait(60s).value();
///   for (const auto& contact : found.members) client.chat_with(*contact.account);
class Contacts {
 public:
  /// Finds out who of these can be written to. What is known already costs nothing; the rest is
  /// asked for in batches, and ContactsProgress tells how far it is. The names and numbers are
  /// sealed on this device when the call returns; the answer needs a line. At most 20,000 entries.
  /// Errors: too_long (entries, a name), text_not_utf8 (a name), number_not_confirmed,
  /// account_deleted; directory_key_changed, directory_damaged, oprf_… (the relay does not do as it
  /// says: nothing of it was used), and what the relay refuses with.
  Pending<SyncResult> sync(std::span<const AddressBookEntry> book, const SyncOptions& options = {});
  /// Asks for what has changed since. Done on its own every few hours too.
  Pending<void> refresh();

  /// All of them, by name, then number.
  Result<std::vector<Contact>> list() const;
  /// Errors: not_found.
  Result<Contact> find(std::string_view number) const;
  /// Whose name an account has here. Errors: not_found.
  Result<Contact> find(const AccountId& account) const;
  /// Takes a number out of the address book. The key that it had is remembered (sealed), so that a
  /// number that is put back and has another one is told of. Errors: not_found.
  Result<void> remove(std::string_view number);

  /// From now on nothing of theirs is shown, they are told of nothing, and a chat that they begin
  /// does not begin.
  Result<void> block(const AccountId& account);
  Result<void> unblock(const AccountId& account);
  Result<std::vector<AccountId>> blocked() const;

  /// The number's new key is this person's: `account` is Contact::new_account as it was shown, so
  /// that nobody accepts a key that they have not looked at. The contact is that account from now
  /// on, and what waited in the chat with the old one is sent in the chat with it, whose id is the
  /// answer. Errors: not_found, invalid_argument (nothing waits, or it is this account itself),
  /// key_changed (the number has yet another key by now).
  Result<ChatId> accept_key_change(std::string_view number, const AccountId& account);

 private:
  friend class Client;
  explicit Contacts(std::weak_ptr<Client::Impl> client) : client_(std::move(client)) {}
  std::weak_ptr<Client::Impl> client_;
};

}  // namespace tern
