// to_e164() without libphonenumber: numbers that carry their country code.
#include <algorithm>

#include "contacts/written_number.hpp"
#include "tern/phone_number.hpp"

namespace tern {
namespace {

bool is_plain_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// What stands behind a plus sign or 00; empty when neither is there.
std::string_view behind_prefix(std::string_view written) {
  const auto start = written.find_first_not_of(" \t\r\n");
  if (start == written.npos) return {};
  written.remove_prefix(start);
  if (written.starts_with('+')) return written.substr(1);
  if (written.starts_with("00")) return written.substr(2);
  return {};
}

Error needs_library(const char* why) {
  return {Errc::number_needs_library,
          std::string(why) + ": this build reads +, country code and number only"};
}

}  // namespace

bool reads_local_numbers() noexcept { return false; }

Result<std::string> to_e164(std::string_view written, std::string_view /*default_region*/) {
  if (const auto checked = contacts::check_written(written); !checked) return checked.error();
  // What is not ASCII may be digits of another script.
  const auto dialled = [](char c) { return is_plain_digit(c) || (c & 0x80) != 0; };
  if (std::none_of(written.begin(), written.end(), dialled)) return Errc::number_is_none;
  const auto rest = behind_prefix(written);
  if (rest.empty()) return needs_library("the number is written without its country code");
  // Dialled at home and not from abroad, but for Italy and a few more: a country's own rule.
  if (rest.find("(0)") != rest.npos) return needs_library("the number has a trunk prefix in it");
  std::string number = "+";
  for (const char c : rest) {
    if (is_plain_digit(c))
      number += c;
    else if (std::string_view(" \t\r\n.-/()").find(c) == std::string_view::npos)
      return needs_library("the number has more in it than digits and what parts them");
  }
  if (number.starts_with("+0"))
    return Error(Errc::number_region_unknown, "no country code begins with 0");
  return contacts::fit_e164(std::move(number));
}

}  // namespace tern
