// What evaluations cost an account.
#include "people.hpp"
#include "relay/meter.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

RelayLimits small_meters() {
  auto out = without_work();
  out.evaluations_burst = 20;
  out.evaluations_first_week = 8;
  out.evaluations_per_hour = 6;
  return out;
}

struct MeterTalk {
  World world{small_meters()};
  Person anna = person_with(world, "+31612345678");

  Bytes elements(std::size_t count) {
    Bytes out;
    for (std::size_t i = 0; i < count; ++i) {
      const auto blinded =
          crypto::voprf::blind(as_bytes(number_of(next_++)), world.entropy).value();
      out.insert(out.end(), blinded.element.bytes.begin(), blinded.element.bytes.end());
    }
    return out;
  }
  wire::Answer evaluate(const Bytes& batch, std::uint32_t epoch = 1) {
    return world.ask(anna.at, wire::OprfEvaluate{epoch, batch});
  }
  wire::Answer evaluate(std::size_t count, std::uint32_t epoch = 1) {
    return evaluate(elements(count), epoch);
  }
  void restart() {
    world.disk.power_cut();
    world.restart();
    anna.at = world.resume(anna.device);
  }
  void rotate() {
    REQUIRE(world.core->rotate_directory_key(world.now));
    world.settle();
  }
  std::size_t next_ = 0;
};

wire::Refused over(const wire::Answer& answer) {
  const auto refused = as<wire::Refused>(answer);
  CHECK(refused.code == Errc::rate_limited);
  return refused;
}

}  // namespace

