#include "mls/epoch_advance.hpp"

namespace tern::mls {

ProvisionalEpoch provisional_epoch(const Epoch& before, AppliedProposals& applied) {
  ProvisionalEpoch out{before.context, std::move(applied.tree), std::move(applied.parameters),
                       std::move(applied.reinit)};
  ++out.context.epoch;
  out.context.tree_hash = out.tree.tree_hash();
  out.context.extensions = std::move(applied.extensions);
  return out;
}

AdvancedEpoch advance_epoch(const Epoch& before, ProvisionalEpoch provisional, PrivateEpoch mine,
                            const AuthenticatedContent& commit) {
  auto context = std::move(provisional.context);
  const auto confirmed = confirmed_transcript_hash(before.interim_transcript_hash, commit);
  context.confirmed_transcript_hash = to_bytes(confirmed);
  auto encoded_context = encode(context);

  const auto& init = mine.init_secret ? *mine.init_secret : before.secrets.init;
  auto joiner = joiner_secret(init, mine.commit_secret, encoded_context);
  auto start = start_epoch(joiner, mine.psk_secret, encoded_context);
  const auto tag = confirmation_tag(start.confirmation_key, confirmed);
  return {
      {std::move(context), std::move(encoded_context), tag, interim_transcript_hash(confirmed, tag),
       std::move(start.secrets), std::move(provisional.tree), mine.own_leaf, std::move(mine.keys),
       std::move(provisional.parameters), std::move(provisional.reinit)},
      std::move(joiner),
      std::move(start.encryption)};
}

}  // namespace tern::mls
