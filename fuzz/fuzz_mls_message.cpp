// What a member reads from the log: anybody at the relay may have written it.
#include "mls_people.hpp"
#include "target.hpp"

void fuzz(tern::ByteSpan input) {
  using namespace tern;
  fuzzing::Everybody everybody;
  const auto before = fuzzing::people().bos->epoch();
  auto bos = fuzzing::people().bos->clone();
  mls::RecordChanges consumed;
  const auto received = bos.receive(input, everybody, fuzzing::now_s, consumed);
  expect(bos.epoch() == before, "receiving leaves a group in its epoch");
  if (!received) return;
  const auto* commit = std::get_if<mls::CommitReceived>(&*received);
  if (commit && commit->next)
    expect(commit->next->epoch() == before + 1, "a commit begins the next epoch");
}
