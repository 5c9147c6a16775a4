// RFC 9420 §2.1 and the structures: what does not parse, and the bounds of lists.
#include "hostile.hpp"
#include "mls/public_message.hpp"
#include "tern/limits.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

// A structure of which every shorter prefix and every longer string is an error.
template <class T>
void check_exact(const T& value) {
  auto bytes = encode(value);
  const auto read_back = decode<T>(bytes);
  REQUIRE(read_back.has_value());
  CHECK(encode(*read_back) == bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_FALSE(decode<T>(ByteSpan(bytes).first(length)));
  bytes.push_back(0);
  CHECK(error_of(decode<T>(bytes)) == Errc::trailing_bytes);
}

Extensions extensions(std::size_t count) {
  Extensions out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({static_cast<std::uint16_t>(100 + i), Bytes(i % 3)});
  return out;
}

Bytes u16_list(std::size_t count) {
  Writer writer;
  write_u16_list(writer, std::vector<std::uint16_t>(count, 7));
  return std::move(writer).take();
}

}  // namespace

TEST_CASE("a structure is neither shorter nor longer than its encoding") {
  SeededEntropy entropy(130);
  auto people = group_of(3, entropy);
  Person guest("guest", entropy);
  const auto key_package = forge_key_package(guest).key_package;
  check_exact(key_package);
  check_exact(own_leaf_of(*people[0]));
  check_exact(own_leaf_of(*people[1]));
  check_exact(epoch_of(*people[0]).context);
  check_exact(Proposal(Add{key_package}));
  check_exact(Proposal(Update{forge_update(*people[0])}));
  check_exact(Proposal(Remove{LeafIndex{5}}));
  check_exact(Proposal(GroupContextExtensions{extensions(5)}));
  check_exact(Proposal(ReInit{{1, 2}, 1, 3, extensions(2)}));
  check_exact(Proposal(ExternalInit{}));
  PreSharedKeyId psk;
  psk.psk_id = {1, 2, 3};
  check_exact(Proposal(PreSharedKeyProposal{psk}));
  psk.type = PskType::resumption;
  check_exact(Proposal(PreSharedKeyProposal{psk}));
  check_exact(ProposalOrRef(ProposalRef{}));
  check_exact(ParentNode{{}, Digest{}, {1, 2, 300}});
  check_exact(GroupInfo{epoch_of(*people[0]).context, extensions(1), {}, {2}, {}});
  check_exact(Sender{SenderType::member, 3});
  check_exact(Sender{SenderType::external, 3});
  check_exact(Sender{SenderType::new_member_commit, 0});
  check_exact(RequiredCapabilities{{1}, {2, 3}, {}});
}

TEST_CASE("a commit with everything in it is read exactly") {
  SeededEntropy entropy(131);
  auto people = group_of(3, entropy);
  Commit commit{{Proposal(Remove{LeafIndex{2}}), ProposalRef{}}, UpdatePath{}};
  commit.path->leaf_node = own_leaf_of(*people[0]);
  commit.path->nodes = {{{}, {{{}, Bytes(48)}, {{}, Bytes(48)}}}, {{}, {}}};
  check_exact(commit);
  check_exact(Commit{});
}

TEST_CASE("lists have their bounds") {
  const auto list = encode(extensions(limits::mls_extensions_max));
  Reader most(list);
  CHECK(read_extensions(most).has_value());
  const auto longer = encode(extensions(limits::mls_extensions_max + 1));
  Reader more(longer);
  CHECK(error_of(read_extensions(more)) == Errc::mls_extension_invalid);
  const auto capabilities = [](std::size_t count) {
    auto bytes = u16_list(count);
    for (int i = 0; i < 4; ++i) bytes.push_back(0);
    return decode<Capabilities>(bytes);
  };
  CHECK(capabilities(limits::mls_capabilities_max).has_value());
  CHECK(error_of(capabilities(limits::mls_capabilities_max + 1)) == Errc::too_long);
  CHECK(error_of(decode<Capabilities>(Bytes{3, 0, 1, 0, 0, 0, 0, 0})) == Errc::truncated);
}

TEST_CASE("values that the RFC does not define are errors with a name") {
  CHECK(error_of(decode<Sender>(Bytes{5})) == Errc::mls_sender_type_not_allowed);
  CHECK(error_of(decode<Sender>(Bytes{0, 0, 0, 0, 0})) == Errc::mls_sender_type_not_allowed);
  CHECK(error_of(decode<PreSharedKeyId>(Bytes{3, 0, 0})) == Errc::mls_proposal_psk_invalid);
  CHECK(error_of(decode<PreSharedKeyId>(Bytes{2, 4, 0, 0})) == Errc::mls_proposal_psk_invalid);
  CHECK(error_of(decode<Proposal>(Bytes{0, 6, 2, 1, 1})) ==
        Errc::mls_proposal_external_init_invalid);
  CHECK(error_of(decode<Proposal>(Bytes{0, 0})) == Errc::mls_proposal_type_unsupported);
  CHECK(error_of(decode<ProposalOrRef>(Bytes{3})) == Errc::mls_malformed);
  CHECK(error_of(decode<ProposalOrRef>(Bytes{2, 1, 1})) == Errc::mls_malformed);
  CHECK(error_of(decode<Commit>(Bytes{0, 2})) == Errc::mls_malformed);
  CHECK(error_of(decode<Credential>(Bytes{0, 3, 0})) == Errc::mls_leaf_credential_unsupported);
  Bytes context = {0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32};
  context.resize(context.size() + 32);
  context.insert(context.end(), {1, 9, 0});
  CHECK(error_of(decode<GroupContext>(context)) == Errc::mls_malformed);
}

TEST_CASE("keys and signatures have the lengths of the suite") {
  SeededEntropy entropy(132);
  Person guest("guest", entropy);
  const auto leaf = forge_key_package(guest).key_package.leaf_node;
  auto bytes = encode(leaf);
  bytes[0] = 31;
  CHECK(error_of(decode<LeafNode>(bytes)) == Errc::key_invalid);
  bytes = encode(leaf);
  bytes[33] = 33;
  CHECK(error_of(decode<LeafNode>(bytes)) == Errc::key_invalid);
  bytes = encode(leaf);
  bytes.resize(bytes.size() - 2);
  bytes[bytes.size() - 63] = 62;
  bytes.erase(bytes.end() - 64);  // the length of 62 fits in one octet
  CHECK(error_of(decode<LeafNode>(bytes)) == Errc::mls_leaf_signature_invalid);
  Writer parent;
  parent.vector(Bytes(32)).vector(Bytes(31)).vector({});
  CHECK(error_of(decode<ParentNode>(parent.span())) == Errc::mls_malformed);
}

TEST_CASE("a key that no one can encrypt to is recognised, as the primitive does") {
  SeededEntropy entropy(133);
  const auto mine = crypto::DhKeyPair::generate(entropy);
  CHECK_FALSE(crypto::is_low_order(mine.public_key));
  for (const auto* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                          "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {
    const auto key = *crypto::DhPublicKey::from(*from_hex(hex));
    CHECK(crypto::is_low_order(key));
    CHECK(error_of(crypto::dh(mine.private_key, key)) == Errc::key_invalid);
  }
}
