// What lies in an inbox as a Welcome: as anybody could write it, and as a hostile inviter could.
#include "mls_people.hpp"
#include "target.hpp"

void fuzz(tern::ByteSpan input) {
  using namespace tern;
  fuzzing::Everybody everybody;
  const auto& p = fuzzing::people();
  const auto join = [&](ByteSpan welcome, std::optional<ByteSpan> tree) {
    return mls::Group::join(welcome, p.cleos.private_record, p.cleo, everybody, fuzzing::now_s,
                            {.ratchet_tree = tree});
  };
  (void)mls::welcome_recipients(input);
  (void)join(input, std::nullopt);
  const auto info = mls::decode<mls::GroupInfo>(input);
  if (!info) return;
  const auto joined = join(fuzzing::welcome_of_anna(*info), std::nullopt);
  if (joined) expect(joined->find(p.cleo.signing_key.verify_key()).has_value(), "who joins is in");
}
