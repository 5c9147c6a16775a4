// request_code: who gets a code, how often, and what the relay says of it.
#include <algorithm>
#include <set>

#include "people.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

const std::string verified_number = "+31612345678";

struct VerificationTalk {
  explicit VerificationTalk(const RelayLimits& limits = without_work()) : world(limits) {}
  World world;
  Person anna = person(world);
};

std::chrono::milliseconds retry_after(const wire::Answer& answer) {
  const auto refused = as<wire::Refused>(answer);
  CHECK(refused.code == Errc::rate_limited);
  return std::chrono::milliseconds(refused.retry_after_ms);
}

}  // namespace

TEST_CASE("a code of six digits is sent, and the answer comes when it has been") {
  VerificationTalk talk;
  talk.world.hold_codes = true;
  const auto id = talk.world.send(talk.anna.at, wire::RequestCode{.number = verified_number});
  talk.world.run();
  CHECK_FALSE(talk.world.was_answered(talk.anna.at, id));
  REQUIRE(talk.world.codes_sent.size() == 1);
  const auto& sent = talk.world.codes_sent[0];
  CHECK(sent.number == verified_number);
  CHECK(sent.code.size() == 6);
  CHECK(
      std::all_of(sent.code.begin(), sent.code.end(), [](char c) { return c >= '0' && c <= '9'; }));
  talk.world.core->code_sent(talk.world.now, sent.job, true);
  talk.world.run();
  CHECK(as<wire::CodeSent>(talk.world.answer_to(talk.anna.at, id)).valid_s == 600);
}

TEST_CASE("codes are drawn anew each time") {
  auto limits = without_work();
  limits.codes_per_hour = limits.account_codes_per_hour = 50;
  VerificationTalk talk(limits);
  std::set<std::string> codes;
  for (int i = 0; i < 30; ++i) {
    request_code(talk.world, talk.anna, verified_number);
    codes.insert(talk.world.code_for(verified_number));
  }
  CHECK(codes.size() >= 29);
}

TEST_CASE("a code is only sent for a device that has registered") {
  World world(without_work());
  const auto connection = world.connect(world.make_device());
  CHECK(refusal(world.ask(connection, wire::RequestCode{.number = verified_number})) ==
        Errc::not_registered);
  as<wire::Resumed>(world.ask(connection, wire::Resume{}));
  CHECK(refusal(world.ask(connection, wire::RequestCode{.number = verified_number})) ==
        Errc::not_registered);
  CHECK(world.codes_sent.empty());
}

TEST_CASE("what is no E.164 number is refused and sent nothing") {
  VerificationTalk talk;
  for (const std::string number : {"", "+", "31612345678", "+0612345678", "+3161234567x", "+316123",
                                   "+1234567890123456", "+31 612345678", "0031612345678"}) {
    INFO(number);
    CHECK(refusal(request_code(talk.world, talk.anna, number)) == Errc::number_invalid);
    CHECK(refusal(confirm(talk.world, talk.anna, number, "123456")) == Errc::number_invalid);
  }
  CHECK(talk.world.codes_sent.empty());
  as<wire::CodeSent>(request_code(talk.world, talk.anna, "+3161234"));
  as<wire::CodeSent>(request_code(talk.world, talk.anna, "+316123456789012"));
}

TEST_CASE("a relay without a verifier says so and stores nothing") {
  World world(without_work());
  world.sends_codes = false;
  world.restart();
  const auto anna = person(world);
  const auto before = world.commits();
  CHECK(refusal(request_code(world, anna, verified_number)) == Errc::verification_unavailable);
  CHECK(world.commits() == before);
  CHECK(world.codes_sent.empty());
}

