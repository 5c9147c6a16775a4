#include "wire/content.hpp"

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
  return body_of(fb::CreateReceipt(b, content.delivered_up_to, content.read_up_to));
}

Body flat_body(FlatBuilder& b, const CustomContent& content) {
  const auto type = flat_text(b, content.type);
  return body_of(fb::CreateCustom(b, type, flat_bytes(b, content.bytes)));
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
  return ContentBody(ReceiptContent{from.delivered_up_to(), from.read_up_to()});
}

Result<ContentBody> body_from(FlatReader& reader, const fb::Custom& from) {
  const CustomContent out{.type = reader.text(from.type()), .bytes = reader.bytes(from.bytes())};
  if (out.type.size() > type_limit.max) return over_limit(type_limit, out.type.size());
  if (!is_utf8(out.type)) return Errc::text_not_utf8;
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
    case fb::Body::NONE:
      return Error(Errc::malformed, "a content without a kind");
  }
  return ContentBody(UnknownContent{static_cast<std::uint8_t>(content.body_type())});
}

}  // namespace

Bytes encode(const Content& content) {
  const auto* text = std::get_if<TextContent>(&content.body);
  FlatBuilder builder(text ? 128 + text->text.size() : 1024);
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

}  // namespace tern::wire
