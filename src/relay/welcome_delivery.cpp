#include "relay/welcome_delivery.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "crypto/log_id.hpp"
#include "relay/numbering.hpp"

namespace tern::relay {
namespace {

struct Inbox {
  DeviceId device;
  LogId log;
  LogState state;
  ByteSpan group_secrets;
};

// Its owner reads sooner or later; until then one author's Welcomes must leave room for others'.
Result<bool> has_room(Context& context, const LogId& inbox, const std::optional<LogState>& state,
                      const DeviceId& author) {
  const auto entries_max = context.limits.inbox_welcomes_max;
  if (!state || state->kind != LogKind::inbox) return false;
  if (state->head - state->first_kept + 1 >= entries_max) return false;
  TERN_ASSIGN(const auto share, context.store.inbox_share(inbox, author));
  return share < std::max(entries_max / inbox_share_divisor, 1u);
}

Result<std::vector<Inbox>> open_inboxes(Context& context, const DeviceId& author,
                                        std::span<const wire::WelcomeFor> devices,
                                        std::vector<DeviceId>& inbox_full) {
  std::vector<Inbox> out;
  for (const auto& welcome : devices) {
    const auto log = crypto::inbox_log_id(welcome.device);
    TERN_ASSIGN(const auto state, context.store.log(log));
    TERN_ASSIGN(const bool room, has_room(context, log, state, author));
    if (room)
      out.push_back({welcome.device, log, *state, welcome.group_secrets});
    else
      inbox_full.push_back(welcome.device);
  }
  return out;
}

bool is_shared(std::size_t inboxes, std::size_t group_info_bytes) {
  return inboxes > inline_group_info_devices_max ||
         (inboxes > 1 && group_info_bytes > inline_group_info_bytes_max);
}

// The row's hash is over what the owner will read, wherever the GroupInfo is kept.
Result<void> put_into(Context& context, const Inbox& inbox, EntryRow row,
                      wire::InboxWelcome welcome) {
  welcome.group_secrets = inbox.group_secrets;
  auto whole = wire::encode(welcome);
  auto after = inbox.state;
  row.payload = whole;
  number(after, row);
  auto& news = context.batch.news_of(inbox.log);
  news.state = after;
  news.inbox_of = inbox.device;
  if (row.group_info) {
    // As many large copies as there are devices would be the batch's memory.
    news.to_be_read = true;
    welcome.group_info = {};
    whole = wire::encode(welcome);
    row.payload = whole;
  } else {
    row.payload = context.batch.keep(std::move(whole));
  }
  const auto pushed = row.group_info ? ByteSpan() : row.payload;
  news.entries.push_back({{row.seq, row.id, row.kind, row.base, false, pushed}, row.author});
  ++context.batch.entries_stored;
  return context.store.append(inbox.log, inbox.state, after, {&row, 1});
}

}  // namespace

Result<void> deliver_welcomes(Context& context, const EntryRow& commit,
                              const wire::InboxWelcome& welcome,
                              std::span<const wire::WelcomeFor> devices,
                              std::vector<DeviceId>& inbox_full) {
  TERN_ASSIGN(const auto inboxes, open_inboxes(context, commit.author, devices, inbox_full));
  EntryRow row;
  row.id = commit.id;
  row.kind = wire::EntryKind::welcome;
  row.author = commit.author;
  row.stored_s = commit.stored_s;
  if (is_shared(inboxes.size(), welcome.group_info.size())) {
    row.group_info = SharedGroupInfo{welcome.log, welcome.commit_seq};
    TERN_TRY(context.store.put_shared_group_info(
        *row.group_info, static_cast<std::uint32_t>(inboxes.size()), welcome.group_info));
  }
  for (const auto& inbox : inboxes) TERN_TRY(put_into(context, inbox, row, welcome));
  return {};
}

Result<Bytes> whole_welcome(LogTransaction& store, const EntryRow& row) {
  auto stored = to_bytes(row.payload);
  if (!row.group_info) return stored;
  TERN_ASSIGN(auto welcome, wire::decode_inbox_welcome(stored));
  TERN_ASSIGN(const auto group_info, store.shared_group_info(*row.group_info));
  welcome.group_info = group_info;
  return wire::encode(welcome);
}

}  // namespace tern::relay
