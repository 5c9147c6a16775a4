// What a relay, a member or a stranger says and nobody may believe; and what one of them spoils for
// himself and must not spoil for others.
#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>

#include "client/account.hpp"
#include "client/policy.hpp"
#include "mls/key_package_record.hpp"
#include "mls/proposal.hpp"
#include "sim/frame_edits.hpp"
#include "sim/hostile_member.hpp"
#include "sim/people.hpp"
#include "sim/stolen_folder.hpp"
#include "sim/stroll.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

ChatId pair_chat(World& world, Device& from, const Device& to) {
  return from.with(
      [&](auto& engine) { return engine.chat_with(world.now(), to.account()).value(); });
}

struct ChatOfTwo {
  explicit ChatOfTwo(std::uint64_t seed) : world(seed) { REQUIRE(world.settle()); }
  World world;
  Device& anna = world.add_device("anna");
  Device& bo = world.add_device("bo");
  ChatId chat = pair_chat(world, anna, bo);
};

bool has(const ChatInfo& info, const Device& member) {
  return std::count(info.members.begin(), info.members.end(), member.account()) > 0;
}

/// KeyPackages that their owner has made badly, in the relay's answers to one device.
struct BadKeyPackages {
  using Edit = std::function<void(mls::KeyPackage&)>;

  BadKeyPackages(World& its_world, Device& its_claimer) : world(its_world), claimer(its_claimer) {
    world.relay().on_frame_to_device = [this](Device& device, Bytes& frame) {
      if (&device == &claimer)
        edit_answer<wire::Claimed>(frame, [this](wire::Claimed& claimed) { spoil(claimed); });
      return true;
    };
  }
  ~BadKeyPackages() { world.relay().on_frame_to_device = nullptr; }
  void of(Device& owner, Edit edit) { edits.emplace_back(&owner, std::move(edit)); }

  void spoil(wire::Claimed& claimed) {
    for (auto& device : claimed.devices)
      for (const auto& [owner, edit] : edits)
        if (owner->id() == device.device) device.key_package = spoilt(*owner, edit, device);
  }
  ByteSpan spoilt(Device& owner, const Edit& edit, const wire::ClaimedDevice& device) {
    const StolenFolder folder(owner);
    auto key_package = mls::open_key_package(device.key_package).value();
    edit(key_package);
    mls::sign_leaf(key_package.leaf_node, {}, folder.signing_key());
    mls::sign_key_package(key_package, folder.signing_key());
    return made.emplace_back(mls::key_package_message(key_package));
  }

  World& world;
  Device& claimer;
  std::vector<std::pair<Device*, Edit>> edits;
  std::deque<Bytes> made;
};

void without_policy(mls::KeyPackage& key_package) {
  std::erase(key_package.leaf_node.capabilities.extensions, mls::extension_tern_policy);
}

void with_300_kib(mls::KeyPackage& key_package) {
  constexpr std::uint16_t unknown = 0xF7F0;
  key_package.leaf_node.capabilities.extensions.push_back(unknown);
  key_package.extensions.push_back({unknown, Bytes(300 * 1024)});
}

