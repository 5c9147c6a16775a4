#include "client/creation.hpp"

#include <algorithm>

#include "client/append_draft.hpp"
#include "client/applying.hpp"
#include "client/blocks.hpp"
#include "client/chat_work.hpp"
#include "client/claims.hpp"
#include "client/commit_attempts.hpp"
#include "client/inbox.hpp"
#include "client/joining.hpp"
#include "client/key_packages.hpp"
#include "client/leaving.hpp"
#include "client/membership.hpp"
#include "client/policy.hpp"
#include "client/reading.hpp"
#include "client/rejoin.hpp"

namespace tern::client::creation {
namespace {

Policy policy_of(const Step& step, const ChatRecord& record) {
  Policy out;
  out.title = record.title;
  out.one_to_one = record.one_to_one;
  if (!record.one_to_one) out.admins = {step.device.account.id};
  return out;
}

bool has_claimed(const Chat& chat, const AccountId& account) {
  return std::any_of(chat.claimed.begin(), chat.claimed.end(),
                     [&](const ClaimedKeyPackage& claimed) { return claimed.account == account; });
}

CommitPlan first_commit(const Step& step, const Chat& chat) {
  const auto& record = chat.record;
  CommitPlan out;
  // Alone is no chat of two; a group may begin with whom it can reach.
  out.needed = !record.one_to_one;
  for (const auto& claimed : chat.claimed) {
    if (out.add.size() == limits::adds_per_commit_max) break;
    // Whatever the relay has handed out: a chat of two is of this account and the peer.
    if (record.one_to_one && claimed.account != record.peer &&
        claimed.account != step.device.account.id)
      continue;
    out.add.push_back(claimed);
  }
  return out;
}

Result<bool> make_group(Step& step, Chat& chat) {
  auto& device = step.device;
  TERN_ASSIGN(auto group,
              mls::Group::create(group_id_of(chat.id(), chat.record.generation),
                                 device.account.identity, key_package_lifetime(step.now),
                                 extensions_with(policy_of(step, chat.record)), device.entropy));
  return commits::make_what_can_be(step, chat, group, first_commit(step, chat), true);
}

Result<void> send_creation(Step& step, Chat& chat) {
  TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
  wire::CreateLog create;
  create.log = chat.id();
  if (chat.record.one_to_one) create.pair = {step.device.account.id, chat.record.peer};
  create.first = {0, pending->id, wire::EntryKind::commit, 0, false, pending->message};
  create.welcomes = welcomes_of(*pending, 0);
  AppendDraft fits(chat.id(), 0);
  TERN_TRY(fits.add(*pending));
  step.send({Purpose::What::create_log, chat.id()}, create);
  step.then([&chat] {
    chat.line.appending = true;
    chat.line.in_flight.clear();
  });
  return {};
}

Result<void> begin(Step& step, ChatRecord record, const Intents& intents) {
  if (step.device.record.deleted) return Errc::account_deleted;
  auto made = std::make_unique<Chat>(step.device.open_rows, step.device.sealer, record.id);
  record.newest_ms = step.now.wall_ms;
  made->record = std::move(record);
  Chat& chat = step.add(std::move(made));
  TERN_TRY(intents.store(step.rows, chat.row));
  step.sync();
  step.look_at(chat);
  step.emit(ChatChanged{chat.id()});
  return {};
}

}  // namespace

Bytes group_id_of(const ChatId& chat, std::uint32_t generation) {
  Writer writer;
  writer.raw(chat).number(generation);
  return std::move(writer).take();
}

Result<void> begin_pair(Step& step, const AccountId& peer) {
  ChatRecord record;
  record.id = crypto::pair_log_id(step.device.account.id, peer);
  record.peer = peer;
  TERN_TRY(blocks::allow(step.rows, record.id));
  Intents intents;
  intents.add = {peer};
  return begin(step, std::move(record), intents);
}

Result<void> begin_group(Step& step, const ChatId& id, std::string_view title,
                         std::span<const AccountId> members) {
  ChatRecord record;
  record.id = id;
  record.one_to_one = false;
  record.title = std::string(title);
  Intents intents;
  for (const auto& member : members) {
    const bool named =
        std::find(intents.add.begin(), intents.add.end(), member) != intents.add.end();
    if (member != step.device.account.id && !named) intents.add.push_back(member);
  }
  return begin(step, std::move(record), intents);
}

Result<void> go_on(Step& step, Chat& chat) {
  const auto& device = step.device;
  // Somebody may have made the chat meanwhile: then its Welcome is in the inbox.
  if (!device.standing.registered || !inbox::at_head(device) || chat.line.busy()) return {};
  if (holds(step, chat)) return {};
  if (chat.record.commit_pending) return send_creation(step, chat);
  if (chat.record.leaving) return leaving::unmade(step, chat);
  TERN_ASSIGN(const auto intents, Intents::load(step.rows, chat.row));
  TERN_ASSIGN(const bool claiming, claims::request(step, chat, intents));
  if (claiming) return {};
  if (chat.record.one_to_one && !has_claimed(chat, chat.record.peer)) return {};
  TERN_ASSIGN(const bool made, make_group(step, chat));
  if (!made) return {};
  return send_creation(step, chat);
}

Result<void> created(Step& step, Chat& chat, const wire::Appended& appended) {
  if (chat.record.state != ChatState::setting_up || !chat.record.commit_pending) return {};
  TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
  // Made before this connection, and the answer was lost: then Resumed has named the log, and the
  // relay pushes nothing of it to who has not read up to there.
  const bool was_named = chat.line.known;
  auto& record = step.edit(chat);
  record.state = ChatState::active;
  record.joined_seq = 1;
  TERN_TRY(apply_own(step, chat, 1, {{OutboxKind::commit, 0, pending->id}}));
  chat.line.known = true;
  chat.line.head = std::max(chat.line.head, appended.head);
  chat.line.told_of(1, record.generation);
  if (was_named) TERN_TRY(read_on(step, chat));
  step.emit(ChatChanged{chat.id()});
  if (record.one_to_one) return {};
  return membership::notice(step, chat, 1, 0, {Notice::What::created, step.device.account.id});
}

Result<void> was_second(Step& step, Chat& chat) {
  TERN_TRY(commits::drop(step, chat));
  auto& record = step.edit(chat);
  record.state = ChatState::joining;
  // Whom it was made with has been in since then, and may have left.
  TERN_TRY(Intents().store(step.rows, chat.row));
  chat.claimed.clear();
  chat.pace.hold_until = step.now.mono_ms + joining::welcome_wait_ms;
  step.device.timers.wake(chat.id(), chat.pace.hold_until);
  step.emit(ChatChanged{chat.id()});
  return {};
}

// It was read and could not be used, or will never come: whoever made the chat is asked.
Result<void> await_welcome(Step& step, Chat& chat) {
  if (!step.device.standing.registered || !inbox::at_head(step.device) || holds(step, chat))
    return {};
  TERN_TRY(rejoin::become_split(step, chat, wire::RejoinRequest::Reason::restored));
  return rejoin::ask(step, chat);
}

}  // namespace tern::client::creation
