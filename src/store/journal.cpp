#include "store/journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/codec.hpp"
#include "crypto/hash.hpp"
#include "store/lmdb_error.hpp"

namespace tern::store {

namespace {

constexpr std::size_t fields_bytes = 24;
constexpr std::size_t head_check_bytes = 16;
constexpr std::size_t head_bytes = fields_bytes + head_check_bytes + 32;

std::size_t record_bytes(std::size_t payload_bytes) {
  const auto whole = head_bytes + payload_bytes;
  return (whole + Journal::block_bytes - 1) / Journal::block_bytes * Journal::block_bytes;
}

Error io_error(std::string_view doing, const std::filesystem::path& path) {
  return lmdb_error(errno, std::string(doing) + " " + path.string());
}

ByteSpan head_check_of(const crypto::Blake2bDigest& digest) {
  return digest.span().first(head_check_bytes);
}

Result<void> write_journal(const std::filesystem::path& path, std::size_t bytes) {
  TERN_TRY(write_zeros(path, bytes));
  const FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.get()) != 0) return io_error("sync", path);
  return {};
}

// Of a name of its own until its room is on the disk: half of one is none.
Result<void> make_journal(const std::filesystem::path& path, std::size_t bytes) {
  auto draft = path;
  draft += ".new";
  std::error_code failure, ignored;
  std::filesystem::remove(draft, ignored);
  auto done = write_journal(draft, bytes);
  if (done) std::filesystem::rename(draft, path, failure);
  if (failure) done = lmdb_error(failure.value(), "name the journal " + path.string());
  if (!done) std::filesystem::remove(draft, ignored);
  return done;
}

}  // namespace

struct Journal::Head {
  std::uint64_t number = 0;
  std::uint64_t synced = 0;  // of so many before it the disk was sure
  std::uint64_t bytes = 0;
  ByteSpan check;
  ByteSpan fields;
};

Result<Journal> Journal::open(const std::filesystem::path& path, std::size_t bytes) {
  TERN_ASSIGN(const bool there, is_there(path));
  if (!there) TERN_TRY(make_journal(path, bytes));
  Journal out;
  out.path_ = path;
  out.bytes_ = bytes;
  out.file_ = FileHandle(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  struct stat status;
  if (!out.file_.is_open() || ::fstat(out.file_.get(), &status) != 0) return io_error("open", path);
  if (!S_ISREG(status.st_mode) || static_cast<std::size_t>(status.st_size) != bytes)
    return Error(Errc::storage_damaged,
                 path.string() + " has not the length that it was made with");
  // Who made it may have been killed before its name was safe.
  TERN_TRY(sync_folder(path.parent_path()));
  return out;
}

Result<void> Journal::resume(const JournalRound& round) {
  round_ = round;
  TERN_ASSIGN(const auto end, read([](ByteSpan) { return Result<void>(); }));
  records_ = end.records;
  end_ = end.bytes;
  // A process that was killed may have left what the disk does not have yet.
  synced_ = 0;
  return {};
}

Result<void> Journal::replay(const Visit& visit) const {
  if (records_ == 0) return {};
  TERN_ASSIGN(const auto end, read(visit));
  if (end.records != records_)
    return Error(Errc::storage_io, path_.string() + " does not have what was written to it");
  return {};
}

void Journal::begin(const JournalRound& round) {
  round_ = round;
  records_ = synced_ = 0;
  end_ = 0;
  begun_ = true;
}

bool Journal::has_room(std::size_t payload_bytes) const {
  return begun_ && payload_bytes < bytes_ && record_bytes(payload_bytes) <= bytes_ - end_;
}

Result<void> Journal::append(ByteSpan payload) {
  Writer writer;
  writer.number(records_).number(synced_).number(std::uint64_t{payload.size()});
  const auto head_check = crypto::blake2b({writer.span()}, round_.span());
  const auto check = crypto::blake2b({writer.span(), payload}, round_.span());
  writer.raw(head_check_of(head_check)).raw(check.span());
  static constexpr std::array<std::uint8_t, block_bytes> zeros{};
  const auto whole = record_bytes(payload.size());
  const auto padding = ByteSpan(zeros).first(whole - head_bytes - payload.size());
  // The head comes last: without it there is no record.
  if (write(end_ + head_bytes, payload, padding) < whole - head_bytes)
    return io_error("write", path_);
  if (const auto written = write(end_, writer.span(), {}); written < head_bytes) {
    auto error = io_error("write", path_);
    return written == 0 ? error : Error(Errc::storage_io, error.message());
  }
  end_ += whole;
  ++records_;
  return {};
}

// How many bytes the disk took: all, or errno says why not more.
std::size_t Journal::write(std::size_t at, ByteSpan first, ByteSpan second) {
  std::array<iovec, 2> left;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto part = i == 0 ? first : second;
    left[i] = {const_cast<std::uint8_t*>(part.data()), part.size()};
  }
  std::size_t done = 0;
  while (done < first.size() + second.size()) {
    const auto now =
        ::pwritev(file_.get(), left.data(), left.size(), static_cast<off_t>(at + done));
    if (now < 0 && errno == EINTR) continue;
    if (now == 0) errno = ENOSPC;
    if (now <= 0) break;
    done += static_cast<std::size_t>(now);
    auto skip = static_cast<std::size_t>(now);
    for (auto& part : left) {
      const auto gone = std::min(part.iov_len, skip);
      part = {static_cast<std::uint8_t*>(part.iov_base) + gone, part.iov_len - gone};
      skip -= gone;
    }
  }
  return done;
}

