#include "client/key_packages.hpp"

#include "client/record_codec.hpp"
#include "tern/limits.hpp"

namespace tern::client {
namespace {

constexpr std::int64_t day_s = 86'400;

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

Result<Bytes> make_and_keep(Rows& rows, Now now, const Account& account,
                            const mls::Extensions& extensions, Entropy& entropy) {
  const auto lifetime = key_package_lifetime(now);
  auto bundle = mls::make_key_package(account.identity, lifetime, extensions, entropy);
  RecordWriter writer;
  write_flag(writer, !extensions.empty());
  writer.number(lifetime.not_after).vector(bundle.private_record);
  TERN_TRY(rows.put(tables::key_packages, row_of(rows, bundle.ref), writer.span()));
  return std::move(bundle.message);
}

}  // namespace

Result<Made> make(Rows& rows, Now now, const Account& account, std::size_t single_use,
                  bool last_resort, Entropy& entropy) {
  Made out;
  for (std::size_t i = 0; i < single_use; ++i) {
    TERN_ASSIGN(auto message, make_and_keep(rows, now, account, {}, entropy));
    out.single_use.push_back(std::move(message));
  }
  if (!last_resort) return out;
  TERN_ASSIGN(out.last_resort,
              make_and_keep(rows, now, account, {{mls::extension_last_resort, {}}}, entropy));
  return out;
}

Result<Bytes> make_one(Rows& rows, Now now, const Account& account, Entropy& entropy) {
  return make_and_keep(rows, now, account, {}, entropy);
}

Result<std::optional<Private>> find(const ReadRows& rows, const mls::KeyPackageRef& ref) {
  TERN_ASSIGN(const auto row, rows.get(tables::key_packages, row_of(rows, ref)));
  if (!row) return std::optional<Private>();
  RecordReader reader(*row);
  Private out;
  out.last_resort = reader.flag();
  reader.number<std::uint64_t>();
  out.record = SecretBytes(reader.vector());
  TERN_TRY(reader.finish("key package"));
  return std::optional(std::move(out));
}

Result<void> used(Rows& rows, const mls::KeyPackageRef& ref) {
  return rows.erase(tables::key_packages, row_of(rows, ref));
}

Result<void> erase_expired(Rows& rows, Now now) {
  const auto now_s = static_cast<std::uint64_t>(now.wall_ms / 1000);
  std::vector<Bytes> expired;
  TERN_TRY(
      rows.scan(tables::key_packages, {}, {}, [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
        RecordReader reader(value);
        reader.flag();
        if (reader.number<std::uint64_t>() < now_s) expired.push_back(to_bytes(key));
        return Scan::next;
      }));
  for (const auto& key : expired) TERN_TRY(rows.erase(tables::key_packages, key));
  return {};
}

}  // namespace key_packages
}  // namespace tern::client
