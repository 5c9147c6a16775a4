#include "crypto/hpke.hpp"

#include <catch2/catch.hpp>

#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::crypto;

namespace tern::crypto::hpke {
struct ContextTestPeer {
  static void set_sequence(Context& context, std::uint64_t value) { context.sequence_ = value; }
};
}  // namespace tern::crypto::hpke

namespace {

const ByteSpan info = as_bytes("info"), hpke_aad = as_bytes("hpke_aad"),
               text = as_bytes("plaintext");
const Bytes psk_bytes(32, 0x70);
const hpke::Psk psk{psk_bytes, as_bytes("its id")};
const DhPublicKey low_order;  // zero

struct Keys {
  test::SeededEntropy entropy{1};
  DhKeyPair recipient = DhKeyPair::generate(entropy);
  DhKeyPair sender = DhKeyPair::generate(entropy);
  DhKeyPair stranger = DhKeyPair::generate(entropy);
};

struct Pair {
  hpke::Sender sender;
  hpke::Context recipient;
};

Pair base_pair(Keys& keys) {
  auto sender = hpke::setup_sender(keys.recipient.public_key, info, keys.entropy);
  REQUIRE(sender);
  auto recipient = hpke::setup_recipient(sender->enc, keys.recipient, info);
  REQUIRE(recipient);
  return {std::move(*sender), std::move(*recipient)};
}

template <class T>
void check_error(const Result<T>& result, Errc expected) {
  REQUIRE_FALSE(result);
  CHECK(name(result.error().errc()) == name(expected));
}

void check_opens(hpke::Context& recipient, ByteSpan sealed) {
  const auto opened = recipient.open(hpke_aad, sealed);
  REQUIRE(opened);
  CHECK(as_text(*opened) == as_text(text));
}

}  // namespace

