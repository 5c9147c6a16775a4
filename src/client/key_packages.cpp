#include "client/key_packages.hpp"

#include <algorithm>

#include "client/record_codec.hpp"
#include "tern/limits.hpp"

namespace tern::client {
namespace {

RowId row_of(const ReadRows& rows, const mls::KeyPackageRef& ref) {
  return rows.sealer().row_id(tables::key_packages, ref);
}

}  // namespace

mls::Lifetime key_package_lifetime(Now now) {
  const auto now_s = now.wall_ms / 1000;
  const auto from_s = std::max<std::int64_t>(now_s - day_s, 0);
  return {static_cast<std::uint64_t>(from_s),
          static_cast<std::uint64_t>(now_s + limits::key_package_lifetime_days * day_s)};
}

namespace key_packages {
namespace {

// After so many groups in the time of one last-resort KeyPackage it takes no more.
constexpr std::size_t epochs_max = 256;

struct Row {
  bool last_resort = false;
  bool of_request = false;
  std::uint64_t not_after_s = 0;
  SecretBytes record;
  std::vector<EpochTag> entered;  // by a last-resort one
};

Result<Row> decode_row(ByteSpan bytes) {
  RecordReader reader(bytes);
  Row out;
  out.last_resort = reader.flag();
  out.of_request = reader.flag();
  out.not_after_s = reader.number<std::uint64_t>();
  out.record = SecretBytes(reader.vector());
  out.entered = reader.ids<EpochTag>();
  TERN_TRY(reader.finish("key package"));
  return out;
}

SecretBytes encode_row(const Row& row) {
  RecordWriter writer;
  writer.reserve(row.record.size() + row.entered.size() * EpochTag::size_bytes + 32);
  write_flag(writer, row.last_resort);
  write_flag(writer, row.of_request);
  writer.number(row.not_after_s).vector(row.record);
  write_ids(writer, row.entered);
  return std::move(writer).take();
}

Result<std::optional<Row>> get_row(const ReadRows& rows, const mls::KeyPackageRef& ref) {
  TERN_ASSIGN(const auto bytes, rows.get(tables::key_packages, row_of(rows, ref)));
  if (!bytes) return std::optional<Row>();
  TERN_ASSIGN(auto row, decode_row(*bytes));
  return std::optional(std::move(row));
}

// The keys, for a scan does not see what is written while it goes on.
Result<std::vector<std::pair<Bytes, Row>>> rows_where(
    const ReadRows& rows, const std::function<bool(const Row&)>& wanted) {
  std::vector<std::pair<Bytes, Row>> found;
  TERN_TRY(
      rows.scan(tables::key_packages, {}, {}, [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
        TERN_ASSIGN(auto row, decode_row(value));
        if (wanted(row)) found.emplace_back(to_bytes(key), std::move(row));
        return Scan::next;
      }));
  return found;
}

struct MadeOne {
  Bytes message;
  mls::KeyPackageRef ref;
};

enum class For : std::uint8_t { one_use, last_resort, request };

Result<MadeOne> make_and_keep(Rows& rows, Now now, const mls::Identity& identity, For what,
                              Entropy& entropy) {
  const auto lifetime = key_package_lifetime(now);
  mls::Extensions extensions;
  if (what == For::last_resort) extensions.push_back({mls::extension_last_resort, {}});
  auto bundle = mls::make_key_package(identity, lifetime, extensions, entropy);
  const Row row{what == For::last_resort,
                what == For::request,
                lifetime.not_after,
                std::move(bundle.private_record),
                {}};
  TERN_TRY(rows.put(tables::key_packages, row_of(rows, bundle.ref), encode_row(row)));
  return MadeOne{std::move(bundle.message), bundle.ref};
}

}  // namespace

Result<Made> make(Rows& rows, Now now, const mls::Identity& identity, std::size_t single_use,
                  bool last_resort, Entropy& entropy) {
  Made out;
  for (std::size_t i = 0; i < single_use; ++i) {
    TERN_ASSIGN(auto made, make_and_keep(rows, now, identity, For::one_use, entropy));
    out.single_use.push_back(std::move(made.message));
  }
  if (!last_resort) return out;
  TERN_ASSIGN(auto made, make_and_keep(rows, now, identity, For::last_resort, entropy));
  out.last_resort = std::move(made.message);
  out.last_resort_ref = made.ref;
  return out;
}

Result<Bytes> make_one(Rows& rows, Now now, const mls::Identity& identity, Entropy& entropy) {
  TERN_ASSIGN(auto made, make_and_keep(rows, now, identity, For::request, entropy));
  return std::move(made.message);
}

Result<std::optional<Private>> find(const ReadRows& rows, const mls::KeyPackageRef& ref) {
  TERN_ASSIGN(auto row, get_row(rows, ref));
  if (!row) return std::optional<Private>();
  return std::optional(Private{std::move(row->record), row->last_resort, row->of_request});
}

EpochTag epoch_tag(const mls::Group& joined) {
  return crypto::blake2b({joined.group_id(), joined.epoch_authenticator()});
}

Result<void> use(Rows& rows, const mls::KeyPackageRef& ref, const EpochTag& epoch) {
  TERN_ASSIGN(auto row, get_row(rows, ref));
  if (!row) return {};
  if (!row->last_resort) return rows.erase(tables::key_packages, row_of(rows, ref));
  auto& entered = row->entered;
  if (entered.size() >= epochs_max ||
      std::find(entered.begin(), entered.end(), epoch) != entered.end())
    return Error(Errc::mls_welcome_invalid, "a Welcome that was used before");
  entered.push_back(epoch);
  return rows.put(tables::key_packages, row_of(rows, ref), encode_row(*row));
}

Result<void> replaced(Rows& rows, Now now, const mls::KeyPackageRef& newest) {
  const auto end_s = static_cast<std::uint64_t>(now.wall_ms / 1000 + day_s);
  TERN_ASSIGN(auto earlier, rows_where(rows, [&](const Row& row) {
                return row.last_resort && row.not_after_s > end_s;
              }));
  const auto keep = row_of(rows, newest);
  for (auto& [key, row] : earlier) {
    if (std::equal(key.begin(), key.end(), keep.bytes.begin(), keep.bytes.end())) continue;
    row.not_after_s = end_s;
    TERN_TRY(rows.put(tables::key_packages, key, encode_row(row)));
  }
  return {};
}

Result<void> erase_expired(Rows& rows, Now now) {
  const auto now_s = static_cast<std::uint64_t>(now.wall_ms / 1000);
  TERN_ASSIGN(const auto expired,
              rows_where(rows, [&](const Row& row) { return row.not_after_s < now_s; }));
  for (const auto& [key, row] : expired) TERN_TRY(rows.erase(tables::key_packages, key));
  return {};
}

}  // namespace key_packages
}  // namespace tern::client
