#include "client/refusals.hpp"

#include <algorithm>

#include "client/chat_work.hpp"
#include "client/claims.hpp"
#include "client/commit_attempts.hpp"
#include "client/creation.hpp"
#include "client/joining.hpp"
#include "client/reading.hpp"
#include "client/registration.hpp"
#include "client/rejoin.hpp"
#include "client/restart.hpp"
#include "client/rollback.hpp"

namespace tern::client::refusals {
namespace {

using What = Purpose::What;

constexpr std::int64_t pause_ms = 1'000;
// In a row: more than where many commit at once, and without end only by a relay that lies.
constexpr std::uint32_t overtaken_max = 8;

void pause(Step& step, Chat& chat, const wire::Refused& refused) {
  back_off(step, chat, std::max<std::int64_t>(refused.retry_after_ms, pause_ms));
}

std::int64_t wait_ms(const wire::Refused& refused) {
  return std::max<std::int64_t>(refused.retry_after_ms, 1);
}

// The relay said how long: no more than that.
void wait_as_told(Step& step, Chat& chat, const wire::Refused& refused) {
  chat.pace.hold_until = step.now.mono_ms + wait_ms(refused);
  step.device.timers.wake(chat.id(), chat.pace.hold_until);
}

// Another's commit or proposal came first: what it says is read, then all is encrypted again. It
// may have been pushed before this answer.
Result<void> stale(Step& step, Chat& chat, const wire::Refused& refused) {
  auto& pace = chat.pace;
  if (chat.line.sent_commit) ++pace.stales;
  const bool too_often = ++pace.overtaken > overtaken_max;
  const bool is_here = chat.record.base != chat.line.sent_base;
  const bool shows_none = !is_here && refused.head <= chat.record.cursor;
  if (too_often || shows_none) pause(step, chat, refused);
  chat.line.head = std::max(chat.line.head, refused.head);
  return {};
}

// Its entry that took this device off the list can still be read, and says whether that was true.
Result<void> struck(Step& step, Chat& chat) {
  // Known already, and not let in by an answer to the lie: others will have to.
  if (!chat.line.member && chat.record.access_repair) {
    TERN_TRY(commits::drop(step, chat));
    step.edit(chat).access_repair = false;
  }
  chat.line.member = false;
  // Who cannot follow it has nothing to read there, and may begin anew (restart.hpp).
  if (chat.record.state == ChatState::active) chat.line.known = false;
  return {};
}

// The relay's list is not the tree: the next commit says all of it.
Result<void> list_differs(Step& step, Chat& chat, const wire::Refused& refused) {
  TERN_TRY(commits::drop(step, chat));
  step.edit(chat).access_repair = true;
  chat.claimed.clear();
  pause(step, chat, refused);
  return {};
}

// It will not be smaller the next time: whom it adds stays out, and the messages go on.
Result<void> too_large(Step& step, Chat& chat, const wire::Refused& refused) {
  const Error why(Errc::chat_too_large, "the relay has no room in the chat for more devices");
  step.problem(chat.id(), why.errc(), why.message());
  TERN_TRY(commits::give_up_adds(step, chat, why));
  TERN_TRY(commits::drop(step, chat));
  pause(step, chat, refused);
  return {};
}

// A disk that fails half way may show the entry all the same: it is sent again as it was, or this
// device would meet a commit of its own that it knows nothing of.
bool may_have_been_kept(const wire::Refused& refused) { return is_storage(refused.code); }

// Before anything is encrypted again: what the log has of it stands there as it was sent.
void look_whether_it_is_there(Chat& chat) {
  chat.line.head = std::max(chat.line.head, chat.record.cursor + 1);
}

Result<void> of_append(Step& step, Chat& chat, const wire::Refused& refused) {
  chat.line.appending = false;
  chat.line.in_flight.clear();
  switch (refused.code) {
    case Errc::stale:
      return stale(step, chat, refused);
    case Errc::not_member:
      return struck(step, chat);
    case Errc::rate_limited:
    case Errc::reserved:
      wait_as_told(step, chat, refused);
      return {};
    case Errc::access_change_invalid:
      return list_differs(step, chat, refused);
    case Errc::chat_too_large:
      return too_large(step, chat, refused);
    default:
      step.problem(chat.id(), refused.code, "the relay refused to append");
      if (!may_have_been_kept(refused))
        TERN_TRY(commits::drop(step, chat));
      else if (refused.code == Errc::storage_io)
        look_whether_it_is_there(chat);
      pause(step, chat, refused);
      return {};
  }
}

Result<void> of_creation(Step& step, Chat& chat, const wire::Refused& refused) {
  chat.line.appending = false;
  if (chat.record.state != ChatState::setting_up) return {};
  if (refused.code == Errc::log_exists) return creation::was_second(step, chat);
  if (refused.code == Errc::rate_limited) {
    wait_as_told(step, chat, refused);
    return {};
  }
  step.problem(chat.id(), refused.code, "the relay refused to create the chat");
  if (!may_have_been_kept(refused)) {
    TERN_TRY(commits::drop(step, chat));
    chat.claimed.clear();
  }
  pause(step, chat, refused);
  return {};
}

Result<void> of_read(Step& step, Chat& chat, const wire::Refused& refused) {
  read_ended(step.device, chat);
  if (chat.record.state != ChatState::active) {
    // What it wanted to look at is gone; the relay says where the log begins.
    if (refused.code == Errc::log_pruned)
      chat.line.first_kept = std::max(chat.line.first_kept, refused.base);
    chat.pace.read_at = step.now.mono_ms + std::max<std::int64_t>(wait_ms(refused), pause_ms);
    return {};
  }
  switch (refused.code) {
    case Errc::log_pruned:
      return joining::behind_what_is_kept(step, chat);
    case Errc::log_rolled_back:
      pause(step, chat, refused);
      return rollback::noticed(step, chat, refused.head);
    case Errc::not_member:
      chat.line.member = false;
      chat.line.known = true;
      chat.line.head = chat.record.cursor;
      return {};
    default:
      chat.pace.read_at = step.now.mono_ms + std::max<std::int64_t>(wait_ms(refused), pause_ms);
      return {};
  }
}

Result<void> of_rejoin(Step& step, Chat& chat, const wire::Refused& refused) {
  chat.line.appending = false;
  // It has the request already, or will not hear of another today.
  if (refused.code == Errc::rejoin_refused) return rejoin::asked(step, chat);
  if (refused.code != Errc::rate_limited)
    step.problem(chat.id(), refused.code, "the relay refused a request to be added again");
  pause(step, chat, refused);
  return {};
}

}  // namespace

Result<void> of_chat(Step& step, Chat& chat, Purpose::What what, const wire::Refused& refused) {
  step.look_at(chat);
  if (refused.code == Errc::not_registered) step.device.standing.registered = false;
  switch (what) {
    case What::claim:
      return claims::refused(step, chat, refused);
    case What::create_log:
      return of_creation(step, chat, refused);
    case What::append:
      return of_append(step, chat, refused);
    case What::rejoin:
      return of_rejoin(step, chat, refused);
    case What::restart:
      return restart::refused(step, chat, refused);
    case What::members:
      chat.line.asking_members = false;
      if (refused.code == Errc::not_member) return struck(step, chat);
      pause(step, chat, refused);
      return {};
    case What::report_head:
      return rollback::refused(step, chat, refused);
    case What::read:
      return of_read(step, chat, refused);
    case What::reserve:
      chat.line.reserving = false;
      if (refused.code == Errc::not_member) return struck(step, chat);
      wait_as_told(step, chat, refused);
      return {};
    default:
      return {};
  }
}

Result<void> of_device(Step& step, const Purpose& purpose, const wire::Refused& refused) {
  switch (purpose.what) {
    case What::resume:
      if (refused.code == Errc::device_revoked) TERN_TRY(numbers::gone(step));
      [[fallthrough]];
    case What::read_inbox:
      // Without these nothing can go on: another connection, after its back-off, tries again.
      step.problem({}, refused.code, "the relay refused to resume");
      step.device.link.close(refused.code);
      return {};
    case What::register_device:
    case What::publish:
      return registration::refused(step, refused);
    case What::signal:
      live::answered(step.device);
      return {};
    case What::put_blob:
    case What::ask_blob:
    case What::get_blob:
      return transfers::refused(step, purpose, refused);
    case What::request_code:
    case What::confirm:
    case What::set_pin:
    case What::delete_account:
      return numbers::refused(step, refused);
    case What::directory:
    case What::segments:
    case What::changes:
    case What::evaluate:
    case What::look_up:
      return contacts::refused(step, purpose, refused);
    default:
      return {};
  }
}

}  // namespace tern::client::refusals
