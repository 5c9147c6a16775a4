// Bounds before work: hostile lengths, counts and distances, at the bound and one over it. Those of
// ratchets are in ratchet_test.cpp, of proposals by reference in proposal_rules_test.cpp.
#include "hostile.hpp"
#include "tern/limits.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

// A list of `count` equal elements.
template <class T>
Bytes list_of(std::size_t count, const T& element) {
  Writer writer;
  write_list(writer, std::vector<T>(count, element));
  return std::move(writer).take();
}

// The structure with `list` between what comes before and after it.
Bytes around(ByteSpan before, ByteSpan list, ByteSpan after = {}) {
  Writer writer;
  writer.raw(before).raw(list).raw(after);
  return std::move(writer).take();
}

Bytes of_key() {
  Writer writer;
  writer.vector(crypto::DhPublicKey{});
  return std::move(writer).take();
}

// A vector that says it is of 2^30 - 1 bytes, and is not.
const Bytes endless = {0xbf, 0xff, 0xff, 0xff, 0x01};

}  // namespace

TEST_CASE("a parent node has no more unmerged leaves than a tree has leaves") {
  const auto node = [](std::size_t count) {
    ParentNode out;
    for (std::uint32_t i = 0; i < count; ++i) out.unmerged_leaves.push_back(i);
    return decode<ParentNode>(encode(out));
  };
  CHECK(node(limits::mls_leaves_max).has_value());
  CHECK(error_of(node(limits::mls_leaves_max + 1)) == Errc::too_long);
}

TEST_CASE("a path has no more nodes, and a node no more ciphertexts, than a tree could need") {
  const auto node = [](std::size_t count) {
    return decode<UpdatePathNode>(around(of_key(), list_of(count, HpkeCiphertext{})));
  };
  CHECK(node(limits::mls_leaves_max).has_value());
  CHECK(error_of(node(limits::mls_leaves_max + 1)) == Errc::mls_path_ciphertext_count_invalid);

  SeededEntropy entropy(150);
  Person anna("Anna", entropy);
  anna.create();
  const auto path = [&](std::size_t count) {
    return decode<UpdatePath>(around(encode(own_leaf_of(anna)), list_of(count, UpdatePathNode{})));
  };
  CHECK(path(32).has_value());
  CHECK(error_of(path(33)) == Errc::mls_path_length_invalid);
}

TEST_CASE("a commit has no more proposals than its bound, received or made") {
  const auto commit = [](std::size_t count) {
    return decode<Commit>(around({}, list_of(count, ProposalOrRef(ProposalRef{})), Bytes{0}));
  };
  CHECK(commit(limits::mls_proposals_max).has_value());
  CHECK(error_of(commit(limits::mls_proposals_max + 1)) == Errc::mls_too_many_proposals);

  SeededEntropy entropy(151);
  const auto people = group_of(2, entropy);
  CommitRequest request;
  request.remove.assign(limits::mls_proposals_max, LeafIndex{1});
  CHECK(error_of(people[0]->commit(request)) == Errc::mls_proposal_duplicate);
  request.remove.push_back(LeafIndex{1});
  CHECK(error_of(people[0]->commit(request)) == Errc::mls_too_many_proposals);
}

TEST_CASE("a Welcome is for no more members than a tree has, with no more PSKs than a commit") {
  const Bytes suite = {0, 3};
  const auto welcome = [&](std::size_t count) {
    return decode<Welcome>(around(suite, list_of(count, EncryptedGroupSecrets{}), Bytes{0}));
  };
  CHECK(welcome(limits::mls_leaves_max).has_value());
  CHECK(error_of(welcome(limits::mls_leaves_max + 1)) == Errc::mls_welcome_invalid);

  Writer joiner;
  joiner.vector(Bytes(32)).number(std::uint8_t{0});
  PreSharedKeyId psk;
  psk.type = PskType::external;
  const auto secrets = [&](std::size_t count) {
    return decode<GroupSecrets>(around(joiner.span(), list_of(count, psk)));
  };
  CHECK(secrets(limits::mls_proposals_max).has_value());
  CHECK(error_of(secrets(limits::mls_proposals_max + 1)) == Errc::mls_too_many_proposals);
}

