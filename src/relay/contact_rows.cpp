#include "relay/contact_rows.hpp"

#include "base/codec.hpp"

namespace tern::relay {
namespace {

enum class DueKind : std::uint8_t { verification = 1, sends = 2 };

template <class T>
Result<T> or_contact_damaged(Result<T> decoded) {
  if (!decoded) return Error(Errc::storage_damaged, "a row of the relay's database does not parse");
  return decoded;
}

Result<std::int64_t> signed_number(Reader& reader) {
  TERN_ASSIGN(const auto number, reader.number<std::uint64_t>());
  return static_cast<std::int64_t>(number);
}

template <class Fixed>
void put_optional(Writer& writer, const std::optional<Fixed>& value) {
  writer.number(static_cast<std::uint8_t>(value ? 1 : 0));
  if (value) writer.raw(*value);
}

template <class Fixed>
Result<std::optional<Fixed>> read_optional(Reader& reader) {
  TERN_ASSIGN(const auto there, reader.number<std::uint8_t>());
  std::optional<Fixed> out;
  if (there != 0) {
    TERN_ASSIGN(out, reader.fixed<Fixed>());
  }
  return out;
}

Result<wire::Tag> read_tag(Reader& reader) {
  TERN_ASSIGN(const auto bytes, reader.raw(wire::tag_bytes));
  return wire::tag_at(bytes, 0);
}

void put_tag(Writer& writer, wire::Tag tag) {
  for (std::size_t i = wire::tag_bytes; i-- > 0;)
    writer.number(static_cast<std::uint8_t>(tag >> (8 * i)));
}

Result<NumberRow> read_number_row(Reader reader) {
  NumberRow out;
  TERN_ASSIGN(out.account, reader.fixed<AccountId>());
  out.sealed = to_bytes(reader.rest());
  return out;
}

Result<OwnerRow> read_owner_row(Reader reader) {
  OwnerRow out;
  TERN_ASSIGN(out.number, read_optional<NumberId>(reader));
  TERN_ASSIGN(out.first_confirmed_s, signed_number(reader));
  TERN_ASSIGN(out.seen_day, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.pin, read_optional<crypto::Blake2bDigest>(reader));
  TERN_ASSIGN(out.pin_day, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.pin_tries, reader.number<std::uint32_t>());
  TERN_TRY(reader.finish());
  return out;
}

Result<MeterRow> read_meter_row(Reader reader) {
  MeterRow out;
  TERN_ASSIGN(out.spent, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.as_of_ms, signed_number(reader));
  TERN_ASSIGN(out.epoch, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.evaluated, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.free_left, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.last_batch, reader.fixed<BatchHash>());
  TERN_TRY(reader.finish());
  return out;
}

Result<EpochRow> read_epoch_row(std::uint32_t epoch, Reader reader) {
  EpochRow out;
  out.epoch = epoch;
  TERN_ASSIGN(const auto stage, reader.number<std::uint8_t>());
  out.stage = static_cast<EpochStage>(stage);
  TERN_ASSIGN(out.public_key, reader.fixed<crypto::voprf::Element>());
  out.sealed_key = to_bytes(reader.rest());
  return out;
}

Result<DirectoryState> read_directory_state(Reader reader) {
  DirectoryState out;
  TERN_ASSIGN(out.version, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.members, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.first_kept, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.filled_to, read_optional<NumberId>(reader));
  TERN_TRY(reader.finish());
  return out;
}

Result<DirectoryChange> read_directory_change(Reader reader) {
  DirectoryChange out;
  TERN_ASSIGN(const auto added, reader.number<std::uint8_t>());
  out.added = added != 0;
  TERN_ASSIGN(out.member.tag, read_tag(reader));
  TERN_ASSIGN(out.member.account, reader.fixed<AccountId>());
  TERN_TRY(reader.finish());
  return out;
}

Result<std::vector<std::int64_t>> read_sends(Reader reader) {
  std::vector<std::int64_t> out;
  out.reserve(reader.rest().size() / sizeof(std::int64_t));
  while (!reader.empty()) {
    TERN_ASSIGN(const auto sent_s, signed_number(reader));
    out.push_back(sent_s);
  }
  return out;
}

Result<ContactDue> read_contact_due(Reader reader) {
  ContactDue out;
  TERN_ASSIGN(out.day, reader.number<std::uint32_t>());
  TERN_ASSIGN(const auto kind, reader.number<std::uint8_t>());
  if (kind == static_cast<std::uint8_t>(DueKind::verification)) {
    TERN_ASSIGN(const auto account, reader.fixed<AccountId>());
    TERN_ASSIGN(const auto number, reader.fixed<NumberId>());
    out.verification = {account, number};
  } else {
    TERN_ASSIGN(out.sends, reader.fixed<SendsKey>());
  }
  TERN_TRY(reader.finish());
  return out;
}

Result<Member> read_record_key(Reader reader) {
  Member out;
  TERN_TRY(reader.number<std::uint32_t>());
  TERN_ASSIGN(out.tag, read_tag(reader));
  TERN_ASSIGN(out.account, reader.fixed<AccountId>());
  TERN_TRY(reader.finish());
  return out;
}

}  // namespace

Bytes encode(const NumberRow& row) {
  Writer writer;
  writer.raw(row.account).raw(row.sealed);
  return std::move(writer).take();
}

Result<NumberRow> decode_number_row(ByteSpan bytes) {
  return or_contact_damaged(read_number_row(Reader(bytes)));
}

Bytes encode(const OwnerRow& row) {
  Writer writer;
  put_optional(writer, row.number);
  writer.number(static_cast<std::uint64_t>(row.first_confirmed_s)).number(row.seen_day);
  put_optional(writer, row.pin);
  writer.number(row.pin_day).number(row.pin_tries);
  return std::move(writer).take();
}

Result<OwnerRow> decode_owner_row(ByteSpan bytes) {
  return or_contact_damaged(read_owner_row(Reader(bytes)));
}

Bytes encode(const MeterRow& row) {
  Writer writer;
  writer.number(row.spent)
      .number(static_cast<std::uint64_t>(row.as_of_ms))
      .number(row.epoch)
      .number(row.evaluated)
      .number(row.free_left)
      .raw(row.last_batch);
  return std::move(writer).take();
}

Result<MeterRow> decode_meter_row(ByteSpan bytes) {
  return or_contact_damaged(read_meter_row(Reader(bytes)));
}

Bytes encode(const EpochRow& row) {
  Writer writer;
  writer.number(static_cast<std::uint8_t>(row.stage)).raw(row.public_key).raw(row.sealed_key);
  return std::move(writer).take();
}

Result<EpochRow> decode_epoch_row(std::uint32_t epoch, ByteSpan bytes) {
  return or_contact_damaged(read_epoch_row(epoch, Reader(bytes)));
}

Bytes encode(const DirectoryState& state) {
  Writer writer;
  writer.number(state.version).number(state.members).number(state.first_kept);
  put_optional(writer, state.filled_to);
  return std::move(writer).take();
}

Result<DirectoryState> decode_directory_state(ByteSpan bytes) {
  return or_contact_damaged(read_directory_state(Reader(bytes)));
}

Bytes encode(const DirectoryChange& change) {
  Writer writer;
  writer.number(static_cast<std::uint8_t>(change.added ? 1 : 0));
  put_tag(writer, change.member.tag);
  writer.raw(change.member.account);
  return std::move(writer).take();
}

Result<DirectoryChange> decode_directory_change(ByteSpan bytes) {
  return or_contact_damaged(read_directory_change(Reader(bytes)));
}

Bytes encode_sends(std::span<const std::int64_t> sends) {
  Writer writer;
  for (const auto sent_s : sends) writer.number(static_cast<std::uint64_t>(sent_s));
  return std::move(writer).take();
}

Result<std::vector<std::int64_t>> decode_sends(ByteSpan bytes) {
  return or_contact_damaged(read_sends(Reader(bytes)));
}

Bytes encode(const ContactDue& due) {
  Writer writer;
  writer.number(due.day);
  if (due.verification)
    writer.number(static_cast<std::uint8_t>(DueKind::verification))
        .raw(due.verification->first)
        .raw(due.verification->second);
  else
    writer.number(static_cast<std::uint8_t>(DueKind::sends)).raw(due.sends);
  return std::move(writer).take();
}

Result<ContactDue> decode_contact_due(ByteSpan key) {
  return or_contact_damaged(read_contact_due(Reader(key)));
}

Result<Member> decode_record_key(ByteSpan key) {
  return or_contact_damaged(read_record_key(Reader(key)));
}

}  // namespace tern::relay
