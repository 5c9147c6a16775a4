#include "wire/live.hpp"

#include "tern/limits.hpp"
#include "wire/versioned.hpp"

namespace tern::wire {
namespace {

/// What a signal is; others may come (typing, presence).
constexpr std::uint8_t signal_live_voice = 1;

Error broken(const char* rule) { return {Errc::malformed, rule}; }

}  // namespace

Bytes live_header(const LivePacket& packet) {
  Writer writer;
  writer.number(signal_live_voice)
      .number(structure_version)
      .raw(packet.stream)
      .number(packet.epoch)
      .number(packet.leaf)
      .number(packet.counter)
      .number(packet.packet_frames)
      .number(static_cast<std::uint8_t>(packet.end ? 1 : 0));
  return std::move(writer).take();
}

Bytes encode(const LivePacket& packet) {
  Writer writer;
  writer.raw(live_header(packet)).vector(packet.ciphertext).raw(packet.signature);
  return std::move(writer).take();
}

Result<LivePacket> decode_live_packet(ByteSpan bytes) {
  Reader reader(bytes);
  TERN_ASSIGN(const auto kind, reader.number<std::uint8_t>());
  if (kind != signal_live_voice) return Errc::frame_unsupported;
  TERN_TRY(expect_version(reader));
  LivePacket out;
  TERN_ASSIGN(out.stream, reader.fixed<MessageId>());
  TERN_ASSIGN(out.epoch, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.leaf, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.counter, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.packet_frames, reader.number<std::uint8_t>());
  if (out.packet_frames < limits::live_frames_min || out.packet_frames > limits::live_frames_max)
    return broken("a live packet has 60 to 240 ms of speech");
  TERN_ASSIGN(const auto end, reader.number<std::uint8_t>());
  if (end > 1) return broken("a live packet is the end or is not");
  out.end = end == 1;
  TERN_ASSIGN(out.ciphertext, reader.vector(limits::live_packet_bytes_max));
  TERN_ASSIGN(out.signature, reader.fixed<Signature>());
  TERN_TRY(reader.finish());
  return out;
}

Bytes encode_live_audio(const std::vector<Bytes>& opus_packets) {
  Writer writer;
  for (const auto& packet : opus_packets) writer.vector(packet);
  return std::move(writer).take();
}

Result<std::vector<ByteSpan>> decode_live_audio(ByteSpan bytes, std::size_t packet_frames) {
  Reader reader(bytes);
  std::vector<ByteSpan> out;
  while (!reader.empty()) {
    if (out.size() == packet_frames) return broken("more speech than a live packet has");
    TERN_ASSIGN(const auto packet, reader.vector(limits::live_packet_bytes_max));
    if (packet.empty()) return broken("an Opus packet without a byte");
    out.push_back(packet);
  }
  return out;
}

}  // namespace tern::wire
