// Names of values that both sides of the wire speak of.
#pragma once

#include "tern/bytes.hpp"

namespace tern::wire {

/// BLAKE2b-256 running hash of a log up to and including an entry; zero for the empty log.
using LogHash = FixedBytes<struct LogHashTag, 32>;
/// Public keys as bytes; crypto gives them meaning.
using PublicKey = FixedBytes<struct WirePublicKeyTag, 32>;
using Signature = FixedBytes<struct WireSignatureTag, 64>;

/// The version that this build speaks. A peer with another minor version still understands it:
/// unknown union members are answered with `unsupported`.
inline constexpr std::uint16_t protocol_version = 1;

}  // namespace tern::wire
