#include "bench/bench_group.hpp"

#include "bench/must.hpp"

namespace tern::bench {
namespace {

mls::LeafIndex last(const Crowd& crowd) { return {static_cast<std::uint32_t>(crowd.size()) - 1}; }

}  // namespace

BenchGroup::BenchGroup(Crowd& crowd)
    : crowd_(&crowd),
      fresh_sender_(crowd.member({0})),
      fresh_receiver_(crowd.member(last(crowd))),
      sender_(fresh_sender_.clone()),
      receiver_(fresh_receiver_.clone()) {
  // Both ratchets exist now, as in any chat that has begun.
  first_ = protect();
  unprotect(receiver_, first_);
}

Bytes BenchGroup::protect(mls::Group& sender) {
  return must(sender.protect(content_, authenticated_data_, crowd_->identity(sender.own_leaf()),
                             crowd_->entropy()))
      .message;
}

void BenchGroup::unprotect(mls::Group& receiver, ByteSpan message) {
  mls::RecordChanges consumed;
  const auto received =
      must(receiver.receive(message, crowd_->authenticator(), crowd_now_s, consumed));
  if (!std::holds_alternative<mls::Application>(received)) give_up("no application message");
}

void BenchGroup::prepare(std::size_t count) {
  prepared_.clear();
  for (std::size_t i = 0; i < count; ++i) prepared_.push_back(protect());
}

void BenchGroup::unprotect_next() {
  unprotect(receiver_, prepared_.front());
  prepared_.pop_front();
}

void BenchGroup::prepare_first(std::size_t count) {
  first_senders_.clear();
  first_receivers_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    first_senders_.push_back(fresh_sender_.clone());
    first_receivers_.push_back(fresh_receiver_.clone());
  }
}

void BenchGroup::protect_first() {
  protect(first_senders_.front());
  first_senders_.pop_front();
}

void BenchGroup::unprotect_first() {
  unprotect(first_receivers_.front(), first_);
  first_receivers_.pop_front();
}

}  // namespace tern::bench
