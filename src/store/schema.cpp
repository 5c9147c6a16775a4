#include "store/schema.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/codec.hpp"

namespace tern::store {

namespace {

constexpr std::string_view stamp_magic = "tern";

std::string_view folder_of(Purpose purpose) {
  return purpose == Purpose::relay ? "a relay's folder" : "a client's folder";
}

}  // namespace

Result<void> write_stamp(WriteTransaction& transaction, const Stamp& stamp) {
  Writer writer;
  writer.raw(as_bytes(stamp_magic))
      .number(static_cast<std::uint8_t>(stamp.purpose))
      .number(stamp.schema);
  return transaction.put(environment_table, {}, writer.span());
}

Result<Stamp> read_stamp(ReadTransaction& transaction) {
  TERN_ASSIGN(const auto row, transaction.get(environment_table, {}));
  if (!row) return Errc::storage_foreign;
  return parse_stamp(*row);
}

Result<Stamp> parse_stamp(ByteSpan value) {
  if (value.size() < stamp_magic.size() || as_text(value.first(stamp_magic.size())) != stamp_magic)
    return Errc::storage_foreign;
  Reader reader(value.subspan(stamp_magic.size()));
  const auto purpose = reader.number<std::uint8_t>();
  const auto schema = reader.number<std::uint32_t>();
  if (!purpose || !schema || *purpose < 1 || *purpose > 2 || *schema < 1)
    return Error(Errc::storage_damaged, "the row that names the database's schema does not parse");
  return Stamp{static_cast<Purpose>(*purpose), *schema};
}

Result<void> check_stamp(const Stamp& found, Purpose purpose, std::uint32_t newest) {
  if (found.purpose != purpose)
    return Error(Errc::storage_foreign, "this is " + std::string(folder_of(found.purpose)) +
                                            ", not " + std::string(folder_of(purpose)));
  if (found.schema > newest)
    return Error(Errc::storage_newer, "the folder has schema " + std::to_string(found.schema) +
                                          "; this version of tern knows " + std::to_string(newest) +
                                          " and older: use a newer one");
  return {};
}

Result<void> migrate(WriteTransaction& transaction, const Stamp& found, std::uint32_t newest,
                     const std::vector<Migration>& steps) {
  if (found.schema == newest) return {};
  for (auto schema = found.schema; schema < newest; ++schema) {
    const auto step = std::find_if(steps.begin(), steps.end(),
                                   [&](const Migration& one) { return one.from == schema; });
    TERN_CHECK(step != steps.end());
    TERN_TRY(step->forward(transaction));
  }
  return write_stamp(transaction, {found.purpose, newest});
}

}  // namespace tern::store
