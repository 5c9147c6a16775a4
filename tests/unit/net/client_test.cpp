// The doors, tern::Client and tern::Relay, on real sockets and real disks.
#include "tern/client.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "unit/net/two_people.hpp"

using namespace tern;
using namespace std::chrono_literals;
using test::patience;
using test::Person;
using test::storage_key;
using test::TestRelay;
using test::Two;

namespace {

template <class T>
void check_error(const Result<T>& result, Errc code) {
  REQUIRE_FALSE(result);
  CHECK(name(result.error().errc()) == name(code));
}

}  // namespace

TEST_CASE("two people write to each other through a relay") {
  Two two;
  const auto id = two.annas().send_text("Tot straks!").value();
  CHECK(two.bo.reads("Tot straks!"));
  CHECK(two.anna.reaches(id, MessageState::delivered));
  two.bos().send_text("Tot zo.").value();
  CHECK(two.anna.reads("Tot zo."));
  two.bos().mark_read().value();
  CHECK(two.anna.reaches(id, MessageState::read));
  CHECK(two.annas().history(10).value().size() == two.bos().history(10).value().size());
}

TEST_CASE("what is sent while the relay is away arrives when it is back") {
  Two two;
  two.annas().send_text("before").value();
  REQUIRE(two.bo.reads("before"));
  two.relay->stop();
  REQUIRE(two.anna.goes(false));
  const auto id = two.annas().send_text("meanwhile").value();
  CHECK(two.anna.client.pending().value().size() == 1);
  two.relay.restart();
  CHECK(two.bo.reads("meanwhile"));
  CHECK(two.anna.reaches(id, MessageState::delivered));
  CHECK(two.anna.client.pending().value().empty());
}

TEST_CASE("without a network a message waits, and with one it goes") {
  Two two;
  two.annas().send_text("first").value();
  REQUIRE(two.bo.reads("first"));
  two.anna.client.set_network(false);
  REQUIRE(two.anna.goes(false));
  CHECK(two.anna.client.connection() == Connection::offline);
  two.annas().send_text("second").value();
  two.anna.client.set_network(true);
  CHECK(two.bo.reads("second"));
  CHECK(two.anna.client.connection() == Connection::online);
}

TEST_CASE("a client that starts offline does not connect until it may") {
  TestRelay relay;
  Person anna(relay->address(), /*start_offline=*/true);
  CHECK(anna.client.register_device().poll() == std::nullopt);
  CHECK(anna.client.statistics().bytes_sent == 0);
  anna.client.set_network(true);
  CHECK(anna.client.register_device().wait(patience));
}

TEST_CASE("a relay with another key than its address says is a problem, told once") {
  TestRelay relay, other;
  const auto key = other->address().substr(other->address().rfind('/'));
  Person anna("tern://127.0.0.1:" + std::to_string(relay->port()) + key);
  const auto told = anna.event([](const Event& event) {
    const auto* problem = std::get_if<Problem>(&event);
    return problem && problem->code == Errc::noise_handshake_failed;
  });
  REQUIRE(told);
  CHECK_THAT(std::get<Problem>(*told).message, Catch::Contains("key"));
  anna.client.set_network(true);  // tries again at once
  anna.client.set_network(false);
  CHECK(anna.client.connection() != Connection::online);
  CHECK(relay->statistics().entries_stored == 0);
}

TEST_CASE("a folder remembers its relay") {
  TestRelay relay;
  Person anna(relay->address());
  anna.client.close();
  auto again = Client::open(anna.options());
  REQUIRE(again);
  CHECK(again->register_device().wait(patience));
}

TEST_CASE("open() refuses what is wrong with a typed error") {
  TestRelay relay;
  test::TemporaryFolder folder;
  ClientOptions options{
      .folder = folder.path / "device", .storage_key = storage_key, .relay = relay->address()};
  SECTION("a storage key of 31 bytes") {
    options.storage_key = ByteSpan(storage_key).first(31);
    check_error(Client::open(options), Errc::invalid_argument);
  }
  SECTION("no folder") {
    options.folder.clear();
    check_error(Client::open(options), Errc::invalid_argument);
  }
  SECTION("an address that is none") {
    options.relay = "tern://nowhere";
    check_error(Client::open(options), Errc::address_invalid);
    CHECK_FALSE(std::filesystem::exists(options.folder));
  }
  SECTION("no address for a new folder") {
    options.relay.clear();
    check_error(Client::open(options), Errc::address_invalid);
  }
  SECTION("another storage key") {
    REQUIRE(Client::open(options));
    const Bytes other(32, 0x43);
    options.storage_key = other;
    check_error(Client::open(options), Errc::storage_wrong_key);
  }
  SECTION("a folder that is open already") {
    auto first = Client::open(options);
    REQUIRE(first);
    check_error(Client::open(options), Errc::storage_in_use);
  }
}

