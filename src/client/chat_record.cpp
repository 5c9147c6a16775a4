#include "client/chat_record.hpp"

#include "client/record_codec.hpp"

namespace tern::client {
namespace {

void write_log(RecordWriter& writer, const ChatRecord& record) {
  writer.number(record.generation)
      .number(record.cursor)
      .raw(record.hash)
      .number(record.base)
      .raw(record.base_hash)
      .number(record.joined_seq);
}

void read_log(RecordReader& reader, ChatRecord& out) {
  out.generation = reader.number<std::uint32_t>();
  out.cursor = reader.number<std::uint64_t>();
  out.hash = reader.fixed<wire::LogHash>();
  out.base = reader.number<std::uint64_t>();
  out.base_hash = reader.fixed<wire::LogHash>();
  out.joined_seq = reader.number<std::uint64_t>();
}

void write_group(RecordWriter& writer, const ChatRecord& record) {
  writer.number(record.epoch).vector(record.epoch_authenticator).number(record.devices);
  write_flag(writer, record.commit_pending);
  write_flag(writer, record.access_repair);
  write_flag(writer, record.leaving);
}

void read_group(RecordReader& reader, ChatRecord& out) {
  out.epoch = reader.number<std::uint64_t>();
  out.epoch_authenticator = to_bytes(reader.vector());
  out.devices = reader.number<std::uint32_t>();
  out.commit_pending = reader.flag();
  out.access_repair = reader.flag();
  out.leaving = reader.flag();
}

void write_messages(RecordWriter& writer, const ChatRecord& record) {
  writer.number(record.next_number).number(record.queued).number(record.unread);
  write_signed(writer, record.newest_ms);
  write_flag(writer, record.newest_is_mine);
  writer.number(record.read_here)
      .number(record.newest_received)
      .number(record.told_delivered)
      .number(record.told_read)
      .number(record.delivered_to_all)
      .number(record.read_by_all)
      .number(record.told_directory);
}

void read_messages(RecordReader& reader, ChatRecord& out) {
  out.next_number = reader.number<std::uint64_t>();
  out.queued = reader.number<std::uint64_t>();
  out.unread = reader.number<std::uint64_t>();
  out.newest_ms = reader.signed_number();
  out.newest_is_mine = reader.flag();
  out.read_here = reader.number<std::uint64_t>();
  out.newest_received = reader.number<std::uint64_t>();
  out.told_delivered = reader.number<std::uint64_t>();
  out.told_read = reader.number<std::uint64_t>();
  out.delivered_to_all = reader.number<std::uint64_t>();
  out.read_by_all = reader.number<std::uint64_t>();
  out.told_directory = reader.number<std::uint32_t>();
}

void write_repair(RecordWriter& writer, const ChatRecord& record) {
  writer.number(record.sent_since_update);
  write_signed(writer, record.updated_ms);
  write_flag(writer, record.forked);
  writer.number(static_cast<std::uint8_t>(record.rejoin_reason));
  write_signed(writer, record.rejoin_asked_ms);
  writer.number(record.rejoins_waiting);
  writer.number(record.gap_first).number(record.gap_last).number(record.seal);
  write_flag(writer, record.rolled_back);
  write_flag(writer, record.restart_wanted);
  write_flag(writer, record.unsure);
  writer.number(record.leaf_time).number(record.leaf_generation);
  write_flag(writer, record.renew_leaf);
}

void read_repair(RecordReader& reader, ChatRecord& out) {
  out.sent_since_update = reader.number<std::uint32_t>();
  out.updated_ms = reader.signed_number();
  out.forked = reader.flag();
  out.rejoin_reason = static_cast<wire::RejoinRequest::Reason>(reader.number<std::uint8_t>());
  out.rejoin_asked_ms = reader.signed_number();
  out.rejoins_waiting = reader.number<std::uint32_t>();
  out.gap_first = reader.number<std::uint64_t>();
  out.gap_last = reader.number<std::uint64_t>();
  out.seal = reader.number<std::uint64_t>();
  out.rolled_back = reader.flag();
  out.restart_wanted = reader.flag();
  out.unsure = reader.flag();
  out.leaf_time = reader.number<std::uint64_t>();
  out.leaf_generation = reader.number<std::uint32_t>();
  out.renew_leaf = reader.flag();
}

}  // namespace

void enter_log(ChatRecord& record, std::uint32_t generation, std::uint64_t seq,
               const wire::LogHash& hash) {
  if (record.joined_seq == 0) record.joined_seq = seq;
  record.state = ChatState::active;
  record.generation = generation;
  record.cursor = record.base = seq;
  record.hash = record.base_hash = hash;
  record.seal = 0;
  record.rolled_back = false;
  record.unsure = false;
  record.forked = false;
}

crypto::SecretBytes encode(const ChatRecord& record) {
  RecordWriter writer;
  writer.raw(record.id);
  write_flag(writer, record.one_to_one);
  writer.raw(record.peer).vector(as_bytes(record.title));
  writer.number(static_cast<std::uint8_t>(record.state));
  write_log(writer, record);
  write_group(writer, record);
  write_messages(writer, record);
  write_repair(writer, record);
  return std::move(writer).take();
}

Result<ChatRecord> decode_chat_record(ByteSpan bytes) {
  RecordReader reader(bytes);
  ChatRecord out;
  out.id = reader.fixed<ChatId>();
  out.one_to_one = reader.flag();
  out.peer = reader.fixed<AccountId>();
  out.title = as_text(reader.vector());
  out.state = static_cast<ChatState>(reader.number<std::uint8_t>());
  read_log(reader, out);
  read_group(reader, out);
  read_messages(reader, out);
  read_repair(reader, out);
  TERN_TRY(reader.finish("chat"));
  return out;
}

}  // namespace tern::client
