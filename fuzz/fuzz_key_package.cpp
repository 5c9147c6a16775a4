// What a relay hands out as somebody's KeyPackage.
#include "mls_people.hpp"
#include "target.hpp"

void fuzz(tern::ByteSpan input) {
  using namespace tern;
  fuzzing::Everybody everybody;
  auto& p = fuzzing::people();
  if (!mls::inspect_key_package(input, fuzzing::now_s)) return;
  mls::CommitRequest request;
  request.add = {to_bytes(input)};
  auto annas = p.annas->clone();
  crypto::DeterministicEntropy entropy(4);
  const auto commit = annas.commit(request, p.anna, everybody, fuzzing::now_s, entropy);
  expect(!commit || commit->next->member_count() == p.annas->member_count() + 1,
         "a commit that adds one member has one more");
}
