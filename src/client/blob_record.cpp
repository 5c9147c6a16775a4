#include "client/blob_record.hpp"

#include <algorithm>

#include "client/record_codec.hpp"

namespace tern::client {

BlobId id_of(const wire::BlobRef& ref) {
  RecordWriter writer;  // which wipes itself: the key goes through it
  writer.raw(ref.owner).raw(ref.address).number(ref.bytes).raw(ref.key).raw(ref.header);
  return *BlobId::from(crypto::blake2b({as_bytes("tern 1 blob id"), writer.span()}).span());
}

std::optional<BlobId> blob_in(ByteSpan content) {
  const auto decoded = wire::decode_content(content);
  const auto* const ref = decoded ? wire::blob_of(*decoded) : nullptr;
  return ref ? std::optional(id_of(*ref)) : std::nullopt;
}

crypto::BlobStream stream_from(ByteSpan state, const crypto::Secret<32>& key,
                               const crypto::BlobHeader& header) {
  if (auto going = crypto::BlobStream::from(state)) return std::move(*going);
  return {key, header};
}

crypto::SecretBytes encode(const BlobRecord& record) {
  RecordWriter writer;
  writer.number(static_cast<std::uint8_t>(record.way))
      .raw(record.owner)
      .raw(record.address)
      .number(record.bytes)
      .raw(record.key.span())
      .raw(record.header)
      .raw(record.store)
      .raw(record.chat)
      .raw(record.message)
      .raw(record.device);
  write_signed(writer, record.since_ms);
  writer.number(record.have).number(record.at_relay);
  write_flag(writer, record.wanted);
  write_flag(writer, record.finished);
  writer.number(static_cast<std::uint32_t>(record.failure)).vector(record.stream);
  return std::move(writer).take();
}

Result<BlobRecord> decode_blob_record(ByteSpan bytes) {
  RecordReader reader(bytes);
  BlobRecord out;
  out.way = static_cast<BlobRecord::Way>(reader.number<std::uint8_t>());
  out.owner = reader.fixed<AccountId>();
  out.address = reader.fixed<BlobAddress>();
  out.bytes = reader.number<std::uint64_t>();
  reader.secret(out.key);
  out.header = reader.fixed<crypto::BlobHeader>();
  out.store = reader.fixed<ChunkStoreId>();
  out.chat = reader.fixed<ChatId>();
  out.message = reader.fixed<MessageId>();
  out.device = reader.fixed<DeviceId>();
  out.since_ms = reader.signed_number();
  out.have = reader.number<std::uint32_t>();
  out.at_relay = reader.number<std::uint32_t>();
  out.wanted = reader.flag();
  out.finished = reader.flag();
  out.failure = static_cast<Errc>(reader.number<std::uint32_t>());
  out.stream = SecretBytes(reader.vector());
  TERN_TRY(reader.finish("blob"));
  return out;
}

Media media_of(const BlobRecord& record) {
  const bool up = record.way == BlobRecord::Way::up;
  const auto chunks = up ? record.at_relay : record.have;
  Media out;
  out.bytes = record.bytes;
  out.done = record.finished ? record.bytes
                             : std::min<std::uint64_t>(
                                   record.bytes, std::uint64_t{chunks} * limits::blob_chunk_bytes);
  out.failure = record.failure;
  if (record.finished) {
    out.state = Media::State::here;
  } else if (record.failure != Errc{}) {
    out.state = Media::State::failed;
  } else if (up) {
    out.state = Media::State::sending;
  } else {
    out.state = record.wanted ? Media::State::arriving : Media::State::elsewhere;
  }
  return out;
}

}  // namespace tern::client
