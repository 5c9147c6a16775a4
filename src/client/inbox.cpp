#include "client/inbox.hpp"

#include <algorithm>

#include "client/blocks.hpp"
#include "client/joining.hpp"
#include "client/key_packages.hpp"
#include "client/reading.hpp"
#include "client/resuming.hpp"
#include "client/wanted_blobs.hpp"

namespace tern::client::inbox {
namespace {

// Nothing in an inbox is authenticated by its order. Reading Welcomes again does no harm: a
// single-use KeyPackage is gone with its Welcome, a last-resort one enters no epoch twice.
Result<void> start_over(Step& step, const wire::LogHead& head) {
  auto& record = step.edit_device();
  record.inbox_cursor = head.first_kept > 0 ? head.first_kept - 1 : 0;
  record.inbox_hash = {};
  return {};
}

Result<void> apply_entry(Step& step, const wire::Entry& entry) {
  auto& record = step.edit_device();
  const auto header =
      wire::hashed_header(entry.seq, entry.id, entry.kind, entry.base, entry.payload.size());
  record.inbox_hash =
      wire::LogHash{crypto::blake2b({record.inbox_hash, header, entry.payload}).bytes};
  record.inbox_cursor = entry.seq;
  step.sync();
  if (entry.kind != wire::EntryKind::welcome) return {};
  const auto welcome = wire::decode_inbox_welcome(entry.payload);
  if (!welcome) {
    step.problem({}, welcome.error().errc(), "a Welcome that does not parse");
    return {};
  }
  TERN_ASSIGN(const auto received, joining::receive(step, *welcome));
  const bool told = entry.seq <= step.device.inbox.resumed_head;
  const auto* const known = step.device.chats.find(welcome->log);
  const bool in_vain = !known || known->record.state == ChatState::left;
  // The KeyPackage was lost with the folder's newer copy, and the chat with it.
  if (received == joining::Received::sealed && !told && in_vain) relink(step);
  return {};
}

void read_on(Step& step) {
  auto& device = step.device;
  device.inbox.retry_at = never_ms;
  wire::Read read;
  read.log = device.account.inbox;
  read.from = device.record.inbox_cursor + 1;
  step.send({Purpose::What::read_inbox, {}}, read);
  step.then([&device, from = read.from] {
    device.inbox.reading = true;
    device.inbox.read_from = from;
  });
}

Result<void> reached_head(Step& step) {
  // Now that no Welcome is left that might need one of them.
  TERN_TRY(key_packages::erase_expired(step.rows, step.now));
  TERN_TRY(resuming::adopt_strangers(step));
  for (const auto& [id, chat] : step.device.chats)
    if (chat->record.state != ChatState::active && chat->record.state != ChatState::left)
      step.look_at(*chat);
  return {};
}

}  // namespace

bool at_head(const Device& device) {
  return device.inbox.known && device.record.inbox_cursor >= device.inbox.head;
}

Result<void> heard_of(Step& step, const LogId& stranger) {
  auto& relink = step.device.relink;
  if (relink.strangers.size() >= Relink::strangers_max || relink.strangers.contains(stranger))
    return {};
  TERN_ASSIGN(const bool refused, blocks::is_refused(step.rows, stranger));
  if (refused) return {};
  step.then([&relink, stranger, until = step.now.mono_ms + joining::welcome_wait_ms] {
    relink.strangers.insert(stranger);
    relink.strangers_until = until;
  });
  return {};
}

void relink(Step& step) {
  const auto at = std::max(step.now.mono_ms, step.device.relink.earliest_at);
  step.then([&relink = step.device.relink, at] { relink.due_at = std::min(relink.due_at, at); });
}

bool relink_is_due(Device& device, Now now) {
  auto& relink = device.relink;
  if (relink.strangers_until <= now.mono_ms) {
    const bool lost = std::any_of(relink.strangers.begin(), relink.strangers.end(),
                                  [&](const LogId& log) { return !device.chats.find(log); });
    relink.strangers.clear();
    relink.strangers_until = never_ms;
    if (lost) relink.due_at = std::min(relink.due_at, std::max(now.mono_ms, relink.earliest_at));
  }
  return relink.due_at <= now.mono_ms;
}

Result<void> resumed(Step& step, const wire::LogHead& head) {
  auto& device = step.device;
  device.inbox.known = true;
  device.inbox.head = device.inbox.resumed_head = head.head;
  const auto cursor = device.record.inbox_cursor;
  if (cursor > head.head) TERN_TRY(wanted_blobs::offer_all_again(step));
  if (cursor > head.head || !head.hash_matches || cursor + 1 < head.first_kept) {
    TERN_TRY(start_over(step, head));
    // Even when nothing is left there: to the relay a device is behind until it has read.
    read_on(step);
    return {};
  }
  device.inbox.retry_at = never_ms;
  return go_on(step);
}

Result<void> go_on(Step& step) {
  auto& device = step.device;
  if (!device.inbox.known || device.inbox.reading) return {};
  if (at_head(device)) {
    device.inbox.retry_at = never_ms;
    return reached_head(step);
  }
  const auto at = retry_at(device);
  if (at == never_ms || at <= step.now.mono_ms) read_on(step);
  return {};
}

std::int64_t retry_at(const Device& device) { return device.inbox.retry_at; }

Result<void> read(Step& step, const wire::Entries& answer) {
  auto& device = step.device;
  auto& line = device.inbox;
  line.reading = device.link.under_way(Purpose::What::read_inbox);
  // Asked for before the cursor was put back, and asked for again.
  if (line.reading) return apply(step, answer);
  const auto next = device.record.inbox_cursor + 1;
  line.head = answer.head;
  const auto none = [](const wire::Entry&) { return false; };
  if (!lacks(answer, line.read_from, next, none)) return apply(step, answer);
  line.retry_at = step.now.mono_ms + left_out_retry_ms;
  if (device.inbox_left_out == next) return {};
  step.problem({}, Errc::frame_malformed,
               "the relay leaves out entry " + std::to_string(next) + " of the inbox");
  step.then([&device, next] { device.inbox_left_out = next; });
  return {};
}

Result<void> apply(Step& step, const wire::Entries& entries) {
  auto& device = step.device;
  // It may be another's than the one that was followed; where it stands comes next, and is read.
  if (!device.inbox.known) return {};
  device.inbox.head = std::max(device.inbox.head, entries.head);
  for (const auto& entry : entries.entries) {
    if (entry.seq <= device.record.inbox_cursor) continue;
    if (entry.seq != device.record.inbox_cursor + 1) break;
    TERN_TRY(apply_entry(step, entry));
  }
  return go_on(step);
}

}  // namespace tern::client::inbox