/// A KeyPackage by this device's key under another account than its own.
Bytes under_another_account(World& world, Device& device) {
  const StolenFolder folder(device);
  const auto& key = folder.signing_key();
  const auto other = client::make_account(world.now(), world.entropy());
  auto certificate = wire::decode_device_certificate(other.certificate).value();
  certificate.device_key = *wire::PublicKey::from(key.verify_key().span());
  certificate.signature =
      *wire::Signature::from(other.account_key.sign(wire::signed_bytes(certificate)).span());
  const mls::Identity identity{{mls::CredentialType::basic, wire::encode(certificate)},
                               crypto::SigningKey::from_seed(key.seed().span())};
  const auto now_s = static_cast<std::uint64_t>(world.now().wall_ms / 1000);
  return mls::make_key_package(identity, {now_s - 60, now_s + 86'400}, {}, world.entropy()).message;
}

}  // namespace

TEST_CASE(
    "a relay that answers a claim for Bo with Mallory's KeyPackage gets nobody into the chat and "
    "no text out") {
  World world(500);
  const auto people = add_people(world, {"anna", "bo", "mallory"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  auto& mallory = *people[2];
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    if (&device != &anna) return true;
    edit_request<wire::ClaimKeyPackages>(
        frame, [&](wire::ClaimKeyPackages& claim) { claim.accounts = {mallory.account()}; });
    return true;
  };
  const auto chat = pair_chat(world, anna, bo);
  anna.send(chat, "for Bo only");
  world.run_for(100'000);
  CHECK(anna.info(chat).state == ChatState::setting_up);
  CHECK_FALSE(has(anna.info(chat), mallory));
  CHECK(anna.history(chat).back().state == MessageState::queued);
  CHECK(mallory.engine().chats().value().empty());

  world.relay().on_frame_from_device = nullptr;
  REQUIRE(world.run_until([&] { return bo.engine().chat_info(chat).has_value(); }));
  REQUIRE(world.settle());
  CHECK(bo.texts(chat) == std::vector<std::string>{"for Bo only"});
}

TEST_CASE("an Appended that names a stranger's inbox as full changes no membership") {
  World world(510);
  const auto people = add_people(world, {"anna", "bo", "mallory"});
  auto& anna = *people[0];
  auto& mallory = *people[2];
  const auto chat = pair_chat(world, anna, *people[1]);
  anna.send(chat, "hi");
  REQUIRE(world.settle());
  world.run_for(100'000);
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    if (&device != &anna) return true;
    edit_answer<wire::Appended>(
        frame, [&](wire::Appended& appended) { appended.inbox_full = {mallory.id()}; });
    return true;
  };
  anna.send(chat, "one");
  world.run_for(200'000);
  people[1]->send(chat, "and");
  world.run_for(100'000);
  anna.send(chat, "two");
  world.run_for(100'000);
  CHECK(anna.info(chat).members.size() == 2);
  CHECK(mallory.engine().chats().value().empty());
  CHECK(people[1]->texts(chat) == std::vector<std::string>{"hi", "one", "and", "two"});
}

TEST_CASE("an own message is not put where another stands, whatever the relay answers") {
  ChatOfTwo two(1220);
  auto& [world, anna, bo, chat] = two;
  std::vector<std::uint64_t> first_seqs;
  bool lied = false;
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    if (&device != &two.anna) return true;
    edit_answer<wire::Appended>(frame, [&](wire::Appended& answer) {
      first_seqs.push_back(answer.first_seq);
      lied = lied || first_seqs.size() == 2;
      if (first_seqs.size() == 2) answer.first_seq = first_seqs[0];
    });
    return true;
  };
  anna.send(chat, "first");
  REQUIRE(world.settle());
  anna.send(chat, "second");
  REQUIRE(world.settle());
  CHECK(lied);
  CHECK(anna.count_events<DeviceRestored>() == 0);
  CHECK(anna.texts(chat) == bo.texts(chat));
  const auto history = anna.history(chat);
  CHECK(std::is_sorted(history.begin(), history.end(),
                       [](const Message& a, const Message& b) { return a.seq < b.seq; }));
  CHECK(history.back().seq > first_seqs[0]);
}

// The relay answers an append late, and tells its author of half of it first.
TEST_CASE("an answer that comes after half of what it answers was read is for the other half too") {
  ChatOfTwo two(1221);
  auto& [world, anna, bo, chat] = two;
  Bytes late;
  bool half_told = false;
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    if (&device != &two.anna || half_told) return true;
    auto decoded = wire::decode_server_frame(frame).value();
    if (!decoded) return true;
    const auto* const answer = std::get_if<wire::AnswerFrame>(&*decoded);
    if (answer && std::holds_alternative<wire::Appended>(answer->answer)) {
      late = frame;
      return false;
    }
    auto* const push = std::get_if<wire::Push>(&*decoded);
    auto* const told = push ? std::get_if<wire::Entries>(push) : nullptr;
    if (!told || told->entries.size() != 3 || !told->entries[0].own) return true;
    told->entries.resize(2);
    frame = wire::encode(*push);
    half_told = true;
    two.world.scheduler().after(0, [&] { two.anna.link()->to_device(late); });
    return true;
  };
  anna.with([&](auto& engine) {
    const std::string_view texts[] = {"one", "two", "three"};
    return engine.send_texts(two.world.now(), two.chat, texts).value();
  });
  REQUIRE(world.settle());
  bo.send(chat, "behind them");
  REQUIRE(world.settle());
  CHECK(half_told);
  CHECK(anna.count_events<DeviceRestored>() == 0);
  CHECK(anna.texts(chat) == bo.texts(chat));
  CHECK(anna.texts(chat).size() == 4);
}

TEST_CASE("a removal queued while its author was admin is given up when he is none any more") {
  Stroll stroll(520);
  stroll.commits("anna", stroll.new_admins({"bo", "mallory"}));
  stroll.check_agree({"bo", "cem", "dora"});
  auto& bo = stroll["bo"];
  bo.set_network(false);
  Outcome removed;
  remove(stroll.world, bo, stroll.chat, stroll["cem"], removed);
  stroll.someone_writes("dora");
  stroll.commits("mallory", stroll.new_admins({"mallory"}));
  bo.set_network(true);
  stroll.world.run_for(60'000);
  REQUIRE(removed.result);
  REQUIRE_FALSE(removed.result->has_value());
  CHECK(removed.result->error() == Errc::policy_violated);
  CHECK(has(bo.info(stroll.chat), stroll["cem"]));
  stroll.check_agree({"bo", "cem", "dora"});
}

TEST_CASE("two who are not in one epoch do not set the relay's list right for ever") {
  Stroll stroll(530);
  auto& mallory = stroll["mallory"];
  HostileMember::Commit commit;
  commit.forgery.proposals = {mls::Proposal(mls::Remove{stroll.leaf_of("cem")})};
  commit.edit_header = [cem = stroll["cem"].id()](wire::EntryHeader& header) {
    header.access = {wire::AccessChange::Mode::change, {}, {cem}};
  };
  // Her program believes that the log has what it made.
  stroll.commits("mallory", std::move(commit));
  std::size_t commits = 0;
  stroll.world.relay().on_frame_from_device = [&](Device&, Bytes& frame) {
    edit_request<wire::Append>(frame, [&](wire::Append& append) {
      commits += append.entries.front().kind == wire::EntryKind::commit ? 1 : 0;
    });
    return true;
  };
  mallory.set_network(true);
  stroll.world.run_for(3'600'000);
  CHECK(commits < 20);
  stroll.check_agree({"anna", "bo", "cem", "dora"});
}

TEST_CASE(
    "a request to rejoin under another account is answered by nobody, and a commit that does it "
    "is passed over") {
  Stroll stroll(540);
  auto& mallory = stroll["mallory"];
  const auto key_package = under_another_account(stroll.world, mallory);
  SECTION("she asks") {
    const StolenFolder folder(mallory);
    wire::RejoinRequest request;
    request.log = stroll.chat;
    request.device = mallory.id();
    request.key_package = key_package;
    request.signature =
        *wire::Signature::from(folder.signing_key().sign(wire::signed_bytes(request)).span());
    const auto payload = wire::encode(request);
    bool asked = false;
    stroll.world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
      if (&device != &mallory) return true;
      edit_request<wire::Append>(frame, [&](wire::Append& append) {
        asked = true;
        append.welcomes.clear();
        append.entries.resize(1);
        append.entries.front().kind = wire::EntryKind::rejoin;
        append.entries.front().payload = payload;
      });
      if (asked) stroll.world.scheduler().after(5, [&] { mallory.set_network(false); });
      return true;
    };
    mallory.send(stroll.chat, "let me in");
    stroll.world.run_for(60'000);
    REQUIRE(asked);
    stroll.world.relay().on_frame_from_device = nullptr;
    CHECK(stroll["bo"].saw_problem(Errc::rejoin_refused));
  }
  SECTION("the admin commits it") {
    stroll.commits("anna", stroll.replace("mallory", key_package));
    CHECK(stroll["bo"].saw_problem(Errc::policy_violated));
  }
  CHECK(has(stroll["bo"].info(stroll.chat), mallory));
  CHECK(stroll["bo"].info(stroll.chat).members.size() == 5);
  stroll.check_agree({"bo", "cem", "dora"});
}

TEST_CASE("a remove-and-add of a member who did not ask is passed over by all") {
  Stroll stroll(550);
  stroll.commits("mallory", stroll.replace("cem", stroll.key_packages["cem"]));
  for (const auto* name : {"anna", "bo", "cem", "dora"})
    CHECK(stroll[name].saw_problem(Errc::policy_violated));
  CHECK(stroll["cem"].info(stroll.chat).state == ChatState::active);
  stroll.check_agree({"anna", "bo", "cem", "dora"});
}

TEST_CASE("a Welcome by somebody who is not in the chat brings nobody back") {
  Stroll stroll(560);
  auto& cem = stroll["cem"];
  stroll.someone_writes("dora");
  // A commit that nobody can follow; each asks to be added again, and nobody is left to do it.
  HostileMember::Commit commit;
  commit.forgery.edit_path = [](mls::UpdatePath& path) {
    for (auto& node : path.nodes)
      for (auto& secret : node.encrypted_path_secret) secret.ciphertext[0] ^= 1;
  };
  stroll.commits("mallory", std::move(commit));
  REQUIRE(cem.info(stroll.chat).state == ChatState::split);

  // Eve, with a KeyPackage that the relay has handed her.
  auto& entropy = stroll.world.entropy();
  const auto eve = client::make_account(stroll.world.now(), entropy);
  const auto now_s = static_cast<std::uint64_t>(stroll.world.now().wall_ms / 1000);
  client::Policy policy;
  policy.admins = {stroll["anna"].account()};
  Writer group_id;
  group_id.raw(stroll.chat).number(std::uint32_t{0});
  auto group = mls::Group::create(group_id.span(), eve.identity, {now_s - 60, now_s + 86'400},
                                  client::extensions_with(policy), entropy)
                   .value();
  test::Acquaintances everybody;
  for (int i = 0; i < 20; ++i)
    group = std::move(*group.commit({}, eve.identity, everybody, now_s, entropy).value().next);
  mls::CommitRequest request;
  request.add = {stroll.key_packages["cem"]};
  const auto made = group.commit(request, eve.identity, everybody, now_s, entropy).value();
  wire::InboxWelcome welcome;
  welcome.log = stroll.chat;
  welcome.commit_seq = cem.info(stroll.chat).applied_seq + 100;
  welcome.group_secrets = made.welcomes.front().encrypted_group_secrets;
  welcome.group_info = made.welcome_group_info;
  const auto payload = wire::encode(welcome);
  wire::Entry entry;
  entry.seq = 2;  // the group's own Welcome was the first
  entry.id.bytes[0] = 1;
  entry.kind = wire::EntryKind::welcome;
  entry.payload = payload;
  const auto frame =
      wire::encode(wire::Push(wire::Entries{crypto::inbox_log_id(cem.id()), {entry}, 2}));
  cem.engine().receive(stroll.world.now(), frame);
  cem.run_outputs();
  CHECK(cem.saw_problem(Errc::policy_violated));
  CHECK(cem.info(stroll.chat).state == ChatState::split);
}

TEST_CASE("a group is made with everybody but the one whose KeyPackage is no good") {
  World world(570);
  const auto people = add_people(world, {"anna", "bo", "cem", "dora"});
  auto& bo = *people[1];
  BadKeyPackages bad(world, *people[0]);
  SECTION("his leaf does not support the group's policy") { bad.of(bo, without_policy); }
  SECTION("his leaf's key is that of another") {
    const auto key = std::make_shared<std::optional<crypto::DhPublicKey>>();
    const auto share = [key](mls::KeyPackage& key_package) {
      if (!*key) *key = key_package.leaf_node.encryption_key;
      key_package.leaf_node.encryption_key = **key;
    };
    bad.of(*people[2], share);
    bad.of(bo, share);
  }
  SECTION("it is too large for an entry") { bad.of(bo, with_300_kib); }
  const auto chat = people[0]->with([&](auto& engine) {
    const AccountId members[] = {people[1]->account(), people[2]->account(), people[3]->account()};
    return engine.create_group(world.now(), "Sunday walk", members).value();
  });
  world.run_for(20'000);
  people[0]->send(chat, "hello");
  world.run_for(20'000);
  CHECK(people[0]->info(chat).members.size() == 3);
  CHECK(people[3]->texts(chat) == std::vector<std::string>{"hello"});
}

TEST_CASE("adds beyond the limit are answered with chat_too_large, and texts go on") {
  World world(580);
  const auto people = add_people(world, {"anna", "bo", "cem", "dora"});
  auto& anna = *people[0];
  const auto chat = make_group(world, {people[0], people[1]});
  std::optional<BadKeyPackages> bad;
  SECTION("no entry holds it") {
    bad.emplace(world, anna);
    bad->of(*people[2], with_300_kib);
  }
  SECTION("the relay says so") {
    world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
      bool adds = false;
      std::uint32_t id = 0;
      auto decoded = wire::decode_request(frame).value();
      if (auto* request = std::get_if<wire::RequestFrame>(&decoded)) {
        id = request->id;
        if (auto* append = std::get_if<wire::Append>(&request->request))
          for (const auto& welcomes : append->welcomes)
            for (const auto& welcome : welcomes.devices) adds |= welcome.device == people[2]->id();
      }
      if (!adds) return true;
      const auto answer =
          wire::encode(wire::AnswerFrame{id, wire::Refused{Errc::chat_too_large, {}, {}}});
      device.engine().receive(world.now(), answer);
      device.run_outputs();
      return false;
    };
  }
  Outcome too_large;
  add(world, anna, chat, *people[2], too_large);
  anna.send(chat, "hello");
  world.run_for(30'000);
  REQUIRE(too_large.result);
  REQUIRE_FALSE(too_large.result->has_value());
  CHECK(too_large.result->error() == Errc::chat_too_large);
  CHECK(people[1]->texts(chat) == std::vector<std::string>{"hello"});

  Outcome fits;
  add(world, anna, chat, *people[3], fits);
  world.run_for(30'000);
  REQUIRE(fits.result);
  CHECK(fits.result->has_value());
  CHECK(anna.info(chat).members.size() == 3);
  world.relay().on_frame_from_device = nullptr;
}

TEST_CASE("a member whose device list drops a seated device costs no other member the chat") {
  Stroll stroll(590);
  auto& bo = stroll["bo"];
  auto& cem = stroll["cem"];
  // Bo has taken the device that sits in the chat off his list; Cem gets to see the list.
  const StolenFolder folder(bo);
  const auto secrets = folder.secrets(stroll.chat);
  REQUIRE(secrets.front().name == "account key");
  const auto account_key = crypto::SigningKey::from_seed(secrets.front().bytes);
  const auto list = wire::encode(client::sign_device_list(account_key, 2, {wire::PublicKey{}}));
  stroll.world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    if (&device == &cem)
      edit_answer<wire::Claimed>(
          frame, [&](wire::Claimed& claimed) { claimed.device_lists.push_back(list); });
    return true;
  };
  pair_chat(stroll.world, cem, stroll["dora"]);
  stroll.world.run_for(10'000);
  stroll.world.relay().on_frame_to_device = nullptr;

  auto copy = cem.disk().copy();
  stroll.check_agree({"anna", "bo", "cem", "dora"});
  stroll.check_agree({"bo", "cem"});
  // And when he comes back by a Welcome whose tree seats it.
  cem.kill();
  cem.restore(std::move(copy));
  cem.start();
  stroll.world.run_for(60'000);
  REQUIRE(stroll.world.settle());
  CHECK(cem.info(stroll.chat).state == ChatState::active);
}
