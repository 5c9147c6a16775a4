// read_csv(): tables of people, one record at a time.
#include <array>
#include <optional>

#include "base/try.hpp"
#include "contacts/csv_columns.hpp"

namespace tern::contacts {
namespace {

struct Table {
  char separator = ',';
  CsvColumns columns;
};

/// The separator with which the first record makes sense. Errors: those of the first record.
Result<Table> table_of(std::string_view text) {
  std::optional<Error> error;
  for (const char separator : {',', ';', '\t'}) {
    CsvRecord first;
    const auto read = CsvRecords(text, separator).next(first, nullptr);
    if (!read) {
      // A quote that ends before another separator breaks a rule with this one alone.
      if (!error) error = read.error();
      continue;
    }
    if (auto columns = columns_of(first)) return Table{separator, std::move(*columns)};
    error = at_line(Errc::csv_malformed, first.line,
                    "no column of phone numbers, by its name or by what is in it");
  }
  return *error;
}

/// What one record says of somebody.
struct Person {
  std::string name, first, middle, last;
  std::vector<std::string_view> numbers;  // into the record
};

Person person_of(const CsvRecord& record, const CsvColumns& columns) {
  Person out;
  out.numbers.reserve(record.cells.size());
  for (const auto& cell : record.cells) {
    switch (columns.role(cell.column)) {
      case CsvRole::name:
        if (out.name.empty()) out.name = cell.text;
        break;
      case CsvRole::first_name:
        out.first = cell.text;
        break;
      case CsvRole::middle_name:
        out.middle = cell.text;
        break;
      case CsvRole::last_name:
        out.last = cell.text;
        break;
      case CsvRole::number:
        out.numbers.push_back(cell.text);
        break;
      case CsvRole::none:
        break;
    }
  }
  return out;
}

/// Google writes several numbers of one label into one cell.
constexpr std::string_view between_numbers = ":::";

Result<void> add_numbers(Entries& entries, const std::string& name, std::string_view cell) {
  while (true) {
    const auto end = cell.find(between_numbers);
    TERN_TRY(entries.add(name, cell.substr(0, end)));
    if (end == cell.npos) return {};
    cell.remove_prefix(end + between_numbers.size());
  }
}

/// Excel's first line, "sep=;", which says what follows anyway.
std::string_view without_sep_line(std::string_view text) {
  if (text.size() < 5 || !same_word(text.substr(0, 4), "sep=")) return text;
  const auto end = text.find_first_of("\r\n");
  return end == text.npos ? std::string_view{} : text.substr(end);
}

Result<std::vector<AddressBookEntry>> read_table(std::string_view file) {
  const auto text = without_sep_line(file);
  if (trimmed(text).empty()) return std::vector<AddressBookEntry>{};
  TERN_ASSIGN(const Table table, table_of(text));
  const auto wanted = table.columns.wanted();
  CsvRecords records(text, table.separator);
  CsvRecord record;
  Entries entries;
  bool header = table.columns.has_header;
  while (true) {
    TERN_ASSIGN(const bool more, records.next(record, header ? nullptr : &wanted));
    if (!more) break;
    if (std::exchange(header, false)) continue;
    const Person person = person_of(record, table.columns);
    if (person.numbers.empty()) continue;
    const std::string name = clean_name(
        person.name.empty() ? joined({person.first, person.middle, person.last}) : person.name);
    for (const auto number : person.numbers) TERN_TRY(add_numbers(entries, name, number));
  }
  return std::move(entries).take();
}

}  // namespace
}  // namespace tern::contacts

namespace tern {

Result<std::vector<AddressBookEntry>> read_csv(ByteSpan file) {
  TERN_ASSIGN(const std::string_view text, contacts::text_of(file, Errc::csv_malformed));
  return contacts::read_table(text);
}

}  // namespace tern
