// What a hostile member sends: any proposal or commit, under her true signature and key.
#include "mls_people.hpp"
#include "target.hpp"

void fuzz(tern::ByteSpan input) {
  using namespace tern;
  if (input.empty()) return;
  const auto type = input[0] % 2 == 0 ? mls::ContentType::proposal : mls::ContentType::commit;
  fuzzing::Everybody everybody;
  auto bos = fuzzing::people().bos->clone();
  mls::RecordChanges consumed;
  const auto received = bos.receive(fuzzing::sent_by_anna(type, input.subspan(1)), everybody,
                                    fuzzing::now_s, consumed);
  expect(bos.epoch() == fuzzing::people().bos->epoch(), "receiving leaves a group in its epoch");
  if (!received) return;
  if (const auto* commit = std::get_if<mls::CommitReceived>(&*received))
    expect(commit->removes_me, "a commit with a false confirmation tag is refused");
}
