// RFC 9420 §9.2: what was used once is gone. A small history is played twice with the same seed:
// the first time notes the secrets that it uses up, the second time this program's operator new and
// delete look for them, in what is given back and in all that is held.
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>

#include "hostile.hpp"
#include "mls/epoch_advance.hpp"
#include "mls/key_package_record.hpp"
#include "mls/psk.hpp"
#include "mls/welcome.hpp"

namespace {

constexpr std::size_t secret_bytes_min = 12;  // a nonce
constexpr std::size_t secret_bytes_max = 32;

// A secret, so written that it is not found here.
struct Spent {
  const char* name;
  std::size_t bytes;
  std::uint8_t masked[secret_bytes_max];
  bool is_at(const std::uint8_t* memory) const {
    for (std::size_t i = 0; i < bytes; ++i)
      if (memory[i] != static_cast<std::uint8_t>(masked[i] ^ 0x5a)) return false;
    return true;
  }
};
std::array<Spent, 512> spent;
std::size_t spent_count = 0;
std::array<bool, 65536> begins_like_one;  // by the first two bytes
const char* left_behind = nullptr;        // the name of one that was given back as it was
bool watching = false;

// Every block of the heap is in a list, by what lies in front of it.
struct alignas(std::max_align_t) Block {
  Block* before;
  Block* after;
  std::size_t size;
  const std::uint8_t* memory() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
};
Block first{&first, &first, 0};

const char* find_spent(const Block& block) {
  const auto* memory = block.memory();
  for (std::size_t at = 0; at + secret_bytes_min <= block.size; ++at) {
    if (!begins_like_one[memory[at] << 8 | memory[at + 1]]) continue;
    for (std::size_t i = 0; i < spent_count; ++i)
      if (at + spent[i].bytes <= block.size && spent[i].is_at(memory + at)) return spent[i].name;
  }
  return nullptr;
}

std::size_t blocks_with_spent(const char** name = nullptr) {
  std::size_t out = 0;
  for (const auto* block = first.after; block != &first; block = block->after) {
    const char* found = find_spent(*block);
    if (!found) continue;
    ++out;
    if (name) *name = found;
  }
  return out;
}

void* allocate(std::size_t size) noexcept {
  auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + size));
  if (!block) return nullptr;
  *block = {&first, first.after, size};
  block->after->before = block;
  first.after = block;
  return block + 1;
}

}  // namespace

// Not inlined: g++ would see malloc() meet operator delete, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* memory = allocate(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (!memory) return;
  auto* block = static_cast<Block*>(memory) - 1;
  if (watching && !left_behind) left_behind = find_spent(*block);
  block->before->after = block->after;
  block->after->before = block->before;
  std::free(block);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

// Records in memory that wipe themselves, unlike those of other tests.
class WipingRecords final : public RecordSource {
 public:
  Result<std::optional<crypto::SecretBytes>> get(ByteSpan key) const override {
    const auto found = records_.find(to_bytes(key));
    if (found == records_.end()) return std::optional<crypto::SecretBytes>();
    return std::optional(found->second.clone());
  }
  void apply(RecordChanges changes) {
    std::erase_if(records_, [&](const auto& record) {
      return changes.first == RecordChanges::Erase::everything ||
             (changes.first == RecordChanges::Erase::epoch_records && !is_of_tree(record.first));
    });
    for (auto& change : changes.changes) {
      if (change.value) {
        records_.insert_or_assign(change.key, std::move(*change.value));
      } else {
        records_.erase(change.key);
      }
    }
  }

 private:
  std::map<Bytes, crypto::SecretBytes> records_;
};

using Note = std::function<void(const char* name, ByteSpan secret)>;

struct Somebody {
  explicit Somebody(const std::string& name, Entropy& entropy)
      : identity(make_identity(name, entropy)) {}

  void enter(Group group) {
    records.apply(group_ ? group.records_after(*group_).value() : group.records().value());
    group_.emplace(std::move(group));
  }
  void join(ByteSpan welcome, const KeyPackageBundle& mine) {
    enter(Group::join(welcome, mine.private_record, identity, acquaintances, now_s).value());
  }
  void reopen() { group_.emplace(Group::open(records).value()); }
  PendingCommit commit(const CommitRequest& request, Entropy& entropy) {
    auto made = group_->commit(request, identity, acquaintances, now_s, entropy).value();
    records.apply(std::move(made.own));
    return made;
  }
  Bytes say(Entropy& entropy) {
    auto sent = group_->protect(as_bytes("hello"), {}, identity, entropy).value();
    records.apply(std::move(sent.changes));
    return std::move(sent.message);
  }
  void receive(ByteSpan message) {
    RecordChanges consumed;
    auto received = group_->receive(message, acquaintances, now_s, consumed).value();
    records.apply(std::move(consumed));
    if (auto* proposal = std::get_if<ProposalReceived>(&received))
      records.apply(group_->keep(*proposal).value());
    auto* commit = std::get_if<CommitReceived>(&received);
    if (commit && commit->next) enter(std::move(*commit->next));
    if (commit && commit->removes_me) leave();
  }
  void leave() {
    group_.reset();
    records.apply({RecordChanges::Erase::everything, {}});
  }
  GroupState& state() { return group_->state(); }

