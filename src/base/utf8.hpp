// Text from outside is UTF-8, or it is refused.
#pragma once

#include <string_view>

namespace tern {

/// Whether `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text) noexcept;

}  // namespace tern
