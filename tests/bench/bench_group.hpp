// Two members of a group of any size, ready to write to each other.
#pragma once

#include <deque>
#include <memory>

#include "crypto/deterministic_entropy.hpp"
#include "mls/group.hpp"
#include "tern/limits.hpp"

namespace tern::bench {

/// Accepts every leaf: what the application makes of a credential is not measured here.
class AcceptAll final : public mls::Authenticator {
 public:
  Result<void> check_leaf(const mls::Credential&, const crypto::VerifyKey&) override { return {}; }
  Result<void> check_successor(const mls::Credential&, const mls::Credential&) override {
    return {};
  }
};

class BenchGroup {
 public:
  /// A group of `members`, of whom two are here: who made it, and the last who joined.
  explicit BenchGroup(std::size_t members);

  Bytes protect();
  /// Protects `count` messages for unprotect_next() to open.
  void prepare(std::size_t count);
  void unprotect_next();

  static constexpr std::size_t message_bytes = 256;

 private:
  mls::Identity make_identity(std::uint32_t number);
  void add(std::span<const Bytes> key_packages);

  crypto::DeterministicEntropy entropy_{1};
  AcceptAll authenticator_;
  Bytes content_ = Bytes(message_bytes, 0x61);
  Bytes authenticated_data_ = Bytes(56, 0x62);  // the size of an entry's header
  mls::Identity sender_identity_;
  mls::Identity receiver_identity_;
  std::unique_ptr<mls::Group> sender_;
  std::unique_ptr<mls::Group> receiver_;
  Bytes welcome_;
  std::deque<Bytes> prepared_;
};

}  // namespace tern::bench
