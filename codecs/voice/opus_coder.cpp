#include "voice/opus_coder.hpp"

#include <opus/opus.h>

#include "base/check.hpp"
#include "base/try.hpp"

namespace tern::voice {
namespace {

constexpr opus_int32 standard_bits_per_s = 24'000;
constexpr opus_int32 saver_bits_per_s = 16'000;

}  // namespace

Result<std::uint32_t> packet_samples(ByteSpan packet) {
  if (packet.empty() || packet.size() > packet_bytes_max) return Errc::opus_packet_invalid;
  const auto bytes = static_cast<opus_int32>(packet.size());
  // Reads every length in the packet, where opus_packet_get_nb_samples() trusts them.
  opus_int16 sizes[48];
  const int frames = opus_packet_parse(packet.data(), bytes, nullptr, nullptr, sizes, nullptr);
  if (frames <= 0) return Errc::opus_packet_invalid;
  const int samples = frames * opus_packet_get_samples_per_frame(packet.data(), opus_rate);
  if (samples <= 0 || samples > static_cast<int>(packet_samples_max))
    return Errc::opus_packet_invalid;
  return static_cast<std::uint32_t>(samples);
}

void FrameEncoder::Delete::operator()(OpusEncoder* encoder) const { opus_encoder_destroy(encoder); }

Result<FrameEncoder> FrameEncoder::make(const VoiceSettings& settings) {
  int error = OPUS_OK;
  FrameEncoder out;
  // VOIP, where libopusenc would take AUDIO: it has the filters and the decisions made for speech.
  out.encoder_.reset(opus_encoder_create(opus_rate, 1, OPUS_APPLICATION_VOIP, &error));
  TERN_CHECK(error == OPUS_OK && out.encoder_);
  out.packet_.resize(frame_bytes_max);
  auto* encoder = out.encoder_.get();
  const bool saver = settings.quality == VoiceQuality::saver;
  const bool set =
      opus_encoder_ctl(encoder, OPUS_SET_BITRATE(saver ? saver_bits_per_s : standard_bits_per_s)) ==
          OPUS_OK &&
      opus_encoder_ctl(encoder, OPUS_SET_VBR(settings.constant_bitrate ? 0 : 1)) == OPUS_OK &&
      opus_encoder_ctl(encoder, OPUS_SET_VBR_CONSTRAINT(1)) == OPUS_OK &&
      opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(10)) == OPUS_OK &&
      opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE)) == OPUS_OK &&
      opus_encoder_ctl(encoder, OPUS_SET_DTX(0)) == OPUS_OK;
  TERN_CHECK(set);
  opus_int32 lookahead = 0;
  TERN_CHECK(opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(&lookahead)) == OPUS_OK);
  TERN_CHECK(lookahead == static_cast<opus_int32>(encoder_lookahead));
  return out;
}

Result<ByteSpan> FrameEncoder::encode(std::span<const float, frame_samples> pcm) {
  const int bytes = opus_encode_float(encoder_.get(), pcm.data(), static_cast<int>(frame_samples),
                                      packet_.data(), static_cast<opus_int32>(packet_.size()));
  TERN_CHECK(bytes > 0);
  return ByteSpan(packet_).first(static_cast<std::size_t>(bytes));
}

void FrameEncoder::lean_on_past(bool lean) {
  opus_encoder_ctl(encoder_.get(), OPUS_SET_PREDICTION_DISABLED(lean ? 0 : 1));
}

void PacketDecoder::Delete::operator()(OpusDecoder* decoder) const {
  opus_decoder_destroy(decoder);
}

Result<PacketDecoder> PacketDecoder::make(std::int16_t gain_q8) {
  int error = OPUS_OK;
  PacketDecoder out;
  out.decoder_.reset(opus_decoder_create(opus_rate, 1, &error));
  TERN_CHECK(error == OPUS_OK && out.decoder_);
  TERN_CHECK(opus_decoder_ctl(out.decoder_.get(), OPUS_SET_GAIN(gain_q8)) == OPUS_OK);
  out.pcm_ = std::make_unique<float[]>(packet_samples_max);
  return out;
}

Result<std::span<const float>> PacketDecoder::decode(ByteSpan packet) {
  const int samples =
      opus_decode_float(decoder_.get(), packet.data(), static_cast<opus_int32>(packet.size()),
                        pcm_.get(), static_cast<int>(packet_samples_max), 0);
  if (samples <= 0) return Errc::opus_packet_invalid;
  return std::span<const float>(pcm_.get(), static_cast<std::size_t>(samples));
}

Result<std::span<const float>> PacketDecoder::conceal() {
  const int samples =
      opus_decode_float(decoder_.get(), nullptr, 0, pcm_.get(), static_cast<int>(frame_samples), 0);
  TERN_CHECK(samples == static_cast<int>(frame_samples));
  return std::span<const float>(pcm_.get(), frame_samples);
}

void PacketDecoder::reset() { opus_decoder_ctl(decoder_.get(), OPUS_RESET_STATE); }

}  // namespace tern::voice
