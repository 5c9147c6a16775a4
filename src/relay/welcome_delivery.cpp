#include "relay/welcome_delivery.hpp"

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

Result<std::vector<Inbox>> open_inboxes(Context& context, std::span<const wire::WelcomeFor> devices,
                                        std::vector<DeviceId>& inbox_full) {
  std::vector<Inbox> out;
  for (const auto& welcome : devices) {
    const auto log = crypto::inbox_log_id(welcome.device);
    TERN_ASSIGN(const auto state, context.store.log(log));
    const bool room = state && state->kind == LogKind::inbox &&
                      state->head - state->first_kept + 1 < context.limits.inbox_welcomes_max;
    if (room)
      out.push_back({welcome.device, log, *state, welcome.group_secrets});
    else
      inbox_full.push_back(welcome.device);
  }
  return out;
}

Result<void> put_into(Context& context, const Inbox& inbox, EntryRow row, ByteSpan whole,
                      ByteSpan stored) {
  auto after = inbox.state;
  // The hash is over what the owner will read, wherever the GroupInfo is kept.
  row.payload = whole;
  number(after, row);
  auto& news = context.batch.news_of(inbox.log);
  news.state = after;
  news.inbox_of = inbox.device;
  news.entries.push_back({{row.seq, row.id, row.kind, row.base, false, whole}, row.author});
  row.payload = stored;
  ++context.batch.entries_stored;
  return context.store.append(inbox.log, inbox.state, after, {&row, 1});
}

}  // namespace

Result<void> deliver_welcomes(Context& context, const EntryRow& commit, wire::InboxWelcome welcome,
                              std::span<const wire::WelcomeFor> devices,
                              std::vector<DeviceId>& inbox_full) {
  TERN_ASSIGN(const auto inboxes, open_inboxes(context, devices, inbox_full));
  const bool shared = inboxes.size() > inline_group_info_devices_max;
  if (shared) {
    TERN_TRY(context.store.put_shared_group_info(welcome.log, welcome.commit_seq,
                                                 static_cast<std::uint32_t>(inboxes.size()),
                                                 welcome.group_info));
  }
  const auto group_info = welcome.group_info;
  for (const auto& inbox : inboxes) {
    EntryRow row;
    row.id = commit.id;
    row.kind = wire::EntryKind::welcome;
    row.author = commit.author;
    row.stored_s = commit.stored_s;
    row.group_info_shared = shared;
    welcome.group_secrets = inbox.group_secrets;
    welcome.group_info = group_info;
    const auto whole = context.batch.keep(wire::encode(welcome));
    welcome.group_info = {};
    const auto stored = shared ? context.batch.keep(wire::encode(welcome)) : whole;
    TERN_TRY(put_into(context, inbox, row, whole, stored));
  }
  return {};
}

Result<Bytes> whole_welcome(LogTransaction& store, const EntryRow& row) {
  if (!row.group_info_shared) return to_bytes(row.payload);
  const auto stored = to_bytes(row.payload);
  TERN_ASSIGN(auto welcome, wire::decode_inbox_welcome(stored));
  TERN_ASSIGN(const auto group_info, store.shared_group_info(welcome.log, welcome.commit_seq));
  welcome.group_info = group_info;
  return wire::encode(welcome);
}

}  // namespace tern::relay
