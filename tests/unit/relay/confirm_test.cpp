// confirm and set_pin: whose a number is.
#include "people.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

const std::string held_number = "+31612345678";
const std::string next_number = "+31687654321";

struct ConfirmTalk {
  World world{without_work()};
  Person anna = person(world);
  Person bo = person(world);
  Person carol = person_with(world, "+4915112345678");  // who looks
};

std::uint32_t tries_left(const wire::Answer& answer, Errc code) {
  const auto refused = as<wire::Refused>(answer);
  CHECK(refused.code == code);
  return refused.limit;
}

}  // namespace

TEST_CASE("a right code makes the number the account's, and found by who has it") {
  ConfirmTalk talk;
  CHECK(found_by(talk.world, talk.carol, held_number) == std::nullopt);
  confirm_number(talk.world, talk.anna, held_number);
  CHECK(found_by(talk.world, talk.carol, held_number) == talk.anna.device.account);
  CHECK(found_by(talk.world, talk.carol, next_number) == std::nullopt);
}

TEST_CASE("a confirmed number outlives a relay that is killed right after its answer") {
  ConfirmTalk talk;
  confirm_number(talk.world, talk.anna, held_number);
  talk.world.disk.power_cut();
  talk.world.restart();
  talk.carol.at = talk.world.resume(talk.carol.device);
  CHECK(found_by(talk.world, talk.carol, held_number) == talk.anna.device.account);
}

TEST_CASE("a wrong code says how many tries are left, and after the fifth there is none") {
  ConfirmTalk talk;
  request_code(talk.world, talk.anna, held_number);
  const auto code = talk.world.code_for(held_number);
  const std::vector<std::string> wrong = {other_code(code), "", code + "0", code.substr(0, 5),
                                          "abcdef"};
  for (std::uint32_t i = 0; i < 5; ++i)
    CHECK(tries_left(confirm(talk.world, talk.anna, held_number, wrong[i]), Errc::code_wrong) ==
          4 - i);
  CHECK(refusal(confirm(talk.world, talk.anna, held_number, code)) == Errc::code_expired);
  CHECK(found_by(talk.world, talk.carol, held_number) == std::nullopt);
}

TEST_CASE("tries are counted over a restart") {
  ConfirmTalk talk;
  request_code(talk.world, talk.anna, held_number);
  const auto code = talk.world.code_for(held_number);
  for (int i = 0; i < 4; ++i) confirm(talk.world, talk.anna, held_number, other_code(code));
  talk.world.disk.power_cut();
  talk.world.restart();
  talk.anna.at = talk.world.resume(talk.anna.device);
  CHECK(tries_left(confirm(talk.world, talk.anna, held_number, other_code(code)),
                   Errc::code_wrong) == 0);
  CHECK(refusal(confirm(talk.world, talk.anna, held_number, code)) == Errc::code_expired);
}

