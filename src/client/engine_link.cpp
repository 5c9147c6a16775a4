// The link's and the clock's inputs.
#include <algorithm>

#include "client/acknowledge.hpp"
#include "client/answers.hpp"
#include "client/commits.hpp"
#include "client/engine_impl.hpp"
#include "client/inbox.hpp"
#include "client/intents.hpp"
#include "client/key_changes.hpp"
#include "client/reading.hpp"
#include "client/receipts.hpp"
#include "client/registration.hpp"
#include "client/resuming.hpp"

namespace tern::client {

void EngineImpl::input(Now now, const Work& work) {
  now_ = now;
  const auto done = run(*device_, now, work);
  if (!done) device_->link.close(done.error().errc());
}

void EngineImpl::link_up(Now now) {
  if (device_->link.state() != Link::State::down) link_down(now);
  if (device_->record.deleted) {
    device_->link.up();
    device_->link.close(Errc::account_deleted);
    return;
  }
  device_->link.up();
  input(now, [](Step& step) -> Result<void> {
    step.send({Purpose::What::resume, {}}, resuming::request(step.device));
    return {};
  });
}

void EngineImpl::link_down(Now now) {
  now_ = now;
  auto& device = *device_;
  if (device.link.online()) device.events.push(ConnectionChanged{false});
  device.link.down();
  device.inbox = {};
  device.reads = {};
  device.standing = {};
  device.strangers.clear();
  device.relink.due_at = device.relink.strangers_until = never_ms;
  device.relink.strangers.clear();
  device.transfers.forget_line();
  device.contacts.forget_line();
  numbers::line_fell(device);
  device.lives.signals = 0;
  for (const auto& [id, chat] : device.chats) chat->line = {};
}

void EngineImpl::receive(Now now, ByteSpan frame) {
  now_ = now;
  const auto state = device_->link.state();
  if (state == Link::State::down || state == Link::State::broken) return;
  const auto decoded = wire::decode_server_frame(frame);
  if (!decoded) {
    device_->link.close(decoded.error().errc());
  } else if (*decoded) {
    take_frame(now, **decoded);
  }
}

void EngineImpl::take_frame(Now now, const wire::ServerFrame& frame) {
  if (const auto* push = std::get_if<wire::Push>(&frame)) {
    // Before the answer to resume nothing is known to stand where it says.
    if (device_->link.online())
      input(now, [&](Step& step) { return answers::pushed(step, *push); });
    return;
  }
  const auto& answer = std::get<wire::AnswerFrame>(frame);
  const auto purpose = device_->link.answered(answer.id);
  if (!purpose) {
    device_->link.close(Errc::frame_malformed);
    return;
  }
  input(now, [&](Step& step) { return answers::received(step, *purpose, answer.answer); });
}

void EngineImpl::tick(Now now) {
  now_ = now;
  device_->link.check_deadline(now);
  if (device_->link.online() && inbox::relink_is_due(*device_, now)) {
    device_->relink.due_at = never_ms;
    device_->relink.earliest_at = now.mono_ms + Relink::interval_ms;
    device_->link.close(Errc::connection_lost);
  }
  if (!device_->link.online()) {
    live::go_on(*device_, now);
    return;
  }
  look_at_due_chats(now);
}

void EngineImpl::look_at_due_chats(Now now) {
  const auto due = device_->timers.due(now);
  const bool acks = acknowledge_at(*device_) <= now.mono_ms;
  const bool registers = registration::retry_at(*device_, now) <= now.mono_ms;
  const bool moves = transfers::retry_at(*device_, now) <= now.mono_ms;
  const bool syncs = contacts::retry_at(*device_, now) <= now.mono_ms ||
                     numbers::retry_at(*device_) <= now.mono_ms;
  const bool reads_inbox = inbox::retry_at(*device_) <= now.mono_ms;
  const bool falls_silent = live::deadline(*device_) <= now.mono_ms;
  if (due.empty() && !acks && !registers && !moves && !syncs && !reads_inbox && !falls_silent)
    return;
  input(now, [&](Step& step) -> Result<void> {
    if (reads_inbox) TERN_TRY(inbox::go_on(step));
    for (const auto& id : due)
      if (Chat* chat = step.device.chats.find(id)) step.look_at(*chat);
    return {};
  });
}

std::int64_t EngineImpl::next_deadline() const {
  const auto& device = *device_;
  auto out = std::min(device.link.deadline(), live::deadline(device));
  if (!device.link.online()) return out;
  out = std::min({out, device.relink.due_at, device.relink.strangers_until});
  out = std::min(out, device.timers.next());
  out = std::min({out, inbox::retry_at(device), acknowledge_at(device)});
  out = std::min(out, transfers::retry_at(device, now_));
  out = std::min(out, contacts::retry_at(device, now_));
  out = std::min(out, numbers::retry_at(device));
  return std::min(out, registration::retry_at(device, now_));
}

bool EngineImpl::wants_link() const {
  const auto& device = *device_;
  if (device.record.deleted) return false;
  if (device.record.registration_wanted && !device.record.registered) return true;
  if (!device.numbers.calls.empty()) return true;
  if (device.contacts.active && device.record.number_confirmed) return true;
  const auto uploads = [](const auto& entry) { return entry.second.way == BlobRecord::Way::up; };
  const auto& moving = device.transfers.under_way;
  if (std::any_of(moving.begin(), moving.end(), uploads)) return true;
  for (const auto& [id, chat] : device.chats) {
    const auto& record = chat->record;
    if (record.state == ChatState::left) continue;
    const bool unfinished =
        record.state == ChatState::setting_up || record.state == ChatState::split;
    if (record.queued > 0 || record.leaving || record.commit_pending || unfinished) return true;
  }
  return false;
}

Result<bool> EngineImpl::nothing_under_way(const ReadRows& rows, const Chat& chat) const {
  const auto& record = chat.record;
  if (record.state == ChatState::left) return true;
  // A person has to say whom it goes to.
  if (key_changes::holds(*device_, chat)) return true;
  // Nobody to write to yet: what is queued waits for another day.
  if (record.state == ChatState::setting_up) return chat.pace.told_unreachable;
  if (record.state != ChatState::active) return false;
  if (!at_head(chat) || chat.line.busy() || chat.line.claiming) return false;
  if (record.commit_pending || commits::repairs_access(chat) || record.rejoins_waiting > 0 ||
      record.leaving || record.renew_leaf || chat.pace.volunteer_at != never_ms)
    return false;
  const bool untold =
      device_->config.send_receipts && record.devices <= limits::receipts_devices_max &&
      (record.newest_received > record.told_delivered || record.read_here > record.told_read);
  if (untold) return false;
  TERN_ASSIGN(const auto waiting, outbox::front(rows, chat.row, 1));
  TERN_ASSIGN(const auto intents, Intents::load(rows, chat.row));
  return waiting.empty() && (intents.empty() || chat.pace.told_unreachable);
}

bool EngineImpl::settled() const {
  const auto& device = *device_;
  const auto busy = [&](Purpose::What what) { return device.link.under_way(what); };
  if (!device.link.online() || !device.standing.registered || !inbox::at_head(device)) return false;
  if (busy(Purpose::What::register_device) || busy(Purpose::What::publish) ||
      busy(Purpose::What::resume) || busy(Purpose::What::read_inbox))
    return false;
  if (std::min(device.relink.due_at, device.relink.strangers_until) != never_ms) return false;
  if (transfers::busy(device, now_)) return false;
  if (!device.numbers.calls.empty() || contacts::busy(device, now_)) return false;
  const auto transaction = device.environment.read();
  if (!transaction) return false;
  const ReadRows rows(**transaction, device.sealer);
  for (const auto& [id, chat] : device.chats) {
    const auto still = nothing_under_way(rows, *chat);
    if (!still || !*still) return false;
  }
  return true;
}

}  // namespace tern::client
