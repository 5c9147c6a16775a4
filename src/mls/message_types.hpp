// The kinds of messages, and who sends them (RFC 9420 §6).
#pragma once

#include <compare>
#include <optional>

#include "mls/leaf_index.hpp"

namespace tern::mls {

enum class WireFormat : std::uint16_t {
  public_message = 1,
  private_message = 2,
  welcome = 3,
  group_info = 4,
  key_package = 5,
};

enum class ContentType : std::uint8_t { application = 1, proposal = 2, commit = 3 };

enum class SenderType : std::uint8_t {
  member = 1,
  external = 2,             ///< one whom the group's external_senders extension names (§12.1.8.1)
  new_member_proposal = 3,  ///< proposes to add itself
  new_member_commit = 4,    ///< joins by an external commit (§12.4.3.2)
};

struct Sender {
  SenderType type = SenderType::member;
  std::uint32_t index = 0;  ///< leaf_index of a member, sender_index of an external sender

  Sender() = default;
  Sender(SenderType of, std::uint32_t at = 0) : type(of), index(at) {}
  Sender(LeafIndex member) : index(member.value) {}  // NOLINT: a member is known by its leaf
  bool is_member() const { return type == SenderType::member; }
  /// The leaf of a member.
  std::optional<LeafIndex> leaf() const {
    return is_member() ? std::optional(LeafIndex{index}) : std::nullopt;
  }
  friend auto operator<=>(const Sender&, const Sender&) = default;
};

}  // namespace tern::mls
