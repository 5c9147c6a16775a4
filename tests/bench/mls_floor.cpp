#include "bench/mls_floor.hpp"

#include "bench/must.hpp"

namespace tern::bench {

MlsFloor::MlsFloor() {
  constexpr int keys = 512;
  for (int i = 0; i < keys; ++i) {
    auto key = crypto::SigningKey::generate(entropy_);
    const auto signature = key.sign(message_);
    signed_.push_back({std::move(key), signature});
  }
  seal(1);
}

void MlsFloor::verify(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto& one = signed_[next_++ % signed_.size()];
    good_ = good_ && crypto::verify(one.key.verify_key(), message_, one.signature);
  }
}

void MlsFloor::agree() {
  const auto shared = must(crypto::dh(mine_.private_key, theirs_.public_key));
  // RFC 9180: eae_prk and shared_secret (§4.1), secret, key and base_nonce (§5.1); the last three
  // over a context of two hashes.
  static constexpr std::size_t input_bytes[] = {50, 100, 30, 90, 90};
  for (const auto bytes : input_bytes)
    secret_ = crypto::hmac_sha256(shared.span(), {ByteSpan(message_).first(bytes)});
}

void MlsFloor::seal(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    key_pair(1);
    agree();
    crypto::aead_seal_into(sealed_, secret_.span(), nonce_, {}, plain_);
  }
}

void MlsFloor::open(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    agree();
    // Of what seal() made with the same secret, once there were as many of them.
    good_ = good_ && crypto::aead_open_into(plain_, secret_.span(), nonce_, {}, sealed_);
  }
}

void MlsFloor::key_pair(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    mine_ = crypto::DhKeyPair::from_private(std::move(mine_.private_key));
}

void MlsFloor::sign(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    signed_[i % signed_.size()].signature = signed_[i % signed_.size()].key.sign(message_);
}

void MlsFloor::check() const {
  if (!good_) give_up("a primitive does not open what it made");
}

}  // namespace tern::bench
