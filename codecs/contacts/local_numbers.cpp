// to_e164() with libphonenumber: numbers as they are dialled at home. The one file that knows it.
#include <phonenumbers/phonenumberutil.h>

#include "contacts/written_number.hpp"
#include "tern/phone_number.hpp"

namespace tern {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// Any region that dials 00 before a country code: with it, and with no region given, a number
// counts only if it was written with its country code.
constexpr const char* region_of_00 = "BE";

std::string in_capitals(std::string_view region) {
  std::string out(region);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

Error no_such_region(const std::string& region) {
  const bool two_letters =
      region.size() == 2 && region.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == region.npos;
  return {Errc::number_region_unknown,
          two_letters ? "the number has no country code, and no region " + region + " has numbers"
                      : "the number has no country code, and its region is not two letters"};
}

/// Why there is no number in it at all.
Error no_number(std::string_view written) {
  std::string digits(written);
  PhoneNumberUtil::GetInstance()->NormalizeDigitsOnly(&digits);
  if (digits.empty()) return Errc::number_is_none;
  if (digits.size() < 3) return Errc::number_too_short;
  return {Errc::number_is_none, "the digits in it are not written as a phone number's"};
}

Result<PhoneNumber> parsed(std::string_view written, const std::string& region) {
  PhoneNumber number;
  switch (PhoneNumberUtil::GetInstance()->ParseAndKeepRawInput(
      std::string(written), region.empty() ? region_of_00 : region, &number)) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
      break;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
      if (!region.empty() && PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region) == 0 &&
          written.find('+') == written.npos)
        return no_such_region(region);
      return Error(Errc::number_region_unknown, "no country has the number's country code");
    case PhoneNumberUtil::NOT_A_NUMBER:
      return no_number(written);
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN:
      return Errc::number_too_short;
    case PhoneNumberUtil::TOO_LONG_NSN:
      return Errc::number_too_long;
  }
  const auto source = number.country_code_source();
  if (region.empty() && source != PhoneNumber::FROM_NUMBER_WITH_PLUS_SIGN &&
      source != PhoneNumber::FROM_NUMBER_WITH_IDD)
    return Errc::number_needs_region;
  return number;
}

Result<void> check_possible(const PhoneNumber& number) {
  switch (PhoneNumberUtil::GetInstance()->IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::IS_POSSIBLE:
      return {};
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
      return Error(Errc::number_too_short, "the number has no area code");
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
      return Error(Errc::number_region_unknown, "no country has the number's country code");
    case PhoneNumberUtil::TOO_SHORT:
      return Errc::number_too_short;
    case PhoneNumberUtil::INVALID_LENGTH:
      return Error(Errc::number_impossible, "the number's country has none of its length");
    case PhoneNumberUtil::TOO_LONG:
      return Errc::number_too_long;
  }
  return Errc::number_impossible;
}

/// Whether a trunk prefix was left standing because what follows it is too short: "0471 12 34" of
/// Belgium's nine digits would be +32 0471 12 34. Italy's zero is no trunk prefix.
bool begins_with_trunk_prefix(const PhoneNumber& number) {
  const auto* util = PhoneNumberUtil::GetInstance();
  if (!number.italian_leading_zero() || util->IsValidNumber(number)) return false;
  std::string region;
  std::string prefix;
  util->GetRegionCodeForCountryCode(number.country_code(), &region);
  util->GetNddPrefixForRegion(region, true, &prefix);
  return prefix == "0";
}

Result<std::string> read_once(std::string_view written, const std::string& region) {
  const auto number = parsed(written, region);
  if (!number) return number.error();
  if (number->has_extension())
    return Error(Errc::number_impossible,
                 "the number has an extension; a messenger's account has a number of its own");
  // And libphonenumber would format it as it was written.
  if (number->national_number() == 0)
    return Error(Errc::number_impossible, "nobody's number is all zeros");
  if (const auto possible = check_possible(*number); !possible) return possible.error();
  if (begins_with_trunk_prefix(*number)) return Errc::number_too_short;
  std::string out;
  PhoneNumberUtil::GetInstance()->Format(*number, PhoneNumberUtil::E164, &out);
  return contacts::fit_e164(std::move(out));
}

// As many prefixes as anybody dials one behind the other, and one.
constexpr int readings_max = 4;

}  // namespace

bool reads_local_numbers() noexcept { return true; }

Result<std::string> to_e164(std::string_view written, std::string_view default_region) {
  if (auto checked = contacts::check_written(written); !checked) return checked.error();
  auto number = read_once(written, in_capitals(default_region));
  // libphonenumber takes off one prefix: of "+52 01 1 55 …", Mexico's 01 and not the 1 behind it.
  // Two ways to write one number must not be two people: it is read until it is read as itself.
  for (int i = 0; i < readings_max && number; ++i) {
    auto again = read_once(*number, "");
    if (again && *again == *number) return number;
    number = std::move(again);
  }
  if (!number) return number;
  return Error(Errc::number_impossible, "the number has one prefix behind another");
}

}  // namespace tern
