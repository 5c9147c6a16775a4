#include "client/append_draft.hpp"

#include "base/try.hpp"

namespace tern::client {

namespace {

// Its receiver gets GroupInfo, tree and all, in one entry.
Result<void> check_welcomes(const PendingCommit& commit) {
  for (const auto& welcome : commit.welcomes) {
    const auto bytes = wire::inbox_welcome_overhead_bytes + welcome.group_secrets.size() +
                       commit.group_info.size();
    if (bytes > limits::welcome_bytes_max)
      return Error(Errc::chat_too_large, "a Welcome of " + std::to_string(bytes) + " bytes; " +
                                             std::to_string(limits::welcome_bytes_max) +
                                             " are allowed");
  }
  return {};
}

}  // namespace

wire::Welcomes welcomes_of(const PendingCommit& commit, std::uint32_t entry_index) {
  wire::Welcomes out;
  out.entry_index = entry_index;
  out.group_info = commit.group_info;
  for (const auto& welcome : commit.welcomes)
    out.devices.push_back({welcome.device, welcome.group_secrets});
  return out;
}

bool AppendDraft::fits(std::size_t payload_bytes) const {
  return entries_left() > 0 &&
         bytes_ + payload_bytes + wire::entry_overhead_bytes <= limits::batch_bytes_max;
}

void AppendDraft::add(const OutboxEntry& entry, wire::EntryKind kind, Bytes payload) {
  bytes_ += payload.size() + wire::entry_overhead_bytes;
  payloads_.push_back(std::move(payload));
  under_way_.push_back(entry);
  append_.entries.push_back({0, entry.id, kind, 0, false, payloads_.back()});
}

Result<void> AppendDraft::add(const PendingCommit& commit) {
  TERN_TRY(check_welcomes(commit));
  auto bytes = commit.message.size() + wire::entry_overhead_bytes + commit.group_info.size();
  for (const auto& welcome : commit.welcomes)
    bytes += welcome.group_secrets.size() + wire::welcome_overhead_bytes;
  if (bytes > limits::batch_bytes_max || commit.message.size() > limits::entry_payload_bytes_max)
    return Error(Errc::chat_too_large, "a commit of " + std::to_string(bytes) +
                                           " bytes with its Welcomes; " +
                                           std::to_string(limits::batch_bytes_max) + " fit");
  const auto index = static_cast<std::uint32_t>(under_way_.size());
  under_way_.push_back({OutboxKind::commit, 0, commit.id});
  const auto kind = commit.restarts != 0 ? wire::EntryKind::restart : wire::EntryKind::commit;
  append_.entries.push_back({0, commit.id, kind, 0, false, commit.message});
  if (!commit.welcomes.empty()) append_.welcomes.push_back(welcomes_of(commit, index));
  bytes_ += bytes;
  return {};
}

const wire::Append& AppendDraft::request(std::uint64_t store_counter) {
  append_.store_counter = store_counter;
  return append_;
}

}  // namespace tern::client
