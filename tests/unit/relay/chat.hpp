// A chat as its relay sees it: entries that look like MLS messages, with headers to read.
#pragma once

#include "world.hpp"

namespace tern::relay::test {

/// One entry to append, with the bytes that it points at.
struct Written {
  wire::Entry entry;
  std::shared_ptr<const Bytes> payload;
};

/// An MLS PrivateMessage (RFC 9420 §6.3) around a header, with `text` for its ciphertext.
Bytes private_message(std::uint8_t content_type, const wire::EntryHeader& header,
                      std::string_view text);

/// A restart says that it begins generation 1.
Written write(World& world, wire::EntryKind kind, std::string_view text,
              const wire::AccessChange& access = {}, std::uint64_t seen_seq = 0);
inline Written message(World& world, std::string_view text = "sealed") {
  return write(world, wire::EntryKind::application, text);
}

wire::AccessChange adding(std::vector<DeviceId> added, std::vector<DeviceId> removed = {});
wire::AccessChange setting(std::vector<DeviceId> everybody);

/// `group_secrets` of each device is its id, so that a test can tell whose it got. Points into
/// `devices` and `group_info`.
wire::Welcomes welcomes_for(const std::vector<DeviceId>& devices, ByteSpan group_info,
                            std::uint32_t entry_index = 0);

wire::Append append_of(const LogId& log, std::uint64_t base, const std::vector<Written>& written);

/// A chat that `creator` has made and from which `others` have got their Welcomes.
struct Chat {
  LogId log;
  Written first;
};
Chat create_chat(World& world, ConnectionId creator, const std::vector<DeviceId>& others);

/// In a chat that Anna has made.
struct Talk : AnnaAndBo {
  Chat chat = create_chat(world, at_anna, {bo.id});
  LogId log = chat.log;
};

/// Appends one message under `base` and expects it to be taken; its seq.
std::uint64_t append_message(World& world, ConnectionId connection, const LogId& log,
                             std::string_view text = "sealed", std::uint64_t base = 1);

wire::Entries read_from(World& world, ConnectionId connection, const LogId& log,
                        std::uint64_t from = 1, std::uint32_t entries_max = 512);

/// Ids of the entries, in order.
std::vector<EntryId> ids(const std::vector<wire::Entry>& entries);

}  // namespace tern::relay::test
