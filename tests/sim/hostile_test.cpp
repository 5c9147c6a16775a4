// Members and relays that lie (design §4, "When things go wrong", and §8).
#include <algorithm>
#include <catch2/catch.hpp>

#include "client/policy.hpp"
#include "mls/epoch.hpp"
#include "mls/private_message.hpp"
#include "mls/proposal.hpp"
#include "sim/frame_edits.hpp"
#include "sim/hostile_group.hpp"
#include "sim/hostile_member.hpp"
#include "sim/ledger.hpp"
#include "sim/people.hpp"
#include "sim/stolen_folder.hpp"
#include "unit/mls/people.hpp"
#include "wire/content.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// A message by whoever holds a member's keys.
struct ForgedMessage {
  Bytes content;
  /// After it is signed; what it says in another's name is encrypted with their key.
  std::function<void(mls::AuthenticatedContent&)> edit_message;
  /// The last word before it leaves.
  std::function<void(Bytes&)> edit_payload;
};

Bytes text_content(const std::string& text) {
  return wire::encode(wire::Content{0, {}, wire::TextContent{text, {}}});
}

Bytes forge_message(const StolenFolder& folder, const ChatId& chat, Entropy& entropy,
                    ByteSpan authenticated_data, const ForgedMessage& forged) {
  auto group = folder.group(chat).value();
  auto& state = group.state();
  const auto& epoch = *state.epoch;
  Writer body;
  body.vector(forged.content);
  mls::AuthenticatedContent message;
  message.content = state.own_content(mls::ContentType::application, authenticated_data);
  message.content.body = body.span();
  message.auth.signature = mls::sign_content(message.wire_format, message.content,
                                             epoch.encoded_context, folder.signing_key());
  if (forged.edit_message) forged.edit_message(message);
  const auto use =
      state.secret_tree
          .use_next(mls::LeafIndex{message.content.sender.index}, mls::RatchetKind::application)
          .value();
  auto payload =
      mls::protect_private(message.content, message.auth,
                           {&epoch.secrets.sender_data, &use.key(), use.generation()}, entropy);
  if (forged.edit_payload) forged.edit_payload(payload);
  return payload;
}

std::vector<Errc> problems_in(const Device& device, const ChatId& chat) {
  std::vector<Errc> out;
  for (const auto& event : device.events())
    if (const auto* problem = std::get_if<Problem>(&event); problem && problem->chat == chat)
      out.push_back(problem->code);
  return out;
}

/// Four in a group; Mallory's next message brings a commit along (the turn of the conversation
/// changes).
struct Walk : HostileGroup {
  using HostileGroup::HostileGroup;

