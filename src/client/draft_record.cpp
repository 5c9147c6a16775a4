#include "client/draft_record.hpp"

#include <bit>

#include "client/record_codec.hpp"

namespace tern::client {
namespace {

void write_clip(RecordWriter& writer, const VoiceClip& clip) {
  writer.number(clip.samples)
      .raw(clip.waveform)
      .number(std::bit_cast<std::uint32_t>(clip.loudness_lufs))
      .number(std::bit_cast<std::uint32_t>(clip.peak));
}

using WaveformBytes = FixedBytes<struct WaveformBytesTag, waveform_peaks>;

VoiceClip read_clip(RecordReader& reader) {
  VoiceClip out;
  out.samples = reader.number<std::uint64_t>();
  out.waveform = reader.fixed<WaveformBytes>().bytes;
  out.loudness_lufs = std::bit_cast<float>(reader.number<std::uint32_t>());
  out.peak = std::bit_cast<float>(reader.number<std::uint32_t>());
  return out;
}

}  // namespace

crypto::SecretBytes encode(const DraftRecord& record) {
  RecordWriter writer;
  writer.number(static_cast<std::uint8_t>(record.kind)).raw(record.id).raw(record.chat);
  write_signed(writer, record.started_ms);
  writer.number(record.written)
      .number(record.sealed)
      .number(record.chunks)
      .raw(record.key.span())
      .raw(record.header)
      .vector(record.stream)
      .raw(record.store);
  write_flag(writer, record.clip.has_value());
  if (record.clip) write_clip(writer, *record.clip);
  writer.raw(record.packets_hash);
  return std::move(writer).take();
}

Result<DraftRecord> decode_draft_record(ByteSpan bytes) {
  RecordReader reader(bytes);
  DraftRecord out;
  out.kind = static_cast<DraftKind>(reader.number<std::uint8_t>());
  out.id = reader.fixed<MessageId>();
  out.chat = reader.fixed<ChatId>();
  out.started_ms = reader.signed_number();
  out.written = reader.number<std::uint64_t>();
  out.sealed = reader.number<std::uint64_t>();
  out.chunks = reader.number<std::uint32_t>();
  reader.secret(out.key);
  out.header = reader.fixed<crypto::BlobHeader>();
  out.stream = SecretBytes(reader.vector());
  out.store = reader.fixed<ChunkStoreId>();
  if (reader.flag()) out.clip = read_clip(reader);
  out.packets_hash = reader.fixed<VoiceHash>();
  TERN_TRY(reader.finish("draft"));
  return out;
}

}  // namespace tern::client
