#include "sim/hostile_member.hpp"

#include "sim/stolen_folder.hpp"
#include "wire/frames.hpp"

namespace tern::sim {

void HostileMember::replace_next_commit(const ChatId& chat, Commit commit) {
  sent_ = false;
  world_.relay().on_frame_from_device = [this, chat, commit = std::move(commit)](Device& device,
                                                                                 Bytes& frame) {
    if (&device == &device_ && !sent_) sent_ = replace(chat, commit, frame);
    return true;
  };
}

bool HostileMember::replace(const ChatId& chat, const Commit& commit, Bytes& frame) {
  auto decoded = wire::decode_request(frame).value();
  auto& request = std::get<wire::RequestFrame>(decoded);
  auto* append = std::get_if<wire::Append>(&request.request);
  if (!append || append->log != chat || append->entries.front().kind != wire::EntryKind::commit)
    return false;
  append->entries.resize(1);
  auto& entry = append->entries.front();
  auto header = wire::decode_entry_header(
                    wire::peek_private_message(entry.payload).value().authenticated_data)
                    .value();
  if (commit.edit_header) commit.edit_header(header);
  auto forgery = commit.forgery;
  forgery.authenticated_data = wire::encode(header);
  const StolenFolder folder(device_);
  auto group = folder.group(chat).value();
  mls::RecordChanges used;
  const auto payload =
      test::forge_commit(group, folder.signing_key(), world_.entropy(), forgery, used);
  entry.payload = payload;
  frame = wire::encode(request);
  world_.scheduler().after(5, [this] { device_.set_network(false); });
  return true;
}

}  // namespace tern::sim