  void mallory_commits(HostileMember::Commit commit) {
    HostileMember member(world, *mallory);
    member.replace_next_commit(chat, std::move(commit));
    mallory->send(chat, "yes");
    world.run_for(5'000);
    REQUIRE(member.has_sent());
    world.relay().on_frame_from_device = nullptr;
  }
  /// What her next append holds becomes this one message; then she is offline. Returns its payload.
  Bytes mallory_says(const ForgedMessage& forged) {
    Bytes payload;
    world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
      if (&device == mallory && payload.empty())
        edit_request<wire::Append>(frame, [&](wire::Append& append) {
          auto& entry = append.entries.front();
          auto header = wire::decode_entry_header(
                            wire::peek_private_message(entry.payload).value().authenticated_data)
                            .value();
          header.access = {};
          payload = forge_message(StolenFolder(device), chat, world.entropy(), wire::encode(header),
                                  forged);
          append.entries.resize(1);
          entry.kind = wire::EntryKind::application;
          entry.payload = payload;
          forged_id = entry.id;
          world.scheduler().after(5, [this] { mallory->set_network(false); });
        });
      return true;
    };
    mallory->send(chat, "yes");
    world.run_for(5'000);
    REQUIRE_FALSE(payload.empty());
    world.relay().on_frame_from_device = nullptr;
    return payload;
  }
  /// Each was told once, and of nothing else.
  void check_told(Errc rule) const {
    for (const auto* person : honest) {
      INFO(person->name());
      CHECK(problems_in(*person, chat) == std::vector<Errc>{rule});
    }
  }
  void everybody_writes() {
    for (auto* person : honest) person->send(chat, person->name() + " is there");
    REQUIRE(world.settle());
    world.run_for(90'000);
    REQUIRE(world.settle());
  }
  /// In one epoch, with what each of them wrote, once.
  void check_honest_agree() {
    for (auto* person : honest) {
      INFO(person->name());
      CHECK(person->info(chat).state == ChatState::active);
      CHECK(person->info(chat).epoch_authenticator == honest[0]->info(chat).epoch_authenticator);
      const auto texts = person->texts(chat);
      for (auto* author : honest)
        CHECK(std::count(texts.begin(), texts.end(), author->name() + " is there") == 1);
    }
  }
  /// Nobody lost their place, or was told of another log.
  void check_undisturbed(std::uint64_t epoch, std::size_t texts_before) {
    for (auto* person : honest) {
      INFO(person->name());
      CHECK(person->info(chat).epoch == epoch);
      CHECK(person->texts(chat).size() == texts_before);
      CHECK(person->count_events<LogForked>() == 0);
    }
  }

  EntryId forged_id;
};

std::size_t count_split(const Walk& walk) {
  return static_cast<std::size_t>(
      std::count_if(walk.honest.begin(), walk.honest.end(), [&](Device* person) {
        const auto& events = person->events();
        return std::any_of(events.begin(), events.end(), [](const Event& event) {
          const auto* arrived = std::get_if<MessageArrived>(&event);
          const auto* notice = arrived ? std::get_if<Notice>(&arrived->message.body) : nullptr;
          return notice && notice->what == Notice::What::rejoined;
        });
      }));
}

// In one epoch, and nobody had to be added again.
void check_goes_on(Walk& walk) {
  walk.everybody_writes();
  walk.check_honest_agree();
  CHECK(count_split(walk) == 0);
}

/// Tells the relay that the commit takes them out.
std::function<void(wire::EntryHeader&)> strikes(const std::vector<Device*>& people) {
  return [people](wire::EntryHeader& header) {
    header.access.mode = wire::AccessChange::Mode::change;
    for (const auto* person : people) header.access.removed.push_back(person->id());
  };
}

}  // namespace

TEST_CASE("a commit that half of the members cannot decrypt costs nobody the chat") {
  for (std::uint64_t seed = 300; seed < 305; ++seed) {
    INFO("seed " << seed);
    Walk walk(seed);
    HostileMember::Commit commit;
    commit.forgery.edit_path = [](mls::UpdatePath& path) {
      for (auto& secret : path.nodes.back().encrypted_path_secret) secret.ciphertext[0] ^= 1;
    };
    walk.mallory_commits(commit);
    REQUIRE(walk.world.settle());
    walk.world.run_for(60'000);
    walk.everybody_writes();
    CHECK(count_split(walk) >= 1);
    walk.check_honest_agree();
  }
}

TEST_CASE("a commit that nobody accepts is passed over by all, and the chat goes on") {
  Walk walk(310);
  const auto epoch = walk.honest[0]->info(walk.chat).epoch;
  HostileMember::Commit commit;
  Errc rule{};
  const StolenFolder folder(*walk.mallory);
  auto group = folder.group(walk.chat).value();
  const auto& state = *group.state().epoch;
  const Bytes rubbish(100, 0x5a);
  SECTION("its confirmation tag is not the next epoch's") {
    rule = Errc::mls_confirmation_tag_invalid;
    commit.forgery.edit_message = [](mls::AuthenticatedContent& message) {
      message.auth.confirmation_tag = mls::Mac{};
    };
  }
  SECTION("its leaf's signature is wrong") {
    rule = Errc::mls_leaf_signature_invalid;
    commit.forgery.edit_path = [](mls::UpdatePath& path) {
      path.leaf_node.signature.bytes[0] ^= 1;
    };
  }
  SECTION("its own signature is wrong") {
    rule = Errc::mls_signature_invalid;
    commit.forgery.edit_message = [](mls::AuthenticatedContent& message) {
      message.auth.signature.bytes[0] ^= 1;
    };
  }
  SECTION("it does not parse, though its author has signed it") {
    rule = Errc::truncated;
    commit.forgery.edit_message = [&](mls::AuthenticatedContent& message) {
      message.content.body = rubbish;
      message.auth.signature = mls::sign_content(message.wire_format, message.content,
                                                 state.encoded_context, folder.signing_key());
    };
  }
  SECTION("it is as large as the relay takes, with a title longer than there may be") {
    rule = Errc::policy_violated;
    client::Policy policy;
    policy.title = std::string(250'000, 'x');
    commit.forgery.proposals = {
        mls::Proposal(mls::GroupContextExtensions{client::extensions_with(policy)})};
  }
  SECTION("it would end the group, by a ReInit as RFC 9420 has it") {
    rule = Errc::mls_proposal_type_unsupported;
    commit.forgery.proposals = {mls::Proposal(mls::ReInit{Bytes{1}})};
  }
  SECTION("it needs a PSK that nobody has") {
    rule = Errc::mls_proposal_type_unsupported;
    commit.forgery.proposals = {
        mls::Proposal(mls::PreSharedKeyProposal{test::external_psk("nobody's")})};
  }
  walk.mallory_commits(commit);
  walk.check_told(rule);
  walk.check_undisturbed(epoch, 1);
  check_goes_on(walk);
  walk.check_told(rule);
}

TEST_CASE(
    "a message that nobody accepts is passed over by all, each is told, and the chat goes on") {
  Walk walk(311);
  const auto epoch = walk.honest[0]->info(walk.chat).epoch;
  ForgedMessage forged{text_content("unheard"), {}, {}};
  Errc rule{};
  std::size_t payload_bytes_min = 0;
  SECTION("what it holds does not parse") {
    rule = Errc::malformed;
    forged.content = Bytes(100, 0x5a);
  }
  SECTION("it holds nothing") {
    rule = Errc::malformed;
    forged.content.clear();
  }
  SECTION("its ciphertext opens for nobody") {
    rule = Errc::mls_decrypt_failed;
    forged.edit_payload = [](Bytes& payload) { payload.back() ^= 1; };
  }
  SECTION("it is as large as the relay takes, and a text of more than 64 KiB") {
    rule = Errc::text_too_long;
    // Padmé has steps of 4 KiB there, and the next one is over.
    payload_bytes_min = limits::entry_payload_bytes_max - 4 * 1024 + 1;
    forged.content = text_content(std::string(257'500, 'x'));
  }
  SECTION("its signature is wrong") {
    rule = Errc::mls_signature_invalid;
    forged.edit_message = [](mls::AuthenticatedContent& message) {
      message.auth.signature.bytes[0] ^= 1;
    };
  }
  const auto payload = walk.mallory_says(forged);
  CHECK(payload.size() >= payload_bytes_min);
  walk.check_told(rule);
  walk.check_undisturbed(epoch, 1);
  check_goes_on(walk);
  walk.check_told(rule);
}

TEST_CASE("what a member writes in another's name is passed over, and the other's next is read") {
  Walk walk(312);
  const auto epoch = walk.honest[0]->info(walk.chat).epoch;
  auto& bo = *walk.honest[1];
  const StolenFolder mallorys(*walk.mallory), bos(bo);
  const auto leaf =
      mallorys.group(walk.chat).value().find(bos.signing_key().verify_key()).value().value();
  // With the very key that Bo's next message will have: all members know it.
  ForgedMessage forged{text_content("I am Bo"), {}, {}};
  forged.edit_message = [&](mls::AuthenticatedContent& message) {
    message.content.sender = mls::Sender(leaf);
  };
  walk.mallory_says(forged);
  for (const auto* person : walk.honest) {
    INFO(person->name());
    const auto rule = person == &bo ? Errc::mls_own_message : Errc::mls_signature_invalid;
    CHECK(problems_in(*person, walk.chat) == std::vector<Errc>{rule});
  }
  walk.check_undisturbed(epoch, 1);
  check_goes_on(walk);
}

TEST_CASE(
    "a payload that is no message is taken by no relay, and one that hands it out is told of") {
  Walk walk(313);
  const auto epoch = walk.honest[0]->info(walk.chat).epoch;
  const Bytes rubbish(200, 0x5a);
  ForgedMessage forged{text_content("unheard"), {}, {}};
  SECTION("the relay refuses it") {
    const auto before = walk.honest[0]->info(walk.chat).applied_seq;
    forged.edit_payload = [&](Bytes& payload) { payload = rubbish; };
    walk.mallory_says(forged);
    walk.check_undisturbed(epoch, 1);
    for (const auto* person : walk.honest) {
      CHECK(person->info(walk.chat).applied_seq == before);
      CHECK(problems_in(*person, walk.chat).empty());
    }
  }
  SECTION("the relay is in league with her, and says the same to all") {
    walk.world.relay().on_frame_to_device = [&](Device&, Bytes& frame) {
      auto decoded = wire::decode_server_frame(frame).value();
      auto* push = decoded ? std::get_if<wire::Push>(&*decoded) : nullptr;
      auto* entries = push ? std::get_if<wire::Entries>(push) : nullptr;
      if (!entries) return true;
      for (auto& entry : entries->entries)
        if (entry.id == walk.forged_id) entry.payload = rubbish;
      frame = wire::encode(*push);
      return true;
    };
    walk.mallory_says(forged);
    walk.check_told(Errc::header_mismatch);
    walk.check_undisturbed(epoch, 1);
  }
  check_goes_on(walk);
}

TEST_CASE(
    "a member strikes another off the relay's list with a lie, and the next commit undoes it") {
  Walk walk(320);
  auto& victim = *walk.honest[2];
  HostileMember::Commit commit;
  commit.edit_header = strikes({&victim});
  walk.mallory_commits(commit);
  CHECK(walk.all_saw(Errc::access_change_invalid));
  walk.everybody_writes();
  walk.check_honest_agree();
}

TEST_CASE("a commit that strikes everybody costs nobody the chat") {
  for (std::uint64_t seed = 325; seed < 329; ++seed) {
    INFO("seed " << seed);
    Walk walk(seed);
    HostileMember::Commit commit;
    commit.forgery.edit_message = [](mls::AuthenticatedContent& message) {
      message.auth.confirmation_tag = mls::Mac{};
    };
    commit.edit_header = strikes(walk.honest);
    walk.mallory_commits(commit);
    walk.everybody_writes();
    walk.world.run_for(60'000);
    REQUIRE(walk.world.settle());
    walk.check_honest_agree();
  }
}

TEST_CASE("a member who is no admin cannot remove another") {
  Walk walk(330);
  auto& victim = *walk.honest[2];
  const StolenFolder folder(*walk.mallory);
  const auto group = folder.group(walk.chat).value();
  HostileMember::Commit commit;
  const StolenFolder victims(victim);
  const auto leaf = group.find(victims.signing_key().verify_key()).value();
  REQUIRE(leaf);
  commit.forgery.proposals = {mls::Proposal(mls::Remove{*leaf})};
  commit.edit_header = strikes({&victim});
  walk.mallory_commits(commit);
  CHECK(walk.all_saw(Errc::policy_violated));
  walk.everybody_writes();
  walk.check_honest_agree();
  CHECK(walk.honest[0]->info(walk.chat).members.size() == 4);
}

TEST_CASE("a removed member who is given everything reads nothing of what follows") {
  World world(340);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);
  auto& cem = *people[2];
  people[0]->send(chat, "before");
  REQUIRE(world.settle());
  const StolenFolder before(cem);

  std::vector<Bytes> payloads;
  std::vector<Bytes> frames;
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    if (&device != people[1]) return true;
    const auto decoded = wire::decode_server_frame(frame).value();
    const auto* push = decoded ? std::get_if<wire::Push>(&*decoded) : nullptr;
    const auto* entries = push ? std::get_if<wire::Entries>(push) : nullptr;
    if (!entries || entries->log != chat) return true;
    frames.push_back(frame);
    for (const auto& entry : entries->entries) payloads.push_back(to_bytes(entry.payload));
    return true;
  };
  Outcome removed;
  remove(world, *people[0], chat, cem, removed);
  REQUIRE(world.settle());
  for (int i = 0; i < 5; ++i) people[0]->send(chat, "after " + std::to_string(i));
  REQUIRE(world.settle());
  REQUIRE(payloads.size() >= 6);

  // With all keys that it ever had, by the library's own hand.
  auto group = before.group(chat).value();
  test::Acquaintances everybody;
  std::size_t opened = 0;
  for (const auto& payload : payloads) {
    mls::RecordChanges consumed;
    const auto now_s = static_cast<std::uint64_t>(world.now().wall_ms / 1000);
    const auto received = group.receive(payload, everybody, now_s, consumed);
    if (!received) continue;
    ++opened;
    const auto* commit = std::get_if<mls::CommitReceived>(&*received);
    REQUIRE(commit);
    CHECK(commit->removes_me);
    CHECK_FALSE(commit->next);
  }
  CHECK(opened == 1);

  // And by its program, handed what the others were sent.
  for (const auto& frame : frames) cem.engine().receive(world.now(), frame);
  cem.run_outputs();
  CHECK(cem.texts(chat) == std::vector<std::string>{"before"});
}

namespace {

// A relay that has run out of somebody's single-use KeyPackages, and hides it.
void keep_last_resort_only(Device& device, Bytes& frame) {
  if (device.name() != "bo") return;
  auto decoded = wire::decode_request(frame).value();
  auto* request = std::get_if<wire::RequestFrame>(&decoded);
  auto* publish = request ? std::get_if<wire::PublishKeyPackages>(&request->request) : nullptr;
  if (!publish) return;
  publish->single_use.clear();
  frame = wire::encode(*request);
}
void hide_it(Device& device, Bytes& frame) {
  if (device.name() != "bo") return;
  auto decoded = wire::decode_server_frame(frame).value();
  auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
  auto* published = answer ? std::get_if<wire::KeyPackagesPublished>(&answer->answer) : nullptr;
  if (!published) return;
  published->left = limits::key_packages_published;
  frame = wire::encode(*answer);
}

struct SeenWelcome {
  LogId inbox;
  std::uint64_t seq = 0;
  Bytes payload;
};
std::optional<SeenWelcome> welcome_in(ByteSpan frame) {
  const auto decoded = wire::decode_server_frame(frame).value();
  const auto* push = decoded ? std::get_if<wire::Push>(&*decoded) : nullptr;
  const auto* entries = push ? std::get_if<wire::Entries>(push) : nullptr;
  if (!entries || entries->entries.front().kind != wire::EntryKind::welcome) return {};
  const auto& entry = entries->entries.front();
  return SeenWelcome{entries->log, entry.seq, to_bytes(entry.payload)};
}

// The same Welcome as a new one, to a place further on in the chat's log.
Bytes replayed(const SeenWelcome& seen) {
  auto welcome = wire::decode_inbox_welcome(seen.payload).value();
  welcome.commit_seq += 1000;
  const auto payload = wire::encode(welcome);
  wire::Entry entry;
  entry.seq = seen.seq + 1;
  entry.id.bytes[0] = 1;
  entry.kind = wire::EntryKind::welcome;
  entry.payload = payload;
  return wire::encode(wire::Push(wire::Entries{seen.inbox, {entry}, entry.seq}));
}

}  // namespace

TEST_CASE("a Welcome for the last-resort key package is used once") {
  World world(360);
  std::optional<SeenWelcome> seen;
  world.relay().on_frame_from_device = [](Device& device, Bytes& frame) {
    keep_last_resort_only(device, frame);
    return true;
  };
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    hide_it(device, frame);
    if (device.name() == "bo" && !seen) seen = welcome_in(frame);
    return true;
  };
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);
  auto& bo = *people[1];
  bo.send(chat, "in the first epoch");
  REQUIRE(world.settle());
  REQUIRE(seen);
  Outcome removed;
  remove(world, *people[0], chat, bo, removed);
  REQUIRE(world.settle());
  REQUIRE(bo.info(chat).state == ChatState::left);

  // Joining again would begin the ratchets of that epoch anew, and use their keys a second time.
  const auto frame = replayed(*seen);
  bo.engine().receive(world.now(), frame);
  bo.run_outputs();
  CHECK(bo.info(chat).state == ChatState::left);
  CHECK(bo.saw_problem(Errc::mls_welcome_invalid));
}