TEST_CASE("after close() every call answers closed, and no event comes") {
  Two two;
  auto chat = two.annas();
  const auto unanswered = two.anna.client.create_group("g", {}).value().leave();
  two.anna.client.close();
  CHECK(unanswered.poll().has_value());
  check_error(chat.send_text("late"), Errc::closed);
  check_error(chat.info(), Errc::closed);
  check_error(chat.history(1), Errc::closed);
  check_error(chat.mark_read(), Errc::closed);
  check_error(two.anna.client.chats(), Errc::closed);
  check_error(two.anna.client.pending(), Errc::closed);
  check_error(two.anna.client.chat_with(two.bo.client.account_id()), Errc::closed);
  check_error(two.anna.client.suspend(), Errc::closed);
  check_error(two.anna.client.resume(), Errc::closed);
  check_error(two.anna.client.register_device().wait(0ms), Errc::closed);
  CHECK_FALSE(two.anna.client.poll_event());
  CHECK_FALSE(two.anna.client.wait_event(patience));  // at once
  CHECK(two.anna.client.connection() == Connection::offline);
  two.anna.client.set_network(true);
  two.anna.client.close();
}

TEST_CASE("a chat may outlive its client") {
  TestRelay relay;
  std::optional<Chat> chat;
  {
    Person anna(relay->address());
    chat = anna.client.chat_with(AccountId::from(Bytes(16, 1)).value()).value();
  }
  check_error(chat->send_text("late"), Errc::closed);
  check_error(chat->leave().wait(0ms), Errc::closed);
}

TEST_CASE("what waits for the relay is answered with closed when the client goes") {
  TestRelay relay;
  std::optional<Pending<void>> pending;
  std::atomic<bool> called = false;
  {
    Person anna(relay->address(), /*start_offline=*/true);
    pending = anna.client.register_device();
    pending->then([&](const Result<void>& result) { called = result.error() == Errc::closed; });
  }
  REQUIRE(pending->poll());
  check_error(*pending->poll(), Errc::closed);
  CHECK(called);
}

TEST_CASE("a suspended client lets another open its folder, and resumes where it was") {
  Two two;
  auto chat = two.annas();
  two.anna.client.suspend().value();
  two.anna.client.suspend().value();
  check_error(chat.send_text("not now"), Errc::closed);
  {
    auto extension = Client::open(two.anna.options());
    REQUIRE(extension);
    CHECK(extension->account_id() == two.anna.client.account_id());
    check_error(two.anna.client.resume(), Errc::storage_in_use);
    extension->chat(chat.id()).value().send_text("from the extension").value();
    CHECK(two.bo.reads("from the extension"));
  }
  two.anna.client.resume().value();
  two.anna.client.resume().value();
  chat.send_text("here again").value();
  CHECK(two.bo.reads("here again"));
  CHECK(chat.history(10).value().size() == two.bos().history(10).value().size());
}

TEST_CASE("calls from the library's own thread do not deadlock") {
  TestRelay relay;
  Person anna(relay->address());
  std::promise<Result<std::vector<Message>>> answer;
  anna.client.register_device().then([&](const Result<void>& result) {
    CHECK(result);
    answer.set_value(anna.client.pending());
  });
  auto answered = answer.get_future();
  REQUIRE(answered.wait_for(patience) == std::future_status::ready);
  CHECK(answered.get());
}

TEST_CASE("a client may be closed from a callback") {
  TestRelay relay;
  Person anna(relay->address());
  std::promise<void> closed;
  anna.client.register_device().then([&](const Result<void>&) {
    anna.client.close();
    closed.set_value();
  });
  REQUIRE(closed.get_future().wait_for(patience) == std::future_status::ready);
  check_error(anna.client.chats(), Errc::closed);
}

TEST_CASE("a client may be suspended and resumed from a callback") {
  TestRelay relay;
  Person anna(relay->address());
  std::promise<Result<void>> resumed;
  anna.client.register_device().then([&](const Result<void>&) {
    CHECK(anna.client.suspend());
    resumed.set_value(anna.client.resume());
  });
  CHECK(resumed.get_future().get());
  CHECK(anna.client.chats());
}

TEST_CASE("a client may be destroyed in a callback") {
  TestRelay relay;
  test::TemporaryFolder folder;
  auto client = std::make_unique<Client>(
      Client::open(
          {.folder = folder.path / "device", .storage_key = storage_key, .relay = relay->address()})
          .value());
  std::promise<void> destroyed;
  const auto pending = client->register_device();
  pending.then([&](const Result<void>&) {
    client.reset();
    destroyed.set_value();
  });
  CHECK(destroyed.get_future().wait_for(patience) == std::future_status::ready);
}

