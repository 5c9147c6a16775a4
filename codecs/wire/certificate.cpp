#include "wire/certificate.hpp"

#include "wire/versioned.hpp"

namespace tern::wire {
namespace {

void write_fields(Writer& writer, const DeviceCertificate& certificate) {
  writer.number(structure_version)
      .raw(certificate.account_key)
      .raw(certificate.device_key)
      .raw(certificate.transport_key)
      .number(certificate.list_number)
      .number(static_cast<std::uint64_t>(certificate.issued_s));
}

void write_fields(Writer& writer, const DeviceList& list) {
  writer.number(structure_version).raw(list.account_key).number(list.number);
  write_list(writer, list.device_keys);
}

// No two kinds of signed bytes can be alike: each starts with its own name.
template <class Structure>
Bytes named_fields(std::string_view name, const Structure& structure) {
  Writer writer;
  writer.vector(as_bytes(name));
  write_fields(writer, structure);
  return std::move(writer).take();
}

template <class Structure>
Bytes fields_and_signature(const Structure& structure) {
  Writer writer;
  write_fields(writer, structure);
  writer.raw(structure.signature);
  return std::move(writer).take();
}

}  // namespace

Bytes signed_bytes(const DeviceCertificate& certificate) {
  return named_fields("tern 1 device certificate", certificate);
}

Bytes encode(const DeviceCertificate& certificate) { return fields_and_signature(certificate); }

Result<DeviceCertificate> decode_device_certificate(ByteSpan bytes) {
  Reader reader(bytes);
  DeviceCertificate out;
  TERN_TRY(expect_version(reader));
  TERN_ASSIGN(out.account_key, reader.fixed<PublicKey>());
  TERN_ASSIGN(out.device_key, reader.fixed<PublicKey>());
  TERN_ASSIGN(out.transport_key, reader.fixed<PublicKey>());
  TERN_ASSIGN(out.list_number, reader.number<std::uint32_t>());
  TERN_ASSIGN(const auto issued_s, reader.number<std::uint64_t>());
  out.issued_s = static_cast<std::int64_t>(issued_s);
  TERN_ASSIGN(out.signature, reader.fixed<Signature>());
  TERN_TRY(reader.finish());
  return out;
}

Bytes signed_registration(ByteSpan certificate) {
  Writer writer;
  writer.vector(as_bytes("tern 1 registration")).vector(certificate);
  return std::move(writer).take();
}

Bytes signed_deletion(const AccountId& account, const DeviceId& device) {
  Writer writer;
  writer.vector(as_bytes("tern 1 deletion")).vector(account).vector(device);
  return std::move(writer).take();
}

Bytes signed_bytes(const DeviceList& list) { return named_fields("tern 1 device list", list); }

Bytes encode(const DeviceList& list) { return fields_and_signature(list); }

Result<DeviceList> decode_device_list(ByteSpan bytes) {
  Reader reader(bytes);
  DeviceList out;
  TERN_TRY(expect_version(reader));
  TERN_ASSIGN(out.account_key, reader.fixed<PublicKey>());
  TERN_ASSIGN(out.number, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.device_keys, read_list<PublicKey>(reader, limits::devices_per_account_max));
  TERN_ASSIGN(out.signature, reader.fixed<Signature>());
  TERN_TRY(reader.finish());
  return out;
}

}  // namespace tern::wire
