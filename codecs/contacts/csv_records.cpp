#include "contacts/csv_records.hpp"

#include <algorithm>
#include <array>

#include "base/try.hpp"
#include "base/utf8.hpp"
#include "tern/limits.hpp"

namespace tern::contacts {

Result<bool> CsvRecords::next(CsvRecord& record, const WantedColumns* wanted) {
  record.cells.clear();
  while (!rest_.empty() && at_record_end()) skip_record_end();
  if (rest_.empty()) return false;
  record.line = record_line_ = line_;
  kept_bytes_ = 0;
  std::string cell;
  for (std::size_t column = 0;; ++column) {
    cell.clear();
    const bool keeps = !wanted || (column < wanted->size() && (*wanted)[column]);
    std::string* into = keeps ? &cell : nullptr;
    TERN_TRY(rest_.starts_with('"') ? read_quoted(into) : read_bare(into));
    if (!is_utf8(cell)) cell = from_latin1(cell);
    if (const auto text = trimmed(cell); !text.empty())
      record.cells.push_back({column, std::string(text)});
    if (at_record_end()) break;
    rest_.remove_prefix(1);  // the separator
  }
  skip_record_end();
  return true;
}

Result<void> CsvRecords::read_quoted(std::string* into) {
  const std::size_t begins = line_;
  rest_.remove_prefix(1);
  while (true) {
    const auto quote = rest_.find('"');
    if (quote == rest_.npos)
      return at_line(Errc::csv_malformed, begins, "a quote that begins here has no end");
    line_ += static_cast<std::size_t>(
        std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(quote), '\n'));
    TERN_TRY(keep(into, rest_.substr(0, quote)));
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"')) break;
    TERN_TRY(keep(into, "\""));  // RFC 4180 §2.7: a doubled one stands for itself
    rest_.remove_prefix(1);
  }
  if (!at_record_end() && rest_.front() != separator_)
    return at_line(Errc::csv_malformed, line_, "text behind the end of a quote");
  return {};
}

Result<void> CsvRecords::read_bare(std::string* into) {
  const std::array<char, 3> ends = {separator_, '\r', '\n'};
  const auto end = rest_.find_first_of(std::string_view(ends.data(), ends.size()));
  TERN_TRY(keep(into, rest_.substr(0, end)));
  rest_.remove_prefix(std::min(end, rest_.size()));
  return {};
}

Result<void> CsvRecords::keep(std::string* into, std::string_view part) {
  if (!into) return {};
  kept_bytes_ += part.size();
  if (kept_bytes_ > limits::address_book_line_bytes_max)
    return at_line(Errc::address_book_line_too_long, record_line_,
                   "names and numbers of over " +
                       std::to_string(limits::address_book_line_bytes_max) + " bytes");
  into->append(part);
  return {};
}

bool CsvRecords::at_record_end() const {
  return rest_.empty() || rest_.front() == '\r' || rest_.front() == '\n';
}

void CsvRecords::skip_record_end() {
  if (rest_.starts_with('\r')) rest_.remove_prefix(1);
  // A carriage return alone ends a record too: files of old Macs.
  else if (rest_.empty())
    return;
  if (rest_.starts_with('\n')) rest_.remove_prefix(1);
  ++line_;
}

}  // namespace tern::contacts
