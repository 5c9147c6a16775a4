#include "client/pairs.hpp"

#include "client/blocks.hpp"
#include "client/device_lists.hpp"
#include "client/roster.hpp"
#include "crypto/log_id.hpp"

namespace tern::client::pairs {

Result<Peers> peers(const Step& step) {
  const auto& me = step.device.account.id;
  TERN_ASSIGN(auto accounts, device_lists::accounts(step.rows));
  for (const auto& [id, chat] : step.device.chats) {
    TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat->row));
    for (const auto& seat : roster.seats()) accounts.push_back(seat.account);
  }
  Peers out;
  for (const auto& account : accounts)
    if (account != me) out.emplace(crypto::pair_log_id(me, account), account);
  TERN_ASSIGN(const auto blocked, blocks::all(step.rows));
  for (const auto& account : blocked) out.erase(crypto::pair_log_id(me, account));
  return out;
}

void recognize(Step& step, Chat& chat, const Peers& peers) {
  const auto peer = peers.find(chat.id());
  if (peer == peers.end()) return;
  auto& record = step.edit(chat);
  record.one_to_one = true;
  record.peer = peer->second;
}

}  // namespace tern::client::pairs
