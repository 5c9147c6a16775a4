#include "bench/bench_group.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace tern::bench {
namespace {

constexpr std::uint64_t now_s = 1'700'000'000;
constexpr mls::Lifetime lifetime{now_s - 60, now_s + 86'400};

/// A benchmark that fails measures nothing.
template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "bench: %s\n", result.error().message().c_str());
    std::exit(1);
  }
  return std::move(result).value();
}

}  // namespace

BenchGroup::BenchGroup(std::size_t members)
    : sender_identity_(make_identity(0)),
      receiver_identity_(make_identity(static_cast<std::uint32_t>(members) - 1)) {
  sender_ = std::make_unique<mls::Group>(
      must(mls::Group::create(as_bytes("bench"), sender_identity_, lifetime, {}, entropy_)));
  std::vector<Bytes> key_packages;
  for (std::uint32_t i = 1; i + 1 < members; ++i)
    key_packages.push_back(mls::make_key_package(make_identity(i), lifetime, {}, entropy_).message);
  const auto mine = mls::make_key_package(receiver_identity_, lifetime, {}, entropy_);
  key_packages.push_back(mine.message);
  for (std::span<const Bytes> rest = key_packages; !rest.empty();) {
    const auto count = std::min(rest.size(), limits::adds_per_commit_max);
    add(rest.first(count));
    rest = rest.subspan(count);
  }
  receiver_ = std::make_unique<mls::Group>(must(
      mls::Group::join(welcome_, mine.private_record, receiver_identity_, authenticator_, now_s)));
  // Both ratchets exist now, as in any chat that has begun.
  prepare(1);
  unprotect_next();
}

mls::Identity BenchGroup::make_identity(std::uint32_t number) {
  mls::Credential credential{mls::CredentialType::basic, Bytes(200, 0)};
  for (int i = 0; i < 4; ++i)
    credential.identity[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(number >> (8 * i));
  return {std::move(credential), crypto::SigningKey::generate(entropy_)};
}

void BenchGroup::add(std::span<const Bytes> key_packages) {
  mls::CommitRequest request;
  request.add.assign(key_packages.begin(), key_packages.end());
  auto commit = must(sender_->commit(request, sender_identity_, authenticator_, now_s, entropy_));
  // Only the receiver, the last of all, joins in earnest.
  const ByteSpan secrets = commit.welcomes.back().encrypted_group_secrets;
  welcome_ = mls::assemble_welcome({&secrets, 1}, commit.welcome_group_info);
  sender_ = std::move(commit.next);
}

Bytes BenchGroup::protect() {
  return must(sender_->protect(content_, authenticated_data_, sender_identity_, entropy_)).message;
}

void BenchGroup::prepare(std::size_t count) {
  prepared_.clear();
  for (std::size_t i = 0; i < count; ++i) prepared_.push_back(protect());
}

void BenchGroup::unprotect_next() {
  mls::RecordChanges consumed;
  const auto received =
      must(receiver_->receive(prepared_.front(), authenticator_, now_s, consumed));
  if (!std::holds_alternative<mls::Application>(received)) std::abort();
  prepared_.pop_front();
}

}  // namespace tern::bench
