// Opening a folder: the keys that are in it, or new ones, made in one transaction.
#include "client/device_lists.hpp"
#include "client/drafts.hpp"
#include "client/engine_impl.hpp"

namespace tern::client {
namespace {

constexpr std::string_view account_row = "account";

Result<std::optional<Account>> read_account(const ReadRows& rows) {
  TERN_ASSIGN(const auto row, rows.get(tables::device, as_bytes(account_row)));
  if (!row) return std::optional<Account>();
  TERN_ASSIGN(auto account, decode_account(*row));
  return std::optional(std::move(account));
}

Result<Account> make_folder(Now now, Rows& rows, Entropy& entropy) {
  auto account = make_account(now, entropy);
  TERN_TRY(rows.put(tables::device, as_bytes(account_row), encode(account)));
  TERN_TRY(rows.put(tables::device, as_bytes(device_row), encode(DeviceRecord{})));
  TERN_TRY(device_lists::accept(rows, account.device_list));
  return account;
}

// Nothing is committed when the account is there already: opening costs no sync.
Result<Account> open_account(Now now, store::Environment& environment, const store::Sealer& sealer,
                             Entropy& entropy) {
  std::optional<Account> out;
  {
    TERN_ASSIGN(const auto transaction, environment.write());
    TERN_TRY(store::check_key(*transaction, tables::device, sealer));
    TERN_ASSIGN(out, read_account(ReadRows(*transaction, sealer)));
  }
  if (out) return std::move(*out);
  const auto make = [&](store::WriteTransaction& transaction) -> Result<void> {
    TERN_TRY(store::check_key(transaction, tables::device, sealer));
    Rows rows(transaction, sealer);
    TERN_ASSIGN(out, make_folder(now, rows, entropy));
    return {};
  };
  TERN_TRY(store::transact(environment, store::Durability::synced, make));
  return std::move(*out);
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::open(Now now, store::Environment& environment,
                                             const store::StorageKey& key, Entropy& entropy,
                                             const EngineConfig& config,
                                             std::shared_ptr<DraftClaims> claims) {
  const store::Sealer sealer(key, entropy);
  TERN_ASSIGN(auto account, open_account(now, environment, sealer, entropy));
  auto engine = std::make_unique<EngineImpl>(std::make_unique<Device>(
      environment, key, entropy, config, std::move(claims), std::move(account)));
  TERN_TRY(engine->load(now));
  return std::unique_ptr<Engine>(std::move(engine));
}

Result<void> EngineImpl::load(Now now) {
  now_ = now;
  std::vector<MessageId> orphans;
  TERN_TRY(load_rows(orphans));
  return drop_orphans(now, orphans);
}

Result<void> EngineImpl::load_rows(std::vector<MessageId>& orphans) {
  auto& device = *device_;
  TERN_ASSIGN(const auto transaction, device.environment.read());
  const ReadRows rows(*transaction, device.sealer);
  TERN_TRY(transfers::load(device, rows));
  TERN_ASSIGN(orphans, drafts::orphans(rows));
  std::erase_if(orphans, [&](const MessageId& id) { return device.recording->count(id) > 0; });
  TERN_ASSIGN(const auto state, rows.get(tables::device, as_bytes(device_row)));
  if (!state) return Error(Errc::storage_damaged, "this device's own row is missing");
  TERN_ASSIGN(device.record, decode_device_record(*state));
  TERN_TRY(contacts::load(device, rows));
  return rows.scan(tables::chats, {}, {}, [&](ByteSpan, ByteSpan value) -> Result<Scan> {
    TERN_ASSIGN(auto record, decode_chat_record(value));
    auto chat = std::make_unique<Chat>(device.open_rows, device.sealer, record.id);
    chat->record = std::move(record);
    device.chats.add(std::move(chat));
    return Scan::next;
  });
}

}  // namespace tern::client
