// The engine behind client/engine.hpp: every input becomes one step.
#pragma once

#include "client/device.hpp"
#include "client/engine.hpp"
#include "client/step.hpp"

namespace tern::client {

class EngineImpl final : public Engine {
 public:
  explicit EngineImpl(std::unique_ptr<Device> device) : device_(std::move(device)) {}
  /// Every chat as it stands in the store. Messages are not read.
  Result<void> load(Now now);

  AccountId account_id() const override { return device_->account.id; }
  DeviceId device_id() const override { return device_->account.device; }
  const crypto::DhKeyPair& transport_key() const override { return device_->account.transport; }
  std::string relay_address() const override { return device_->record.relay_address; }
  Result<void> set_relay_address(std::string_view address) override;

  void link_up(Now now) override;
  void link_down(Now now) override;
  void receive(Now now, ByteSpan frame) override;
  void link_moved(std::int64_t mono_ms) override { device_->link.moved(mono_ms); }
  void tick(Now now) override;
  std::int64_t next_deadline() const override;
  std::optional<Output> next_output() override { return device_->link.next_output(); }
  bool wants_link() const override;
  bool settled() const override;
  std::optional<Event> next_event() override { return device_->events.next(); }

  void register_device(Now now, Done done) override;
  Result<ChatId> chat_with(Now now, const AccountId& peer) override;
  Result<ChatId> create_group(Now now, std::string_view title,
                              std::span<const AccountId> members) override;
  Result<ChatInfo> chat_info(const ChatId& chat) const override;
  Result<std::vector<ChatInfo>> chats() const override;
  Result<std::vector<MessageId>> send_texts(Now now, const ChatId& chat,
                                            std::span<const std::string_view> texts) override;
  Result<MessageId> send_custom(Now now, const ChatId& chat, std::string_view type,
                                ByteSpan bytes) override;
  Result<std::vector<Message>> history(const ChatId& chat, std::size_t count,
                                       std::optional<HistoryPosition> before) const override;
  Result<Message> message(const ChatId& chat, const MessageId& id) const override;
  Result<std::vector<Message>> pending() const override;
  Result<void> mark_read(Now now, const ChatId& chat) override;
  Result<void> cancel(Now now, const ChatId& chat, const MessageId& id) override;
  void add_members(Now now, const ChatId& chat, std::span<const AccountId> members,
                   Done done) override;
  void remove_member(Now now, const ChatId& chat, const AccountId& member, Done done) override;
  void leave(Now now, const ChatId& chat, Done done) override;
  void restart(Now now, const ChatId& chat, Done done) override;

  void request_code(Now now, std::string_view number, Done done) override;
  void confirm_number(Now now, std::string_view code, std::string_view pin, Done done) override;
  void set_pin(Now now, std::string_view pin, Done done) override;
  void delete_account(Now now, Done done) override;
  std::string number() const override;
  void sync_contacts(Now now, std::span<const Contact> book, bool replace, SyncDone done) override;
  void refresh_contacts(Now now, Done done) override;
  Result<std::vector<Contact>> contacts() const override;
  Result<Contact> contact(std::string_view number) const override;
  Result<Contact> contact(const AccountId& account) const override;
  Result<void> remove_contact(Now now, std::string_view number) override;
  Result<void> block(Now now, const AccountId& account, bool blocked) override;
  Result<std::vector<AccountId>> blocked() const override;
  Result<ChatId> accept_key_change(Now now, std::string_view number,
                                   const AccountId& account) override;
  Result<std::string> safety_number(const AccountId& account) const override;

  Result<MessageId> begin_draft(Now now, const ChatId& chat, DraftKind kind) override;
  Result<void> write_draft(Now now, const MessageId& id, std::uint64_t at, ByteSpan content,
                           std::uint64_t settled) override;
  Result<void> claim_draft(const MessageId& id) override;
  void release_draft(const MessageId& id) override { device_->recording->erase(id); }
  Result<void> cut_draft(Now now, const MessageId& id, std::uint64_t keep) override;
  Result<void> finish_voice(Now now, const MessageId& id, const VoiceEnding& ending,
                            OnFinish then) override;
  Result<void> send_draft(Now now, const MessageId& id) override;
  Result<void> finish_file(Now now, const MessageId& id, const FileToSend& details) override;
  Result<void> discard_draft(Now now, const MessageId& id) override;
  Result<std::vector<VoiceDraft>> drafts() const override;
  Result<bool> draft_is_finished(const MessageId& id) const override;
  Result<SecretBytes> draft_content(const MessageId& id) const override;
  Result<void> start_live(Now now, const MessageId& draft, const ChatId& chat,
                          std::uint32_t packet_frames) override;
  Result<void> say_live(Now now, const MessageId& draft,
                        const std::vector<Bytes>& opus_packets) override;
  Result<Heard> take_live(const ChatId& chat, const MessageId& stream) override;
  Result<void> fetch(Now now, const ChatId& chat, const MessageId& id,
                     const std::optional<DeviceId>& device = {}) override;
  Result<MediaAccess> open_media(const ChatId& chat, const MessageId& id,
                                 const std::optional<DeviceId>& device = {}) const override;
  Result<MediaChunk> media_chunk(const BlobId& blob, std::uint32_t number) const override;

 private:
  using Work = std::function<Result<void>(Step&)>;
  using ChatWork = std::function<Result<void>(Step&, Chat&)>;
  /// A call of the app: its error is the call's. When the disk failed the link goes too, for what
  /// was under way on it is no longer known.
  Result<void> call(Now now, const Work& work);
  Result<void> call(Now now, const ChatId& chat, const ChatWork& work);
  /// Input from the link or the clock: an error ends the link.
  void input(Now now, const Work& work);
  /// A call that is answered later: errors go to `done`.
  void ask(Now now, const ChatId& chat, const Done& done, const ChatWork& work);
  void look_at_due_chats(Now now);
  void take_frame(Now now, const wire::ServerFrame& frame);
  Result<const Chat*> find(const ChatId& chat) const;
  Result<ChatInfo> info_of(const ReadRows& rows, const Chat& chat) const;
  Result<void> load_rows(std::vector<MessageId>& orphans);
  Result<void> drop_orphans(Now now, const std::vector<MessageId>& orphans);
  Result<bool> nothing_under_way(const ReadRows& rows, const Chat& chat) const;

  std::unique_ptr<Device> device_;
  Now now_;  ///< of the last input
};

}  // namespace tern::client