TEST_CASE("what a group requires, and whom it lets speak from outside, is bounded") {
  const auto requiring = [](std::size_t count) {
    RequiredCapabilities required;
    required.credentials.assign(count, 1);
    return group_parameters({{extension_required_capabilities, encode(required)}});
  };
  CHECK(requiring(limits::mls_capabilities_max).has_value());
  CHECK(error_of(requiring(limits::mls_capabilities_max + 1)) == Errc::mls_extension_invalid);

  ExternalSender sender;
  sender.credential = {CredentialType::basic, {1}};
  const auto senders = [&](std::size_t count) {
    return group_parameters({{extension_external_senders, list_of(count, sender)}});
  };
  CHECK(senders(limits::mls_extensions_max).has_value());
  CHECK(error_of(senders(limits::mls_extensions_max + 1)) == Errc::mls_extension_invalid);
}

TEST_CASE("a length that is not there is refused where it stands") {
  CHECK(error_of(decode<ParentNode>(around(of_key(), endless))) == Errc::truncated);
  CHECK(error_of(decode<ParentNode>(around(of_key(), Bytes{0}, endless))) == Errc::too_long);
  CHECK(error_of(decode<UpdatePathNode>(around(of_key(), endless))) == Errc::truncated);
  CHECK(error_of(decode<Commit>(endless)) == Errc::truncated);
  CHECK(error_of(decode<Welcome>(around(Bytes{0, 3}, endless))) == Errc::truncated);
  CHECK(error_of(decode<GroupSecrets>(endless)) == Errc::truncated);
  CHECK(error_of(decode<LeafNode>(endless)) == Errc::truncated);
  CHECK(error_of(RatchetTree::decode(endless)) == Errc::truncated);
  Reader extensions(endless);
  CHECK(error_of(read_extensions(extensions)) == Errc::truncated);
  SeededEntropy entropy(152);
  const auto people = group_of(2, entropy);
  const auto message = people[0]->say("hello");
  // The message up to each of its octets, and from there on a vector without end.
  for (std::size_t at = 0; at < message.size(); ++at) {
    auto hostile = Bytes(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(at));
    hostile.insert(hostile.end(), endless.begin(), endless.end());
    CHECK_FALSE(people[1]->receive(hostile).has_value());
  }
  CHECK(people[1]->hear(message) == "hello");
}

TEST_CASE("a record whose tree is of no width, or of one that no tree has, is refused") {
  SeededEntropy entropy(153);
  const auto people = group_of(2, entropy);
  const auto intact = people[0]->records;
  const auto& epoch = epoch_of(*people[0]);
  // Behind the context, the confirmation tag, the transcript hash and seven secrets.
  Writer context;
  context.vector(epoch.encoded_context);
  const auto width_at = 1 + context.size() + 2 * 32 + 7 * 32;
  const auto opened_with = [&](std::size_t field, std::uint32_t number) {
    auto records = intact;
    auto& record = records.all()[Bytes{'g'}];
    for (std::size_t i = 0; i < 4; ++i)
      record[width_at + 4 * field + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    auto group = Group::open(records);
    if (!group) return group.error().errc();
    const auto members = group->members();
    return members ? Errc::internal : members.error().errc();
  };
  for (const std::uint32_t width : {0u, 1u, 3u, 4u, 8192u, 16384u, 1u << 31, UINT32_MAX}) {
    INFO(width);
    CHECK(opened_with(0, width) == Errc::mls_state_malformed);
  }
  for (const std::uint32_t count : {0u, 1u, 3u, UINT32_MAX})
    CHECK(opened_with(1, count) == Errc::mls_state_malformed);
  for (const std::uint32_t leaf : {1u, 2u, UINT32_MAX})
    CHECK(opened_with(2, leaf) == Errc::mls_state_malformed);
}
