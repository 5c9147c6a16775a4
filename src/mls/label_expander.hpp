// ExpandWithLabel (RFC 9420 §8) of one secret for several labels.
#pragma once

#include "crypto/hkdf.hpp"
#include "mls/labels.hpp"

namespace tern::mls {

/// What a message's key and nonce have in common is computed once.
class LabelExpander {
 public:
  explicit LabelExpander(ByteSpan secret) : key_(secret) {}
  /// As expand_with_label_into(), at most 32 bytes.
  void into(MutableByteSpan out, std::string_view label, ByteSpan context) const;

 private:
  crypto::HkdfKey key_;
};

}  // namespace tern::mls
