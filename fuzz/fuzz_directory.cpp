// The directory as a device fetches it and keeps it up to date. The input is the relay's life: who
// comes and goes between two answers, and what is not as it should be in one. Whoever was told
// nothing but the truth has the relay's directory in the end.
#include "client/contact_rows.hpp"
#include "client/directory_download.hpp"
#include "client/step.hpp"
#include "crypto/deterministic_entropy.hpp"
#include "directory_relay.hpp"
#include "store/memory.hpp"
#include "target.hpp"

using namespace tern;
using namespace tern::client;
using fuzzing::DirectoryRelay;

namespace {

constexpr Now now{1'000, 1'700'000'000'000};
constexpr std::size_t asks_max = 40;  // of each input, a run stays short; and at its end

ContactRecord contact(const char* number, std::uint32_t epoch, wire::Tag tag) {
  ContactRecord out;
  out.number = number;
  out.epoch = epoch;
  out.place.tag = tag;
  return out;
}

/// A device that is online, with an address book.
class Follower {
 public:
  Follower() {
    device_.link.up();
    device_.link.resumed();
    step([](Step& step) -> Result<void> {
      auto gone = contact("+32470000003", 1, 2);
      gone.forgotten = true;
      for (const auto& each : {contact("+32470000001", 1, 1), contact("+32470000002", 7, 1)})
        TERN_TRY(contact_rows::put(step.rows, each, nullptr));
      return contact_rows::put(step.rows, gone, nullptr);
    }).value();
  }

  ContactSync& sync() { return device_.contacts; }
  bool is_complete() const { return directory_download::complete(device_.contacts); }

  /// What it asks for next.
  Bytes ask() {
    step([](Step& step) -> Result<void> {
      directory_download::ask(step);
      return {};
    }).value();
    return std::get<SendFrame>(*device_.link.next_output()).frame;
  }

  Result<void> receive(const wire::Answer& answer) {
    return step([&](Step& step) -> Result<void> {
      if (const auto* head = std::get_if<wire::DirectoryHead>(&answer))
        return directory_download::received(step, *head);
      if (const auto* segments = std::get_if<wire::Segments>(&answer))
        return directory_download::received(step, *segments);
      return directory_download::received(step, std::get<wire::Changes>(answer));
    });
  }
  void start_over() {
    step([](Step& step) { return directory_download::start_over(step); }).value();
  }

  DirectorySegment segment(std::uint8_t number) {
    const auto transaction = environment_->read().value();
    return directory_rows::segment(ReadRows(*transaction, device_.sealer), number).value();
  }

 private:
  Result<void> step(const std::function<Result<void>(Step&)>& work) {
    return run(device_, now, work);
  }
  crypto::DeterministicEntropy entropy_{50};
  store::MemoryDisk disk_;
  std::unique_ptr<store::Environment> environment_ = store::open_memory(disk_);
  Device device_{*environment_, {}, entropy_, {}, {}, make_account(now, entropy_)};
};

void receive(Follower& device, const wire::Answer& answer, bool is_true) {
  const auto before = to_bytes(encode(device.sync().directory));
  const auto received = device.receive(answer);
  if (received) return;
  expect(!is_true, "what is true is taken");
  const auto why = received.error().errc();
  expect(why == Errc::directory_damaged || why == Errc::directory_key_changed ||
             why == Errc::oprf_element_invalid,
         "a refusal says what is wrong");
  expect(to_bytes(encode(device.sync().directory)) == before, "and changes nothing");
}

/// One question, and what comes of it; `change`: what the input makes of the answer.
void ask(Follower& device, DirectoryRelay& relay, std::size_t pieces, fuzzing::Input* change) {
  const auto question = device.ask();
  const auto answer = relay.answer(question, pieces, change);
  if (answer.gone == Errc::directory_epoch_gone) device.sync().head_known = false;
  if (answer.gone == Errc::directory_version_gone) device.start_over();
  if (answer.gone) return;
  // It goes through the wire's reader, which has refused some before.
  const auto frame = wire::decode_server_frame(answer.frame);
  if (!frame || !*frame) return expect(change != nullptr, "what is true can be read");
  receive(device, std::get<wire::AnswerFrame>(**frame).answer, relay.is_true());
}

void compare(Follower& device, const DirectoryRelay& relay) {
  for (std::size_t i = 0; i < wire::segments_count; ++i) {
    const auto number = static_cast<std::uint8_t>(i);
    const auto segment = device.segment(number);
    auto there = relay.members_of(number), here = DirectoryRelay::members_from(segment, number);
    expect(segment.tags == fuzzing::tags_of(there, wire::segment_tag_bits),
           "who was told the truth has the relay's tags");
    std::sort(here.begin(), here.end());
    expect(!segment.has_records() || here == there, "and records, where it has any");
  }
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  DirectoryRelay relay;
  Follower device;
  for (std::size_t i = 0; i < asks_max && !input.empty(); ++i) {
    const auto what = input.byte();
    relay.live(what % 8, input);
    if (device.is_complete()) device.sync().head_known = false;  // it looks again
    ask(device, relay, 1 + what / 16U * 24U, (what & 8) != 0 ? &input : nullptr);
  }
  if (!relay.is_true()) return;
  device.sync().head_known = false;
  for (std::size_t i = 0; i < asks_max && !device.is_complete(); ++i)
    ask(device, relay, wire::segments_count, nullptr);
  expect(device.is_complete(), "who is told the truth comes to an end");
  compare(device, relay);
}
