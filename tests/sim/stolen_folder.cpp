#include "sim/stolen_folder.hpp"

#include <deque>

#include "client/account.hpp"
#include "client/group_records.hpp"
#include "crypto/deterministic_entropy.hpp"
#include "mls/epoch.hpp"
#include "mls/group_state.hpp"

namespace tern::sim {

struct StolenFolder::Impl {
  explicit Impl(Device& device)
      : disk(device.disk().copy()),
        environment(store::open_memory(disk)),
        sealer(device.storage_key(), entropy),
        open_rows(*environment, sealer),
        account(client::decode_account(
                    *open_rows.get(client::tables::device, as_bytes("account")).value())
                    .value()) {}

  crypto::DeterministicEntropy entropy{1};
  store::MemoryDisk disk;
  std::unique_ptr<store::Environment> environment;
  store::Sealer sealer;
  client::OpenRows open_rows;
  client::Account account;
  std::deque<client::GroupRecords> records;  // where the groups that were opened read on
};

StolenFolder::StolenFolder(Device& device) : impl_(std::make_unique<Impl>(device)) {}
StolenFolder::~StolenFolder() = default;

Result<mls::Group> StolenFolder::group(const ChatId& chat) const {
  const auto row = impl_->sealer.row_id(client::tables::chats, chat);
  return mls::Group::open(
      impl_->records.emplace_back(impl_->open_rows, client::tables::groups, row));
}

const crypto::SigningKey& StolenFolder::signing_key() const {
  return impl_->account.identity.signing_key;
}

const mls::Identity& StolenFolder::identity() const { return impl_->account.identity; }

std::vector<StolenFolder::NamedSecret> StolenFolder::secrets(const ChatId& chat) const {
  std::vector<NamedSecret> out;
  const auto add = [&](const char* name, ByteSpan bytes) {
    out.push_back({name, to_bytes(bytes)});
  };
  const auto& account = impl_->account;
  add("account key", account.account_key.seed().span());
  add("device key", account.identity.signing_key.seed().span());
  add("transport key", account.transport.private_key.span());
  auto opened = group(chat).value();
  const auto& epoch = *opened.state().epoch;
  add("sender data secret", epoch.secrets.sender_data.span());
  add("exporter secret", epoch.secrets.exporter.span());
  add("membership key", epoch.secrets.membership.span());
  add("init secret", epoch.secrets.init.span());
  add("resumption secret", epoch.secrets.resumption.span());
  return out;
}

}  // namespace tern::sim