TEST_CASE("without work for the challenge no code is sent") {
  RelayLimits limits;
  limits.work_bits = 8;
  VerificationTalk talk(limits);
  wire::RequestCode request{.number = verified_number};
  const auto wanted = as<wire::WorkWanted>(talk.world.ask(talk.anna.at, request));
  CHECK(wanted.bits == 8);
  const auto nonce =
      crypto::find_work(wanted.challenge, as_bytes(verified_number), 8, 0, 1'000'000).value();
  request.challenge = wanted.challenge;
  SECTION("the right one") {
    request.nonce = nonce;
    as<wire::CodeSent>(talk.world.ask(talk.anna.at, request));
  }
  SECTION("the right one, ten minutes later") {
    request.nonce = nonce;
    talk.world.pass_ms(600'000);
    as<wire::CodeSent>(talk.world.ask(talk.anna.at, request));
  }
  SECTION("the right one, twenty minutes later") {
    request.nonce = nonce;
    talk.world.pass_ms(1'200'000);
    as<wire::WorkWanted>(talk.world.ask(talk.anna.at, request));
  }
  SECTION("too little") {
    std::uint64_t weak = 0;
    while (crypto::work_bits(wanted.challenge, as_bytes(verified_number), weak) >= 8) ++weak;
    request.nonce = weak;
    as<wire::WorkWanted>(talk.world.ask(talk.anna.at, request));
  }
  SECTION("for another number") {
    const std::string other = "+31687654321";
    request.nonce = nonce;
    request.number = other;
    if (crypto::work_bits(wanted.challenge, as_bytes(other), nonce) < 8)
      as<wire::WorkWanted>(talk.world.ask(talk.anna.at, request));
  }
  SECTION("for a challenge of one's own") {
    request.challenge.bytes.fill(7);
    request.nonce =
        crypto::find_work(request.challenge, as_bytes(verified_number), 8, 0, 1'000'000).value();
    as<wire::WorkWanted>(talk.world.ask(talk.anna.at, request));
  }
  SECTION("another device's") {
    const auto bo = person(talk.world);
    request.nonce = nonce;
    as<wire::WorkWanted>(talk.world.ask(bo.at, request));
  }
}

TEST_CASE("a number is sent three codes an hour, whoever asks, and a restart does not forget") {
  VerificationTalk talk;
  const auto bo = person(talk.world);
  as<wire::CodeSent>(request_code(talk.world, talk.anna, verified_number));
  talk.world.pass_ms(600'000);
  as<wire::CodeSent>(request_code(talk.world, bo, verified_number));
  as<wire::CodeSent>(request_code(talk.world, bo, verified_number));
  CHECK(retry_after(request_code(talk.world, bo, verified_number)) == std::chrono::minutes(50));
  talk.world.restart();
  talk.anna.at = talk.world.resume(talk.anna.device);
  CHECK(retry_after(request_code(talk.world, talk.anna, verified_number)) ==
        std::chrono::minutes(50));
  as<wire::CodeSent>(request_code(talk.world, talk.anna, "+31687654321"));
  talk.world.pass_ms(50 * 60'000 - 1'000);
  CHECK(retry_after(request_code(talk.world, talk.anna, verified_number)) ==
        std::chrono::seconds(1));
  talk.world.pass_ms(1'000);
  as<wire::CodeSent>(request_code(talk.world, talk.anna, verified_number));
}

TEST_CASE("an account has five codes sent an hour, whatever the numbers") {
  VerificationTalk talk;
  for (std::size_t i = 0; i < 5; ++i)
    as<wire::CodeSent>(request_code(talk.world, talk.anna, number_of(i)));
  retry_after(request_code(talk.world, talk.anna, number_of(9)));
  as<wire::CodeSent>(request_code(talk.world, person(talk.world), number_of(9)));
  talk.world.pass_ms(hour_ms);
  as<wire::CodeSent>(request_code(talk.world, talk.anna, number_of(9)));
}

TEST_CASE("a code that could not be sent counts against the account but not the number") {
  VerificationTalk talk;
  talk.world.codes_fail = true;
  for (int i = 0; i < 5; ++i)
    CHECK(refusal(request_code(talk.world, talk.anna, verified_number)) ==
          Errc::verification_unavailable);
  CHECK(refusal(confirm(talk.world, talk.anna, verified_number,
                        talk.world.code_for(verified_number))) == Errc::code_expired);
  talk.world.codes_fail = false;
  retry_after(request_code(talk.world, talk.anna, verified_number));
  const auto bo = person(talk.world);
  for (int i = 0; i < 3; ++i) as<wire::CodeSent>(request_code(talk.world, bo, verified_number));
}

TEST_CASE("a code that fails after a newer one was sent does not take that one back") {
  VerificationTalk talk;
  talk.world.hold_codes = true;
  talk.world.send(talk.anna.at, wire::RequestCode{.number = verified_number});
  talk.world.run();
  talk.world.send(talk.anna.at, wire::RequestCode{.number = verified_number});
  talk.world.run();
  REQUIRE(talk.world.codes_sent.size() == 2);
  talk.world.core->code_sent(talk.world.now, talk.world.codes_sent[0].job, false);
  talk.world.run();
  as<wire::Done>(confirm(talk.world, talk.anna, verified_number, talk.world.codes_sent[1].code));
}

TEST_CASE("the outcome for a connection that has gone, or of no job, is dropped") {
  VerificationTalk talk;
  talk.world.hold_codes = true;
  talk.world.send(talk.anna.at, wire::RequestCode{.number = verified_number});
  talk.world.run();
  talk.world.disconnect(talk.anna.at);
  talk.world.frames_sent.clear();
  const auto job = talk.world.codes_sent.at(0).job;
  talk.world.core->code_sent(talk.world.now, job, true);
  talk.world.core->code_sent(talk.world.now, job, true);
  talk.world.core->code_sent(talk.world.now, job + 7, false);
  talk.world.run();
  CHECK(talk.world.frames_sent.empty());
}

TEST_CASE("a code that is on its way when the relay is killed still confirms") {
  VerificationTalk talk;
  talk.world.hold_codes = true;
  talk.world.send(talk.anna.at, wire::RequestCode{.number = verified_number});
  talk.world.run();
  talk.world.disk.power_cut();
  talk.world.restart();
  talk.anna.at = talk.world.resume(talk.anna.device);
  as<wire::Done>(
      confirm(talk.world, talk.anna, verified_number, talk.world.code_for(verified_number)));
}

TEST_CASE("at most so many codes are being sent at once") {
  auto limits = without_work();
  limits.account_codes_per_hour = 1'000;
  VerificationTalk talk(limits);
  std::vector<Person> askers;
  askers.reserve(5);
  for (int i = 0; i < 5; ++i) askers.push_back(person(talk.world));
  talk.world.hold_codes = true;
  for (std::size_t i = 0; i < 256; ++i)
    talk.world.send(askers[i % 5].at, wire::RequestCode{.number = number_of(i)});
  talk.world.run();
  CHECK(talk.world.codes_sent.size() == 256);
  CHECK(retry_after(request_code(talk.world, talk.anna, number_of(999))) ==
        std::chrono::seconds(1));
  talk.world.core->code_sent(talk.world.now, talk.world.codes_sent[0].job, true);
  talk.world.send(talk.anna.at, wire::RequestCode{.number = number_of(999)});
  talk.world.run();
  CHECK(talk.world.codes_sent.size() == 257);
}

TEST_CASE("whether a number is somebody's shows neither in the answer nor in what is written") {
  const auto trace = [](bool taken) {
    VerificationTalk talk;
    const auto bo = person(talk.world);
    confirm_number(talk.world, bo, taken ? verified_number : "+31687654321");
    talk.world.settle();
    talk.world.pass_ms(hour_ms);
    const auto before = talk.world.disk.operations();
    talk.world.frames_sent.clear();
    as<wire::CodeSent>(request_code(talk.world, talk.anna, verified_number));
    std::vector<std::size_t> sizes;
    for (const auto& frame : talk.world.frames_sent) sizes.push_back(frame->size());
    return std::pair(talk.world.disk.operations() - before, sizes);
  };
  CHECK(trace(true) == trace(false));
}

TEST_CASE("what codes leave behind is swept when it is of no use any more") {
  VerificationTalk talk;
  request_code(talk.world, talk.anna, verified_number);
  talk.world.settle();
  const auto used = talk.world.disk.bytes_used();
  talk.world.pass_ms(3 * day_ms);
  talk.world.ask(talk.anna.at, wire::Ping{});
  talk.world.settle();
  CHECK(talk.world.disk.bytes_used() + 200 < used);
  as<wire::CodeSent>(request_code(talk.world, talk.anna, verified_number));
}