TEST_CASE("the wake-up hook is called for what waits already and for what comes") {
  TestRelay relay;
  Person anna(relay->address());
  REQUIRE(anna.client.register_device().wait(patience));
  std::promise<void> first, second;
  std::atomic<int> calls = 0;
  anna.client.on_event([&] {
    const int call = ++calls;
    if (call == 1) first.set_value();
    if (call == 2) second.set_value();
  });
  REQUIRE(first.get_future().wait_for(patience) == std::future_status::ready);
  while (anna.client.poll_event()) {
  }
  anna.client.set_network(false);
  CHECK(second.get_future().wait_for(patience) == std::future_status::ready);
}

TEST_CASE("a client may be closed while threads use it") {
  Two two;
  for (int round = 0; round < 5; ++round) {
    Person carl(two.relay->address());
    (void)carl.client.register_device();
    auto chat = carl.client.chat_with(two.bo.client.account_id()).value();
    std::atomic<bool> ended = false;
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
      while (chat.send_text("x")) std::this_thread::yield();
    });
    threads.emplace_back([&] {
      while (carl.client.chats()) (void)carl.client.statistics();
    });
    std::promise<void> online;
    threads.emplace_back([&] {
      bool told = false;
      while (!ended) {
        const auto event = carl.client.wait_event(10ms);
        const auto* changed = event ? std::get_if<ConnectionChanged>(&*event) : nullptr;
        if (changed && changed->online && !std::exchange(told, true)) online.set_value();
      }
    });
    // In the middle of all kinds of things.
    if (round > 0) (void)online.get_future().wait_for(patience);
    carl.client.close();
    ended = true;
    for (auto& thread : threads) thread.join();
    check_error(chat.send_text("late"), Errc::closed);
  }
}

TEST_CASE("a client counts what it stores and sends") {
  Two two;
  two.annas().send_text("one").value();
  REQUIRE(two.bo.reads("one"));
  const auto statistics = two.anna.client.statistics();
  CHECK(statistics.store_commits >= statistics.store_syncs);
  CHECK(statistics.store_syncs > 0);
  CHECK(statistics.frames_sent > 0);
  CHECK(statistics.frames_received > 0);
  CHECK(statistics.bytes_sent > statistics.frames_sent);
  two.anna.client.close();
  CHECK(two.anna.client.statistics().frames_sent >= statistics.frames_sent);
}

TEST_CASE("a network that changes again and again does not cost a link that is good") {
  Two two;
  auto chat = two.annas();
  MessageId last;
  for (int i = 0; i < 50; ++i) {
    two.anna.client.set_network(true);
    last = chat.send_text("x").value();
  }
  CHECK(two.anna.event([&](const Event& event) {
    CHECK_FALSE(std::holds_alternative<Problem>(event));
    const auto* changed = std::get_if<MessageChanged>(&event);
    return changed && changed->id == last && changed->state == MessageState::delivered;
  }));
}

TEST_CASE("a relay keeps its address over a restart") {
  TestRelay relay;
  const auto address = relay->address();
  relay.restart();
  CHECK(relay->address() == address);
}

TEST_CASE("a second relay on one folder, or on one port, is refused") {
  TestRelay relay;
  test::TemporaryFolder folder;
  const auto taken = "127.0.0.1:" + std::to_string(relay->port());
  const auto second = Relay::start({.folder = folder.path / "relay", .listen = taken});
  check_error(second, Errc::connection_refused);
  CHECK_THAT(second.error().message(), Catch::Contains(taken));
  auto first = Relay::start({.folder = folder.path / "relay", .listen = "127.0.0.1:0"});
  REQUIRE(first);
  check_error(Relay::start({.folder = folder.path / "relay", .listen = "127.0.0.1:0"}),
              Errc::storage_in_use);
  check_error(Relay::start({.folder = folder.path / "relay", .listen = "nowhere"}),
              Errc::address_invalid);
}

TEST_CASE("a relay may be stopped twice, and says what it has done") {
  Two two;
  two.annas().send_text("one").value();
  REQUIRE(two.bo.reads("one"));
  const auto statistics = two.relay->statistics();
  CHECK(statistics.connections == 2);
  CHECK(statistics.entries_stored > 0);
  CHECK(statistics.batches >= statistics.store_syncs);
  two.relay->stop();
  two.relay->stop();
  CHECK(two.relay->statistics().connections == 0);
}
