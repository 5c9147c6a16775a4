// What MLS costs a message, beside the signature and the encryption that no protocol could save.
#include "bench/bench_group.hpp"
#include "bench/micro.hpp"
#include "bench/must.hpp"
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
  explicit Pair(std::size_t members) : crowd(members), out(crowd), in(crowd) {}
  Crowd crowd;
  BenchGroup out, in;

  void add_to(Micro& micro, const std::string& size) {
    micro.add("protect " + size, [this] { out.protect(); });
    micro.add(
        "unprotect " + size, batch, [this] { in.prepare(batch); }, [this] { in.unprotect_next(); });
    micro.add(
        "protect first " + size, batch, [this] { out.prepare_first(batch); },
        [this] { out.protect_first(); });
    micro.add(
        "unprotect first " + size, batch, [this] { in.prepare_first(batch); },
        [this] { in.unprotect_first(); });
  }
};

int run(int argc, char** argv) {
  Report report(argc, argv);
  if (!crypto::initialize()) return 1;
  Micro micro;
  Primitives primitives;
  primitives.add_to(micro);
  std::deque<Pair> pairs;
  const std::vector<std::size_t> sizes = {2, 1'000, 5'000};
  for (const auto size : sizes) pairs.emplace_back(size).add_to(micro, std::to_string(size));
  auto us = micro.run();
  for (auto& [name, time] : us) time /= 1000;
  if (!primitives.good()) give_up("a primitive does not open what it made");

  for (const auto size : sizes) {
    const auto members = std::to_string(size);
    report.add({"protect 256 bytes, " + members + " members / sign + AEAD",
                us["protect " + members], "us", us["sign+seal"], ratio_at_most(1.5)});
    report.add({"unprotect 256 bytes, " + members + " members / verify + AEAD",
                us["unprotect " + members], "us", us["verify+open"], ratio_at_most(1.18)});
    report.add({"protect, first in an epoch, " + members + " members",
                us["protect first " + members], "us", us["sign+seal"], std::nullopt});
    report.add({"unprotect, first of a sender, " + members + " members",
                us["unprotect first " + members], "us", us["verify+open"], std::nullopt});
  }
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
