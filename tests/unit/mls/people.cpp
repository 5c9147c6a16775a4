#include "people.hpp"

#include <algorithm>

namespace tern::test {

Result<void> Acquaintances::check_leaf(const mls::Credential& credential,
                                       const crypto::VerifyKey&) {
  auto name = as_text(credential.identity);
  asked.push_back(name);
  if (refused.contains(name)) return Errc::mls_credential_refused;
  return {};
}

Result<void> Acquaintances::check_successor(const mls::Credential&, const mls::Credential& after) {
  if (refused_successors.contains(as_text(after.identity))) return Errc::mls_credential_refused;
  return {};
}

Result<std::optional<crypto::SecretBytes>> Acquaintances::find_psk(const mls::PreSharedKeyId& id) {
  const auto found = [](const auto& psks, const auto& key) {
    const auto at = psks.find(key);
    return at == psks.end() ? std::optional<crypto::SecretBytes>()
                            : std::optional(crypto::SecretBytes(ByteSpan(at->second)));
  };
  if (id.type == mls::PskType::external) return found(external_psks, id.psk_id);
  return found(resumption_psks, std::pair(id.psk_group_id, id.psk_epoch));
}

Bytes Acquaintances::client_of(const mls::Credential& credential) const {
  return same_clients.contains(credential.identity) ? *same_clients.begin() : credential.identity;
}

Result<void> Acquaintances::check_public_message(mls::SenderType sender) {
  if (!let_in.contains(sender)) return Errc::mls_wire_format_unexpected;
  return {};
}

Result<void> Acquaintances::check_proposal(const mls::Sender&, const mls::Proposal& proposal) {
  if (refused_proposals.contains(mls::type_of(proposal)))
    return Errc::mls_proposal_type_unsupported;
  return {};
}

void Acquaintances::remember_epoch(const mls::Group& group) {
  resumption_psks[{to_bytes(group.group_id()), group.epoch()}] = to_bytes(group.resumption_psk());
}

mls::PreSharedKeyId external_psk(std::string_view id) {
  mls::PreSharedKeyId out;
  out.psk_id = to_bytes(as_bytes(id));
  return out;
}

mls::PreSharedKeyId resumption_psk(const mls::Group& group) {
  mls::PreSharedKeyId out;
  out.type = mls::PskType::resumption;
  out.psk_group_id = to_bytes(group.group_id());
  out.psk_epoch = group.epoch();
  return out;
}

Result<std::optional<crypto::SecretBytes>> MemoryRecords::get(ByteSpan key) const {
  ++reads;
  const auto found = records_.find(to_bytes(key));
  if (found == records_.end()) return std::optional<crypto::SecretBytes>();
  bytes_read += found->second.size();
  return std::optional<crypto::SecretBytes>(crypto::SecretBytes(ByteSpan(found->second)));
}

void MemoryRecords::apply(const mls::RecordChanges& changes) {
  using Erase = mls::RecordChanges::Erase;
  std::erase_if(records_, [&](const auto& record) {
    return changes.first == Erase::everything ||
           (changes.first == Erase::epoch_records && !mls::is_of_tree(record.first));
  });
  for (const auto& change : changes.changes) {
    if (change.value) {
      records_[change.key] = to_bytes(*change.value);
    } else {
      records_.erase(change.key);
    }
  }
}

bool MemoryRecords::contain(ByteSpan bytes) const {
  return std::any_of(records_.begin(), records_.end(), [&](const auto& record) {
    return std::search(record.second.begin(), record.second.end(), bytes.begin(), bytes.end()) !=
           record.second.end();
  });
}

mls::Identity make_identity(const std::string& name, Entropy& entropy) {
  return {{mls::CredentialType::basic, to_bytes(as_bytes(name))},
          crypto::SigningKey::generate(entropy)};
}

mls::Identity clone(const mls::Identity& identity) {
  return {identity.credential, identity.signing_key.clone(), identity.leaf_extensions};
}

Person::Person(const std::string& who, Entropy& entropy)
    : name(who), identity(make_identity(who, entropy)), entropy_(&entropy) {}

mls::KeyPackageBundle Person::key_package(mls::Lifetime valid) {
  return mls::make_key_package(identity, valid, {}, *entropy_);
}

void Person::create(std::string_view group_id, const mls::Extensions& extensions) {
  group_ =
      mls::Group::create(as_bytes(group_id), identity, lifetime, extensions, *entropy_).value();
  records.apply(group_->records().value());
}

void Person::join(const mls::PendingCommit& commit, const mls::KeyPackageBundle& mine,
                  const mls::JoinOptions& options) {
  auto joined = mls::Group::join(welcome_of(commit), mine.private_record, identity, acquaintances,
                                 now_s, options);
  INFO((joined ? "" : joined.error().message()));
  REQUIRE(joined.has_value());
  group_ = std::move(joined).value();
  records.apply(group_->records().value());
}

Result<mls::PendingCommit> Person::commit(const mls::CommitRequest& request) {
  auto commit = group_->commit(request, identity, acquaintances, now_s, *entropy_);
  if (commit) records.apply(commit->own);
  return commit;
}

Result<mls::PendingCommit> Person::add(const std::vector<Bytes>& key_packages) {
  mls::CommitRequest request;
  request.add = key_packages;
  return commit(request);
}

void Person::accept(std::unique_ptr<mls::Group> next) {
  records.apply(group_ ? next->records_after(*group_).value() : next->records().value());
  group_ = std::move(*next);
}

Bytes Person::say(std::string_view text) {
  auto sent = group_->protect(as_bytes(text), {}, identity, *entropy_).value();
  records.apply(sent.changes);
  return std::move(sent.message);
}

Result<mls::Received> Person::receive(ByteSpan message) {
  mls::RecordChanges consumed;
  auto received = group_->receive(message, acquaintances, now_s, consumed);
  records.apply(consumed);
  if (!received) return received;
  if (auto* proposal = std::get_if<mls::ProposalReceived>(&*received))
    records.apply(group_->keep(*proposal).value());
  if (auto* commit = std::get_if<mls::CommitReceived>(&*received)) {
    if (commit->next) accept(std::move(commit->next));
  }
  return received;
}

std::string Person::hear(ByteSpan message) {
  auto received = receive(message);
  INFO((received ? "" : received.error().message()));
  REQUIRE(received.has_value());
  return as_text(std::get<mls::Application>(*received).content);
}

void Person::reopen() {
  auto opened = mls::Group::open(records);
  INFO((opened ? "" : opened.error().message()));
  REQUIRE(opened.has_value());
  group_ = std::move(opened).value();
}

Bytes welcome_of(const mls::PendingCommit& commit) {
  std::vector<ByteSpan> elements;
  for (const auto& welcome : commit.welcomes) elements.push_back(welcome.encrypted_group_secrets);
  return mls::assemble_welcome(elements, commit.welcome_group_info);
}

std::vector<std::unique_ptr<Person>> group_of(std::size_t count, Entropy& entropy) {
  std::vector<std::unique_ptr<Person>> people;
  for (std::size_t i = 0; i < count; ++i)
    people.push_back(std::make_unique<Person>("person " + std::to_string(i), entropy));
  people[0]->create();
  std::vector<mls::KeyPackageBundle> bundles;
  std::vector<Bytes> messages;
  for (std::size_t i = 1; i < count; ++i) {
    bundles.push_back(people[i]->key_package());
    messages.push_back(bundles.back().message);
  }
  if (count == 1) return people;
  auto commit = people[0]->add(messages).value();
  for (std::size_t i = 1; i < count; ++i) people[i]->join(commit, bundles[i - 1]);
  people[0]->accept(std::move(commit.next));
  return people;
}

void deliver(mls::PendingCommit commit, Person& committer,
             const std::vector<std::unique_ptr<Person>>& everybody) {
  for (const auto& person : everybody) {
    if (person.get() == &committer) continue;
    auto received = person->receive(commit.message);
    INFO(person->name << ": " << (received ? "" : received.error().message()));
    REQUIRE(received.has_value());
  }
  committer.accept(std::move(commit.next));
}

bool agree(Person& a, Person& b) {
  const auto exported = [](Person& person) {
    return to_bytes(person.group().export_secret("test", as_bytes("context"), 32).value());
  };
  return a.group().epoch() == b.group().epoch() && a.group().tree_hash() == b.group().tree_hash() &&
         to_bytes(a.group().epoch_authenticator()) == to_bytes(b.group().epoch_authenticator()) &&
         exported(a) == exported(b);
}

}  // namespace tern::test
