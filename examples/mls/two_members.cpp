// The MLS engine by itself, and nothing of tern around it: two members of a group who hand each
// other bytes. Either of them may be another implementation of RFC 9420.
//
//   c++ -std=c++20 two_members.cpp $(pkg-config --cflags --libs tern-mls)
#include <crypto/sodium_entropy.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <mls/group.hpp>

namespace mls = tern::mls;
using tern::Bytes;
using tern::ByteSpan;

namespace {

// The Authentication Service (§5.3.1): this one has everybody in. A real one checks what the
// credential says against the signature key.
class Everybody final : public mls::Authenticator {
 public:
  tern::Result<void> check_leaf(const mls::Credential&, const tern::crypto::VerifyKey&) override {
    return {};
  }
  tern::Result<void> check_successor(const mls::Credential&, const mls::Credential&) override {
    return {};
  }
};

template <class T>
T must(tern::Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message().c_str());
  std::exit(1);
}

std::uint64_t now_s() { return static_cast<std::uint64_t>(std::time(nullptr)); }

// One member: who they are, the group, and its records, which a real one keeps in a sealed
// database.
class Member {
 public:
  explicit Member(const char* name)
      : me_{{mls::CredentialType::basic, tern::to_bytes(tern::as_bytes(name))},
            tern::crypto::SigningKey::generate(entropy_)} {}

  void create(const char* group_id) {
    adopt(must(mls::Group::create(tern::as_bytes(group_id), me_, lifetime(), {}, entropy_)));
  }
  // To be published; the private half stays here until a Welcome comes.
  Bytes key_package() {
    auto bundle = mls::make_key_package(me_, lifetime(), {}, entropy_);
    private_half_ = std::move(bundle.private_record);
    return bundle.message;
  }
  // The commit for who is in the group, and the Welcome for who comes in.
  std::pair<Bytes, Bytes> add(Bytes key_package) {
    mls::CommitRequest request;
    request.add = {std::move(key_package)};
    auto commit = must(group_->commit(request, me_, everybody_, now_s(), entropy_));
    const ByteSpan for_them[] = {commit.welcomes.at(0).encrypted_group_secrets};
    auto welcome = mls::assemble_welcome(for_them, commit.welcome_group_info);
    // Not before the delivery service has taken the commit; here nobody else is there yet.
    adopt(std::move(*commit.next));
    return {std::move(commit.message), std::move(welcome)};
  }
  void join(ByteSpan welcome) {
    adopt(must(mls::Group::join(welcome, private_half_, me_, everybody_, now_s())));
  }
  Bytes say(const char* text) {
    auto sent = must(group_->protect(tern::as_bytes(text), {}, me_, entropy_));
    write(sent.changes);
    return std::move(sent.message);
  }
  // New keys for this member's leaf and everything above it: whoever had the old ones is out.
  Bytes renew() {
    auto commit = must(group_->commit({}, me_, everybody_, now_s(), entropy_));
    adopt(std::move(*commit.next));
    return std::move(commit.message);
  }
  void receive(ByteSpan message) {
    mls::RecordChanges consumed;
    auto received = must(group_->receive(message, everybody_, now_s(), consumed));
    write(consumed);
    if (const auto* text = std::get_if<mls::Application>(&received))
      std::printf("leaf %u says: %s\n", text->sender.value, tern::as_text(text->content).c_str());
    if (auto* commit = std::get_if<mls::CommitReceived>(&received)) adopt(std::move(*commit->next));
  }
  Bytes authenticator() const { return tern::to_bytes(group_->epoch_authenticator()); }

 private:
  static mls::Lifetime lifetime() { return {now_s() - 3600, now_s() + 90 * 24 * 3600}; }
  void adopt(mls::Group group) {
    write(must(group_ ? group.records_after(*group_) : group.records()));
    group_ = std::move(group);
  }
  void write(const mls::RecordChanges& changes) {
    using Erase = mls::RecordChanges::Erase;
    std::erase_if(records_, [&](const auto& record) {
      return changes.first == Erase::everything ||
             (changes.first == Erase::epoch_records && !mls::is_of_tree(record.first));
    });
    for (const auto& change : changes.changes) {
      if (change.value) {
        records_[change.key] = tern::to_bytes(*change.value);
      } else {
        records_.erase(change.key);
      }
    }
  }

  tern::crypto::SystemEntropy entropy_;
  mls::Identity me_;
  Everybody everybody_;
  tern::crypto::SecretBytes private_half_;
  std::optional<mls::Group> group_;
  std::map<Bytes, Bytes> records_;
};

}  // namespace

int main() {
  if (!tern::crypto::initialize()) return 1;
  Member anna("anna"), bo("bo");
  anna.create("two members");
  const auto [commit, welcome] = anna.add(bo.key_package());
  bo.join(welcome);
  bo.receive(anna.say("Tot straks!"));
  anna.receive(bo.renew());
  anna.receive(bo.say("Tot zo."));
  return anna.authenticator() == bo.authenticator() ? 0 : 1;
}
