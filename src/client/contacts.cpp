#include "client/contacts.hpp"

#include <algorithm>
#include <set>

#include "base/utf8.hpp"
#include "client/contact_rows.hpp"
#include "client/directory_download.hpp"
#include "client/directory_search.hpp"
#include "client/evaluations.hpp"
#include "client/key_changes.hpp"
#include "client/step.hpp"

namespace tern::client {

void ContactSync::forget_line() {
  asking = evaluating = head_known = false;
  looking_up.clear();
}

namespace contacts {
namespace {

using What = Purpose::What;

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t refresh_every_ms = 6 * hour_ms;
/// A device that comes back sooner has looked not long ago.
constexpr std::int64_t refresh_after_ms = hour_ms;
constexpr std::int64_t refused_retry_ms = 30'000;
constexpr std::int64_t distrust_ms = hour_ms;
constexpr std::int64_t again_ms = 5'000;  // a download that begins anew

bool may_ask(const Device& device) {
  return device.link.online() && device.standing.registered && device.record.number_confirmed;
}

bool refresh_is_due(const Device& device, Now now) {
  const auto& sync = device.contacts;
  const auto since_ms = now.wall_ms - sync.directory.refreshed_ms;
  return sync.directory.epoch != 0 && sync.refresh_at <= now.mono_ms &&
         (since_ms >= refresh_after_ms || since_ms < 0);  // or the clock was put back
}

// What the account was over has come back.
bool may_evaluate_again(const Device& device, Now now) {
  const auto at = device.contacts.evaluate_at;
  return at != INT64_MIN && at <= now.mono_ms;
}

bool wanted(const Device& device, Now now) {
  const auto& sync = device.contacts;
  return may_ask(device) && sync.retry_at <= now.mono_ms &&
         (sync.active || refresh_is_due(device, now) || may_evaluate_again(device, now));
}

Result<SyncResult> result_for(Step& step, const SyncWaiter& waiter) {
  SyncResult out;
  for (const auto& row : waiter.contacts) {
    TERN_ASSIGN(const auto record, contact_rows::get(step.rows, row));
    if (!record) continue;
    auto& list = record->state == ContactState::member       ? out.members
                 : record->state == ContactState::non_member ? out.non_members
                                                             : out.waiting;
    list.push_back(shown(step.rows, *record));
  }
  const auto& sync = step.device.contacts;
  if (!out.waiting.empty() && sync.evaluate_at > step.now.mono_ms)
    out.next_in = std::chrono::milliseconds(sync.evaluate_at - step.now.mono_ms);
  return out;
}

void answer_refreshes(Step& step, const Result<void>& result) {
  for (const auto& done : step.device.contacts.refresh_waiters) step.answer(done, result);
}

// Those that were answered: another may come in the same step.
void forget_waiters(Step& step) {
  auto& waiting = step.device.contacts;
  step.then([&sync = waiting, syncs = waiting.waiters.size(),
             refreshes = waiting.refresh_waiters.size()] {
    sync.waiters.erase(sync.waiters.begin(),
                       sync.waiters.begin() + static_cast<std::ptrdiff_t>(syncs));
    sync.refresh_waiters.erase(
        sync.refresh_waiters.begin(),
        sync.refresh_waiters.begin() + static_cast<std::ptrdiff_t>(refreshes));
    sync.asked_total = sync.asked_done = 0;
  });
}

// Everything that can be known now is.
Result<void> finish(Step& step) {
  auto& sync = step.device.contacts;
  for (const auto& waiter : sync.waiters) {
    auto result = result_for(step, waiter);
    if (!result) return result.error();
    step.answer_with([done = waiter.done, result = std::move(result)] { done(result); });
  }
  answer_refreshes(step, {});
  forget_waiters(step);
  auto directory = sync.directory;
  directory.refreshed_ms = step.now.wall_ms;
  TERN_TRY(directory_rows::put(step.rows, directory));
  const auto jitter = static_cast<std::int64_t>(step.device.entropy.below(std::uint64_t{hour_ms}));
  step.then([&sync, now = step.now, jitter] {
    sync.active = sync.head_known = false;
    sync.directory.refreshed_ms = now.wall_ms;
    sync.refresh_at = now.mono_ms + refresh_every_ms + jitter;
  });
  return {};
}

// What can go on at the same time does; false: nothing is under way any more.
Result<bool> work(Step& step) {
  const auto& sync = step.device.contacts;
  bool under_way = sync.asking || sync.evaluating || !sync.looking_up.empty();
  const bool complete = directory_download::complete(sync);
  if (!complete && !sync.asking) {
    directory_download::ask(step);
    under_way = true;
  }
  if (evaluations::ready(step.device, step.now)) {
    TERN_ASSIGN(const bool asked, evaluations::go_on(step));
    if (asked) return true;
  }
  if (!complete || sync.evaluating) return under_way;
  TERN_TRY(directory_search::test(step));
  if (sync.looking_up.empty()) {
    TERN_ASSIGN(const bool asked, directory_search::ask(step));
    under_way = under_way || asked;
  }
  return under_way;
}

Error checked_name(const Contact& contact) {
  if (contact.name.size() > limits::contact_name_bytes_max)
    return {Errc::too_long, "a name of " + std::to_string(contact.name.size()) + " bytes; " +
                                std::to_string(limits::contact_name_bytes_max) + " are allowed"};
  return Errc::text_not_utf8;
}

Result<void> check_book(const Device& device, std::span<const Contact> book) {
  if (!device.record.number_confirmed) return Errc::number_not_confirmed;
  if (book.size() > limits::contacts_max)
    return Error(Errc::too_long, "contacts to sync: " + std::to_string(book.size()) + "; " +
                                     std::to_string(limits::contacts_max) + " are allowed");
  for (const auto& contact : book)
    if (contact.name.size() > limits::contact_name_bytes_max || !is_utf8(contact.name))
      return checked_name(contact);
  return {};
}

// True: it has yet to be asked for.
Result<bool> put_entry(Step& step, const Contact& entry) {
  TERN_ASSIGN(const auto before, contact_rows::get(step.rows, entry.number));
  if (!before) {
    ContactRecord record;
    record.number = entry.number;
    record.name = entry.name;
    record.written = entry.written;
    TERN_TRY(contact_rows::put(step.rows, record, nullptr));
    TERN_TRY(contact_rows::want(step.rows, contact_rows::row_of(step.rows, entry.number),
                                ContactWork::evaluate));
    return true;
  }
  if (!before->forgotten && before->name == entry.name && before->written == entry.written)
    return before->state == ContactState::waiting;
  TERN_ASSIGN(auto record, contact_rows::get(step.rows, entry.number));
  record->name = entry.name;
  record->written = entry.written;
  if (std::exchange(record->forgotten, false)) {
    const bool placed = record->epoch != 0 && record->epoch == step.device.contacts.directory.epoch;
    TERN_TRY(contact_rows::want(step.rows, contact_rows::row_of(step.rows, entry.number),
                                placed ? ContactWork::test : ContactWork::evaluate));
  }
  TERN_TRY(contact_rows::put(step.rows, *record, &*before));
  return before->state == ContactState::waiting;
}

Result<void> forget_others(Step& step, const std::vector<RowId>& kept) {
  const std::set<RowId> keep(kept.begin(), kept.end());
  TERN_ASSIGN(auto contacts, contact_rows::all(step.rows));
  for (auto& contact : contacts)
    if (!keep.contains(contact_rows::row_of(step.rows, contact.number)))
      TERN_TRY(contact_rows::forget(step.rows, std::move(contact)));
  return {};
}

// The relay does not do as it says: nothing of it is used, and nothing asked for a while.
Result<void> distrust(Step& step, const Error& why) {
  step.problem({}, why.errc(), why.message());
  fail(step, why);
  step.then(
      [&sync = step.device.contacts, at = step.now.mono_ms + distrust_ms] { sync.retry_at = at; });
  return {};
}

Result<void> received(Step& step, What what, const wire::Answer& answer) {
  if (const auto* head = std::get_if<wire::DirectoryHead>(&answer); head && what == What::directory)
    return directory_download::received(step, *head);
  if (const auto* segments = std::get_if<wire::Segments>(&answer);
      segments && what == What::segments)
    return directory_download::received(step, *segments);
  if (const auto* changes = std::get_if<wire::Changes>(&answer); changes && what == What::changes)
    return directory_download::received(step, *changes);
  if (const auto* evaluated = std::get_if<wire::Evaluated>(&answer);
      evaluated && what == What::evaluate)
    return evaluations::received(step, *evaluated);
  if (const auto* records = std::get_if<wire::Records>(&answer); records && what == What::look_up)
    return directory_search::received(step, *records);
  return Error(Errc::frame_malformed, "an answer of another kind than its question");
}

void no_longer_asking(Step& step, What what) {
  step.then([&sync = step.device.contacts, what] {
    if (what == What::evaluate)
      sync.evaluating = false;
    else if (what == What::look_up)
      sync.looking_up.clear();
    else
      sync.asking = false;
  });
}

}  // namespace

Result<void> load(Device& device, const ReadRows& rows) {
  auto& sync = device.contacts;
  TERN_ASSIGN(sync.directory, directory_rows::get(rows));
  for (const auto work : {ContactWork::evaluate, ContactWork::test, ContactWork::look_up}) {
    TERN_ASSIGN(const auto waiting, contact_rows::waiting(rows, work, 1));
    sync.active = sync.active || !waiting.empty();
  }
  return key_changes::load(device, rows);
}

Result<void> go_on(Step& step) {
  if (!wanted(step.device, step.now)) return {};
  if (may_evaluate_again(step.device, step.now))
    step.then([&sync = step.device.contacts] { sync.evaluate_at = INT64_MIN; });
  TERN_ASSIGN(const bool under_way, work(step));
  if (under_way) {
    step.then([&sync = step.device.contacts] { sync.active = true; });
    return {};
  }
  return finish(step);
}

std::int64_t retry_at(const Device& device, Now now) {
  const auto& sync = device.contacts;
  if (!may_ask(device) || sync.asking || sync.evaluating || !sync.looking_up.empty())
    return never_ms;
  if (sync.active) return std::max(sync.retry_at, now.mono_ms);
  auto out = never_ms;
  if (sync.directory.epoch != 0) {
    const auto since_ms = now.wall_ms - sync.directory.refreshed_ms;
    const auto wait_ms = since_ms < 0 ? 0 : std::max<std::int64_t>(refresh_after_ms - since_ms, 0);
    out = std::max({sync.refresh_at, now.mono_ms + wait_ms, sync.retry_at});
  }
  return sync.evaluate_at != INT64_MIN ? std::min(out, sync.evaluate_at) : out;
}

bool busy(const Device& device, Now now) { return wanted(device, now); }

Result<void> sync(Step& step, std::span<const Contact> book, bool replace, Engine::SyncDone done) {
  TERN_TRY(check_book(step.device, book));
  SyncWaiter waiter;
  waiter.done = std::move(done);
  waiter.contacts.reserve(book.size());
  std::size_t unknown = 0;
  std::set<RowId> seen;
  for (const auto& entry : book) {
    const auto row = contact_rows::row_of(step.rows, entry.number);
    if (!seen.insert(row).second) continue;  // the first name that a book has for a number
    TERN_ASSIGN(const bool asks, put_entry(step, entry));
    unknown += asks;
    waiter.contacts.push_back(row);
  }
  if (replace) TERN_TRY(forget_others(step, waiter.contacts));
  step.sync();
  step.then([&sync = step.device.contacts, waiter = std::move(waiter), unknown] {
    sync.waiters.push_back(waiter);
    sync.asked_total += unknown;
    sync.active = true;
    sync.retry_at = INT64_MIN;  // a person asks
  });
  return {};
}

Result<void> refresh(Step& step, Engine::Done done) {
  if (!step.device.record.number_confirmed) return Errc::number_not_confirmed;
  step.then([&sync = step.device.contacts, done = std::move(done)] {
    sync.refresh_waiters.push_back(done);
    sync.active = true;
    if (!sync.asking && !sync.evaluating) sync.head_known = false;
    sync.retry_at = INT64_MIN;
  });
  return {};
}

Result<void> remove(Step& step, std::string_view number) {
  TERN_ASSIGN(auto record, contact_rows::get(step.rows, number));
  if (!record || record->forgotten) return Errc::not_found;
  step.sync();
  return contact_rows::forget(step.rows, std::move(*record));
}

Result<void> answered(Step& step, const Purpose& purpose, const wire::Answer& answer) {
  no_longer_asking(step, purpose.what);
  auto done = received(step, purpose.what, answer);
  if (done || is_storage(done.error().errc())) return done;
  return distrust(step, done.error());
}

Result<void> refused(Step& step, const Purpose& purpose, const wire::Refused& refused) {
  no_longer_asking(step, purpose.what);
  auto& sync = step.device.contacts;
  if (purpose.what == What::evaluate && refused.code == Errc::rate_limited)
    return evaluations::refused(step, refused);
  switch (refused.code) {
    case Errc::not_registered:
      step.device.standing.registered = false;
      step.then([&sync, at = step.now.mono_ms + refused_retry_ms] { sync.retry_at = at; });
      return {};
    case Errc::number_not_confirmed:
      step.edit_device().number_confirmed = false;
      step.problem({}, refused.code,
                   "the number of this account is not confirmed, or is another's");
      fail(step, refused.code);
      return {};
    case Errc::directory_version_gone:
      step.then([&sync, at = step.now.mono_ms + again_ms] { sync.retry_at = at; });
      return directory_download::start_over(step);
    case Errc::directory_epoch_gone:
      step.then([&sync] { sync.head_known = false; });
      [[fallthrough]];
    case Errc::rate_limited:
      step.then(
          [&sync, at = step.now.mono_ms + std::max<std::int64_t>(refused.retry_after_ms, 1'000)] {
            sync.retry_at = at;
          });
      return {};
    default:
      step.problem({}, refused.code, "the relay refused a question about its directory");
      fail(step, refused.code);
      step.then([&sync, at = step.now.mono_ms + refused_retry_ms] { sync.retry_at = at; });
      return {};
  }
}

void fail(Step& step, const Error& why) {
  for (const auto& waiter : step.device.contacts.waiters)
    step.answer_with([done = waiter.done, why] { done(why); });
  answer_refreshes(step, why);
  forget_waiters(step);
}

}  // namespace contacts
}  // namespace tern::client
