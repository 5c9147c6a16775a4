#include "relay/code_sends.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/try.hpp"

namespace tern::relay {
namespace {

enum class SendsKind : std::uint8_t { number = 1, account = 2 };

template <class Id>
SendsKey sends_key(SendsKind kind, const Id& id) {
  SendsKey out;
  out.bytes[0] = static_cast<std::uint8_t>(kind);
  std::copy(id.bytes.begin(), id.bytes.end(), out.bytes.begin() + 1);
  return out;
}

// What was written on a day is due two days later, and lies around a while if nothing runs.
constexpr std::uint32_t due_days_back = 4;

Result<void> forget_dues(DirectoryTransaction& store, ContactDue due, std::int64_t now_s) {
  const auto last = contact_due_day(now_s);
  for (auto day = last - std::min(last, due_days_back); day <= last; ++day) {
    due.day = day;
    TERN_TRY(store.erase_contact_due(due));
  }
  return {};
}

// A clock that was put right forgives what was sent in its future.
bool is_counted(std::int64_t sent_s, std::int64_t now_s) {
  return sent_s > now_s - sends_window_s && sent_s < now_s + sends_window_s;
}

}  // namespace

SendsKey sends_to(const NumberId& number) { return sends_key(SendsKind::number, number); }
SendsKey sends_for(const AccountId& account) { return sends_key(SendsKind::account, account); }

Result<std::int64_t> sends_wait_s(DirectoryTransaction& store, const SendsKey& key,
                                  std::uint32_t max, std::int64_t now_s) {
  max = std::min(max, sends_kept_max);
  if (max == 0) return sends_window_s;
  TERN_ASSIGN(auto sends, store.sends(key));
  std::erase_if(sends, [now_s](std::int64_t sent_s) { return !is_counted(sent_s, now_s); });
  if (sends.size() < max) return std::int64_t{0};
  const auto oldest = sends[sends.size() - max];
  return std::max<std::int64_t>(oldest + sends_window_s - now_s, 1);
}

Result<void> count_send(DirectoryTransaction& store, const SendsKey& key, std::int64_t now_s) {
  TERN_ASSIGN(auto sends, store.sends(key));
  std::erase_if(sends, [now_s](std::int64_t sent_s) { return !is_counted(sent_s, now_s); });
  if (sends.size() == sends_kept_max) sends.erase(sends.begin());
  sends.push_back(now_s);
  ContactDue due;
  due.day = contact_due_day(now_s);
  due.sends = key;
  TERN_TRY(store.note_contact_due(due));
  return store.put_sends(key, sends);
}

Result<void> uncount_send(DirectoryTransaction& store, const SendsKey& key, std::int64_t sent_s) {
  TERN_ASSIGN(auto sends, store.sends(key));
  const auto found = std::find(sends.begin(), sends.end(), sent_s);
  if (found == sends.end()) return {};
  sends.erase(found);
  return store.put_sends(key, sends);
}

Result<void> forget_verification(DirectoryTransaction& store, const AccountId& account,
                                 const NumberId& number, std::int64_t now_s) {
  TERN_TRY(store.erase_verification(account, number));
  ContactDue due;
  due.verification = {account, number};
  return forget_dues(store, due, now_s);
}

Result<void> forget_sends_for(DirectoryTransaction& store, const AccountId& account,
                              std::int64_t now_s) {
  ContactDue due;
  due.sends = sends_for(account);
  TERN_TRY(store.put_sends(due.sends, {}));
  return forget_dues(store, due, now_s);
}

std::uint32_t contact_due_day(std::int64_t now_s) { return day_of(now_s) + 2; }

}  // namespace tern::relay
