// RFC 9180 §4: LabeledExtract and LabeledExpand, HKDF whose inputs name their use.
#pragma once

#include "crypto/hash.hpp"

namespace tern::crypto::hpke {

/// What a label is bound to: the KEM alone, or the whole suite (§4.1, §5.1).
enum class SuiteId { kem, hpke };

Secret<32> labeled_extract(SuiteId suite, ByteSpan salt, std::string_view label,
                           ByteSpan input_key);
/// Fills `out`, at most 255 × 32 bytes.
void labeled_expand(SuiteId suite, ByteSpan pseudo_random_key, std::string_view label,
                    ByteSpan info, MutableByteSpan out);

}  // namespace tern::crypto::hpke
