#include "client/key_changes.hpp"

#include <algorithm>

#include "client/blob_rows.hpp"
#include "client/composing.hpp"
#include "client/contact_rows.hpp"
#include "client/creation.hpp"
#include "client/device_lists.hpp"
#include "client/history.hpp"
#include "client/reading.hpp"
#include "client/step.hpp"
#include "crypto/safety_number.hpp"

namespace tern::client::key_changes {
namespace {

bool confirms(const ContactRecord& contact) {
  return contact.state == ContactState::member && contact.new_key.is_zero() &&
         !contact.account_key.is_zero() && !contact.forgotten;
}

Result<std::vector<AccountId>> held(const ReadRows& rows) {
  std::vector<AccountId> out;
  TERN_ASSIGN(const auto contacts, contact_rows::all(rows));
  for (const auto& contact : contacts)
    if (!contact.new_key.is_zero()) out.push_back(account_of_key(contact.account_key));
  // Whoever has another number with their old key is reached by that.
  for (const auto& contact : contacts)
    if (confirms(contact)) std::erase(out, account_of_key(contact.account_key));
  return out;
}

Result<Chat*> chat_with(Step& step, const AccountId& peer) {
  const auto id = crypto::pair_log_id(step.device.account.id, peer);
  if (!step.device.chats.find(id)) TERN_TRY(creation::begin_pair(step, peer));
  return step.device.chats.find(id);
}

// The file's progress is told in the chat that it is sent in.
Result<void> move_blob(Step& step, ByteSpan content, const ChatId& to) {
  const auto blob = blob_in(content);
  if (!blob) return {};
  TERN_ASSIGN(auto record, blobs::get(step.rows, *blob));
  if (!record) return {};
  record->chat = to;
  return blobs::put(step.rows, *record);
}

Result<void> move_queued(Step& step, Chat& from, Chat& to) {
  TERN_ASSIGN(const auto waiting, outbox::all(step.rows, from.row));
  for (const auto& [number, row] : waiting) {
    if (row.kind != OutboxKind::message) continue;
    // At its head, with nothing under way, all that has left has been seen in the log.
    const bool settled = at_head(from) && !from.line.busy() && step.device.link.online();
    TERN_ASSIGN(const bool out, composing::may_be_out(step, from, row));
    if (out && !settled) continue;
    TERN_ASSIGN(const auto message, history::get(step.rows, from.row, queued_order(number)));
    if (!message) continue;
    TERN_TRY(history::erase(step.rows, from.row, queued_order(number), *message));
    TERN_TRY(outbox::erase(step.rows, from.row, number));
    auto& record = step.edit(from);
    if (record.queued > 0) --record.queued;
    TERN_TRY(move_blob(step, message->content, to.id()));
    TERN_TRY(composing::queue_as(step, to, row.id, message->content));
  }
  return {};
}

}  // namespace

Result<void> load(Device& device, const ReadRows& rows) {
  TERN_ASSIGN(device.contacts.held, held(rows));
  return {};
}

Result<void> note(Step& step) {
  TERN_ASSIGN(auto waiting, held(step.rows));
  step.then([&device = step.device, waiting = std::move(waiting), now = step.now] {
    const auto before = std::exchange(device.contacts.held, waiting);
    for (const auto& account : before)
      if (std::find(waiting.begin(), waiting.end(), account) == waiting.end())
        device.timers.wake(crypto::pair_log_id(device.account.id, account), now.mono_ms);
  });
  return {};
}

bool holds(const Device& device, const Chat& chat) {
  const auto& accounts = device.contacts.held;
  return chat.record.one_to_one &&
         std::find(accounts.begin(), accounts.end(), chat.record.peer) != accounts.end();
}

Result<ChatId> accept(Step& step, std::string_view number, const AccountId& account) {
  TERN_ASSIGN(auto contact, contact_rows::get(step.rows, number));
  if (!contact) return Errc::not_found;
  if (contact->new_key.is_zero())
    return Error(Errc::invalid_argument, "no new key of this contact waits to be accepted");
  if (account_of_key(contact->new_key) != account)
    return Error(Errc::key_changed, "the number has yet another key by now; compare that one");
  if (account == step.device.account.id)
    return Error(Errc::invalid_argument, "the number is this account's own now");
  TERN_ASSIGN(const auto before, contact_rows::get(step.rows, number));
  contact->account_key = std::exchange(contact->new_key, {});
  TERN_TRY(contact_rows::put(step.rows, *contact, &*before));
  step.sync();
  const auto old_account = account_of_key(before->account_key);
  TERN_ASSIGN(Chat* const to, chat_with(step, account_of_key(contact->account_key)));
  const auto old_chat = crypto::pair_log_id(step.device.account.id, old_account);
  TERN_ASSIGN(const auto still_theirs, contact_rows::with_account(step.rows, old_account));
  const bool reached_otherwise = still_theirs && confirms(*still_theirs);
  Chat* const from = reached_otherwise ? nullptr : step.device.chats.find(old_chat);
  if (from) {
    TERN_TRY(move_queued(step, *from, *to));
    step.emit(ChatChanged{from->id()});
    step.look_at(*from);
  }
  step.emit(ChatChanged{to->id()});
  TERN_TRY(note(step));
  return to->id();
}

std::string safety_number(const Device& device, const crypto::VerifyKey& key) {
  return crypto::safety_number(device.account.account_key.verify_key(), key);
}

namespace {

// Of the other in a chat of two: by their leaf's certificate.
Result<std::optional<crypto::VerifyKey>> key_in_chat(const Device& device,
                                                     const AccountId& account) {
  std::optional<crypto::VerifyKey> out;
  const auto id = crypto::pair_log_id(device.account.id, account);
  const auto* const chat = std::as_const(device.chats).find(id);
  if (!chat || chat->record.state != ChatState::active) return out;
  TERN_ASSIGN(const auto group, mls::Group::open(chat->records));
  TERN_ASSIGN(const auto members, group.members());
  for (const auto& member : members) {
    const auto certificate = wire::decode_device_certificate(member.credential.identity);
    if (certificate && account_of(certificate->account_key) == account)
      out = *crypto::VerifyKey::from(certificate->account_key);
  }
  return out;
}

}  // namespace

Result<crypto::VerifyKey> key_of(const Device& device, const ReadRows& rows,
                                 const AccountId& account) {
  TERN_ASSIGN(const auto list, device_lists::newest(rows, account));
  if (list) return *crypto::VerifyKey::from(list->account_key);
  TERN_ASSIGN(const auto contacts, contact_rows::all(rows));
  for (const auto& contact : contacts)
    for (const auto& key : {contact.account_key, contact.new_key})
      if (!key.is_zero() && account_of_key(key) == account) return key;
  TERN_ASSIGN(const auto seated, key_in_chat(device, account));
  if (seated) return *seated;
  return Errc::not_found;
}

}  // namespace tern::client::key_changes
