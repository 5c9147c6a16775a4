// What the output of the directory's function is for: a number's tag, by which it is found, and the
// key of its record, which says whose it is (design, section 4, contact sync).
#pragma once

#include "base/entropy.hpp"
#include "crypto/oprf.hpp"
#include "crypto/signature.hpp"

namespace tern::crypto {

struct DirectoryPlace {
  std::uint64_t tag = 0;  ///< 40 bits: different numbers may share one
  Secret<32> record_key;
  DirectoryPlace clone() const { return {tag, record_key.clone()}; }
};

/// HKDF-SHA256 of voprf::evaluate() or finalize() of an E.164 number.
DirectoryPlace directory_place(const voprf::Output& output);

/// {account key} under the number's key, 72 bytes: two records of one account differ, so that who
/// cannot open them cannot tell that they are of one.
Bytes seal_record(const DirectoryPlace& place, const VerifyKey& account_key, Entropy& entropy);
/// Errors: decrypt_failed (a record of another number with the same tag, or a damaged one).
Result<VerifyKey> open_record(const DirectoryPlace& place, ByteSpan record);

}  // namespace tern::crypto