TEST_CASE("HPKE base mode agrees with RFC 9180 appendix A.2.1") {
  const auto ephemeral = hpke::derive_key_pair(
      *from_hex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b"));
  const auto recipient = hpke::derive_key_pair(
      *from_hex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df"));
  auto sender =
      hpke::setup_sender(recipient.public_key, as_bytes("Ode on a Grecian Urn"), ephemeral.clone());
  REQUIRE(sender);
  CHECK(sender->enc.hex() == "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
  const auto sealed =
      sender->context.seal(as_bytes("Count-0"), as_bytes("Beauty is truth, truth beauty"));
  REQUIRE(sealed);
  CHECK(to_hex(*sealed) ==
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a"
        "28");
  const auto exported = sender->context.export_secret(as_bytes("TestContext"), 32);
  REQUIRE(exported);
  CHECK(to_hex(*exported) == "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53");
}

TEST_CASE("in each mode the recipient opens what was sent, and no other mode does") {
  Keys keys;
  const auto seal_in_mode = [&](int mode) {
    auto sender = hpke::setup_sender(keys.recipient.public_key, info, keys.entropy,
                                     mode & 1 ? &psk : nullptr, mode & 2 ? &keys.sender : nullptr);
    REQUIRE(sender);
    return hpke::Sealed{sender->enc, *sender->context.seal(hpke_aad, text)};
  };
  const auto opens_in_mode = [&](int mode, const hpke::Sealed& sealed) {
    auto recipient =
        hpke::setup_recipient(sealed.enc, keys.recipient, info, mode & 1 ? &psk : nullptr,
                              mode & 2 ? &keys.sender.public_key : nullptr);
    REQUIRE(recipient);
    return recipient->open(hpke_aad, sealed.ciphertext).has_value();
  };
  for (int sent = 0; sent < 4; ++sent)
    for (int expected = 0; expected < 4; ++expected)
      CHECK(opens_in_mode(expected, seal_in_mode(sent)) == (sent == expected));
}

TEST_CASE("a message from somebody else than the named sender does not open") {
  Keys keys;
  auto sender =
      hpke::setup_sender(keys.recipient.public_key, info, keys.entropy, nullptr, &keys.stranger);
  REQUIRE(sender);
  auto recipient =
      hpke::setup_recipient(sender->enc, keys.recipient, info, nullptr, &keys.sender.public_key);
  REQUIRE(recipient);
  check_error(recipient->open(hpke_aad, *sender->context.seal(hpke_aad, text)),
              Errc::decrypt_failed);
}

TEST_CASE("another PSK, PSK id or info does not open the message") {
  Keys keys;
  auto sender = hpke::setup_sender(keys.recipient.public_key, info, keys.entropy, &psk);
  REQUIRE(sender);
  const auto sealed = sender->context.seal(hpke_aad, text);
  REQUIRE(sealed);
  const auto open_with = [&](ByteSpan with_info, const hpke::Psk& with_psk) {
    auto recipient = hpke::setup_recipient(sender->enc, keys.recipient, with_info, &with_psk);
    REQUIRE(recipient);
    return recipient->open(hpke_aad, *sealed);
  };
  CHECK(open_with(info, psk));
  const Bytes other_psk(32, 0x71);
  check_error(open_with(info, {other_psk, psk.psk_id}), Errc::decrypt_failed);
  check_error(open_with(info, {psk_bytes, as_bytes("other id")}), Errc::decrypt_failed);
  check_error(open_with(as_bytes("other info"), psk), Errc::decrypt_failed);
}

TEST_CASE("a PSK without id, an id without PSK, and a short PSK are refused on both sides") {
  Keys keys;
  const auto check_refused = [&](const hpke::Psk& bad) {
    check_error(hpke::setup_sender(keys.recipient.public_key, info, keys.entropy, &bad),
                Errc::invalid_argument);
    check_error(hpke::setup_recipient(keys.sender.public_key, keys.recipient, info, &bad),
                Errc::invalid_argument);
  };
  check_refused({psk_bytes, {}});              // RFC 9180 §5.1: inconsistent PSK inputs
  check_refused({{}, as_bytes("id")});         // the same
  check_refused({{}, {}});                     // §5.1: missing required PSK input
  check_refused({Bytes(31), as_bytes("id")});  // §5.1.2: at least 32 bytes
}

TEST_CASE("low-order keys are refused wherever they come from") {
  // RFC 9180 §7.1.4.
  Keys keys;
  check_error(hpke::setup_sender(low_order, info, keys.entropy), Errc::key_invalid);
  check_error(hpke::setup_sender(low_order, info, keys.entropy, nullptr, &keys.sender),
              Errc::key_invalid);
  check_error(hpke::setup_recipient(low_order, keys.recipient, info), Errc::key_invalid);
  check_error(
      hpke::setup_recipient(keys.stranger.public_key, keys.recipient, info, nullptr, &low_order),
      Errc::key_invalid);
  check_error(hpke::seal(low_order, info, hpke_aad, text, keys.entropy), Errc::key_invalid);
  check_error(hpke::open(low_order, keys.recipient, info, hpke_aad, text), Errc::key_invalid);
}

TEST_CASE("messages open in the order they were sealed in, and a bad one changes nothing") {
  Keys keys;
  auto [sender, recipient] = base_pair(keys);
  const auto first = sender.context.seal(hpke_aad, text);
  const auto second = sender.context.seal(hpke_aad, text);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first != *second);

  check_error(recipient.open(hpke_aad, *second), Errc::decrypt_failed);
  check_error(recipient.open(as_bytes("other"), *first), Errc::decrypt_failed);
  check_error(recipient.open(hpke_aad, Bytes(15)), Errc::decrypt_failed);
  check_opens(recipient, *first);
  check_error(recipient.open(hpke_aad, *first), Errc::decrypt_failed);
  check_opens(recipient, *second);
}

TEST_CASE("the last sequence number is used, and none after it") {
  // RFC 9180 §5.2: a nonce that repeats would give the plaintexts away.
  Keys keys;
  auto [sender, recipient] = base_pair(keys);
  hpke::ContextTestPeer::set_sequence(sender.context, UINT64_MAX - 1);
  hpke::ContextTestPeer::set_sequence(recipient, UINT64_MAX - 1);
  const auto last = sender.context.seal(hpke_aad, text);
  REQUIRE(last);
  check_opens(recipient, *last);
  check_error(sender.context.seal(hpke_aad, text), Errc::counter_exhausted);
  check_error(recipient.open(hpke_aad, *last), Errc::counter_exhausted);
}

TEST_CASE("a context works in one direction only") {
  // RFC 9180 §5.2: the sender's context MUST NOT be used for decryption, nor the other way.
  Keys keys;
  auto [sender, recipient] = base_pair(keys);
  check_error(recipient.seal(hpke_aad, text), Errc::invalid_argument);
  check_error(sender.context.open(hpke_aad, *sender.context.seal(hpke_aad, text)),
              Errc::invalid_argument);
}

TEST_CASE("both sides export the same secret, up to 255 blocks") {
  Keys keys;
  const auto [sender, recipient] = base_pair(keys);
  const auto ours = sender.context.export_secret(hpke_aad, 255 * 32);
  const auto theirs = recipient.export_secret(hpke_aad, 255 * 32);
  REQUIRE(ours);
  REQUIRE(theirs);
  CHECK(ct_equal(*ours, *theirs));
  CHECK_FALSE(ct_equal(*ours, *recipient.export_secret(text, 255 * 32)));
  check_error(sender.context.export_secret(hpke_aad, 255 * 32 + 1), Errc::invalid_argument);
  check_error(sender.context.export_secret(hpke_aad, SIZE_MAX), Errc::invalid_argument);
}

TEST_CASE("an export is bound to its length") {
  // RFC 9180 §4: LabeledExpand hashes the length, unlike HKDF-Expand.
  Keys keys;
  const auto pair = base_pair(keys);
  const auto whole = pair.recipient.export_secret(hpke_aad, 64);
  const auto half = pair.recipient.export_secret(hpke_aad, 32);
  REQUIRE(whole);
  REQUIRE(half);
  CHECK_FALSE(ct_equal(whole->span().first(32), *half));
  CHECK(pair.recipient.export_secret(hpke_aad, 0)->empty());
}

TEST_CASE("a single message is sealed to a key and opened with it") {
  Keys keys;
  const auto sealed = hpke::seal(keys.recipient.public_key, info, hpke_aad, text, keys.entropy);
  REQUIRE(sealed);
  const auto open_by = [&](const DhKeyPair& pair, ByteSpan with_info, ByteSpan with_aad) {
    return hpke::open(sealed->enc, pair, with_info, with_aad, sealed->ciphertext);
  };
  const auto opened = open_by(keys.recipient, info, hpke_aad);
  REQUIRE(opened);
  CHECK(as_text(*opened) == as_text(text));
  check_error(open_by(keys.stranger, info, hpke_aad), Errc::decrypt_failed);
  check_error(open_by(keys.recipient, hpke_aad, hpke_aad), Errc::decrypt_failed);
  check_error(open_by(keys.recipient, info, info), Errc::decrypt_failed);
  check_error(
      hpke::open(keys.stranger.public_key, keys.recipient, info, hpke_aad, sealed->ciphertext),
      Errc::decrypt_failed);
}

TEST_CASE("each message to the same key has its own ephemeral key") {
  Keys keys;
  const auto first = hpke::seal(keys.recipient.public_key, info, hpke_aad, text, keys.entropy);
  const auto second = hpke::seal(keys.recipient.public_key, info, hpke_aad, text, keys.entropy);
  CHECK(first->enc != second->enc);
  CHECK(first->ciphertext != second->ciphertext);
}
