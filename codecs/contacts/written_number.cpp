#include "contacts/written_number.hpp"

#include "base/utf8.hpp"
#include "tern/limits.hpp"
#include "tern/phone_number.hpp"

namespace tern::contacts {

Result<void> check_written(std::string_view written) {
  if (written.size() > limits::number_written_bytes_max)
    return Error(Errc::number_too_long,
                 "the number is written with " + std::to_string(written.size()) + " bytes; " +
                     std::to_string(limits::number_written_bytes_max) + " are allowed");
  if (!is_utf8(written)) return Errc::text_not_utf8;
  return {};
}

Result<std::string> fit_e164(std::string number) {
  const std::size_t digits = number.size() - 1;
  if (digits < limits::number_digits_min)
    return Error(Errc::number_too_short,
                 "the number has " + std::to_string(digits) + " digits with its country code; " +
                     std::to_string(limits::number_digits_min) + " are the fewest");
  if (number.size() > limits::number_bytes_max)
    return Error(Errc::number_too_long, "the number has " + std::to_string(digits) +
                                            " digits with its country code; E.164 allows " +
                                            std::to_string(limits::number_bytes_max - 1));
  if (!is_e164(number)) return Errc::number_impossible;
  return number;
}

}  // namespace tern::contacts
