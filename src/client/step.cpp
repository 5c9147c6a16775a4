#include "client/step.hpp"

#include <algorithm>

#include "base/deliberate_fault.hpp"
#include "client/acknowledge.hpp"
#include "client/chat_work.hpp"
#include "client/key_changes.hpp"
#include "client/reading.hpp"
#include "client/registration.hpp"

namespace tern::client {
namespace {

constexpr std::int64_t failed_chat_hold_ms = 30'000;

// The map doubles each time; after so many it would not fit an address.
constexpr int grow_attempts_max = 32;

// Whether the chat stands in the store; then its record is what stands there.
bool reload(const ReadRows& rows, Chat& chat) {
  const auto row = rows.get(tables::chats, chat.row);
  if (!row || !*row) return false;
  auto record = decode_chat_record(**row);
  if (!record) return false;
  chat.record = std::move(record).value();
  return true;
}

}  // namespace

ChatRecord& Step::edit(Chat& chat) {
  device.chats.used(chat);
  touched_.try_emplace(chat.id(), Touched{&chat, chat.record});
  return chat.record;
}

Chat& Step::add(std::unique_ptr<Chat> chat) {
  Chat& added = device.chats.add(std::move(chat));
  device.chats.used(added);
  touched_.try_emplace(added.id(), Touched{&added, std::nullopt});
  return added;
}

DeviceRecord& Step::edit_device() {
  device_changed_ = true;
  return device.record;
}

void Step::look_at(Chat& chat) {
  if (looked_at_.insert(&chat).second) looks_.push_back(&chat);
}

void Step::moved_ratchet() {
  synced_ = true;
  if (std::exchange(counted_, true)) return;
  ++edit_device().store_counter;
}

void Step::problem(const ChatId& chat, Errc code, std::string message) {
  emit(Problem{chat, code, std::move(message)});
}

void Step::send(const Purpose& purpose, const wire::Request& request) {
  const auto id = device.link.next_id();
  frames_.push_back({id, purpose, wire::encode(wire::RequestFrame{id, request})});
}

void Step::answer(Engine::Done done, Result<void> result) {
  if (!done) return;
  answers_.push_back([done = std::move(done), result = std::move(result)] { done(result); });
}

Result<void> Step::work_on_chat(Chat& chat) {
  auto worked = work_on(*this, chat);
  if (worked || is_storage(worked.error().errc())) return worked;
  // One chat's trouble is not the others': it rests, its group is read again.
  edit(chat);
  chat.drop_group();
  chat.drop_pending();
  chat.pace.hold_until = now.mono_ms + failed_chat_hold_ms;
  device.timers.wake(chat.id(), chat.pace.hold_until);
  problem(chat.id(), worked.error().errc(), worked.error().message());
  return {};
}

Result<void> Step::work_on_chats() {
  for (std::size_t worked = 0;;) {
    while (worked < looks_.size()) TERN_TRY(work_on_chat(*looks_[worked++]));
    Chat* const next = next_to_read(device);
    if (!next) return {};
    if (!looked_at_.contains(next)) {
      look_at(*next);
    } else if (only_reads(*next)) {
      TERN_TRY(work_on_chat(*next));
    } else {
      // It might say the same twice, for what was said is noted when the step is done.
      device.timers.wake(next->id(), now.mono_ms);
    }
  }
}

Result<void> Step::finish() {
  TERN_TRY(work_on_chats());
  TERN_TRY(registration::go_on(*this));
  TERN_TRY(numbers::go_on(*this));
  TERN_TRY(contacts::go_on(*this));
  if (keys_changed_) TERN_TRY(key_changes::note(*this));
  TERN_TRY(transfers::go_on(*this));
  live::go_on(device, now);
  TERN_TRY(acknowledge(*this));
  for (auto& [id, touched] : touched_) {
    TERN_TRY(touched.chat->hashes.flush(rows, touched.chat->row));
    TERN_TRY(rows.put(tables::chats, touched.chat->row, encode(touched.chat->record)));
  }
  if (!device_changed_) return {};
  return rows.put(tables::device, as_bytes(device_row), encode(device.record));
}

Result<void> Step::commit(store::WriteTransaction& transaction) {
  if (rows.writes() == 0) return {};
  if (is_deliberate(DeliberateFault::promise_before_sync))
    return transaction.commit(store::Durability::lazy);
  return transaction.commit(synced_ ? store::Durability::synced : store::Durability::lazy);
}

void Step::note_cursors() {
  auto& acks = device.acks;
  for (const auto& [id, touched] : touched_) {
    if (touched.before && touched.before->cursor != touched.chat->record.cursor)
      acks.lazy[id] = touched.chat->record.cursor;
  }
  if (device.record.inbox_cursor != device_before_.inbox_cursor)
    acks.lazy[device.account.inbox] = device.record.inbox_cursor;
  if (!synced_ || rows.writes() == 0) return;
  // A synced commit carries everything before it to the disk.
  for (const auto& [id, cursor] : acks.lazy) acks.durable[id] = cursor;
  acks.lazy.clear();
  if (!acks.durable.empty()) acknowledge_later(device, now);
}

void Step::release() {
  note_cursors();
  for (auto& frame : frames_)
    device.link.send(now, frame.id, frame.purpose, std::move(frame.bytes));
  for (const auto& change : changes_) change();
  for (auto& event : events_) device.events.push(std::move(event));
  device.chats.put_away();
}

// The disk has the last word: a commit that failed half way may have been kept all the same.
void Step::undo() {
  device.record = device_before_;
  const auto transaction = device.environment.read();
  for (auto& [id, touched] : touched_) {
    Chat& chat = *touched.chat;
    chat.drop_group();
    chat.drop_pending();
    chat.hashes.drop();
    if (touched.before) chat.record = *touched.before;
    bool kept = touched.before.has_value();
    if (transaction) kept = reload(ReadRows(**transaction, device.sealer), chat) || kept;
    if (!kept) device.chats.erase(id);
  }
  if (!transaction) return;
  const auto row = ReadRows(**transaction, device.sealer).get(tables::device, as_bytes(device_row));
  if (!row || !*row) return;
  if (auto record = decode_device_record(**row)) device.record = std::move(record).value();
}

namespace {

class Entered {
 public:
  Entered(OpenRows& open, const ReadRows& rows) : open_(open) { open_.enter(&rows); }
  ~Entered() { open_.enter(nullptr); }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  OpenRows& open_;
};

// What the step had noted of them may not be what stands in their rows.
void reload_transfers(Device& device) {
  const auto transaction = device.environment.read();
  if (!transaction) return;
  const ReadRows rows(**transaction, device.sealer);
  (void)transfers::load(device, rows);
  (void)contacts::load(device, rows);
}

}  // namespace

Result<void> run(Device& device, Now now, const std::function<Result<void>(Step&)>& work) {
  std::vector<std::function<void()>> answers;
  const auto attempt = [&]() -> Result<void> {
    TERN_ASSIGN(const auto transaction, device.environment.write());
    Step step(device, now, *transaction);
    const Entered entered(device.open_rows, step.rows);
    auto done = work(step);
    if (done) done = step.finish();
    if (done) done = step.commit(*transaction);
    if (done) {
      step.release();
      answers = std::move(step.answers_);
    } else {
      step.undo();
    }
    return done;
  };
  auto done = attempt();
  for (int grown = 0; !done && done.error() == Errc::storage_map_full; ++grown) {
    if (grown == grow_attempts_max) break;
    TERN_TRY(device.environment.grow());
    reload_transfers(device);
    // What the failed attempt has noted of the line, reads under way and the like, is not undone:
    // another connection begins afresh.
    device.link.close(Errc::connection_lost);
    done = attempt();
  }
  if (!done && is_storage(done.error().errc())) reload_transfers(device);
  for (const auto& answer : answers) answer();
  return done;
}

}  // namespace tern::client
