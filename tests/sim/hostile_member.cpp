#include "sim/hostile_member.hpp"

#include "sim/stolen_folder.hpp"
#include "wire/frames.hpp"

namespace tern::sim {

void HostileMember::replace_next_commit(const ChatId& chat, Commit commit) {
  plan(chat, std::move(commit));
  world_.relay().on_frame_from_device = [this](Device& device, Bytes& frame) {
    edit(device, frame);
    return true;
  };
}

void HostileMember::plan(const ChatId& chat, Commit commit) {
  chat_ = chat;
  commit_ = std::move(commit);
  planned_ = true;
  sent_ = false;
}

void HostileMember::edit(Device& from, Bytes& frame) {
  if (&from != &device_ || !planned_ || sent_) return;
  sent_ = replace(frame);
}

bool HostileMember::replace(Bytes& frame) {
  auto decoded = wire::decode_request(frame).value();
  auto& request = std::get<wire::RequestFrame>(decoded);
  auto* append = std::get_if<wire::Append>(&request.request);
  if (!append || append->log != chat_ || append->entries.front().kind != wire::EntryKind::commit)
    return false;
  append->entries.resize(1);
  auto& entry = append->entries.front();
  auto header = wire::decode_entry_header(
                    wire::peek_private_message(entry.payload).value().authenticated_data)
                    .value();
  if (commit_.edit_header) commit_.edit_header(header);
  auto forgery = commit_.forgery;
  forgery.authenticated_data = wire::encode(header);
  const StolenFolder folder(device_);
  auto group = folder.group(chat_).value();
  mls::RecordChanges used;
  const auto payload =
      test::forge_commit(group, folder.signing_key(), world_.entropy(), forgery, used);
  entry.payload = payload;
  frame = wire::encode(request);
  world_.scheduler().after(5, [this] { device_.set_network(false); });
  return true;
}

}  // namespace tern::sim
