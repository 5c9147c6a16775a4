#include "client/device_record.hpp"

#include "client/record_codec.hpp"

namespace tern::client {

crypto::SecretBytes encode(const DeviceRecord& record) {
  RecordWriter writer;
  writer.number(record.store_counter);
  write_flag(writer, record.registration_wanted);
  write_flag(writer, record.registered);
  writer.vector(as_bytes(record.relay_address));
  writer.number(record.inbox_cursor).raw(record.inbox_hash);
  write_signed(writer, record.key_packages_made_s);
  write_flag(writer, record.renew_single_use);
  write_flag(writer, record.renew_last_resort);
  writer.vector(as_bytes(record.asked_number)).vector(as_bytes(record.number));
  write_flag(writer, record.number_confirmed);
  write_flag(writer, record.deleting);
  write_flag(writer, record.deleted);
  writer.number(record.leaf_time);
  return std::move(writer).take();
}

Result<DeviceRecord> decode_device_record(ByteSpan bytes) {
  RecordReader reader(bytes);
  DeviceRecord out;
  out.store_counter = reader.number<std::uint64_t>();
  out.registration_wanted = reader.flag();
  out.registered = reader.flag();
  out.relay_address = as_text(reader.vector());
  out.inbox_cursor = reader.number<std::uint64_t>();
  out.inbox_hash = reader.fixed<wire::LogHash>();
  out.key_packages_made_s = reader.signed_number();
  out.renew_single_use = reader.flag();
  out.renew_last_resort = reader.flag();
  out.asked_number = as_text(reader.vector());
  out.number = as_text(reader.vector());
  out.number_confirmed = reader.flag();
  out.deleting = reader.flag();
  out.deleted = reader.flag();
  out.leaf_time = reader.number<std::uint64_t>();
  TERN_TRY(reader.finish("device"));
  return out;
}

}  // namespace tern::client
