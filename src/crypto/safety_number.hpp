// Safety numbers: what two people compare to know that nobody is between them.
#pragma once

#include <string>

#include "crypto/signature.hpp"

namespace tern::crypto {

/// 60 digits in twelve groups of five, the same whichever of the two asks: 30 for each account key
/// (100 bits of its BLAKE2b-256), the smaller half first.
std::string safety_number(const VerifyKey& a, const VerifyKey& b);

}  // namespace tern::crypto
