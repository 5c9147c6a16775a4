#include "client/reading.hpp"

#include <algorithm>

namespace tern::client {
namespace {

enum class Own : std::uint8_t { left_out, whole };

Result<void> read_from(Step& step, Chat& chat, std::uint64_t from, Own own) {
  auto& reads = step.device.reads;
  if (chat.line.reading || chat.line.waits_to_read) return {};
  const bool its_turn = reads.waiting.empty() || reads.turn == &chat;
  // Noted at once, as what is under way: this step may read for many chats.
  if (reads.under_way >= Reads::at_once || !its_turn) {
    chat.line.waits_to_read = true;
    reads.waiting.push_back(chat.id());
    return {};
  }
  ++reads.under_way;
  chat.line.reading = true;
  chat.line.read_from = from;
  wire::Read read;
  read.log = chat.id();
  read.from = from;
  read.whole = own == Own::whole;
  step.send({Purpose::What::read, chat.id()}, read);
  return {};
}

}  // namespace

bool at_head(const Chat& chat) {
  const auto& line = chat.line;
  return line.known && line.head <= chat.record.cursor && !line.reading && !line.lost;
}

std::int64_t may_read_at(const Chat& chat) {
  return std::max(chat.pace.read_at, chat.line.retry_at);
}

Result<void> read_on(Step& step, Chat& chat) {
  return read_from(step, chat, chat.record.cursor + 1, Own::left_out);
}

Result<void> read_whole(Step& step, Chat& chat, std::uint64_t from) {
  return read_from(step, chat, from, Own::whole);
}

bool knows_members(Step& step, Chat& chat) {
  if (chat.line.members) return true;
  if (chat.line.asking_members) return false;
  step.send({Purpose::What::members, chat.id()}, wire::ReadMembers{chat.id()});
  step.then([&chat] { chat.line.asking_members = true; });
  return false;
}

void read_ended(Device& device, Chat& chat) {
  auto& reads = device.reads;
  chat.line.reading = false;
  if (reads.under_way > 0) --reads.under_way;
}

Chat* next_to_read(Device& device) {
  auto& reads = device.reads;
  reads.turn = nullptr;
  while (reads.under_way < Reads::at_once && !reads.waiting.empty()) {
    Chat* const next = device.chats.find(reads.waiting.front());
    reads.waiting.pop_front();
    if (!next) continue;
    next->line.waits_to_read = false;
    reads.turn = next;
    return next;
  }
  return nullptr;
}

}  // namespace tern::client
