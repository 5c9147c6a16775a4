// What MLS costs a message, beside the signature and the encryption that no protocol could save.
#include <cstdio>

#include "bench/bench_group.hpp"
#include "bench/micro.hpp"
#include "bench/report.hpp"
#include "crypto/aead.hpp"
#include "crypto/sodium_entropy.hpp"

namespace tern::bench {
namespace {

constexpr std::size_t batch = 64;

/// The floor: one Ed25519 signature and one AEAD over the message, both directions.
class Primitives {
 public:
  Primitives() { protect(); }
  void add_to(Micro& micro) {
    micro.add("sign+seal", [this] { protect(); });
    micro.add("verify+open", [this] {
      good_ = good_ && crypto::verify(key_.verify_key(), message_, signature_) &&
              crypto::aead_open_into(opened_, secret_.span(), nonce_, {}, sealed_);
    });
  }
  bool good() const { return good_; }

 private:
  void protect() {
    signature_ = key_.sign(message_);
    crypto::aead_seal_into(sealed_, secret_.span(), nonce_, {}, message_);
  }

  crypto::DeterministicEntropy entropy_{2};
  crypto::SigningKey key_ = crypto::SigningKey::generate(entropy_);
  crypto::Secret<32> secret_;
  crypto::AeadNonce nonce_;
  Bytes message_ = Bytes(BenchGroup::message_bytes, 0x61);
  Bytes sealed_ = Bytes(BenchGroup::message_bytes + crypto::aead_tag_bytes);
  Bytes opened_ = message_;
  crypto::Signature signature_;
  bool good_ = true;
};

/// The groups of one size: a receiver follows its sender only so far, so each has its own.
struct Pair {
  explicit Pair(std::size_t members) : out(members), in(members) {}
  BenchGroup out, in;

  void add_to(Micro& micro, const std::string& size) {
    micro.add("protect " + size, [this] { out.protect(); });
    micro.add(
        "unprotect " + size, batch, [this] { in.prepare(batch); }, [this] { in.unprotect_next(); });
  }
};

int run(int argc, char** argv) {
  Report report(argc, argv);
  if (!crypto::initialize()) return 1;
  Micro micro;
  Primitives primitives;
  Pair two(2), five_hundred(500);
  primitives.add_to(micro);
  two.add_to(micro, "2");
  five_hundred.add_to(micro, "500");
  auto us = micro.run();
  for (auto& [name, time] : us) time /= 1000;
  if (!primitives.good()) {
    std::fprintf(stderr, "bench: a primitive does not open what it made\n");
    return 1;
  }

  report.add({"protect 256 bytes, 2 members / Ed25519 sign + AEAD", us["protect 2"], "us",
              us["sign+seal"], ratio_at_most(1.6)});
  report.add({"unprotect 256 bytes, 2 members / verify + AEAD", us["unprotect 2"], "us",
              us["verify+open"], ratio_at_most(1.4)});
  report.add({"protect, 500 members / 2 members", us["protect 500"], "us", us["protect 2"],
              ratio_at_most(1.1)});
  report.add({"unprotect, 500 members / 2 members", us["unprotect 500"], "us", us["unprotect 2"],
              ratio_at_most(1.1)});
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
