// What the columns of a table hold: by its header row, or by its first record.
#pragma once

#include <optional>

#include "contacts/csv_records.hpp"

namespace tern::contacts {

enum class CsvRole : std::uint8_t { none, name, first_name, middle_name, last_name, number };

struct CsvColumns {
  std::vector<CsvRole> roles;  ///< of each column up to the last that is wanted
  bool has_header = true;      ///< the first record is none of the table's

  CsvRole role(std::size_t column) const {
    return column < roles.size() ? roles[column] : CsvRole::none;
  }
  WantedColumns wanted() const;
};

/// nullopt when the record is neither a header with a column of numbers nor a name and a number.
std::optional<CsvColumns> columns_of(const CsvRecord& first);

}  // namespace tern::contacts
