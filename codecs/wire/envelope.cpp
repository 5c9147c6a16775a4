#include "base/codec.hpp"
#include "wire/entry.hpp"

namespace tern::wire {

Result<Envelope> peek_private_message(ByteSpan mls_message) {
  constexpr std::uint16_t mls10 = 1;
  constexpr std::uint16_t mls_private_message = 2;

  Reader reader(mls_message);
  // RFC 9420 §6: MLSMessage is { version; wire_format; the message of that format }.
  TERN_ASSIGN(const auto version, reader.number<std::uint16_t>());
  if (version != mls10) return Error(Errc::malformed, "not MLS 1.0");
  TERN_ASSIGN(const auto wire_format, reader.number<std::uint16_t>());
  if (wire_format != mls_private_message) return Error(Errc::malformed, "not a PrivateMessage");

  // RFC 9420 §6.3: PrivateMessage.
  Envelope out;
  TERN_ASSIGN(out.group_id, reader.vector());
  TERN_ASSIGN(out.epoch, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.content_type, reader.number<std::uint8_t>());
  if (out.content_type < 1 || out.content_type > 3)
    return Error(Errc::malformed, "no content type " + std::to_string(out.content_type));
  TERN_ASSIGN(out.authenticated_data, reader.vector());
  TERN_TRY(reader.vector());  // encrypted_sender_data
  TERN_TRY(reader.vector());  // ciphertext
  TERN_TRY(reader.finish());
  return out;
}

}  // namespace tern::wire
