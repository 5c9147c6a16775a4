// Proof of work (A. Back, "Hashcash", 2002): who asks for something dear shows that they have spent
// time on it, which nobody does a million times.
#pragma once

#include "tern/bytes.hpp"

namespace tern::crypto {

/// The leading zero bits of BLAKE2b-256 over all of them, each behind its length.
unsigned work_bits(ByteSpan challenge, ByteSpan subject, std::uint64_t nonce);

/// Tries `tries` nonces from `first` on; the first with `bits` zero bits, or nullopt. Expect 2^bits
/// tries, a microsecond each at most.
std::optional<std::uint64_t> find_work(ByteSpan challenge, ByteSpan subject, unsigned bits,
                                       std::uint64_t first, std::uint64_t tries);

}  // namespace tern::crypto
