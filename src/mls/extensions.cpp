#include "mls/extensions.hpp"

#include <algorithm>

#include "tern/limits.hpp"

namespace tern::mls {

template <>
Result<Extension> read(Reader& reader) {
  Extension extension;
  TERN_ASSIGN(extension.type, reader.number<std::uint16_t>());
  TERN_ASSIGN(extension.data, read_bytes(reader));
  return extension;
}

void write(Writer& writer, const Extension& extension) {
  writer.number(extension.type).vector(extension.data);
}

Result<void> check_extension_list(const Extensions& extensions) {
  if (extensions.size() > limits::mls_extensions_max) return Errc::mls_extension_invalid;
  std::vector<std::uint16_t> types;
  for (const auto& extension : extensions) types.push_back(extension.type);
  std::sort(types.begin(), types.end());
  // §13.4: "Any field containing a list of extensions MUST NOT have more than one extension of
  // any given type."
  if (std::adjacent_find(types.begin(), types.end()) != types.end())
    return Errc::mls_extension_invalid;
  return {};
}

Result<Extensions> read_extensions(Reader& reader) {
  TERN_ASSIGN(auto extensions, read_list<Extension>(reader, limits::mls_extensions_max,
                                                    Errc::mls_extension_invalid));
  TERN_TRY(check_extension_list(extensions));
  return extensions;
}

void write(Writer& writer, const Extensions& extensions) {
  // Sized first, with room for what follows a list: a ratchet tree is one extension, and should not
  // be copied twice.
  constexpr std::size_t behind_bytes = 256;
  std::size_t bytes = 0;
  for (const auto& extension : extensions) {
    const auto data_bytes = extension.data.size();
    bytes += 2 + (data_bytes < 0x40 ? 1 : data_bytes < 0x4000 ? 2 : 4) + data_bytes;
  }
  writer.reserve(writer.size() + 4 + bytes + behind_bytes);
  writer.length(bytes);
  for (const auto& extension : extensions) write(writer, extension);
}

const Extension* find_extension(const Extensions& extensions, std::uint16_t type) {
  for (const auto& extension : extensions)
    if (extension.type == type) return &extension;
  return nullptr;
}

template <>
Result<RequiredCapabilities> read(Reader& reader) {
  constexpr auto max = limits::mls_capabilities_max;
  constexpr auto over = Errc::mls_extension_invalid;
  RequiredCapabilities required;
  TERN_ASSIGN(required.extensions, read_u16_list(reader, max, over));
  TERN_ASSIGN(required.proposals, read_u16_list(reader, max, over));
  TERN_ASSIGN(required.credentials, read_u16_list(reader, max, over));
  return required;
}

void write(Writer& writer, const RequiredCapabilities& required) {
  write_u16_list(writer, required.extensions);
  write_u16_list(writer, required.proposals);
  write_u16_list(writer, required.credentials);
}

template <>
Result<ExternalSender> read(Reader& reader) {
  ExternalSender sender;
  TERN_ASSIGN(sender.signature_key, read_opaque<crypto::VerifyKey>(reader, Errc::key_invalid));
  TERN_ASSIGN(sender.credential, read<Credential>(reader));
  return sender;
}

void write(Writer& writer, const ExternalSender& sender) {
  writer.vector(sender.signature_key);
  write(writer, sender.credential);
}

Result<GroupParameters> group_parameters(const Extensions& group_context_extensions) {
  GroupParameters parameters;
  for (const auto& extension : group_context_extensions)
    if (!is_default_extension(extension.type)) parameters.extension_types.push_back(extension.type);
  if (const auto* found =
          find_extension(group_context_extensions, extension_required_capabilities)) {
    auto required = decode<RequiredCapabilities>(found->data);
    if (!required) return Errc::mls_extension_invalid;
    parameters.required = std::move(*required);
  }
  if (const auto* found = find_extension(group_context_extensions, extension_external_senders)) {
    Reader reader(found->data);
    auto senders =
        read_list<ExternalSender>(reader, limits::mls_extensions_max, Errc::mls_extension_invalid);
    if (!senders || !reader.empty()) return Errc::mls_extension_invalid;
    parameters.external_senders = std::move(*senders);
  }
  return parameters;
}

}  // namespace tern::mls
