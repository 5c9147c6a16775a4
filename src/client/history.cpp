#include "client/history.hpp"

#include <algorithm>

#include "client/blob_rows.hpp"
#include "client/chat.hpp"
#include "client/record_codec.hpp"
#include "wire/content.hpp"

namespace tern::client {

crypto::SecretBytes encode(const MessageRow& row) {
  RecordWriter writer;
  writer.raw(row.id).raw(row.sender).raw(row.device).number(row.seq);
  write_signed(writer, row.sent_ms);
  write_flag(writer, row.mine);
  writer.number(static_cast<std::uint32_t>(row.failure));
  write_flag(writer, row.notice.has_value());
  if (row.notice) writer.number(static_cast<std::uint8_t>(row.notice->what)).raw(row.notice->who);
  writer.vector(row.content);
  return std::move(writer).take();
}

Result<MessageRow> decode_message_row(ByteSpan bytes) {
  RecordReader reader(bytes);
  MessageRow out;
  out.id = reader.fixed<MessageId>();
  out.sender = reader.fixed<AccountId>();
  out.device = reader.fixed<DeviceId>();
  out.seq = reader.number<std::uint64_t>();
  out.sent_ms = reader.signed_number();
  out.mine = reader.flag();
  out.failure = static_cast<Errc>(reader.number<std::uint32_t>());
  if (reader.flag()) {
    const auto what = static_cast<Notice::What>(reader.number<std::uint8_t>());
    out.notice = Notice{what, reader.fixed<AccountId>()};
  }
  out.content = SecretBytes(reader.vector());
  TERN_TRY(reader.finish("message"));
  return out;
}

namespace history {
namespace {

Bytes id_prefix(const ReadRows& rows, const RowId& chat, const MessageId& id) {
  return row_key(chat, rows.sealer().row_id(tables::message_ids, id));
}

Bytes id_key(const ReadRows& rows, const RowId& chat, const MessageId& id, const DeviceId& device) {
  auto key = id_prefix(rows, chat, id);
  const auto tail = rows.sealer().row_id(tables::message_ids, device);
  key.insert(key.end(), tail.bytes.begin(), tail.bytes.end());
  return key;
}

Media media_at(const ReadRows& rows, const std::optional<wire::BlobRef>& ref) {
  if (!ref) return {};
  const auto record = blobs::get(rows, id_of(*ref));
  if (record && *record) return media_of(**record);
  return {.state = Media::State::failed, .bytes = ref->bytes, .failure = Errc::not_found};
}

Body file_of(const ReadRows& rows, const wire::FileContent& content) {
  File out{.name = std::string(content.name),
           .type = std::string(content.type),
           .bytes = content.bytes,
           .media = media_at(rows, content.blob)};
  if (const auto& picture = content.picture)
    out.picture = {picture->width, picture->height, to_bytes(picture->thumbnail)};
  return out;
}

Body body_of(const ReadRows& rows, const MessageRow& row) {
  if (row.notice) return *row.notice;
  const auto content = wire::decode_content(row.content);
  if (!content) return Unsupported{};
  if (const auto* text = std::get_if<wire::TextContent>(&content->body))
    return Text{std::string(text->text)};
  if (const auto* custom = std::get_if<wire::CustomContent>(&content->body))
    return Custom{std::string(custom->type), to_bytes(custom->bytes)};
  if (const auto* voice = std::get_if<wire::VoiceContent>(&content->body))
    return Voice{voice->clip, voice->packets_hash, media_at(rows, voice->blob)};
  if (const auto* file = std::get_if<wire::FileContent>(&content->body))
    return file_of(rows, *file);
  if (const auto* unknown = std::get_if<wire::UnknownContent>(&content->body))
    return Unsupported{unknown->kind};
  return Unsupported{};
}

// Derived, not stored: receipts would otherwise rewrite every row that they cover.
MessageState state_of(const MessageRow& row, std::uint64_t order, const Chat& chat) {
  if (!row.mine) return MessageState::received;
  if (row.failure != Errc{}) return MessageState::failed;
  if (order >= queued_orders) {
    const auto& under_way = chat.line.in_flight;
    const bool sending = std::any_of(under_way.begin(), under_way.end(), [&](const auto& entry) {
      return entry.kind == OutboxKind::message && entry.id == row.id;
    });
    return sending ? MessageState::sending : MessageState::queued;
  }
  if (row.seq <= chat.record.read_by_all) return MessageState::read;
  if (row.seq <= chat.record.delivered_to_all) return MessageState::delivered;
  return MessageState::sent;
}

}  // namespace

Result<void> put(Rows& rows, const RowId& chat, std::uint64_t order, const MessageRow& row) {
  TERN_TRY(rows.put(tables::messages, row_key(chat, order), encode(row)));
  if (row.notice) return {};
  RecordWriter writer;
  writer.number(order);
  return rows.put(tables::message_ids, id_key(rows, chat, row.id, row.device), writer.span());
}

Result<void> erase(Rows& rows, const RowId& chat, std::uint64_t order, const MessageRow& row) {
  TERN_TRY(rows.erase(tables::messages, row_key(chat, order)));
  if (row.notice) return {};
  return rows.erase(tables::message_ids, id_key(rows, chat, row.id, row.device));
}

Result<std::optional<MessageRow>> get(const ReadRows& rows, const RowId& chat,
                                      std::uint64_t order) {
  TERN_ASSIGN(const auto row, rows.get(tables::messages, row_key(chat, order)));
  if (!row) return std::optional<MessageRow>();
  TERN_ASSIGN(auto out, decode_message_row(*row));
  return std::optional(std::move(out));
}

Result<std::optional<std::uint64_t>> find(const ReadRows& rows, const RowId& chat,
                                          const MessageId& id, const DeviceId& device) {
  TERN_ASSIGN(const auto row, rows.get(tables::message_ids, id_key(rows, chat, id, device)));
  if (!row) return std::optional<std::uint64_t>();
  return std::optional(number_in(*row));
}

Result<std::optional<std::uint64_t>> find(const ReadRows& rows, const RowId& chat,
                                          const MessageId& id) {
  std::optional<std::uint64_t> found;
  TERN_TRY(rows.scan(tables::message_ids, id_prefix(rows, chat, id), {},
                     [&](ByteSpan, ByteSpan value) -> Result<Scan> {
                       // Who says a message again under another's id stands behind it.
                       const auto order = number_in(value);
                       found = std::min(found.value_or(order), order);
                       return Scan::next;
                     }));
  return found;
}

Result<std::vector<Message>> page(const ReadRows& rows, const Chat& chat, std::size_t count,
                                  std::optional<std::uint64_t> before) {
  std::vector<Message> out;
  if (count == 0 || before == 0) return out;
  const auto last = row_key(chat.row, before ? *before - 1 : UINT64_MAX);
  TERN_TRY(rows.scan_back(tables::messages, chat.row, last,
                          [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
                            TERN_ASSIGN(const auto row, decode_message_row(value));
                            out.push_back(shown(rows, row, number_in(key), chat));
                            return out.size() == count ? Scan::stop : Scan::next;
                          }));
  std::reverse(out.begin(), out.end());
  return out;
}

Message shown(const ReadRows& rows, const MessageRow& row, std::uint64_t order, const Chat& chat) {
  Message out;
  out.id = row.id;
  out.chat = chat.id();
  out.sender = row.sender;
  out.device = row.device;
  out.position = {order};
  out.seq = row.seq;
  out.sent_ms = row.sent_ms;
  out.state = state_of(row, order, chat);
  out.failure = row.failure;
  out.mine = row.mine;
  out.body = body_of(rows, row);
  return out;
}

}  // namespace history
}  // namespace tern::client