TEST_CASE("an account has so much evaluated at once, and is told how many would fit") {
  MeterTalk talk;
  as<wire::Evaluated>(talk.evaluate(5));
  const auto refused = over(talk.evaluate(4));
  CHECK(refused.limit == 3);
  // One more at six an hour.
  CHECK(refused.retry_after_ms == 600'000);
  as<wire::Evaluated>(talk.evaluate(3));
  CHECK(over(talk.evaluate(1)).limit == 0);
}

TEST_CASE("what was spent comes back, six an hour") {
  MeterTalk talk;
  as<wire::Evaluated>(talk.evaluate(8));
  const auto batch = talk.elements(2);
  talk.world.pass_ms(1'199'000);
  CHECK(over(talk.evaluate(batch)).retry_after_ms == 1'000);
  talk.world.pass_ms(1'000);
  as<wire::Evaluated>(talk.evaluate(batch));
  CHECK(over(talk.evaluate(1)).retry_after_ms == 600'000);
  talk.world.pass_ms(2 * hour_ms);
  CHECK(over(talk.evaluate(9)).limit == 8);
}

TEST_CASE("a batch that never fits says so") {
  MeterTalk talk;
  const auto refused = over(talk.evaluate(9));
  CHECK(refused.limit == 8);
  CHECK(refused.retry_after_ms == UINT32_MAX);
}

TEST_CASE("a restart does not refill") {
  MeterTalk talk;
  as<wire::Evaluated>(talk.evaluate(8));
  talk.restart();
  CHECK(over(talk.evaluate(1)).limit == 0);
}

TEST_CASE("another connection, another device or another number is no other meter") {
  MeterTalk talk;
  as<wire::Evaluated>(talk.evaluate(8));
  SECTION("another device") {
    const auto tablet = talk.world.make_second_device(talk.anna.device);
    talk.anna.at = talk.world.online(tablet);
  }
  SECTION("another number") { confirm_number(talk.world, talk.anna, "+31687654321"); }
  CHECK(over(talk.evaluate(1)).limit == 0);
}

TEST_CASE("the same batch again is free, the answer having been lost") {
  MeterTalk talk;
  const auto batch = talk.elements(8);
  as<wire::Evaluated>(talk.evaluate(batch));
  const auto commits = talk.world.commits();
  as<wire::Evaluated>(talk.evaluate(batch));
  CHECK(talk.world.commits() == commits);
  talk.restart();
  as<wire::Evaluated>(talk.evaluate(batch));
  CHECK(over(talk.evaluate(1)).limit == 0);
}

TEST_CASE("only the last batch is free, and only as it was") {
  MeterTalk talk;
  const auto batch = talk.elements(2);
  as<wire::Evaluated>(talk.evaluate(batch));
  const auto other = talk.elements(2);
  as<wire::Evaluated>(talk.evaluate(other));
  as<wire::Evaluated>(talk.evaluate(batch));  // paid again
  CHECK(over(talk.evaluate(3)).limit == 2);
  const Bytes half(batch.begin(), batch.begin() + 32);
  as<wire::Evaluated>(talk.evaluate(half));
  CHECK(over(talk.evaluate(2)).limit == 1);
}

TEST_CASE("a batch that is refused costs nothing and is not remembered") {
  MeterTalk talk;
  const auto batch = talk.elements(5);
  as<wire::Evaluated>(talk.evaluate(batch));
  over(talk.evaluate(4));
  as<wire::Evaluated>(talk.evaluate(batch));
  as<wire::Evaluated>(talk.evaluate(3));
}

TEST_CASE("after the first week with a number, whichever it was, there is more") {
  MeterTalk talk;
  as<wire::Evaluated>(talk.evaluate(8));
  talk.world.pass_ms(3 * day_ms);
  confirm_number(talk.world, talk.anna, "+31687654321");
  talk.world.pass_ms(4 * day_ms - 1'000);
  CHECK(over(talk.evaluate(9)).limit == 8);
  talk.world.pass_ms(1'000);
  as<wire::Evaluated>(talk.evaluate(20));
  CHECK(over(talk.evaluate(1)).limit == 0);
}

TEST_CASE("a number that was lost and another confirmed makes an account no younger") {
  MeterTalk talk;
  talk.world.pass_ms(8 * day_ms);
  const auto bo = person_with(talk.world, "+31612345678");
  CHECK(refusal(talk.evaluate(1)) == Errc::number_not_confirmed);
  confirm_number(talk.world, talk.anna, "+31687654321");
  as<wire::Evaluated>(talk.evaluate(20));
}

TEST_CASE("after a rotation as many are free as were evaluated before it") {
  MeterTalk talk;
  as<wire::Evaluated>(talk.evaluate(6));
  talk.rotate();
  as<wire::Evaluated>(talk.evaluate(4, 2));
  as<wire::Evaluated>(talk.evaluate(2, 2));
  // Two of eight were left.
  CHECK(over(talk.evaluate(3, 2)).limit == 2);
  SECTION("and after the next, though those were free") {
    talk.rotate();
    as<wire::Evaluated>(talk.evaluate(6, 3));
    CHECK(over(talk.evaluate(3, 3)).limit == 2);
  }
  SECTION("and after the next, though nothing was evaluated in between") {
    talk.rotate();
    talk.rotate();
    as<wire::Evaluated>(talk.evaluate(6, 4));
  }
  SECTION("once") {
    talk.restart();
    CHECK(over(talk.evaluate(3, 2)).limit == 2);
  }
}

TEST_CASE("what is free and what is left are told together") {
  MeterTalk talk;
  as<wire::Evaluated>(talk.evaluate(6));
  talk.rotate();
  CHECK(over(talk.evaluate(9, 2)).limit == 8);
  as<wire::Evaluated>(talk.evaluate(8, 2));
  CHECK(over(talk.evaluate(1, 2)).limit == 0);
}

TEST_CASE("in the epoch before nothing is free, but it is in the newest") {
  MeterTalk talk;
  talk.rotate();
  as<wire::Evaluated>(talk.evaluate(8, 1));
  CHECK(over(talk.evaluate(1, 1)).limit == 0);
  as<wire::Evaluated>(talk.evaluate(8, 2));
  CHECK(over(talk.evaluate(1, 2)).limit == 0);
}

TEST_CASE("a clock that goes back gives nothing and takes nothing away") {
  const MeterRates rates{10, 6};
  MeteredBatch batch{1, 10, {}};
  batch.hash.bytes.fill(1);
  auto row = charge(std::nullopt, 10 * hour_ms, rates, 1, batch).after;
  CHECK(row.spent == 10);
  batch.elements = 1;
  batch.hash.bytes.fill(2);
  CHECK_FALSE(charge(row, 5 * hour_ms, rates, 1, batch).granted);
  CHECK(charge(row, 5 * hour_ms, rates, 1, batch).wait_ms > 0);
  CHECK(charge(row, 10 * hour_ms + 600'000, rates, 1, batch).granted);
}

TEST_CASE("sums of a meter do not overflow") {
  const MeterRates rates{UINT32_MAX, 1};
  MeterRow row;
  row.epoch = 1;
  row.spent = UINT32_MAX;
  row.as_of_ms = 1;
  row.evaluated = UINT32_MAX;
  row.free_left = UINT32_MAX;
  MeteredBatch batch{1, 256, {}};
  batch.hash.bytes.fill(1);
  const auto free = charge(row, 2, rates, 1, batch);
  CHECK(free.granted);
  CHECK(free.after.evaluated == UINT32_MAX);
  row.free_left = 0;
  const auto refused = charge(row, 2, rates, 1, batch);
  CHECK_FALSE(refused.granted);
  CHECK(refused.fit == 0);
  CHECK(refused.wait_ms == 256u * 3'600'000u - 1);
  row.epoch = 2;
  CHECK_FALSE(charge(row, 2, rates, 2, batch).granted);
}
