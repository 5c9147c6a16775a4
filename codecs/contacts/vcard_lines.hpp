// A vCard file as its content lines, unfolded: RFC 6350 §3.2, RFC 2426 §2.6, vCard 2.1 §2.1.3.
#pragma once

#include "contacts/contact_text.hpp"

namespace tern::contacts {

/// [group.]name *(;param):value, its bytes as they stand in the file. Views point into the reader,
/// until its next line.
struct VcardLine {
  std::size_t number = 0;   ///< of its first line in the file, from 1
  std::string_view name;    ///< without the group
  std::string_view params;  ///< from the first semicolon to the colon
  std::string_view value;
  bool cut = false;  ///< it has over limits::address_book_line_bytes_max; the rest was passed over

  bool is(std::string_view property) const noexcept { return same_word(name, property); }
  /// Whether the parameter `of` has `word` among its values, or stands there alone (2.1).
  bool has(std::string_view of, std::string_view word) const;
  /// The values of the parameter `of`; empty when it has none.
  std::string_view param(std::string_view of) const;
};

class VcardLines {
 public:
  explicit VcardLines(std::string_view file) : rest_(file) {}

  /// The next line that is not blank, false when there is none.
  /// Errors: vcard_malformed for one without a colon.
  Result<bool> next(VcardLine& line);
  /// 2.1 folds where there is a space already, and keeps it; later versions put it there.
  void keep_space_of_fold(bool keep) { keep_space_ = keep; }

 private:
  bool next_physical(std::string_view& line);
  /// Puts one content line together in text_.
  void unfold(std::string_view first);
  /// Appends as much as has room.
  void append(std::string_view part);

  std::string_view rest_;
  std::size_t physical_ = 0;
  std::string text_;
  bool cut_ = false;
  bool keep_space_ = false;
  bool in_base64_ = false;
};

}  // namespace tern::contacts
