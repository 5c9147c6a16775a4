#include "people.hpp"

namespace tern::relay::test {

RelayLimits without_work() {
  RelayLimits out;
  out.work_bits = 0;
  out.registrations_per_hour = 100'000;
  out.resumes_per_minute = 100'000;
  return out;
}

std::string number_of(std::size_t n) {
  auto digits = std::to_string(n);
  digits.insert(0, 6 - std::min<std::size_t>(digits.size(), 6), '0');
  return "+31612" + digits;
}

Person person(World& world) {
  Person out{world.make_device(), 0};
  out.at = world.online(out.device);
  return out;
}

Person person_with(World& world, const std::string& number) {
  auto out = person(world);
  confirm_number(world, out, number);
  return out;
}

wire::Answer request_code(World& world, const Person& person, const std::string& number) {
  return world.ask(person.at, wire::RequestCode{.number = number, .challenge = {}});
}

wire::Answer confirm(World& world, const Person& person, const std::string& number,
                     const std::string& code, const wire::PinProof& pin) {
  return world.ask(person.at, wire::Confirm{number, code, pin});
}

void confirm_number(World& world, const Person& person, const std::string& number,
                    const wire::PinProof& pin) {
  as<wire::CodeSent>(request_code(world, person, number));
  as<wire::Done>(confirm(world, person, number, world.code_for(number), pin));
}

std::string other_code(const std::string& code) {
  auto out = code;
  out.back() = out.back() == '9' ? '0' : static_cast<char>(out.back() + 1);
  return out;
}

wire::PinProof pin(std::uint8_t n) {
  wire::PinProof out;
  out.bytes.fill(n);
  return out;
}

wire::DirectoryHead directory_of(World& world, const Person& person) {
  return as<wire::DirectoryHead>(world.ask(person.at, wire::GetDirectory{}));
}

crypto::DirectoryPlace place_of(World& world, const Person& person, const std::string& number,
                                const wire::DirectoryHead& head) {
  const auto blinded = crypto::voprf::blind(as_bytes(number), world.entropy).value();
  const auto answer = as<wire::Evaluated>(
      world.ask(person.at, wire::OprfEvaluate{head.epoch, blinded.element.span()}));
  REQUIRE(answer.epoch == head.epoch);
  crypto::voprf::Evaluation evaluation;
  evaluation.elements = {*crypto::voprf::Element::from(answer.elements)};
  evaluation.proof = *crypto::voprf::Proof::from(answer.proof);
  const std::vector<ByteSpan> inputs = {as_bytes(number)};
  const auto outputs = crypto::voprf::finalize({head.key.bytes}, inputs, {&blinded, 1}, evaluation);
  return crypto::directory_place(outputs.value().at(0));
}

std::vector<Bytes> look_up(World& world, const Person& person, std::uint32_t epoch,
                           std::uint64_t tag) {
  Bytes tags;
  wire::append_tag(tags, tag);
  const auto answer = as<wire::Records>(world.ask(person.at, wire::Lookup{epoch, tags}));
  std::vector<Bytes> out;
  for (std::size_t at = 0; at < answer.records.size(); at += wire::directory_record_bytes)
    out.push_back(to_bytes(answer.records.subspan(at, wire::directory_record_bytes)));
  REQUIRE(answer.counts.size() == 1);
  REQUIRE(answer.counts[0] == out.size());
  return out;
}

std::optional<AccountId> found_by(World& world, const Person& asker, const std::string& number) {
  const auto head = directory_of(world, asker);
  const auto place = place_of(world, asker, number, head);
  for (const auto& record : look_up(world, asker, head.epoch, place.tag))
    if (const auto key = crypto::open_record(place, record)) return crypto::account_id(*key);
  return std::nullopt;
}

WholeDirectory whole_directory(World& world, const Person& person, std::uint32_t epoch) {
  WholeDirectory out;
  for (std::size_t next = 0; next < wire::segments_count;) {
    const auto answer = as<wire::Segments>(
        world.ask(person.at, wire::GetSegments{epoch, static_cast<std::uint8_t>(next)}));
    REQUIRE(answer.first == next);
    REQUIRE_FALSE(answer.segments.empty());
    for (const auto& segment : answer.segments) {
      out.version = segment.version;
      const auto tags = wire::decode_tags(segment.tags, wire::segment_tag_bits).value();
      for (const auto tag : tags) out.tags.push_back(std::uint64_t{next} << 32 | tag);
      for (std::size_t at = 0; at < segment.records.size(); at += wire::directory_record_bytes)
        out.records.push_back(to_bytes(segment.records.subspan(at, wire::directory_record_bytes)));
      ++next;
    }
  }
  return out;
}

}  // namespace tern::relay::test
