#include "contacts/csv_columns.hpp"

#include <algorithm>
#include <array>

namespace tern::contacts {
namespace {

struct Header {
  std::string_view title;  // in lower case
  CsvRole role;
};

constexpr std::array headers = {
    Header{"name", CsvRole::name},
    Header{"full name", CsvRole::name},
    Header{"display name", CsvRole::name},
    Header{"first name", CsvRole::first_name},
    Header{"given name", CsvRole::first_name},
    Header{"middle name", CsvRole::middle_name},
    Header{"additional name", CsvRole::middle_name},
    Header{"last name", CsvRole::last_name},
    Header{"family name", CsvRole::last_name},
    Header{"surname", CsvRole::last_name},
    Header{"number", CsvRole::number},
    Header{"phone", CsvRole::number},
    Header{"phone number", CsvRole::number},
    Header{"telephone", CsvRole::number},
    Header{"telephone number", CsvRole::number},
    Header{"tel", CsvRole::number},
    Header{"mobile", CsvRole::number},
    Header{"mobile number", CsvRole::number},
    Header{"cell", CsvRole::number},
};

// Outlook's, of somebody else than the contact.
constexpr std::array<std::string_view, 3> others = {"assistant's phone", "assistants phone",
                                                    "company main phone"};

/// "home phone 2" without its number.
std::string_view without_count(std::string_view title) {
  const auto end = title.find_last_not_of("0123456789");
  if (end == title.npos || end + 1 == title.size() || title[end] != ' ') return title;
  return title.substr(0, end);
}

CsvRole role_of(std::string_view cell) {
  const std::string lower = in_lower_case(cell);
  const std::string_view title = without_count(lower);
  if (std::find(others.begin(), others.end(), title) != others.end()) return CsvRole::none;
  const auto* found = std::find_if(headers.begin(), headers.end(),
                                   [&](const Header& header) { return header.title == title; });
  if (found != headers.end()) return found->role;
  if (title.ends_with(" phone")) return CsvRole::number;  // Outlook
  if (title.starts_with("phone ") && title.ends_with(" - value")) return CsvRole::number;  // Google
  return CsvRole::none;
}

/// Three digits and no letter: nobody's header, and nobody's name.
bool looks_like_number(std::string_view cell) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const auto byte = static_cast<unsigned char>(cell[i]);
    const auto before = i > 0 ? static_cast<unsigned char>(cell[i - 1]) : 0;
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) return false;
    // Arabic-Indic digits are D9 A0 to D9 A9, Persian ones DB B0 to DB B9.
    if ((byte >= '0' && byte <= '9') || (before == 0xd9 && byte >= 0xa0 && byte <= 0xa9) ||
        (before == 0xdb && byte >= 0xb0 && byte <= 0xb9))
      ++digits;
  }
  return digits >= 3;
}

}  // namespace

WantedColumns CsvColumns::wanted() const {
  WantedColumns out(roles.size());
  for (std::size_t i = 0; i < roles.size(); ++i) out[i] = roles[i] != CsvRole::none;
  return out;
}

std::optional<CsvColumns> columns_of(const CsvRecord& first) {
  CsvColumns out;
  bool numbers = false;
  for (const auto& cell : first.cells) {
    const CsvRole role = role_of(cell.text);
    if (role == CsvRole::none) continue;
    out.roles.resize(cell.column + 1, CsvRole::none);
    out.roles.back() = role;
    numbers = numbers || role == CsvRole::number;
  }
  if (numbers) return out;
  const bool name_and_number =
      first.cells.size() >= 2 && first.cells[0].column == 0 && first.cells[1].column == 1 &&
      !looks_like_number(first.cells[0].text) && looks_like_number(first.cells[1].text);
  if (!name_and_number) return std::nullopt;
  return CsvColumns{{CsvRole::name, CsvRole::number}, false};
}

}  // namespace tern::contacts