Result<void> Journal::sync() {
  if (is_synced()) return {};
  // A disk that is full only now may have all of it all the same.
  if (::fdatasync(file_.get()) != 0)
    return Error(Errc::storage_io, io_error("sync", path_).message());
  synced_ = records_;
  return {};
}

Result<Bytes> Journal::contents() const {
  Bytes out(bytes_);
  for (std::size_t at = 0; at < out.size();) {
    const auto got = ::pread(file_.get(), out.data() + at, out.size() - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read", path_);
    if (got == 0) return Error(Errc::storage_damaged, path_.string() + " was cut short");
    at += static_cast<std::size_t>(got);
  }
  return out;
}

std::optional<Journal::Head> Journal::head_at(ByteSpan file, std::size_t at) const {
  if (at + head_bytes > file.size()) return std::nullopt;
  Head out;
  out.fields = file.subspan(at, fields_bytes);
  const auto expected = crypto::blake2b({out.fields}, round_.span());
  if (!std::ranges::equal(file.subspan(at + fields_bytes, head_check_bytes),
                          head_check_of(expected)))
    return std::nullopt;
  Reader reader(out.fields);
  out.number = reader.number<std::uint64_t>().value();
  out.synced = reader.number<std::uint64_t>().value();
  out.bytes = reader.number<std::uint64_t>().value();
  out.check = file.subspan(at + fields_bytes + head_check_bytes, 32);
  return out;
}

Result<Journal::End> Journal::read(const Visit& visit) const {
  TERN_ASSIGN(const auto file, contents());
  End end;
  for (;;) {
    const auto head = head_at(file, end.bytes);
    if (!head || head->number != end.records) break;
    const auto start = end.bytes + head_bytes;
    if (head->bytes > file.size() - start) break;
    const auto payload = ByteSpan(file).subspan(start, static_cast<std::size_t>(head->bytes));
    const auto expected = crypto::blake2b({head->fields, payload}, round_.span());
    if (!std::ranges::equal(head->check, expected.span())) break;
    TERN_TRY(visit(payload));
    ++end.records;
    end.bytes += record_bytes(payload.size());
  }
  if (lost_later(file, end))
    return Error(Errc::storage_damaged,
                 "a record is damaged in " + path_.string() +
                     ", and later ones are whole: if an old copy of the database was put back, "
                     "remove the journal");
  return end;
}

// Whether the disk was sure, once, of the record that is not there.
bool Journal::lost_later(ByteSpan file, const End& end) const {
  for (auto at = end.bytes; at < file.size(); at += block_bytes) {
    const auto head = head_at(file, at);
    if (head && head->synced > end.records) return true;
  }
  return false;
}

}  // namespace tern::store
