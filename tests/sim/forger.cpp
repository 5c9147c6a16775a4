#include "sim/forger.hpp"

#include "sim/stolen_folder.hpp"

namespace tern::sim {

client::EngineConfig Forger::quiet() {
  client::EngineConfig out;
  out.heal_interval_ms = std::int64_t{1'000} * 86'400'000;
  out.send_receipts = false;
  return out;
}

std::vector<MessageId> Forger::send(const ChatId& chat, const std::vector<Bytes>& contents) {
  // As it was before: so that the forgeries take the very keys that its own messages would have.
  const StolenFolder folder(device_);
  auto group = folder.group(chat).value();
  std::size_t sent = 0;
  const auto forge = [&](wire::Entry& entry) {
    auto header = wire::decode_entry_header(
                      wire::peek_private_message(entry.payload).value().authenticated_data)
                      .value();
    // Its log has another hash than the others' from its first forgery on.
    const auto& seen = first_seen_.try_emplace(chat, header).first->second;
    header.seen_seq = seen.seen_seq;
    header.seen_hash = seen.seen_hash;
    header.blobs = wire::blobs_named(contents[sent]);
    return group
        .protect(contents[sent++], wire::encode(header), folder.identity(), world_.entropy())
        .value()
        .message;
  };
  world_.relay().on_frame_from_device = [&](Device& from, Bytes& frame) {
    if (&from != &device_) return true;
    std::vector<Bytes> payloads;
    edit_request<wire::Append>(frame, [&](wire::Append& append) {
      payloads.reserve(append.entries.size());
      if (append.log != chat) return;
      for (auto& entry : append.entries)
        if (entry.kind == wire::EntryKind::application && sent < contents.size())
          entry.payload = payloads.emplace_back(forge(entry));
    });
    return true;
  };
  auto ids = device_.send(chat, std::vector<std::string>(contents.size(), "-")).value();
  const bool all = world_.run_until([&] { return sent == contents.size(); });
  world_.relay().on_frame_from_device = nullptr;
  if (!all) throw std::runtime_error("a forgery was not sent");
  world_.run_for(1'000);
  return ids;
}

NamedBlob blob_of_next(World& world, Device& who, const ChatId& chat, ByteSpan sound,
                       MessageId* id) {
  NamedBlob out;
  world.relay().on_frame_from_device = [&](Device& from, Bytes& frame) {
    if (&from == &who)
      edit_request<wire::PutBlob>(frame, [&](wire::PutBlob& put) { out.address = put.address; });
    return true;
  };
  const auto message = say(world, who, chat, sound);
  if (id) *id = message;
  const bool there =
      world.run_until([&] { return media_at(who, chat, message).state == Media::State::here; });
  world.relay().on_frame_from_device = nullptr;
  if (!there) throw std::runtime_error("a blob was not uploaded");
  const auto access = who.engine().open_media(chat, message).value();
  out.owner = who.account();
  out.bytes = access.bytes;
  out.key = to_bytes(access.key.span());
  out.header = to_bytes(access.header.span());
  return out;
}

NamedBlob Forger::upload(const ChatId& chat, ByteSpan sound) {
  return blob_of_next(world_, device_, chat, sound);
}

wire::Content voice_naming(const NamedBlob& blob, std::int64_t sent_ms) {
  wire::Content out;
  out.sent_ms = sent_ms;
  out.body = wire::VoiceContent{clip_of(48'000), {}, {}, blob.ref()};
  return out;
}

}  // namespace tern::sim
