// The running hashes over all commits of a group (RFC 9420 §8.2).
#pragma once

#include "mls/framing.hpp"

namespace tern::mls {

/// confirmed_transcript_hash_[epoch], from the last interim hash (zero-length before any) and the
/// commit: its content and its signature.
Digest confirmed_transcript_hash(ByteSpan interim_before, const AuthenticatedContent& commit);
/// interim_transcript_hash_[epoch].
Digest interim_transcript_hash(ByteSpan confirmed, const Mac& confirmation_tag);
/// MAC(confirmation_key, GroupContext.confirmed_transcript_hash) (§6.1).
Mac confirmation_tag(const Secret& confirmation_key, ByteSpan confirmed);

}  // namespace tern::mls
