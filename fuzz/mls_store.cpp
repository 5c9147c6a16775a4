#include "mls_store.hpp"

#include "mls/group_state.hpp"
#include "mls/tree_records.hpp"

namespace tern::fuzzing {
namespace {

constexpr mls::Lifetime kept_lifetime{now_s - 86'400, now_s + 86'400};
constexpr std::size_t others_count = 18;

mls::Identity kept_identity(const std::string& name, Entropy& entropy) {
  return {{mls::CredentialType::basic, to_bytes(as_bytes(name))},
          crypto::SigningKey::generate(entropy)};
}

Bytes key_of(const mls::TreeBlock& block) {
  Writer writer;
  writer.number(mls::tree_record_kind).number(block.name().value);
  return std::move(writer).take();
}

void replace_all(Bytes& in, ByteSpan from, ByteSpan to) {
  for (auto at = in.begin();; at += static_cast<std::ptrdiff_t>(to.size())) {
    at = std::search(at, in.end(), from.begin(), from.end());
    if (at == in.end()) return;
    std::copy(to.begin(), to.end(), at);
  }
}

}  // namespace

Result<std::optional<crypto::SecretBytes>> Records::get(ByteSpan key) const {
  const auto found = all.find(to_bytes(key));
  if (found == all.end()) return std::optional<crypto::SecretBytes>();
  return std::optional(crypto::SecretBytes(ByteSpan(found->second)));
}

void Records::apply(const mls::RecordChanges& changes) {
  std::erase_if(all, [&](const auto& record) {
    return changes.first == mls::RecordChanges::Erase::everything ||
           (changes.first == mls::RecordChanges::Erase::epoch_records &&
            !mls::is_of_tree(record.first));
  });
  for (const auto& change : changes.changes) {
    if (change.value)
      all[change.key] = to_bytes(*change.value);
    else
      all.erase(change.key);
  }
}

Kept::Kept() : anna(kept_identity("anna", entropy)), bo(kept_identity("bo", entropy)) {
  Everybody everybody;
  const auto bos_package = mls::make_key_package(bo, kept_lifetime, {}, entropy);
  auto annas = mls::Group::create(as_bytes("twenty"), anna, kept_lifetime, {}, entropy).value();
  mls::CommitRequest request;
  request.add = {bos_package.message};
  for (std::size_t i = 0; i < others_count; ++i)
    request.add.push_back(
        mls::make_key_package(kept_identity("other " + std::to_string(i), entropy), kept_lifetime,
                              {}, entropy)
            .message);
  auto commit = annas.commit(request, anna, everybody, now_s, entropy).value();
  const ByteSpan secrets[] = {commit.welcomes[0].encrypted_group_secrets};
  auto bos = mls::Group::join(mls::assemble_welcome(secrets, commit.welcome_group_info),
                              bos_package.private_record, bo, everybody, now_s)
                 .value();
  annas = std::move(*commit.next);
  records.apply(bos.records().value());

  const auto hear = [&](const mls::Protected& message) {
    mls::RecordChanges changes;
    const auto received = bos.receive(message.message, everybody, now_s, changes).value();
    records.apply(changes);
    if (const auto* proposal = std::get_if<mls::ProposalReceived>(&received))
      records.apply(bos.keep(*proposal).value());
  };
  (void)annas.protect(as_bytes("lost on the way"), {}, anna, entropy).value();
  hear(annas.protect(as_bytes("Hallo"), {}, anna, entropy).value());
  hear(annas.propose_remove({5}, {}, anna, entropy).value());
  records.apply(bos.propose_update({}, bo, entropy).value().changes);
  records.apply(bos.protect(as_bytes("Dag"), {}, bo, entropy).value().changes);

  said = annas.protect(as_bytes(what_anna_says), {}, anna, entropy)->message;
  proposed = annas.propose_remove({7}, {}, anna, entropy)->message;
  auto next = annas.commit({}, anna, everybody, now_s, entropy).value();
  committed = std::move(next.message);
  authenticator_after = next.next->epoch_authenticator();
}

const Kept& kept() {
  static const Kept all;
  return all;
}

void make_hashes_right(Records& records) {
  auto blocks = mls::TreeBlock::all(32);  // those over leaves come first
  for (const auto& block : blocks) {
    const auto content = mls::read_block(records, block);
    const auto before = mls::read_block(kept().records, block);
    if (!content || !before) return;
    const auto from = block_hash(block, *before), to = block_hash(block, *content);
    if (from == to) continue;
    for (auto& [key, value] : records.all)
      if (key[0] == 'g' || (mls::is_of_tree(key) && key != key_of(block)))
        replace_all(value, from, to);
  }
}

}  // namespace tern::fuzzing
