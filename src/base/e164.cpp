#include <algorithm>

#include "tern/limits.hpp"
#include "tern/phone_number.hpp"

namespace tern {

// Here, and not beside to_e164(): the relay asks it too, and reads no address books.
bool is_e164(std::string_view number) noexcept {
  if (number.size() < 1 + limits::number_digits_min || number.size() > limits::number_bytes_max)
    return false;
  return number[0] == '+' && number[1] != '0' &&
         std::all_of(number.begin() + 1, number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace tern
