// A group of 5,000 as it lies in its records: who opens it and says a word reads little of it.
#include "hostile.hpp"
#include "mls/key_package_record.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

constexpr std::uint32_t members = 5000;
constexpr LeafIndex speaker_leaf{17};
constexpr LeafIndex listener_leaf{4321};

// One of the two who are real, with the keys of all nodes above.
struct LargeGroupMember {
  Identity identity;
  PrivateKeys keys;
  MemoryRecords records;
  std::optional<Group> group;

  void open() { group.emplace(Group::open(records).value()); }
};

// A group in the middle of its life: no parent is blank. Made up, for to let so many in one by one
// takes its time; but for the two the leaves are nobody's.
class LargeGroup {
 public:
  LargeGroup() : tree_(leaf_at({0})) {
    for (std::uint32_t i = 1; i < members; ++i)
      REQUIRE(tree_.add(leaf_at({i})).value() == LeafIndex{i});
    for (NodeIndex node{1}; node.value < node_count(tree_.width()); node.value += 2)
      if (first_leaf(node).value < members) set_parent(node);
    tree_.rehash();
    for (const auto leaf : {speaker_leaf, listener_leaf}) write_records(leaf);
  }

  SeededEntropy entropy{140};
  LargeGroupMember speaker = member("speaker"), listener = member("listener");

 private:
  LargeGroupMember member(const std::string& name) {
    return {make_identity(name, entropy), {crypto::DhKeyPair::generate(entropy), {}}, {}, {}};
  }
  LargeGroupMember& at(LeafIndex leaf) { return leaf == speaker_leaf ? speaker : listener; }

  LeafPointer leaf_at(LeafIndex index) {
    if (index == speaker_leaf || index == listener_leaf) {
      const auto& one = at(index);
      return Leaf::of(make_leaf(one.identity, lifetime, one.keys.leaf.public_key, entropy));
    }
    LeafNode leaf;
    entropy.fill(leaf.encryption_key.bytes);
    entropy.fill(leaf.signature_key.bytes);
    leaf.credential = {CredentialType::basic, Bytes(200)};
    entropy.fill(leaf.credential.identity);
    leaf.capabilities = own_capabilities();
    leaf.lifetime = lifetime;
    return Leaf::of(leaf);
  }

  void set_parent(NodeIndex node) {
    const auto key = crypto::DhKeyPair::generate(entropy);
    tree_.set_parent(node, {key.public_key, Digest{}, {}});
    for (const auto leaf : {speaker_leaf, listener_leaf})
      if (is_below(leaf, node)) at(leaf).keys.path.push_back({node, key.clone()});
  }

  void write_records(LeafIndex leaf) {
    auto& one = at(leaf);
    GroupContext context;
    context.group_id = {1, 2, 3};
    context.epoch = 99;
    context.tree_hash = tree_.tree_hash();
    Secret epoch_secret;
    auto start = start_epoch(epoch_secret);
    auto encoded = encode(context);
    Epoch epoch{std::move(context),
                std::move(encoded),
                {},
                {},
                std::move(start.secrets),
                tree_,
                leaf,
                one.keys.clone(),
                group_parameters({}).value()};
    const Group whole(GroupState::start(std::move(epoch), std::move(start.encryption)));
    one.records.apply(whole.records().value());
  }

  RatchetTree tree_;
};

// What `work` reads.
struct Reads {
  std::size_t records = 0;
  std::size_t bytes = 0;
};
template <class Work>
Reads reads_of(LargeGroupMember& one, Work&& work) {
  one.records.reads = one.records.bytes_read = 0;
  work();
  return {one.records.reads, one.records.bytes_read};
}

}  // namespace

TEST_CASE("a group of 5,000 opens, writes and reads a message without the tree") {
  LargeGroup group;
  const auto& identity = group.speaker.identity;
  auto& records = group.speaker.records;
  auto& speaking = group.speaker.group;
  auto& listener = group.listener;
  std::size_t all_bytes = 0;
  for (const auto& [key, value] : listener.records.all()) all_bytes += value.size();
  CHECK(listener.records.all().size() == 2 + 512 + 32 + 2 + 1);
  CHECK(all_bytes > 1'800'000);

  const auto opened = reads_of(listener, [&] { listener.open(); });
  CHECK(opened.records == 2);  // the epoch, and the place of a first proposal
  CHECK(opened.bytes < 3'000);
  CHECK(listener.group->member_count() == members);
  group.speaker.open();

  const auto say = [&] {
    auto sent = speaking->protect(as_bytes("hello"), {}, identity, group.entropy).value();
    records.apply(sent.changes);
    return std::move(sent.message);
  };
  Acquaintances acquaintances;
  const auto hear = [&](ByteSpan message) {
    RecordChanges consumed;
    const auto received = listener.group->receive(message, acquaintances, now_s, consumed);
    REQUIRE(received.has_value());
    listener.records.apply(consumed);
    CHECK(as_text(std::get<Application>(*received).content) == "hello");
  };
  // The first of a sender looks on its way through the secret tree for what is there: fourteen
  // nodes, and the ratchet.
  Bytes message;
  const auto first_said = reads_of(group.speaker, [&] { message = say(); });
  CHECK(first_said.records <= 15);
  CHECK(first_said.bytes < 100);
  const auto first_heard = reads_of(listener, [&] { hear(message); });
  CHECK(first_heard.records <= 15 + 4);
  CHECK(first_heard.bytes < 16'000);

  group.speaker.open();
  listener.open();
  CHECK(reads_of(group.speaker, [&] { message = say(); }).records == 1);
  // The sender's leaf with what is above it, and its ratchet.
  const auto heard = reads_of(listener, [&] { hear(message); });
  CHECK(heard.records == 4 + 1);
  CHECK(heard.bytes < 16'000);
  message = say();
  CHECK(reads_of(listener, [&] { hear(message); }).records == 0);

  // And it is the whole group all the same.
  const auto whole =
      reads_of(listener, [&] { CHECK(listener.group->members().value().size() == members); });
  CHECK(whole.records == 512 + 32 + 2 + 1);
  CHECK(listener.group->find(identity.signing_key.verify_key()).value() == speaker_leaf);
}
