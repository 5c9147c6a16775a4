#include "client/pending_commit.hpp"

#include "client/record_codec.hpp"

namespace tern::client {
namespace {

void write_seats(RecordWriter& writer, const std::vector<Seat>& seats) {
  writer.number(static_cast<std::uint32_t>(seats.size()));
  for (const auto& seat : seats) writer.raw(seat.device).raw(seat.account);
}

std::vector<Seat> read_seats(RecordReader& reader) {
  std::vector<Seat> out;
  for (auto left = reader.number<std::uint32_t>(); left > 0 && reader.more(); --left) {
    Seat seat;
    seat.device = reader.fixed<DeviceId>();
    seat.account = reader.fixed<AccountId>();
    out.push_back(seat);
  }
  return out;
}

}  // namespace

crypto::SecretBytes encode(const PendingCommit& commit) {
  RecordWriter writer;
  writer.raw(commit.id);
  write_flag(writer, commit.creates_log);
  write_flag(writer, commit.repairs_access);
  writer.number(commit.restarts).number(commit.base);
  writer.raw(commit.made_in).raw(commit.next).vector(commit.message).vector(commit.group_info);
  write_seats(writer, commit.added);
  write_seats(writer, commit.removed);
  for (const auto& welcome : commit.welcomes)
    writer.raw(welcome.device).vector(welcome.group_secrets);
  return std::move(writer).take();
}

Result<PendingCommit> decode_pending_commit(ByteSpan bytes) {
  RecordReader reader(bytes);
  PendingCommit out;
  out.id = reader.fixed<EntryId>();
  out.creates_log = reader.flag();
  out.repairs_access = reader.flag();
  out.restarts = reader.number<std::uint32_t>();
  out.base = reader.number<std::uint64_t>();
  out.made_in = reader.fixed<EpochTag>();
  out.next = reader.fixed<EpochTag>();
  out.message = to_bytes(reader.vector());
  out.group_info = to_bytes(reader.vector());
  out.added = read_seats(reader);
  out.removed = read_seats(reader);
  while (reader.more()) {
    PendingWelcome welcome;
    welcome.device = reader.fixed<DeviceId>();
    welcome.group_secrets = to_bytes(reader.vector());
    out.welcomes.push_back(std::move(welcome));
  }
  TERN_TRY(reader.finish("commit"));
  return out;
}

}  // namespace tern::client
