#include "client/chat.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/try.hpp"

namespace tern::client {

EpochTag epoch_tag(const mls::Group& group) {
  return *EpochTag::from(group.epoch_authenticator().span().first(EpochTag::size_bytes));
}

Chat::Chat(const OpenRows& open, const store::Sealer& sealer, const ChatId& id)
    : row(sealer.row_id(tables::chats, id)),
      records(open, tables::groups, row),
      next_records(open, tables::next_groups, row, &records) {
  record.id = id;
}

Result<mls::Group*> Chat::group() {
  if (!group_) {
    TERN_ASSIGN(auto opened, mls::Group::open(records));
    group_.emplace(std::move(opened));
  }
  return &*group_;
}

Result<PendingCommit*> Chat::pending(const ReadRows& rows) {
  if (!pending_) {
    TERN_ASSIGN(const auto found, rows.get(tables::commits, row));
    TERN_CHECK(found.has_value());
    TERN_ASSIGN(pending_, decode_pending_commit(*found));
  }
  return &*pending_;
}

Result<mls::Group*> Chat::next_group() {
  if (!next_group_) {
    TERN_ASSIGN(auto opened, mls::Group::open(next_records));
    next_group_.emplace(std::move(opened));
    next_reads_its_records_ = true;
  }
  return &*next_group_;
}

void Chat::set_pending(PendingCommit pending, mls::Group next) {
  pending_ = std::move(pending);
  next_group_.emplace(std::move(next));
  next_reads_its_records_ = false;
}

void Chat::drop_pending() {
  pending_.reset();
  next_group_.reset();
}

void Chat::next_becomes_present() {
  group_.reset();
  if (next_group_ && !next_reads_its_records_) group_ = std::move(next_group_);
  drop_pending();
}

Chat* ChatTable::find(const ChatId& id) {
  const auto found = chats_.find(id);
  return found == chats_.end() ? nullptr : found->second.get();
}

const Chat* ChatTable::find(const ChatId& id) const {
  const auto found = chats_.find(id);
  return found == chats_.end() ? nullptr : found->second.get();
}

Chat& ChatTable::add(std::unique_ptr<Chat> chat) {
  const auto id = chat->id();
  return *chats_.insert_or_assign(id, std::move(chat)).first->second;
}

void ChatTable::erase(const ChatId& id) {
  const auto found = chats_.find(id);
  if (found == chats_.end()) return;
  std::erase(in_use_, found->second.get());
  chats_.erase(found);
}

void ChatTable::used(Chat& chat) {
  if (chat.used_at == 0) in_use_.push_back(&chat);
  chat.used_at = ++uses_;
}

void ChatTable::put_away() {
  if (in_use_.size() <= groups_in_memory) return;
  std::sort(in_use_.begin(), in_use_.end(),
            [](const Chat* a, const Chat* b) { return a->used_at > b->used_at; });
  // Half of them go, so that this is not done again for the next chat.
  for (std::size_t i = groups_in_memory / 2; i < in_use_.size(); ++i) {
    in_use_[i]->drop_group();
    in_use_[i]->drop_pending();
    in_use_[i]->used_at = 0;
  }
  in_use_.resize(groups_in_memory / 2);
}

}  // namespace tern::client
