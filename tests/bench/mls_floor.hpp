// The calls of libsodium that no implementation of RFC 9420 could do without.
#pragma once

#include <cstddef>

#include "crypto/deterministic_entropy.hpp"
#include "crypto/hpke.hpp"
#include "crypto/signature.hpp"

namespace tern::bench {

class MlsFloor {
 public:
  MlsFloor();
  /// Ed25519 over as much as a leaf is.
  void verify(std::size_t count);
  /// One key pair, one X25519, the five HMACs of HPKE that depend on the shared secret, one AEAD
  /// over a path secret.
  void seal(std::size_t count);
  /// One X25519 and the same five HMACs and AEAD.
  void open(std::size_t count);
  /// X25519 with the base point.
  void key_pair(std::size_t count);
  void sign(std::size_t count);
  /// Gives up when a primitive did not do what it should.
  void check() const;

 private:
  void agree();

  crypto::DeterministicEntropy entropy_{3};
  // Many: the time of a verification depends on the key and the signature, and the processor learns
  // the branches of one that is repeated.
  struct Signed {
    crypto::SigningKey key;
    crypto::Signature signature;
  };
  std::vector<Signed> signed_;
  std::size_t next_ = 0;
  Bytes message_ = Bytes(400, 0x61);
  crypto::DhKeyPair mine_ = crypto::DhKeyPair::generate(entropy_);
  crypto::DhKeyPair theirs_ = crypto::DhKeyPair::generate(entropy_);
  crypto::Secret<32> secret_;
  crypto::AeadNonce nonce_;
  Bytes plain_ = Bytes(32, 0x62);
  Bytes sealed_ = Bytes(32 + crypto::aead_tag_bytes);
  bool good_ = true;
};

}  // namespace tern::bench
