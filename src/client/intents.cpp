#include "client/intents.hpp"

#include <algorithm>

#include "client/record_codec.hpp"

namespace tern::client {

bool Intents::adds(const AccountId& account) const {
  return std::find(add.begin(), add.end(), account) != add.end();
}

bool Intents::removes(const AccountId& account) const {
  return std::find(remove.begin(), remove.end(), account) != remove.end();
}

bool Intents::adds_again(const DeviceId& device) const {
  return std::find(add_again.begin(), add_again.end(), device) != add_again.end();
}

Result<Intents> Intents::load(const ReadRows& rows, const RowId& chat) {
  Intents out;
  TERN_ASSIGN(const auto row, rows.get(tables::intents, chat));
  if (!row) return out;
  RecordReader reader(*row);
  out.add = reader.ids<AccountId>();
  out.remove = reader.ids<AccountId>();
  out.add_again = reader.ids<DeviceId>();
  out.restart = reader.ids<AccountId>();
  TERN_TRY(reader.finish("intents"));
  return out;
}

Result<void> Intents::store(Rows& rows, const RowId& chat) const {
  if (empty()) return rows.erase(tables::intents, chat);
  RecordWriter writer;
  write_ids(writer, add);
  write_ids(writer, remove);
  write_ids(writer, add_again);
  write_ids(writer, restart);
  return rows.put(tables::intents, chat, writer.span());
}

}  // namespace tern::client
