#include "wire/content.hpp"

#include <algorithm>
#include <cmath>

#include "base/utf8.hpp"
#include "content_generated.h"
#include "wire/flat_reader.hpp"
#include "wire/flat_writer.hpp"

namespace tern::wire {
namespace {

struct Body {
  fb::Body tag;
  Offset<void> offset;
};
template <class Table>
Body body_of(Offset<Table> offset) {
  return {fb::BodyTraits<Table>::enum_value, offset.Union()};
}

flatbuffers::Offset<flatbuffers::String> flat_text(FlatBuilder& b, std::string_view text) {
  return b.CreateString(text.data(), text.size());
}

Body flat_body(FlatBuilder& b, const TextContent& content) {
  const auto text = flat_text(b, content.text);
  const auto reply_to = flat(content.reply_to.value_or(MessageId{}));
  return body_of(fb::CreateText(b, text, content.reply_to ? &reply_to : nullptr));
}

Body flat_body(FlatBuilder& b, const ReceiptContent& content) {
  const auto key = flat(content.directory_key);
  return body_of(fb::CreateReceipt(b, content.delivered_up_to, content.read_up_to,
                                   content.directory_epoch,
                                   content.directory_key.is_zero() ? nullptr : &key));
}

Body flat_body(FlatBuilder& b, const CustomContent& content) {
  const auto type = flat_text(b, content.type);
  return body_of(fb::CreateCustom(b, type, flat_bytes(b, content.bytes)));
}

template <class Struct>
Struct struct_from(ByteSpan bytes) {
  std::array<std::uint8_t, sizeof(Struct)> raw{};
  std::copy_n(bytes.begin(), std::min(raw.size(), bytes.size()), raw.begin());
  return Struct(flatbuffers::span<const std::uint8_t, sizeof(Struct)>(raw));
}

Offset<fb::BlobRef> flat_blob_ref(FlatBuilder& b, const BlobRef& ref) {
  const auto owner = flat(ref.owner);
  const auto address = flat(ref.address);
  const auto key = struct_from<fb::Hash>(ref.key);
  const auto header = struct_from<fb::StreamHeader>(ref.header);
  return fb::CreateBlobRef(b, &owner, &address, ref.bytes, &key, &header);
}

Body flat_body(FlatBuilder& b, const VoiceContent& content) {
  const auto waveform = flat_bytes(b, content.clip.waveform);
  const auto audio = flat_bytes(b, content.audio);
  const Offset<fb::BlobRef> blob = content.blob ? flat_blob_ref(b, *content.blob) : 0;
  const auto hash = flat(content.packets_hash);
  const auto loudness = std::lround(std::clamp(content.clip.loudness_lufs, -70.0F, 70.0F) * 100);
  const auto peak = std::lround(std::clamp(content.clip.peak, 0.0F, 1.0F) * 65535);
  return body_of(fb::CreateVoice(b, content.clip.samples, waveform,
                                 static_cast<std::int16_t>(loudness),
                                 static_cast<std::uint16_t>(peak), &hash, audio, blob));
}

Body flat_body(FlatBuilder& b, const FileContent& content) {
  const auto name = flat_text(b, content.name);
  const auto type = flat_text(b, content.type);
  const auto blob = flat_blob_ref(b, content.blob);
  if (!content.picture) return body_of(fb::CreateFile(b, name, type, content.bytes, blob));
  const auto& picture = *content.picture;
  const auto thumbnail = flat_bytes(b, picture.thumbnail);
  return body_of(fb::CreateImage(b, name, type, content.bytes, picture.width, picture.height,
                                 thumbnail, blob));
}

/// What is not understood is passed on as bytes, not encoded again: this keeps the kind alone.
Body flat_body(FlatBuilder& b, const UnknownContent& content) {
  return {static_cast<fb::Body>(content.kind), b.EndTable(b.StartTable())};
}

Offset<fb::Again> flat_again(FlatBuilder& b, const std::optional<Again>& again) {
  if (!again) return 0;
  const auto id = flat(again->id);
  return fb::CreateAgain(b, &id, again->seq);
}

using ContentBody = decltype(Content::body);

constexpr Limit text_limit{"bytes in a text", limits::text_bytes_max, Errc::text_too_long};
constexpr Limit type_limit{"bytes in a custom content's type", limits::custom_type_bytes_max,
                           Errc::too_long};
constexpr Limit content_limit{"bytes in a content", limits::entry_payload_bytes_max,
                              Errc::too_long};

Result<ContentBody> body_from(FlatReader& reader, const fb::Text& from) {
  TextContent out{.text = reader.text(from.text())};
  if (out.text.size() > text_limit.max) return over_limit(text_limit, out.text.size());
  if (!is_utf8(out.text)) return Errc::text_not_utf8;
  if (from.reply_to()) out.reply_to = fixed_from<MessageId>(*from.reply_to());
  return ContentBody(out);
}

Result<ContentBody> body_from(FlatReader&, const fb::Receipt& from) {
  return ContentBody(ReceiptContent{from.delivered_up_to(), from.read_up_to(),
                                    from.directory_epoch(),
                                    fixed_or_zero<DirectoryKeyHash>(from.directory_key())});
}

Result<ContentBody> body_from(FlatReader& reader, const fb::Custom& from) {
  const CustomContent out{.type = reader.text(from.type()), .bytes = reader.bytes(from.bytes())};
  if (out.type.size() > type_limit.max) return over_limit(type_limit, out.type.size());
  if (!is_utf8(out.type)) return Errc::text_not_utf8;
  return ContentBody(out);
}

Result<BlobRef> blob_ref_from(FlatReader& reader, const fb::BlobRef& from) {
  BlobRef out{.owner = fixed_from<AccountId>(*from.owner()),
              .address = fixed_from<BlobAddress>(*from.address()),
              .bytes = from.bytes(),
              .key = reader.bytes_of(*from.key()),
              .header = reader.bytes_of(*from.header())};
  if (out.bytes > blob_limit.max) return over_limit(blob_limit, out.bytes);
  if (out.bytes == 0) return Error(Errc::malformed, "a blob without a byte");
  // Each chunk has content behind its seal.
  const auto last = (out.bytes - 1) % limits::blob_chunk_bytes + 1;
  if (last <= limits::blob_chunk_overhead_bytes)
    return Error(Errc::malformed, "a blob whose last chunk is empty");
  // Zero stands for no blob at all.
  if (out.address.is_zero()) return Error(Errc::malformed, "a blob without an address");
  return out;
}

constexpr Limit audio_limit{"bytes of sound in a message", limits::voice_inline_bytes_max,
                            Errc::too_long};
constexpr Limit samples_limit{"samples in a voice message", limits::voice_samples_max,
                              Errc::voice_too_long};
constexpr Limit name_limit{"bytes in a file's name", limits::file_name_bytes_max, Errc::too_long};
constexpr Limit media_type_limit{"bytes in a file's type", limits::file_type_bytes_max,
                                 Errc::too_long};
constexpr Limit thumbnail_limit{"bytes in a thumbnail", limits::thumbnail_bytes_max,
                                Errc::too_long};

Result<ContentBody> body_from(FlatReader& reader, const fb::Voice& from) {
  VoiceContent out;
  out.clip.samples = from.samples();
  if (out.clip.samples > samples_limit.max) return over_limit(samples_limit, out.clip.samples);
  const auto waveform = reader.bytes(from.waveform());
  if (waveform.size() != waveform_peaks)
    return Error(Errc::malformed, "a waveform of other than 64 peaks");
  std::copy(waveform.begin(), waveform.end(), out.clip.waveform.begin());
  out.clip.loudness_lufs = static_cast<float>(from.loudness_centi_lufs()) / 100;
  out.clip.peak = static_cast<float>(from.peak()) / 65535;
  out.packets_hash = fixed_or_zero<VoiceHash>(from.packets_hash());
  out.audio = reader.bytes(from.audio());
  if (out.audio.size() > audio_limit.max) return over_limit(audio_limit, out.audio.size());
  if (out.audio.empty() == (from.blob() == nullptr))
    return Error(Errc::malformed, "a voice message has its sound in itself or in a blob");
  if (!from.blob()) return ContentBody(out);
  TERN_ASSIGN(out.blob, blob_ref_from(reader, *from.blob()));
  return ContentBody(out);
}

template <class Table>
Result<FileContent> file_from(FlatReader& reader, const Table& from) {
  FileContent out{.name = reader.text(from.name()), .type = reader.text(from.type())};
  if (out.name.size() > name_limit.max) return over_limit(name_limit, out.name.size());
  if (out.type.size() > media_type_limit.max) return over_limit(media_type_limit, out.type.size());
  if (!is_utf8(out.name) || !is_utf8(out.type)) return Errc::text_not_utf8;
  if (!is_file_name(out.name))
    return Error(Errc::malformed, "a file's name that is a path or none");
  out.bytes = from.bytes();
  if (out.bytes > blob_limit.max) return over_limit(blob_limit, out.bytes);
  TERN_ASSIGN(out.blob, blob_ref_from(reader, *from.blob()));
  const auto chunks = (out.blob.bytes - 1) / limits::blob_chunk_bytes + 1;
  if (out.blob.bytes != out.bytes + chunks * limits::blob_chunk_overhead_bytes)
    return Error(Errc::malformed, "a file of another size than its blob");
  return out;
}

Result<ContentBody> body_from(FlatReader& reader, const fb::File& from) {
  TERN_ASSIGN(auto out, file_from(reader, from));
  return ContentBody(out);
}

Result<ContentBody> body_from(FlatReader& reader, const fb::Image& from) {
  TERN_ASSIGN(auto out, file_from(reader, from));
  out.picture = {from.width(), from.height(), reader.bytes(from.thumbnail())};
  const auto size = out.picture->thumbnail.size();
  if (size > thumbnail_limit.max) return over_limit(thumbnail_limit, size);
  return ContentBody(out);
}

template <class Table>
Result<ContentBody> member_from(FlatReader& reader, const Table* table) {
  if (!table) return Error(Errc::malformed, "a content without its body");
  return body_from(reader, *table);
}

Result<ContentBody> body_from(FlatReader& reader, const fb::Content& content) {
  switch (content.body_type()) {
    case fb::Body::Text:
      return member_from(reader, content.body_as_Text());
    case fb::Body::Receipt:
      return member_from(reader, content.body_as_Receipt());
    case fb::Body::Custom:
      return member_from(reader, content.body_as_Custom());
    case fb::Body::Voice:
      return member_from(reader, content.body_as_Voice());
    case fb::Body::File:
      return member_from(reader, content.body_as_File());
    case fb::Body::Image:
      return member_from(reader, content.body_as_Image());
    case fb::Body::NONE:
      return Error(Errc::malformed, "a content without a kind");
  }
  return ContentBody(UnknownContent{static_cast<std::uint8_t>(content.body_type())});
}

std::size_t room_for(const ContentBody& body) {
  if (const auto* text = std::get_if<TextContent>(&body)) return 128 + text->text.size();
  const auto* voice = std::get_if<VoiceContent>(&body);
  return voice ? 512 + voice->audio.size() : 1024;
}

}  // namespace

// What a receiver may use as a name in a folder of its own.
bool is_file_name(std::string_view name) noexcept {
  if (name.empty() || name == "." || name == "..") return false;
  return std::none_of(name.begin(), name.end(), [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

Bytes encode(const Content& content) {
  FlatBuilder builder(room_for(content.body));
  const auto body = std::visit([&](const auto& b) { return flat_body(builder, b); }, content.body);
  const auto again = flat_again(builder, content.again);
  builder.Finish(fb::CreateContent(builder, content.sent_ms, again, body.tag, body.offset));
  return flat_take(builder);
}

Result<Content> decode_content(ByteSpan bytes) {
  if (bytes.size() > content_limit.max) return over_limit(content_limit, bytes.size());
  FlatReader reader(bytes);
  const auto* from = reader.root<fb::Content>();
  if (!from) return Errc::malformed;
  Content out{.sent_ms = from->sent_ms()};
  if (const auto* again = from->again())
    out.again = Again{fixed_from<MessageId>(*again->id()), again->seq()};
  TERN_ASSIGN(out.body, body_from(reader, *from));
  if (reader.claims_bytes_twice()) return Error(Errc::malformed, "bytes are claimed twice");
  return out;
}

const BlobRef* blob_of(const Content& content) {
  if (const auto* file = std::get_if<FileContent>(&content.body)) return &file->blob;
  const auto* voice = std::get_if<VoiceContent>(&content.body);
  return voice && voice->blob ? &*voice->blob : nullptr;
}

std::vector<BlobAddress> blobs_named(ByteSpan bytes) {
  const auto content = decode_content(bytes);
  const auto* ref = content ? blob_of(*content) : nullptr;
  return ref ? std::vector{ref->address} : std::vector<BlobAddress>();
}

}  // namespace tern::wire
