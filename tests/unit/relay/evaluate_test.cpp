// oprf_evaluate: charged on the disk, computed elsewhere, proven to the client.
#include "people.hpp"
#include "relay/work_queue.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

struct EvaluateTalk {
  explicit EvaluateTalk(const RelayLimits& limits = without_work()) : world(limits) {}
  World world;
  Person anna = person_with(world, "+31612345678");
};

/// Blinded inputs, and what they are made of.
struct Questions {
  Questions(World& world, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      inputs.push_back(number_of(i));
      blinded.push_back(crypto::voprf::blind(as_bytes(inputs.back()), world.entropy).value());
      const auto& element = blinded.back().element.bytes;
      elements.insert(elements.end(), element.begin(), element.end());
    }
  }
  std::vector<std::string> inputs;
  std::vector<crypto::voprf::Blinded> blinded;
  Bytes elements;
};

}  // namespace

TEST_CASE("a batch comes back in order, with a proof under the directory's key") {
  EvaluateTalk talk;
  const auto head = directory_of(talk.world, talk.anna);
  const Questions questions(talk.world, 256);
  const auto answer =
      as<wire::Evaluated>(talk.world.ask(talk.anna.at, wire::OprfEvaluate{1, questions.elements}));
  crypto::voprf::Evaluation evaluation;
  for (std::size_t i = 0; i < 256; ++i)
    evaluation.elements.push_back(
        *crypto::voprf::Element::from(answer.elements.subspan(32 * i, 32)));
  evaluation.proof = *crypto::voprf::Proof::from(answer.proof);
  std::vector<ByteSpan> inputs;
  for (const auto& input : questions.inputs) inputs.push_back(as_bytes(input));
  CHECK(crypto::voprf::finalize({head.key.bytes}, inputs, questions.blinded, evaluation));
  CHECK_FALSE(
      crypto::voprf::finalize(questions.blinded[0].element, inputs, questions.blinded, evaluation));
}

TEST_CASE("without a confirmed number nothing is evaluated or told of the directory") {
  EvaluateTalk talk;
  const auto bo = person(talk.world);
  const Questions questions(talk.world, 1);
  const auto ask = [&](const wire::Request& request) {
    return refusal(talk.world.ask(bo.at, request));
  };
  CHECK(ask(wire::OprfEvaluate{1, questions.elements}) == Errc::number_not_confirmed);
  CHECK(ask(wire::GetDirectory{}) == Errc::number_not_confirmed);
  CHECK(ask(wire::GetSegments{1, 0}) == Errc::number_not_confirmed);
  CHECK(ask(wire::GetChanges{1, 1, 0}) == Errc::number_not_confirmed);
  CHECK(ask(wire::Lookup{1, {}}) == Errc::number_not_confirmed);
  CHECK(talk.world.works.empty());
}

TEST_CASE("an epoch that there is not, and a batch of no size, are refused and cost nothing") {
  EvaluateTalk talk;
  const Questions questions(talk.world, 257);
  const ByteSpan all = questions.elements;
  const auto commits = talk.world.commits();
  const auto ask = [&](std::uint32_t epoch, ByteSpan elements) {
    return refusal(talk.world.ask(talk.anna.at, wire::OprfEvaluate{epoch, elements}));
  };
  CHECK(ask(0, all.first(32)) == Errc::directory_epoch_gone);
  CHECK(ask(2, all.first(32)) == Errc::directory_epoch_gone);
  CHECK(ask(1, {}) == Errc::oprf_batch_invalid);
  CHECK(ask(1, all) == Errc::oprf_batch_invalid);
  CHECK(talk.world.commits() == commits);
}

TEST_CASE("an element that is none is found when it is computed, and the rest goes on") {
  EvaluateTalk talk;
  Questions questions(talk.world, 3);
  std::fill_n(questions.elements.begin() + 32, 32, 0xff);
  CHECK(refusal(talk.world.ask(talk.anna.at, wire::OprfEvaluate{1, questions.elements})) ==
        Errc::oprf_element_invalid);
  const Questions good(talk.world, 3);
  as<wire::Evaluated>(talk.world.ask(talk.anna.at, wire::OprfEvaluate{1, good.elements}));
}

TEST_CASE("the charge is on the disk before anything is computed") {
  EvaluateTalk talk;
  const Questions questions(talk.world, 2);
  talk.world.hold_work = true;
  const auto syncs = talk.world.syncs();
  const auto id = talk.world.send(talk.anna.at, wire::OprfEvaluate{1, questions.elements});
  talk.world.run();
  CHECK(talk.world.syncs() == syncs + 1);
  REQUIRE(talk.world.works.size() == 1);
  CHECK_FALSE(talk.world.was_answered(talk.anna.at, id));
  talk.world.finish_work();
  talk.world.run();
  as<wire::Evaluated>(talk.world.answer_to(talk.anna.at, id));
}

