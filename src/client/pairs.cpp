#include "client/pairs.hpp"

#include "client/blocks.hpp"
#include "client/device_lists.hpp"
#include "client/roster.hpp"
#include "crypto/log_id.hpp"

namespace tern::client::pairs {
namespace {

// Anybody may make up logs, and each would cost a look at everybody who is known.
constexpr std::int64_t renewed_after_ms = 600'000;

Result<std::unordered_map<LogId, AccountId>> peers_now(const Step& step) {
  const auto& me = step.device.account.id;
  TERN_ASSIGN(auto accounts, device_lists::accounts(step.rows));
  for (const auto& [id, chat] : step.device.chats) {
    TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat->row));
    for (const auto& account : roster.accounts()) accounts.push_back(account);
  }
  std::unordered_map<LogId, AccountId> out;
  for (const auto& account : accounts)
    if (account != me) out.emplace(crypto::pair_log_id(me, account), account);
  return out;
}

}  // namespace

Result<void> recognize(Step& step, Chat& chat) {
  auto& known = step.device.peers;
  if (known.made_ms == never_ms || step.now.mono_ms - known.made_ms >= renewed_after_ms) {
    TERN_ASSIGN(known.by_log, peers_now(step));
    known.made_ms = step.now.mono_ms;
  }
  const auto peer = known.by_log.find(chat.id());
  if (peer == known.by_log.end()) return {};
  TERN_ASSIGN(const bool blocked, blocks::has(step.rows, peer->second));
  if (blocked) return {};
  auto& record = step.edit(chat);
  record.one_to_one = true;
  record.peer = peer->second;
  return {};
}

}  // namespace tern::client::pairs
