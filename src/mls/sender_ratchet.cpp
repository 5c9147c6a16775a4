#include "mls/sender_ratchet.hpp"

#include <algorithm>

#include "mls/label_expander.hpp"
#include "tern/limits.hpp"

namespace tern::mls {
namespace {

constexpr std::uint8_t ratchet_record_version = 1;
constexpr std::uint64_t past_last_generation = std::uint64_t{1} << 32;

MessageKey clone_key(const MessageKey& key) { return {key.key.clone(), key.nonce.clone()}; }

std::array<std::uint8_t, 4> big_endian(std::uint64_t generation) {
  return {static_cast<std::uint8_t>(generation >> 24), static_cast<std::uint8_t>(generation >> 16),
          static_cast<std::uint8_t>(generation >> 8), static_cast<std::uint8_t>(generation)};
}

}  // namespace

SenderRatchet SenderRatchet::clone() const {
  SenderRatchet out(secret_.clone());
  out.next_ = next_;
  out.skipped_.reserve(skipped_.size());
  for (const auto& skipped : skipped_)
    out.skipped_.push_back({skipped.generation, clone_key(skipped.key)});
  return out;
}

// DeriveTreeSecret(ratchet_secret_[N]_[j], "key" and "nonce", j, …)
MessageKey SenderRatchet::key_of_next() const {
  const auto generation = big_endian(next_);
  MessageKey out;
  const LabelExpander expand(secret_.span());
  expand.into(out.nonce.mutable_span(), "nonce", generation);
  expand.into(out.key.mutable_span(), "key", generation);
  return out;
}

void SenderRatchet::advance() {
  secret_ = expand_with_label(secret_.span(), "secret", big_endian(next_));
  ++next_;
}

Result<SenderRatchet::Use> SenderRatchet::use(std::uint32_t generation) const {
  if (generation < next_) return use_skipped(generation);
  // §15.3: "limiting the maximum number of steps that clients will move the ratchet forward in
  // response to a new message", or a member could ask for billions of derivations.
  if (generation - next_ > limits::generations_forward_max) return Errc::mls_generation_too_far;
  auto after = clone();
  // The keys that would not be kept are not derived either.
  while (after.next_ + limits::skipped_keys_max < generation) after.advance();
  for (; after.next_ < generation; after.advance())
    after.skipped_.push_back({static_cast<std::uint32_t>(after.next_), after.key_of_next()});
  auto key = after.key_of_next();
  after.advance();
  if (after.skipped_.size() > limits::skipped_keys_max) {
    const auto excess = after.skipped_.size() - limits::skipped_keys_max;
    after.skipped_.erase(after.skipped_.begin(),
                         after.skipped_.begin() + static_cast<std::ptrdiff_t>(excess));
  }
  return Use{std::move(key), std::move(after)};
}

Result<SenderRatchet::Use> SenderRatchet::use_skipped(std::uint32_t generation) const {
  const auto found = std::find_if(skipped_.begin(), skipped_.end(), [&](const auto& skipped) {
    return skipped.generation == generation;
  });
  // §9.2: used once, or too old to be kept.
  if (found == skipped_.end()) return Errc::mls_generation_consumed;
  auto key = clone_key(found->key);
  auto after = clone();
  after.skipped_.erase(after.skipped_.begin() + (found - skipped_.begin()));
  return Use{std::move(key), std::move(after)};
}

crypto::SecretBytes SenderRatchet::encode(ByteSpan front) const {
  BasicWriter<crypto::SecretBytes> writer;
  constexpr auto skipped_bytes = 4 + crypto::aead_key_bytes + crypto::aead_nonce_bytes;
  writer.reserve(front.size() + 1 + 8 + kdf_bytes + skipped_.size() * skipped_bytes);
  writer.raw(front).number(ratchet_record_version).number(next_).raw(secret_.span());
  for (const auto& skipped : skipped_) {
    writer.number(skipped.generation);
    writer.raw(skipped.key.key.span()).raw(skipped.key.nonce.span());
  }
  return std::move(writer).take();
}

namespace {
template <class Fixed>
Result<Fixed> read_secret(Reader& reader) {
  TERN_ASSIGN(const ByteSpan bytes, reader.raw(Fixed::size_bytes));
  return std::move(*Fixed::from(bytes));
}
}  // namespace

Result<SenderRatchet> SenderRatchet::decode(ByteSpan record) {
  const auto parse = [&]() -> Result<SenderRatchet> {
    Reader reader(record);
    TERN_ASSIGN(const auto version, reader.number<std::uint8_t>());
    if (version != ratchet_record_version) return Errc::mls_state_malformed;
    TERN_ASSIGN(const auto next, reader.number<std::uint64_t>());
    TERN_ASSIGN(auto secret, read_secret<Secret>(reader));
    SenderRatchet out(std::move(secret));
    if (next > past_last_generation) return Errc::mls_state_malformed;
    out.next_ = next;
    while (!reader.empty()) {
      Skipped skipped;
      TERN_ASSIGN(skipped.generation, reader.number<std::uint32_t>());
      // One that is there twice could be used twice.
      const bool is_in_order =
          out.skipped_.empty() || out.skipped_.back().generation < skipped.generation;
      if (!is_in_order || skipped.generation >= next ||
          out.skipped_.size() == limits::skipped_keys_max)
        return Errc::mls_state_malformed;
      TERN_ASSIGN(skipped.key.key, read_secret<decltype(skipped.key.key)>(reader));
      TERN_ASSIGN(skipped.key.nonce, read_secret<decltype(skipped.key.nonce)>(reader));
      out.skipped_.push_back(std::move(skipped));
    }
    return out;
  };
  auto out = parse();
  if (!out) return Errc::mls_state_malformed;
  return out;
}

}  // namespace tern::mls
