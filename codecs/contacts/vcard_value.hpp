// The value of a vCard property: decoded, unescaped, taken apart.
#pragma once

#include "contacts/vcard_lines.hpp"

namespace tern::contacts {

enum class VcardVersion : std::uint8_t { v2_1, v3_0, v4_0 };

/// The value as UTF-8, still escaped. Errors: vcard_malformed.
Result<std::string> decoded(const VcardLine& line, VcardVersion version);

/// A text value (RFC 6350 §3.4) without its escapes; an escaped line end is a space.
std::string unescaped(std::string_view value, VcardVersion version);
/// N (RFC 6350 §6.2.2: family; given; additional; prefixes; suffixes) as one says it.
std::string spoken_name(std::string_view n, VcardVersion version);

bool is_tel_uri(std::string_view value) noexcept;
/// A TEL value as somebody would write it, whether it is text or a `tel:` URI; empty when it is a
/// damaged URI.
std::string written_number(std::string_view value, VcardVersion version);

}  // namespace tern::contacts