TEST_CASE("one work is handed out at a time, in turn between those who asked") {
  EvaluateTalk talk;
  const auto bo = person_with(talk.world, "+31687654321");
  std::vector<Questions> questions;
  for (int i = 0; i < 4; ++i) questions.emplace_back(talk.world, 1);
  talk.world.hold_work = true;
  std::vector<std::uint32_t> of_anna;
  for (int i = 0; i < 3; ++i)
    of_anna.push_back(talk.world.send(
        talk.anna.at, wire::OprfEvaluate{1, questions[static_cast<std::size_t>(i)].elements}));
  talk.world.run();
  const auto of_bo = talk.world.send(bo.at, wire::OprfEvaluate{1, questions[3].elements});
  talk.world.run();
  const auto step = [&] {
    REQUIRE(talk.world.works.size() == 1);
    talk.world.finish_work();
    talk.world.run();
  };
  step();
  CHECK(talk.world.was_answered(talk.anna.at, of_anna[0]));
  step();
  step();
  CHECK(talk.world.was_answered(bo.at, of_bo));
  CHECK_FALSE(talk.world.was_answered(talk.anna.at, of_anna[2]));
  step();
  CHECK(talk.world.was_answered(talk.anna.at, of_anna[2]));
  CHECK(talk.world.works.empty());
}

TEST_CASE("a connection has four works waiting at most") {
  EvaluateTalk talk;
  std::vector<Questions> questions;
  for (int i = 0; i < 6; ++i) questions.emplace_back(talk.world, 1);
  talk.world.hold_work = true;
  std::vector<std::uint32_t> ids;
  for (const auto& each : questions)
    ids.push_back(talk.world.send(talk.anna.at, wire::OprfEvaluate{1, each.elements}));
  talk.world.run();
  for (std::size_t i = 0; i < 4; ++i) CHECK_FALSE(talk.world.was_answered(talk.anna.at, ids[i]));
  for (std::size_t i = 4; i < 6; ++i) {
    const auto over = as<wire::Refused>(talk.world.answer_to(talk.anna.at, ids[i]));
    CHECK(over.code == Errc::rate_limited);
    CHECK(over.retry_after_ms > 0);
  }
  CHECK(refusal(talk.world.ask(talk.anna.at, wire::OprfEvaluate{1, questions[5].elements})) ==
        Errc::rate_limited);
  talk.world.finish_work();
  talk.world.run();
  talk.world.send(talk.anna.at, wire::OprfEvaluate{1, questions[5].elements});
  talk.world.hold_work = false;
  talk.world.finish_work();
  talk.world.run();
  CHECK(talk.world.works.empty());
  for (std::size_t i = 0; i < 4; ++i)
    as<wire::Evaluated>(talk.world.answer_to(talk.anna.at, ids[i]));
}

TEST_CASE("what was computed for a connection that has gone is dropped, and others' goes on") {
  EvaluateTalk talk;
  const auto bo = person_with(talk.world, "+31687654321");
  const Questions first(talk.world, 1);
  const Questions second(talk.world, 1);
  talk.world.hold_work = true;
  talk.world.send(talk.anna.at, wire::OprfEvaluate{1, first.elements});
  talk.world.send(talk.anna.at, wire::OprfEvaluate{1, second.elements});
  const auto of_bo = talk.world.send(bo.at, wire::OprfEvaluate{1, second.elements});
  talk.world.run();
  talk.world.disconnect(talk.anna.at);
  talk.world.frames_sent.clear();
  talk.world.finish_work();
  talk.world.run();
  // What was still to be computed for her is not.
  REQUIRE(talk.world.works.size() == 1);
  talk.world.finish_work();
  talk.world.run();
  as<wire::Evaluated>(talk.world.answer_to(bo.at, of_bo));
  CHECK(talk.world.frames_sent.size() == 1);
  CHECK(talk.world.works.empty());
}

TEST_CASE("work that is reported twice, or was never handed out, is no work") {
  WorkQueue queue;
  queue.add({1, [] {}, [] { return Bytes{1}; }});
  queue.add({1, [] {}, [] { return Bytes{2}; }});
  const auto first = queue.next();
  REQUIRE(first);
  CHECK_FALSE(queue.next());
  CHECK(queue.waiting(1) == 2);
  CHECK_FALSE(queue.done(first->id + 1));
  CHECK(queue.done(first->id)->answer() == Bytes{1});
  CHECK_FALSE(queue.done(first->id));
  const auto second = queue.next();
  queue.forget(1);
  CHECK_FALSE(queue.next());
  CHECK_FALSE(queue.done(second->id));
  CHECK(queue.waiting(1) == 0);
}
