#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <future>

#include "net/admission.hpp"
#include "net/deadline_timer.hpp"
#include "net/event_mailbox.hpp"
#include "net/identified.hpp"
#include "net/log_limiter.hpp"
#include "net/loop_thread.hpp"
#include "net/name_lookup.hpp"
#include "net/partial_frames.hpp"
#include "net/relay_key.hpp"
#include "net/system_clock.hpp"
#include "support/seeded_entropy.hpp"
#include "support/temporary_folder.hpp"

using namespace tern;
using namespace tern::net;
using namespace std::chrono_literals;

namespace {

Event problem(const std::string& text) { return Problem{.message = text}; }
std::string text_of(const std::optional<Event>& event) {
  REQUIRE(event);
  return std::get<Problem>(*event).message;
}

asio::ip::tcp::endpoint endpoint(const char* address) {
  return {asio::ip::make_address(address), 1};
}

}  // namespace

// ---- LoopThread, DeadlineTimer ------------------------------------------------------------------

TEST_CASE("work runs on the loop's thread while the caller waits") {
  auto loop = LoopThread::start([] {}).value();
  bool on_thread = false, nested = false;
  CHECK(loop->run([&] {
    on_thread = loop->is_current();
    CHECK(loop->run([&] { nested = true; }));  // called from the thread itself: no deadlock
  }));
  CHECK(on_thread);
  CHECK(nested);
  CHECK_FALSE(loop->is_current());
  loop->stop();
}

TEST_CASE("work that throws is an error for its caller, and the loop goes on") {
  auto loop = LoopThread::start([] {}).value();
  const auto ran = loop->run([] { throw std::runtime_error("boom"); });
  REQUIRE_FALSE(ran);
  CHECK(ran.error().errc() == Errc::internal);
  CHECK(loop->run([] {}));
  loop->stop();
}

TEST_CASE("a handler that throws is reported, and the loop goes on") {
  std::promise<void> reported;
  auto loop = LoopThread::start([&] { reported.set_value(); }).value();
  loop->post([] { throw std::runtime_error("boom"); });
  CHECK(reported.get_future().wait_for(30s) == std::future_status::ready);
  CHECK(loop->run([] {}));
  loop->stop();
}

TEST_CASE("after stop() nothing runs, and whoever asks is told") {
  auto loop = LoopThread::start([] {}).value();
  bool before = false, after = false;
  loop->post([&] { before = true; });
  loop->stop();
  CHECK(before);
  const auto ran = loop->run([&] { after = true; });
  REQUIRE_FALSE(ran);
  CHECK(ran.error().errc() == Errc::closed);
  CHECK_FALSE(after);
  loop->stop();
}

TEST_CASE("a loop may be stopped, and dropped, from its own thread") {
  auto loop = LoopThread::start([] {}).value();
  std::promise<void> ended;
  auto* const raw = loop.get();
  raw->post([&ended, loop = std::move(loop)]() mutable {
    loop->stop();
    loop.reset();
    ended.set_value();
  });
  CHECK(ended.get_future().wait_for(30s) == std::future_status::ready);
}

TEST_CASE("a timer fires once at its time, and not when it was told otherwise") {
  asio::io_context io;
  int fired = 0;
  DeadlineTimer timer(io, [&] { ++fired; });
  timer.set(read_clock().mono_ms - 1);
  io.run();
  CHECK(fired == 1);
  io.restart();
  timer.set(read_clock().mono_ms - 1);
  timer.cancel();
  io.run();
  CHECK(fired == 1);
}

TEST_CASE("a timer whose handler is queued already does not outlive its owner") {
  asio::io_context io;
  int fired = 0;
  auto first = std::make_unique<DeadlineTimer>(io, [&] { ++fired; });
  std::unique_ptr<DeadlineTimer> second;
  second = std::make_unique<DeadlineTimer>(io, [&] {
    ++fired;
    first.reset();
  });
  second->set(read_clock().mono_ms - 2);
  first->set(read_clock().mono_ms - 1);
  io.run();
  CHECK(fired == 1);
}

// ---- EventMailbox ------------------------------------------------------------------------------

TEST_CASE("events come out in order, and the hook is called when the first is in") {
  EventMailbox mailbox;
  int woken = 0;
  CHECK_FALSE(mailbox.set_wake_up([&] { ++woken; }));
  mailbox.push(problem("1"));
  mailbox.push(problem("2"));
  CHECK(woken == 1);
  CHECK(text_of(mailbox.poll()) == "1");
  CHECK(text_of(mailbox.wait(0ms)) == "2");
  CHECK_FALSE(mailbox.poll());
  CHECK_FALSE(mailbox.wait(0ms));
  mailbox.push(problem("3"));
  CHECK(woken == 2);
  CHECK(mailbox.set_wake_up({}));
}

