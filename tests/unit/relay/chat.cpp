#include "chat.hpp"

#include "base/codec.hpp"

namespace tern::relay::test {
namespace {

std::uint8_t content_type_of(wire::EntryKind kind) {
  if (kind == wire::EntryKind::application) return 1;
  return kind == wire::EntryKind::proposal ? 2 : 3;
}

}  // namespace

Bytes private_message(std::uint8_t content_type, const wire::EntryHeader& header,
                      std::string_view text) {
  Writer writer;
  writer.number(std::uint16_t{1})
      .number(std::uint16_t{2})
      .vector(as_bytes("group"))
      .number(std::uint64_t{0})
      .number(content_type)
      .vector(wire::encode(header))
      .vector(as_bytes("sender data"))
      .vector(as_bytes(text));
  return std::move(writer).take();
}

Written write(World& world, wire::EntryKind kind, std::string_view text,
              const wire::AccessChange& access, std::uint64_t seen_seq) {
  wire::EntryHeader header;
  header.entry_id = world.random<EntryId>();
  header.seen_seq = seen_seq;
  header.access = access;
  if (kind == wire::EntryKind::restart) header.restart.generation = 1;
  Written out;
  out.payload = std::make_shared<const Bytes>(private_message(content_type_of(kind), header, text));
  out.entry.id = header.entry_id;
  out.entry.kind = kind;
  out.entry.payload = *out.payload;
  return out;
}

wire::AccessChange adding(std::vector<DeviceId> added, std::vector<DeviceId> removed) {
  return {wire::AccessChange::Mode::change, std::move(added), std::move(removed)};
}

wire::AccessChange setting(std::vector<DeviceId> everybody) {
  return {wire::AccessChange::Mode::set, std::move(everybody), {}};
}

wire::Welcomes welcomes_for(const std::vector<DeviceId>& devices, ByteSpan group_info,
                            std::uint32_t entry_index) {
  wire::Welcomes out;
  out.entry_index = entry_index;
  out.group_info = group_info;
  for (const auto& device : devices) out.devices.push_back({device, device.span()});
  return out;
}

wire::Append append_of(const LogId& log, std::uint64_t base, const std::vector<Written>& written) {
  wire::Append out;
  out.log = log;
  out.base = base;
  for (const auto& one : written) out.entries.push_back(one.entry);
  return out;
}

Chat create_chat(World& world, ConnectionId creator, const std::vector<DeviceId>& others) {
  Chat chat;
  chat.log = world.random<LogId>();
  chat.first = write(world, wire::EntryKind::commit, "first commit", adding(others));
  wire::CreateLog request;
  request.log = chat.log;
  request.first = chat.first.entry;
  request.welcomes = welcomes_for(others, as_bytes("group info"));
  const auto appended = as<wire::Appended>(world.ask(creator, request));
  REQUIRE(appended.first_seq == 1);
  REQUIRE(appended.base == 1);
  return chat;
}

std::uint64_t append_message(World& world, ConnectionId connection, const LogId& log,
                             std::string_view text, std::uint64_t base) {
  const auto written = message(world, text);
  return as<wire::Appended>(world.ask(connection, append_of(log, base, {written}))).first_seq;
}

wire::Entries read_from(World& world, ConnectionId connection, const LogId& log, std::uint64_t from,
                        std::uint32_t entries_max) {
  return as<wire::Entries>(world.ask(connection, wire::Read{log, from, entries_max}));
}

std::vector<EntryId> ids(const std::vector<wire::Entry>& entries) {
  std::vector<EntryId> out;
  for (const auto& entry : entries) out.push_back(entry.id);
  return out;
}

}  // namespace tern::relay::test
