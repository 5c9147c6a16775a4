#include "bench/raw_log.hpp"

#include "base/codec.hpp"
#include "bench/must.hpp"
#include "crypto/log_id.hpp"

namespace tern::bench {
namespace {

constexpr std::uint8_t application = 1, commit = 3;
constexpr std::string_view group = "a group id of 16";
// Where the header begins: version, format, group id, epoch, content type, its own length.
constexpr std::size_t header_at = 2 + 2 + 1 + group.size() + 8 + 1 + 1;

void write_number(std::uint8_t* at, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) *at++ = static_cast<std::uint8_t>(number >> shift);
}

/// An MLS PrivateMessage (RFC 9420 §6.3) around a header, of `bytes` or, with a long one, as many
/// as it takes; its ciphertext is zeros.
Bytes private_message(std::uint8_t content_type, const wire::EntryHeader& header,
                      std::size_t bytes) {
  Writer writer;
  writer.number(std::uint16_t{1})
      .number(std::uint16_t{2})
      .vector(as_bytes(group))
      .number(std::uint64_t{0})
      .number(content_type)
      .vector(wire::encode(header))
      .vector(Bytes(28));
  constexpr std::size_t least = 64;  // whose length is written in two bytes
  const auto ciphertext = std::max(bytes, writer.size() + 2 + least) - writer.size() - 2;
  writer.number(static_cast<std::uint16_t>(ciphertext | 0x4000)).raw(Bytes(ciphertext));
  return std::move(writer).take();
}

}  // namespace

wire::Answer create_log(RawDevice& creator, const LogId& id, const std::vector<DeviceId>& others,
                        ByteSpan group_info) {
  crypto::SystemEntropy entropy;
  wire::EntryHeader header;
  header.entry_id = entropy.make<EntryId>();
  header.access = {wire::AccessChange::Mode::change, others, {}};
  const auto payload = private_message(commit, header, entry_bytes);
  wire::CreateLog request;
  request.log = id;
  request.first.id = header.entry_id;
  request.first.kind = wire::EntryKind::commit;
  request.first.payload = payload;
  request.welcomes.group_info = group_info;
  if (!group_info.empty())
    for (const auto& other : others) request.welcomes.devices.push_back({other, other.span()});
  return creator.ask(request);
}

RawLog::RawLog(RawDevice& creator, const std::vector<DeviceId>& others) {
  crypto::SystemEntropy entropy;
  id_ = crypto::group_log_id(entropy);
  const auto answer = create_log(creator, id_, others);
  if (const auto* const refused = std::get_if<wire::Refused>(&answer))
    give_up("no log was made: " + std::string(name(refused->code)));
  append_.log = id_;
  append_.base = 1;
  pattern_ = private_message(application, wire::EntryHeader{}, entry_bytes);
}

const wire::Append& RawLog::next(std::size_t count) {
  payloads_.resize(count * entry_bytes);
  append_.entries.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& entry = append_.entries[i];
    write_number(entry.id.bytes.data(), next_entry_++);
    const auto payload = MutableByteSpan(payloads_).subspan(i * entry_bytes, entry_bytes);
    std::copy(pattern_.begin(), pattern_.end(), payload.begin());
    auto* const header = payload.data() + header_at;
    std::copy(entry.id.bytes.begin(), entry.id.bytes.end(), header + 1);
    write_number(header + 1 + EntryId::size_bytes, seen_seq_);
    entry.payload = payload;
  }
  return append_;
}

}  // namespace tern::bench