TEST_CASE("events over the bound become one reset, and later ones follow it") {
  EventMailbox mailbox(3);
  for (int i = 0; i < 5; ++i) mailbox.push(problem(std::to_string(i)));
  CHECK(std::holds_alternative<Reset>(*mailbox.poll()));
  CHECK(text_of(mailbox.poll()) == "4");
  CHECK_FALSE(mailbox.poll());
}

TEST_CASE("a closed mailbox wakes who waits, and gives nothing more") {
  EventMailbox mailbox;
  auto waiting = std::async(std::launch::async, [&] { return mailbox.wait(30s).has_value(); });
  mailbox.close();
  CHECK_FALSE(waiting.get());
  mailbox.push(problem("late"));
  CHECK_FALSE(mailbox.poll());
}

TEST_CASE("waiting for ever does not return at once") {
  EventMailbox mailbox;
  auto waiting = std::async(std::launch::async,
                            [&] { return mailbox.wait(std::chrono::milliseconds::max()); });
  mailbox.push(problem("came"));
  CHECK(text_of(waiting.get()) == "came");
}

// ---- addresses, limits, log
// ----------------------------------------------------------------------

TEST_CASE("address families take turns, the first one's first") {
  const Endpoints given{endpoint("2001:db8::1"), endpoint("2001:db8::2"), endpoint("2001:db8::3"),
                        endpoint("192.0.2.1")};
  const Endpoints expected{endpoint("2001:db8::1"), endpoint("192.0.2.1"), endpoint("2001:db8::2"),
                           endpoint("2001:db8::3")};
  CHECK(interleave_families(given) == expected);
  CHECK(interleave_families({}).empty());
}

TEST_CASE("the addresses of one IPv6 network count as one, and so do both forms of IPv4") {
  const auto origin = [](const char* text) { return origin_of(asio::ip::make_address(text)); };
  CHECK(origin("2001:db8:0:1::1") == origin("2001:db8:0:1:ffff::2"));
  CHECK(origin("2001:db8:0:1::1") != origin("2001:db8:0:2::1"));
  CHECK(origin("192.0.2.1") == origin("::ffff:192.0.2.1"));
  CHECK(origin("192.0.2.1") != origin("192.0.2.2"));
}

TEST_CASE("admission ends at each limit and begins again below it") {
  Admission admission({.connections_per_address = 2, .connections_max = 3});
  const Origin a, b = *Origin::from(Bytes(16, 1));
  CHECK(admission.enter(a));
  CHECK(admission.enter(a));
  CHECK_THAT(admission.enter(a).error().message(), Catch::Contains("connections_per_address=2"));
  CHECK(admission.enter(b));
  CHECK_THAT(admission.enter(b).error().message(), Catch::Contains("connections_max=3"));
  admission.leave(a);
  CHECK(admission.count() == 2);
  CHECK(admission.enter(a));
}

TEST_CASE("an address has a hundred connections unless an operator says otherwise") {
  Admission admission(RelayLimits{});
  const Origin origin;
  for (int i = 0; i < 100; ++i) CHECK(admission.enter(origin));
  CHECK_THAT(admission.enter(origin).error().message(),
             Catch::Contains("connections_per_address=100"));
  admission.leave(origin);
  CHECK(admission.enter(origin));
}

TEST_CASE("one IPv6 site has the places of four networks, however many it has") {
  Admission admission({.connections_per_address = 2, .connections_max = 100});
  const auto network = [](int number) {
    return origin_of(asio::ip::make_address("2001:db8:0:" + std::to_string(number) + "::1"));
  };
  for (int i = 0; i < 8; ++i) CHECK(admission.enter(network(i)));
  CHECK_THAT(admission.enter(network(8)).error().message(), Catch::Contains("IPv6 site"));
  CHECK(admission.enter(origin_of(asio::ip::make_address("2001:db8:1::1"))));
  admission.leave(network(0));
  CHECK(admission.enter(network(9)));
  for (int i = 1; i < 20; ++i)
    CHECK(admission.enter(origin_of(asio::ip::make_address("192.0.2." + std::to_string(i)))));
}

TEST_CASE("over the budget for half frames strangers go first, and who has owed for longest") {
  const std::vector<Owing> owing{{.connection = 1, .identified = true, .since_ms = 10, .bytes = 5},
                                 {.connection = 2, .identified = false, .since_ms = 30, .bytes = 5},
                                 {.connection = 3, .identified = false, .since_ms = 20, .bytes = 5},
                                 {.connection = 4, .identified = true, .since_ms = 40, .bytes = 5}};
  using Ids = std::vector<relay::ConnectionId>;
  CHECK(over_budget(owing, 20).empty());
  CHECK(over_budget(owing, 19) == Ids{3});
  CHECK(over_budget(owing, 10) == Ids{3, 2});
  CHECK(over_budget(owing, 9) == Ids{3, 2, 1});
  CHECK(over_budget({}, 0).empty());
}

