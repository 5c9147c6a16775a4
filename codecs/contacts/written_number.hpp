// What both readers of written numbers refuse alike.
#pragma once

#include <string_view>

#include "tern/result.hpp"

namespace tern::contacts {

/// Errors: number_too_long, text_not_utf8.
Result<void> check_written(std::string_view written);

/// `number`, a plus sign and digits, where it is_e164().
/// Errors: number_too_short, number_too_long, number_impossible.
Result<std::string> fit_e164(std::string number);

}  // namespace tern::contacts