  Identity identity;
  Acquaintances acquaintances;
  WipingRecords records;
  std::optional<Group> group_;
};

// Anna makes a group and adds three; everybody speaks and commits; in the epoch that this begins
// somebody proposes, and Anna adds a fifth, removes the fourth.
class SpentHistory {
 public:
  explicit SpentHistory(Note note) : note_(std::move(note)) {}

  void begin() {
    std::vector<KeyPackageBundle> bundles;
    CommitRequest request;
    for (const auto* name : {"Anna", "Bo", "Cleo", "Dirk", "Eva"})
      people_.push_back(std::make_unique<Somebody>(name, entropy_));
    for (std::size_t i = 1; i < 4; ++i) {
      bundles.push_back(make_key_package(people_[i]->identity, lifetime, {}, entropy_));
      request.add.push_back(bundles.back().message);
    }
    auto& anna = *people_[0];
    anna.enter(Group::create(as_bytes("a group"), anna.identity, lifetime, {}, entropy_).value());
    auto made = anna.commit(request, entropy_);
    for (std::size_t i = 1; i < 4; ++i) people_[i]->join(welcome_of(made), bundles[i - 1]);
    anna.enter(std::move(*made.next));
    for (const std::size_t committer : {2, 1, 0, 3}) {
      speak(4);
      auto commit = people_[committer]->commit({}, entropy_);
      deliver_to_others(commit.message, committer, 4);
      people_[committer]->enter(std::move(*commit.next));
    }
  }