TEST_CASE("an answer to a known device says so, and no other frame does") {
  const auto answer = [](wire::Answer what) {
    return wire::encode(wire::AnswerFrame{.id = 1, .answer = std::move(what)});
  };
  CHECK(says_identified(answer(wire::Resumed{.registered = true})));
  CHECK(says_identified(answer(wire::Registered{})));
  CHECK_FALSE(says_identified(answer(wire::Resumed{.registered = false})));
  CHECK_FALSE(says_identified(answer(wire::Done{})));
  CHECK_FALSE(says_identified(wire::encode(wire::Push{wire::Notice{}})));
  CHECK_FALSE(says_identified(Bytes{1, 2, 3}));
}

TEST_CASE("log lines that strangers cause are limited, and what is left out is counted") {
  std::vector<std::string> lines;
  LogLimiter limiter([&](std::string_view line) { lines.emplace_back(line); });
  for (int i = 0; i < LogLimiter::burst + 7; ++i) limiter.line(1'000, "x");
  CHECK(lines.size() == LogLimiter::burst);
  limiter.line(1'199, "x");
  CHECK(lines.size() == LogLimiter::burst);
  limiter.line(1'200, "y");
  REQUIRE(lines.size() == LogLimiter::burst + 2);
  CHECK(lines[LogLimiter::burst] == "8 lines left out");
  CHECK(lines.back() == "y");
}

TEST_CASE("lines that strangers cause do not keep the operator's own out of the log") {
  std::vector<std::string> lines;
  LogLimiter limiter([&](std::string_view line) { lines.emplace_back(line); });
  for (int i = 0; i < 1000; ++i) limiter.line(1'000, "refused connection=1 reason=stale");
  limiter.line(1'000, "batch refused: storage_full requests=7");
  CHECK(lines.back() == "batch refused: storage_full requests=7");
  for (int i = 0; i < 1000; ++i) limiter.line(1'000, "accept failed: Too many open files");
  CHECK(lines.size() == 2 * LogLimiter::burst);
}

// ---- the relay's key
// ------------------------------------------------------------------------------

TEST_CASE("a relay's key is made once, with mode 0600, and found again") {
  test::TemporaryFolder folder;
  test::SeededEntropy entropy(1);
  const auto made = load_or_make_relay_key(folder.path, entropy);
  REQUIRE(made);
  const auto status = std::filesystem::status(folder.path / "relay.key");
  CHECK((status.permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK_FALSE(std::filesystem::exists(folder.path / "relay.key.new"));
  const auto found = load_or_make_relay_key(folder.path, entropy);
  REQUIRE(found);
  CHECK(found->public_key == made->public_key);
}

TEST_CASE("what a crash left of making a key is not in the way") {
  test::TemporaryFolder folder;
  test::SeededEntropy entropy(1);
  std::ofstream(folder.path / "relay.key.new") << "half";
  CHECK(load_or_make_relay_key(folder.path, entropy));
}

TEST_CASE("a relay's key that others may read is refused with a sentence that says what to do") {
  test::TemporaryFolder folder;
  test::SeededEntropy entropy(1);
  REQUIRE(load_or_make_relay_key(folder.path, entropy));
  using std::filesystem::perms;
  for (const auto extra : {perms::group_read, perms::others_read, perms::group_write}) {
    std::filesystem::permissions(folder.path / "relay.key",
                                 perms::owner_read | perms::owner_write | extra);
    const auto refused = load_or_make_relay_key(folder.path, entropy);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().errc() == Errc::storage_permission);
    CHECK_THAT(refused.error().message(), Catch::Contains("chmod 600"));
  }
}

TEST_CASE("a relay's key of another length, or that is no file, is refused and left alone") {
  test::TemporaryFolder folder;
  test::SeededEntropy entropy(1);
  const auto path = folder.path / "relay.key";
  SECTION("31 bytes") {
    std::ofstream(path) << std::string(31, 'k');
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    CHECK(load_or_make_relay_key(folder.path, entropy).error().errc() == Errc::storage_damaged);
    CHECK(std::filesystem::file_size(path) == 31);
  }
  SECTION("a folder") {
    std::filesystem::create_directory(path);
    CHECK(load_or_make_relay_key(folder.path, entropy).error().errc() == Errc::storage_damaged);
  }
  SECTION("a pipe, whose writer never comes") {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK(load_or_make_relay_key(folder.path, entropy).error().errc() == Errc::storage_damaged);
  }
  SECTION("another user's") {
    REQUIRE(load_or_make_relay_key(folder.path, entropy));
    if (::chown(path.c_str(), ::geteuid() + 1, ::getegid()) != 0)
      return;  // only root may give away
    CHECK(load_or_make_relay_key(folder.path, entropy).error().errc() == Errc::storage_permission);
  }
  SECTION("a link to somewhere else") {
    std::filesystem::create_symlink(folder.path / "elsewhere", path);
    CHECK_FALSE(load_or_make_relay_key(folder.path, entropy));
    CHECK_FALSE(std::filesystem::exists(folder.path / "elsewhere"));
  }
}
