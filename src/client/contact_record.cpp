#include "client/contact_record.hpp"

#include "client/record_codec.hpp"

namespace tern::client {

crypto::SecretBytes encode(const ContactRecord& record) {
  RecordWriter writer;
  writer.vector(as_bytes(record.number))
      .vector(as_bytes(record.name))
      .vector(as_bytes(record.written))
      .number(static_cast<std::uint8_t>(record.state))
      .number(record.epoch)
      .number(record.place.tag)
      .raw(record.place.record_key.span())
      .raw(record.account_key)
      .raw(record.new_key);
  return std::move(writer).take();
}

Result<ContactRecord> decode_contact_record(ByteSpan bytes) {
  RecordReader reader(bytes);
  ContactRecord out;
  out.number = as_text(reader.vector());
  out.name = as_text(reader.vector());
  out.written = as_text(reader.vector());
  out.state = static_cast<ContactState>(reader.number<std::uint8_t>());
  out.epoch = reader.number<std::uint32_t>();
  out.place.tag = reader.number<std::uint64_t>();
  reader.secret(out.place.record_key);
  out.account_key = reader.fixed<crypto::VerifyKey>();
  out.new_key = reader.fixed<crypto::VerifyKey>();
  TERN_TRY(reader.finish("contact"));
  return out;
}

}  // namespace tern::client
