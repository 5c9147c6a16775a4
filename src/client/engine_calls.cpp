// The app's calls.
#include <algorithm>

#include "base/utf8.hpp"
#include "client/composing.hpp"
#include "client/creation.hpp"
#include "client/engine_impl.hpp"
#include "client/history.hpp"
#include "client/members.hpp"
#include "client/registration.hpp"
#include "client/restart.hpp"
#include "client/roster.hpp"
#include "wire/content.hpp"

namespace tern::client {

Result<void> EngineImpl::call(Now now, const Work& work) {
  now_ = now;
  auto done = run(*device_, now, work);
  if (!done && is_storage(done.error().errc())) device_->link.close(done.error().errc());
  return done;
}

Result<void> EngineImpl::call(Now now, const ChatId& chat, const ChatWork& work) {
  TERN_TRY(find(chat));
  return call(now, [&](Step& step) { return work(step, *step.device.chats.find(chat)); });
}

void EngineImpl::ask(Now now, const ChatId& chat, const Done& done, const ChatWork& work) {
  const auto asked = call(now, chat, work);
  if (!asked && done) done(asked);
}

Result<const Chat*> EngineImpl::find(const ChatId& chat) const {
  const Chat* const found = std::as_const(device_->chats).find(chat);
  if (!found) return Error(Errc::not_found, "there is no chat " + chat.hex());
  return found;
}

Result<void> EngineImpl::set_relay_address(std::string_view address) {
  if (address == device_->record.relay_address) return {};
  return call(now_, [&](Step& step) -> Result<void> {
    auto& record = step.edit_device();
    record.relay_address = std::string(address);
    step.sync();
    return {};
  });
}

void EngineImpl::register_device(Now now, Done done) {
  const auto asked = call(now, [&](Step& step) { return registration::want(step, done); });
  if (!asked && done) done(asked);
}

Result<ChatId> EngineImpl::chat_with(Now now, const AccountId& peer) {
  if (peer == account_id())
    return Error(Errc::invalid_argument, "a chat of two takes another account than one's own");
  const auto id = crypto::pair_log_id(account_id(), peer);
  if (const auto known = find(id)) {
    // A chat that this device has lost all memory of: now it is known with whom it was.
    if (!known.value()->record.peer.is_zero()) return id;
    TERN_TRY(call(now, id, [&](Step& step, Chat& chat) -> Result<void> {
      auto& record = step.edit(chat);
      record.one_to_one = true;
      record.peer = peer;
      step.sync();
      step.look_at(chat);
      return {};
    }));
    return id;
  }
  TERN_TRY(call(now, [&](Step& step) { return creation::begin_pair(step, peer); }));
  return id;
}

Result<ChatId> EngineImpl::create_group(Now now, std::string_view title,
                                        std::span<const AccountId> members) {
  if (title.size() > limits::chat_title_bytes_max)
    return Error(Errc::too_long, "a title of " + std::to_string(title.size()) + " bytes; " +
                                     std::to_string(limits::chat_title_bytes_max) + " are allowed");
  if (!is_utf8(title)) return Errc::text_not_utf8;
  if (members.size() >= limits::chat_devices_max) return Errc::chat_too_large;
  const auto id = crypto::group_log_id(device_->entropy);
  TERN_TRY(call(now, [&](Step& step) { return creation::begin_group(step, id, title, members); }));
  return id;
}

Result<std::vector<MessageId>> EngineImpl::send_texts(Now now, const ChatId& chat,
                                                      std::span<const std::string_view> texts) {
  std::vector<Bytes> contents;
  for (const auto text : texts) {
    TERN_ASSIGN(auto content, composing::text_content(now, text));
    contents.push_back(std::move(content));
  }
  std::vector<MessageId> out;
  TERN_TRY(call(now, chat, [&](Step& step, Chat& to) -> Result<void> {
    TERN_ASSIGN(out, composing::queue(step, to, contents));
    return {};
  }));
  return out;
}

Result<MessageId> EngineImpl::send_custom(Now now, const ChatId& chat, std::string_view type,
                                          ByteSpan bytes) {
  TERN_ASSIGN(auto content, composing::custom_content(now, type, bytes));
  MessageId out;
  TERN_TRY(call(now, chat, [&](Step& step, Chat& to) -> Result<void> {
    TERN_ASSIGN(const auto ids, composing::queue(step, to, {content}));
    out = ids.front();
    return {};
  }));
  return out;
}

Result<void> EngineImpl::mark_read(Now now, const ChatId& chat) {
  return call(now, chat, [](Step& step, Chat& of) -> Result<void> {
    step.look_at(of);
    return composing::mark_read(step, of);
  });
}

Result<void> EngineImpl::cancel(Now now, const ChatId& chat, const MessageId& id) {
  return call(now, chat, [&](Step& step, Chat& in) { return composing::cancel(step, in, id); });
}

void EngineImpl::add_members(Now now, const ChatId& chat, std::span<const AccountId> members,
                             Done done) {
  ask(now, chat, done, [&](Step& step, Chat& to) { return members::add(step, to, members, done); });
}

void EngineImpl::remove_member(Now now, const ChatId& chat, const AccountId& member, Done done) {
  ask(now, chat, done,
      [&](Step& step, Chat& from) { return members::remove(step, from, member, done); });
}

void EngineImpl::leave(Now now, const ChatId& chat, Done done) {
  ask(now, chat, done, [&](Step& step, Chat& from) { return members::leave(step, from, done); });
}

void EngineImpl::restart(Now now, const ChatId& chat, Done done) {
  ask(now, chat, done, [&](Step& step, Chat& of) { return restart::want(step, of, done); });
}

}  // namespace tern::client
