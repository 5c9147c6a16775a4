// RFC 4180: a file as records of cells.
#pragma once

#include "contacts/contact_text.hpp"

namespace tern::contacts {

struct CsvCell {
  std::size_t column = 0;  ///< from 0
  std::string text;        ///< UTF-8, trimmed, never empty
};

struct CsvRecord {
  std::size_t line = 0;  ///< its first line in the file, from 1
  std::vector<CsvCell> cells;
};

/// Which columns are kept; a record costs what it has in the file, not what the table has columns.
using WantedColumns = std::vector<bool>;

class CsvRecords {
 public:
  CsvRecords(std::string_view file, char separator) : rest_(file), separator_(separator) {}

  /// The next record that is not a blank line; false when there is none.
  /// `wanted`: nullptr for all columns.
  /// Errors: csv_malformed; address_book_line_too_long when what is wanted of it is longer.
  Result<bool> next(CsvRecord& record, const WantedColumns* wanted);

 private:
  /// Each reads up to a separator or the record's end; `into` is nullptr for what is not kept.
  Result<void> read_quoted(std::string* into);
  Result<void> read_bare(std::string* into);
  Result<void> keep(std::string* into, std::string_view part);
  bool at_record_end() const;
  void skip_record_end();

  std::string_view rest_;
  char separator_;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
  std::size_t kept_bytes_ = 0;
};

}  // namespace tern::contacts
