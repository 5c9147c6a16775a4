// An append being put together: entries in order, within what one frame and one request may hold.
#pragma once

#include <deque>

#include "client/outbox.hpp"
#include "client/pending_commit.hpp"
#include "wire/frames.hpp"

namespace tern::client {

wire::Welcomes welcomes_of(const PendingCommit& commit, std::uint32_t entry_index);

class AppendDraft {
 public:
  AppendDraft(const ChatId& log, std::uint64_t base) {
    append_.log = log;
    append_.base = base;
  }
  AppendDraft(const AppendDraft&) = delete;
  AppendDraft& operator=(const AppendDraft&) = delete;

  bool empty() const { return under_way_.empty(); }
  std::size_t entries_left() const { return limits::batch_entries_max - under_way_.size(); }
  /// Whether one more entry with a payload of this size fits.
  bool fits(std::size_t payload_bytes) const;
  void add(const OutboxEntry& entry, wire::EntryKind kind, Bytes payload);
  /// The pending commit and its Welcomes, which must outlive the draft. Errors: chat_too_large when
  /// they do not fit one frame, or one of the Welcomes not an entry.
  Result<void> add(const PendingCommit& commit);

  const wire::Append& request(std::uint64_t store_counter);
  /// What is under way once it is sent.
  const std::vector<OutboxEntry>& entries() const { return under_way_; }

 private:
  wire::Append append_;
  std::vector<OutboxEntry> under_way_;
  std::deque<Bytes> payloads_;  // does not move what append_ points at
  std::size_t bytes_ = 0;
};

}  // namespace tern::client