  void note_epoch() {
    if (!note_) return;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& epoch = *people_[i]->state().epoch;
      const auto& secrets = epoch.secrets;
      note_("sender_data_secret", secrets.sender_data.span());
      note_("exporter_secret", secrets.exporter.span());
      note_("external_secret", secrets.external.span());
      note_("membership_key", secrets.membership.span());
      note_("resumption_psk", secrets.resumption.span());
      note_("epoch_authenticator", secrets.authenticator.span());
      note_("init_secret", secrets.init.span());
      // Those of Bo stay, but of the nodes that he shares with Anna.
      if (i != 1) note_("leaf key", epoch.keys.leaf.private_key.span());
      for (const auto& known : epoch.keys.path) note_("node key", known.key.private_key.span());
    }
    note_secret_tree(*people_[0]);
  }

  void go_on() {
    auto& anna = *people_[0];
    auto& bo = *people_[1];
    auto& cleo = *people_[2];
    auto& dirk = *people_[3];
    auto& eva = *people_[4];
    anna.reopen();
    cleo.reopen();
    speak(4);
    for (int i = 0; i < 2; ++i) {
      const auto message = anna.say(entropy_);
      note_key(bo, message, anna, RatchetKind::application);
      for (auto* person : {&bo, &cleo, &dirk}) person->receive(message);
    }
    auto update = cleo.group_->propose_update({}, cleo.identity, entropy_).value();
    cleo.records.apply(std::move(update.changes));
    for (auto* person : {&anna, &bo, &dirk}) person->receive(update.message);

    const auto bundle = make_key_package(eva.identity, lifetime, {}, entropy_);
    CommitRequest request;
    request.add = {bundle.message};
    request.remove = {LeafIndex{3}};
    auto commit = anna.commit(request, entropy_);
    note_welcome(commit, bundle);
    note_key(bo, commit.message, anna, RatchetKind::handshake);
    for (auto* person : {&bo, &cleo, &dirk}) person->receive(commit.message);
    eva.join(welcome_of(commit), bundle);
    anna.enter(std::move(*commit.next));
    note_secret_tree(anna);
    // The root of the new epoch's secret tree is used up by everybody's first message.
    const auto message = bo.say(entropy_);
    for (auto* person : {&anna, &cleo, &eva}) person->receive(message);
  }

 private:
  void deliver_to_others(ByteSpan message, std::size_t from, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      if (i != from) people_[i]->receive(message);
  }
  void speak(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) deliver_to_others(people_[i]->say(entropy_), i, count);
  }
  // The key that a message is about to use up.
  void note_key(Somebody& receiver, ByteSpan message, Somebody& sender, RatchetKind kind) {
    if (!note_) return;
    const auto parsed =
        decode<PrivateMessage>(open_message(message, WireFormat::private_message).value()).value();
    const auto& epoch = *receiver.state().epoch;
    const auto data = open_sender_data(parsed, epoch.secrets.sender_data).value();
    CHECK(data.leaf == sender.group_->own_leaf());
    const auto use = receiver.state().secret_tree.use(data.leaf, kind, data.generation).value();
    note_("message key", use.key().key.span());
    note_("message nonce", use.key().nonce.span());
  }
  // All that the secret tree holds now: of its nodes and of ratchets.
  void note_secret_tree(Somebody& person) {
    if (!note_) return;
    RecordChanges changes;
    REQUIRE(person.state().secret_tree.append_records(changes).has_value());
    for (const auto& change : changes.changes) {
      const ByteSpan value = *change.value;
      // A mark of 8, then the secret; or a version, a generation, the secret.
      note_(change.key[0] == 't' ? "tree secret" : "ratchet secret",
            value.subspan(change.key[0] == 't' ? 8 : 8 + 1 + 8, 32));
    }
  }
  void note_welcome(const PendingCommit& commit, const KeyPackageBundle& bundle) {
    if (!note_) return;
    const auto mine = PrivateKeyPackage::decode(bundle.private_record).value();
    note_("init key", mine.init_key.private_key.span());
    const auto welcome = welcome_of(commit);
    const auto parsed = decode<Welcome>(open_message(welcome, WireFormat::welcome).value()).value();
    const auto opened = decrypt_with_label(mine.init_key, "Welcome", parsed.encrypted_group_info,
                                           parsed.secrets[0].encrypted_group_secrets);
    auto secrets = decode<GroupSecrets>(opened.value()).value();
    note_("joiner_secret", secrets.joiner_secret.span());
    note_("welcome_secret", welcome_secret(secrets.joiner_secret, psk_secret({})).span());
    note_("path_secret", secrets.path_secret->span());
    const std::vector above{root_of(4)};
    const auto derived = derive_path(std::move(*secrets.path_secret), above);
    note_("commit_secret", derived.commit_secret.span());
    const auto context = encode(commit.next->state().epoch->context);
    const auto start = start_epoch(secrets.joiner_secret, psk_secret({}), context);
    note_("confirmation_key", start.confirmation_key.span());
    note_("encryption_secret", start.encryption.span());
    CHECK(to_bytes(start.secrets.init.span()) ==
          to_bytes(commit.next->state().epoch->secrets.init.span()));
  }

  Note note_;
  SeededEntropy entropy_{130};
  std::vector<std::unique_ptr<Somebody>> people_;
};

void note_spent(const char* name, ByteSpan secret) {
  REQUIRE(spent_count < spent.size());
  REQUIRE(secret.size() >= secret_bytes_min);
  REQUIRE(secret.size() <= secret_bytes_max);
  auto& place = spent[spent_count++];
  place.name = name;
  place.bytes = secret.size();
  for (std::size_t i = 0; i < secret.size(); ++i)
    place.masked[i] = static_cast<std::uint8_t>(secret[i] ^ 0x5a);
  begins_like_one[secret[0] << 8 | secret[1]] = true;
}

Bytes one_in_the_open() {
  Bytes out;
  for (std::size_t i = 0; i < spent[0].bytes; ++i)
    out.push_back(static_cast<std::uint8_t>(spent[0].masked[i] ^ 0x5a));
  return out;
}

}  // namespace

TEST_CASE("what was used once is given back wiped, and is held nowhere: not in a record either") {
  {
    SpentHistory history(note_spent);
    history.begin();
    history.note_epoch();
    history.go_on();
  }
  REQUIRE(spent_count > 50);

  SpentHistory history(nullptr);
  history.begin();
  const auto held_before = blocks_with_spent();
  CHECK(held_before > 8);  // four members' epochs and their records: not spent yet
  watching = true;
  history.go_on();
  watching = false;
  INFO("given back: " << (left_behind ? left_behind : "nothing"));
  CHECK(left_behind == nullptr);
  const char* held = "nothing";
  const auto held_after = blocks_with_spent(&held);
  INFO("held: " << held);
  CHECK(held_after == 0);

  // The eye sees what is not wiped.
  watching = true;
  { const auto in_the_open = one_in_the_open(); }
  watching = false;
  CHECK(left_behind != nullptr);
}