TEST_CASE("a code is good for ten minutes") {
  ConfirmTalk talk;
  request_code(talk.world, talk.anna, held_number);
  const auto code = talk.world.code_for(held_number);
  SECTION("until then") {
    talk.world.pass_ms(599'000);
    as<wire::Done>(confirm(talk.world, talk.anna, held_number, code));
  }
  SECTION("no longer") {
    talk.world.pass_ms(600'000);
    CHECK(refusal(confirm(talk.world, talk.anna, held_number, code)) == Errc::code_expired);
  }
}

TEST_CASE("a code is good for one account and one number") {
  ConfirmTalk talk;
  request_code(talk.world, talk.anna, held_number);
  const auto code = talk.world.code_for(held_number);
  CHECK(refusal(confirm(talk.world, talk.bo, held_number, code)) == Errc::code_expired);
  CHECK(refusal(confirm(talk.world, talk.anna, next_number, code)) == Errc::code_expired);
  request_code(talk.world, talk.bo, held_number);
  // Bo's does not cancel Anna's.
  as<wire::Done>(confirm(talk.world, talk.anna, held_number, code));
}

TEST_CASE("a code is used up, but saying again what is so already is fine") {
  ConfirmTalk talk;
  confirm_number(talk.world, talk.anna, held_number);
  const auto code = talk.world.code_for(held_number);
  const auto commits = talk.world.commits();
  as<wire::Done>(confirm(talk.world, talk.anna, held_number, code));
  as<wire::Done>(confirm(talk.world, talk.anna, held_number, other_code(code)));
  CHECK(talk.world.commits() == commits);
  confirm_number(talk.world, talk.bo, held_number);
  CHECK(refusal(confirm(talk.world, talk.anna, held_number, code)) == Errc::code_expired);
}

TEST_CASE("a number has one account: who confirms it takes it from who had it") {
  ConfirmTalk talk;
  confirm_number(talk.world, talk.anna, held_number);
  confirm_number(talk.world, talk.bo, held_number);
  CHECK(found_by(talk.world, talk.carol, held_number) == talk.bo.device.account);
  CHECK(directory_of(talk.world, talk.carol).members == 2);
  CHECK(refusal(talk.world.ask(talk.anna.at, wire::GetDirectory{})) == Errc::number_not_confirmed);
}

TEST_CASE("an account has one number: another takes its place") {
  ConfirmTalk talk;
  confirm_number(talk.world, talk.anna, held_number);
  confirm_number(talk.world, talk.anna, next_number);
  CHECK(found_by(talk.world, talk.carol, held_number) == std::nullopt);
  CHECK(found_by(talk.world, talk.carol, next_number) == talk.anna.device.account);
  CHECK(directory_of(talk.world, talk.carol).members == 2);
  confirm_number(talk.world, talk.bo, held_number);
  CHECK(found_by(talk.world, talk.carol, held_number) == talk.bo.device.account);
}

TEST_CASE("two accounts that swap their numbers in turn end up with each other's") {
  ConfirmTalk talk;
  confirm_number(talk.world, talk.anna, held_number);
  confirm_number(talk.world, talk.bo, next_number);
  confirm_number(talk.world, talk.anna, next_number);
  confirm_number(talk.world, talk.bo, held_number);
  CHECK(found_by(talk.world, talk.carol, held_number) == talk.bo.device.account);
  CHECK(found_by(talk.world, talk.carol, next_number) == talk.anna.device.account);
}

TEST_CASE("a disk that fails at any write of a Confirm leaves everything as it was") {
  for (std::uint64_t write = 1;; ++write) {
    ConfirmTalk talk;
    confirm_number(talk.world, talk.anna, held_number);
    request_code(talk.world, talk.bo, held_number);
    const auto version = directory_of(talk.world, talk.carol).version;
    talk.world.disk.fail_at(talk.world.disk.operations() + write);
    const auto answer = confirm(talk.world, talk.bo, held_number, talk.world.code_for(held_number));
    const bool failed = talk.world.disk.failed();
    talk.world.disk.fail_at(std::nullopt);
    if (!failed || std::holds_alternative<wire::Done>(answer)) {
      as<wire::Done>(answer);
      CHECK(write > 10);
      break;
    }
    CHECK(refusal(answer) == Errc::storage_io);
    CHECK(found_by(talk.world, talk.carol, held_number) == talk.anna.device.account);
    CHECK(directory_of(talk.world, talk.carol).version == version);
    as<wire::Done>(confirm(talk.world, talk.bo, held_number, talk.world.code_for(held_number)));
  }
}

TEST_CASE("only an account with a number has a PIN") {
  ConfirmTalk talk;
  CHECK(refusal(talk.world.ask(talk.anna.at, wire::SetPin{pin(1)})) == Errc::number_not_confirmed);
  confirm_number(talk.world, talk.anna, held_number);
  as<wire::Done>(talk.world.ask(talk.anna.at, wire::SetPin{pin(1)}));
}

TEST_CASE("a PIN keeps a number from who has a right code but not the PIN") {
  ConfirmTalk talk;
  confirm_number(talk.world, talk.anna, held_number);
  as<wire::Done>(talk.world.ask(talk.anna.at, wire::SetPin{pin(1)}));
  request_code(talk.world, talk.bo, held_number);
  const auto code = talk.world.code_for(held_number);
  // Asking without one is no guess.
  CHECK(tries_left(confirm(talk.world, talk.bo, held_number, code), Errc::pin_wrong) == 5);
  CHECK(tries_left(confirm(talk.world, talk.bo, held_number, code, pin(2)), Errc::pin_wrong) == 4);
  CHECK(found_by(talk.world, talk.carol, held_number) == talk.anna.device.account);
  as<wire::Done>(confirm(talk.world, talk.bo, held_number, code, pin(1)));
  CHECK(found_by(talk.world, talk.carol, held_number) == talk.bo.device.account);
  // It was Anna's.
  confirm_number(talk.world, talk.anna, held_number);
}

TEST_CASE("whether there is a PIN is told only to who has a right code") {
  ConfirmTalk talk;
  confirm_number(talk.world, talk.anna, held_number);
  as<wire::Done>(talk.world.ask(talk.anna.at, wire::SetPin{pin(1)}));
  request_code(talk.world, talk.bo, held_number);
  const auto code = talk.world.code_for(held_number);
  CHECK(refusal(confirm(talk.world, talk.bo, held_number, other_code(code), pin(2))) ==
        Errc::code_wrong);
  CHECK(refusal(confirm(talk.world, talk.carol, held_number, code, pin(1))) == Errc::code_expired);
}

TEST_CASE("a PIN may be guessed at five times a day, by all together, over restarts") {
  ConfirmTalk talk;
  confirm_number(talk.world, talk.anna, held_number);
  as<wire::Done>(talk.world.ask(talk.anna.at, wire::SetPin{pin(1)}));
  request_code(talk.world, talk.bo, held_number);
  for (std::uint32_t i = 0; i < 5; ++i) {
    if (i == 3) {
      talk.world.disk.power_cut();
      talk.world.restart();
      talk.bo.at = talk.world.resume(talk.bo.device);
      talk.carol.at = talk.world.resume(talk.carol.device);
    }
    CHECK(tries_left(
              confirm(talk.world, talk.bo, held_number, talk.world.code_for(held_number), pin(2)),
              Errc::pin_wrong) == 4 - i);
  }
  const auto over = as<wire::Refused>(
      confirm(talk.world, talk.bo, held_number, talk.world.code_for(held_number), pin(1)));
  CHECK(over.code == Errc::rate_limited);
  const auto midnight_ms = day_ms - talk.world.now.wall_ms % day_ms;
  CHECK(over.retry_after_ms <= midnight_ms + 1'000);
  CHECK(over.retry_after_ms + 1'000 >= midnight_ms);
  request_code(talk.world, talk.carol, held_number);
  CHECK(refusal(confirm(talk.world, talk.carol, held_number, talk.world.code_for(held_number),
                        pin(1))) == Errc::rate_limited);
  talk.world.pass_ms(midnight_ms + 1'000);
  request_code(talk.world, talk.bo, held_number);
  as<wire::Done>(
      confirm(talk.world, talk.bo, held_number, talk.world.code_for(held_number), pin(1)));
}

TEST_CASE("a PIN that was taken back protects nothing, and a changed one is the new one") {
  ConfirmTalk talk;
  confirm_number(talk.world, talk.anna, held_number);
  as<wire::Done>(talk.world.ask(talk.anna.at, wire::SetPin{pin(1)}));
  SECTION("taken back") {
    as<wire::Done>(talk.world.ask(talk.anna.at, wire::SetPin{}));
    confirm_number(talk.world, talk.bo, held_number);
  }
  SECTION("changed") {
    as<wire::Done>(talk.world.ask(talk.anna.at, wire::SetPin{pin(3)}));
    request_code(talk.world, talk.bo, held_number);
    const auto code = talk.world.code_for(held_number);
    CHECK(refusal(confirm(talk.world, talk.bo, held_number, code, pin(1))) == Errc::pin_wrong);
    as<wire::Done>(confirm(talk.world, talk.bo, held_number, code, pin(3)));
  }
  SECTION("an account's next number begins without one: the proof is salted with the number") {
    confirm_number(talk.world, talk.anna, next_number);
    confirm_number(talk.world, talk.bo, next_number);
  }
}

TEST_CASE("the PIN of an account that has not been there for thirty days protects no more") {
  ConfirmTalk talk;
  confirm_number(talk.world, talk.anna, held_number);
  as<wire::Done>(talk.world.ask(talk.anna.at, wire::SetPin{pin(1)}));
  const auto answer = [&] {
    request_code(talk.world, talk.bo, held_number);
    return confirm(talk.world, talk.bo, held_number, talk.world.code_for(held_number));
  };
  SECTION("away for long enough") {
    talk.world.disconnect(talk.anna.at);
    talk.world.pass_ms(31 * day_ms);
    as<wire::Done>(answer());
  }
  SECTION("away for less") {
    talk.world.disconnect(talk.anna.at);
    talk.world.pass_ms(30 * day_ms);
    CHECK(refusal(answer()) == Errc::pin_wrong);
  }
  SECTION("silent, but connected") {
    talk.world.pass_ms(40 * day_ms);
    CHECK(refusal(answer()) == Errc::pin_wrong);
  }
  SECTION("connected all along, and gone since yesterday") {
    talk.world.pass_ms(40 * day_ms);
    talk.world.ask(talk.anna.at, wire::Ping{});
    talk.world.disconnect(talk.anna.at);
    talk.world.pass_ms(day_ms);
    CHECK(refusal(answer()) == Errc::pin_wrong);
  }
  SECTION("back for a moment in between") {
    talk.world.disconnect(talk.anna.at);
    talk.world.pass_ms(20 * day_ms);
    talk.world.disconnect(talk.world.resume(talk.anna.device));
    talk.world.pass_ms(20 * day_ms);
    CHECK(refusal(answer()) == Errc::pin_wrong);
  }
}
