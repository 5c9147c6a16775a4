#include "client/chat_work.hpp"

#include <algorithm>

#include "client/claims.hpp"
#include "client/commit_attempts.hpp"
#include "client/creation.hpp"
#include "client/healing.hpp"
#include "client/key_changes.hpp"
#include "client/leaving.hpp"
#include "client/reading.hpp"
#include "client/receipts.hpp"
#include "client/rejoin.hpp"
#include "client/restart.hpp"
#include "client/rollback.hpp"
#include "client/sending.hpp"

namespace tern::client {
namespace {

using Reason = wire::RejoinRequest::Reason;

constexpr std::int64_t back_off_max_ms = 600'000;
constexpr std::uint32_t stales_before_reserving = 2;

enum class Made { yes, no, wait };

Result<Made> make_commit(Step& step, Chat& chat, mls::Group& group) {
  TERN_ASSIGN(auto plan, commits::plan(step, chat, group));
  TERN_ASSIGN(const bool writes, has_something_to_send(step, chat));
  const bool heals = writes && !plan.before_messages && heals_now(step, chat);
  plan.wanted = plan.wanted || heals || (writes && plan.before_messages && plan.can_commit);
  if (!plan.wanted) return plan.before_messages ? Made::wait : Made::no;
  if (!step.device.commit_rate.ready(step.now)) {
    step.device.timers.wake(chat.id(), step.device.commit_rate.next_ms(step.now));
    return plan.before_messages ? Made::wait : Made::no;
  }
  plan.needed = plan.needed || (writes && plan.before_messages && plan.can_commit);
  TERN_ASSIGN(const bool made, commits::make_what_can_be(step, chat, group, plan, false));
  if (!made) return plan.before_messages ? Made::wait : Made::no;
  if (plan.repair_access) ++chat.pace.repairs;
  chat.pace.healed_at = step.now.mono_ms;
  chat.pace.volunteer_at = never_ms;
  return Made::yes;
}

Result<void> send_commit_or_reserve(Step& step, Chat& chat) {
  if (chat.pace.stales < stales_before_reserving || chat.pace.reserved_until > step.now.mono_ms)
    return send_commit(step, chat);
  step.send({Purpose::What::reserve, chat.id()}, wire::Reserve{chat.id()});
  step.then([&chat] { chat.line.reserving = true; });
  return {};
}

// The pending commit is of this epoch, or of no more use.
Result<bool> pending_is_good(Step& step, Chat& chat, const mls::Group& group) {
  if (!chat.record.commit_pending) return false;
  TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
  if (pending->made_in == epoch_tag(group)) return true;
  TERN_TRY(commits::drop(step, chat));
  return false;
}

Result<void> read_when_it_may(Step& step, Chat& chat) {
  const auto at = may_read_at(chat);
  if (at <= step.now.mono_ms) return read_on(step, chat);
  step.device.timers.wake(chat.id(), at);
  return {};
}

Result<void> say(Step& step, Chat& chat) {
  if (chat.line.busy() || holds(step, chat) || key_changes::holds(step.device, chat)) return {};
  TERN_ASSIGN(auto* const group, chat.group());
  TERN_ASSIGN(const bool pending, pending_is_good(step, chat, *group));
  if (pending) return send_commit_or_reserve(step, chat);
  TERN_ASSIGN(const auto intents, Intents::load(step.rows, chat.row));
  TERN_TRY(claims::request(step, chat, intents));
  TERN_ASSIGN(const auto made, make_commit(step, chat, *group));
  if (made == Made::yes) return send_commit_or_reserve(step, chat);
  if (!chat.line.member) return {};
  if (made == Made::wait) {
    TERN_ASSIGN(const bool leaves, leaving::is_said(step, chat, epoch_tag(*group)));
    return leaves ? send_outbox(step, chat) : Result<void>();
  }
  receipts::note(step, chat);
  return send_outbox(step, chat);
}

// Somebody lets it back in, or the chat begins anew.
Result<void> come_back(Step& step, Chat& chat) {
  if (!holds(step, chat)) {
    TERN_ASSIGN(const bool gone, leaving::leaves_nobody(step, chat));
    if (gone) return {};
  }
  TERN_ASSIGN(const bool restarts, restart::go_on(step, chat));
  return restarts ? Result<void>() : rejoin::ask(step, chat);
}

}  // namespace

bool holds(Step& step, const Chat& chat) {
  if (chat.pace.hold_until <= step.now.mono_ms) return false;
  step.device.timers.wake(chat.id(), chat.pace.hold_until);
  return true;
}

void back_off(Step& step, Chat& chat, std::int64_t wait_ms) {
  auto& pace = chat.pace;
  pace.backoff_ms = std::min(std::max(wait_ms, 2 * pace.backoff_ms), back_off_max_ms);
  pace.hold_until = step.now.mono_ms + std::max(pace.backoff_ms, wait_ms);
  step.device.timers.wake(chat.id(), pace.hold_until);
}

bool only_reads(const Chat& chat) {
  return chat.record.state == ChatState::active && !chat.line.lost && !at_head(chat);
}

Result<void> work_on(Step& step, Chat& chat) {
  if (!step.device.link.online() || step.device.record.deleted) return {};
  // The relay tells where its logs stand once it knows the device: before that it would say of each
  // that there is none, and a member would believe that it was struck.
  if (!step.device.standing.registered) return {};
  switch (chat.record.state) {
    case ChatState::setting_up:
      return key_changes::holds(step.device, chat) ? Result<void>() : creation::go_on(step, chat);
    case ChatState::active:
      if (only_reads(chat)) return read_when_it_may(step, chat);
      if (chat.line.lost) return rollback::report(step, chat);
      // The log says that it was struck by a lie: it may still say who is in the chat.
      if (chat.line.member || commits::repairs_access(chat)) return say(step, chat);
      TERN_TRY(rejoin::become_split(step, chat, Reason::struck));
      return rejoin::ask(step, chat);
    case ChatState::split:
      return chat.line.lost ? rollback::report(step, chat) : come_back(step, chat);
    case ChatState::joining:
      return creation::await_welcome(step, chat);
    case ChatState::left:
      return {};
  }
  return {};
}

}  // namespace tern::client
