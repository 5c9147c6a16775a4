// Extensions (RFC 9420 §13.4) and those that this library reads itself.
#pragma once

#include <optional>

#include "mls/credential.hpp"

namespace tern::mls {

/// One extension, opaque (RFC 9420 §13).
struct Extension {
  std::uint16_t type = 0;
  Bytes data;
  friend bool operator==(const Extension&, const Extension&) = default;
};
using Extensions = std::vector<Extension>;

/// RFC 9420 §17.3: 0xF000-0xFFFF are for private use.
inline constexpr std::uint16_t extension_application_id = 1;
inline constexpr std::uint16_t extension_ratchet_tree = 2;
inline constexpr std::uint16_t extension_required_capabilities = 3;
inline constexpr std::uint16_t extension_external_pub = 4;
inline constexpr std::uint16_t extension_external_senders = 5;
/// tern's group policy (name, admins, who may do what), in the GroupContext. mls does not read it.
inline constexpr std::uint16_t extension_tern_policy = 0xF7E0;
/// Of a leaf: when it was made (client/leaf_time.hpp).
inline constexpr std::uint16_t extension_tern_leaf_time = 0xF7E1;
/// Of the GroupInfo in a Welcome: what who comes in has not seen (client/welcome_notes.hpp).
inline constexpr std::uint16_t extension_tern_welcome_notes = 0xF7E2;
/// Marks a last-resort KeyPackage (not single use), in KeyPackage.extensions.
inline constexpr std::uint16_t extension_last_resort = 0x000A;

/// §7.2: the "default" types, which every client has and which capabilities do not list.
constexpr bool is_default_extension(std::uint16_t type) { return type >= 1 && type <= 5; }
constexpr bool is_default_proposal(std::uint16_t type) { return type >= 1 && type <= 7; }

/// Errors: mls_extension_invalid when a type occurs twice or there are too many.
Result<Extensions> read_extensions(Reader& reader);
void write(Writer& writer, const Extensions& extensions);
/// The rule of read_extensions() for a list that was not read: no type twice, not too many.
Result<void> check_extension_list(const Extensions& extensions);
const Extension* find_extension(const Extensions& extensions, std::uint16_t type);

/// §11.1.
struct RequiredCapabilities {
  std::vector<std::uint16_t> extensions;
  std::vector<std::uint16_t> proposals;
  std::vector<std::uint16_t> credentials;
};
template <>
Result<RequiredCapabilities> read(Reader& reader);
void write(Writer& writer, const RequiredCapabilities& required);

/// §12.1.8.1.
struct ExternalSender {
  crypto::VerifyKey signature_key;
  Credential credential;
  friend bool operator==(const ExternalSender&, const ExternalSender&) = default;
};
template <>
Result<ExternalSender> read(Reader& reader);
void write(Writer& writer, const ExternalSender& sender);

/// The extensions of a GroupContext that mean something to this library, parsed.
struct GroupParameters {
  std::vector<std::uint16_t> extension_types;  ///< non-default ones: each member must know them
  RequiredCapabilities required;
  std::vector<ExternalSender> external_senders;
};
/// Errors: mls_extension_invalid when one of them does not parse.
Result<GroupParameters> group_parameters(const Extensions& group_context_extensions);

}  // namespace tern::mls
