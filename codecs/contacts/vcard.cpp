// read_vcards(): cards, one property at a time.
#include <optional>

#include "base/try.hpp"
#include "contacts/vcard_value.hpp"
#include "tern/limits.hpp"

namespace tern::contacts {
namespace {

Error vcard_error(std::size_t line, std::string_view what) {
  return at_line(Errc::vcard_malformed, line, what);
}

struct Card {
  std::size_t begins = 0;  ///< its first line
  VcardVersion version = VcardVersion::v3_0;
  std::string fn;
  std::string n;
  std::vector<std::string> numbers;
};

class CardReader {
 public:
  explicit CardReader(std::string_view file) : lines_(file) {}

  Result<std::vector<AddressBookEntry>> read() {
    VcardLine line;
    while (true) {
      TERN_ASSIGN(const bool more, lines_.next(line));
      if (!more) break;
      TERN_TRY(take(line));
    }
    if (card_) return vcard_error(card_->begins, "the card that begins here has no end");
    return std::move(entries_).take();
  }

 private:
  Result<void> take(const VcardLine& line);
  Result<void> take_inside_agent(const VcardLine& line);
  Result<void> begin(const VcardLine& line);
  Result<void> end();
  Result<void> set_version(const VcardLine& line);
  Result<void> add_number(const VcardLine& line);
  Result<std::string> value_of(const VcardLine& line) const;

  VcardLines lines_;
  std::optional<Card> card_;
  std::size_t numbers_ = 0;
  // 2.1 puts a whole card behind "AGENT:". It is somebody else's.
  bool agent_may_begin_ = false;
  std::size_t agents_ = 0;
  Entries entries_;
};

bool marks(const VcardLine& line, std::string_view what) {
  return line.is(what) && same_word(trimmed(line.value), "VCARD");
}

Result<void> CardReader::take(const VcardLine& line) {
  if (agents_ > 0) return take_inside_agent(line);
  if (marks(line, "BEGIN")) return begin(line);
  if (!card_) return vcard_error(line.number, "not BEGIN:VCARD, which every card begins with");
  agent_may_begin_ = line.is("AGENT") && trimmed(line.value).empty();
  if (marks(line, "END")) return end();
  if (line.is("VERSION")) return set_version(line);
  if (line.is("TEL")) return add_number(line);
  if (line.is("FN") && card_->fn.empty()) {
    TERN_ASSIGN(const std::string text, value_of(line));
    card_->fn = clean_name(unescaped(text, card_->version));
  }
  if (line.is("N") && card_->n.empty()) {
    TERN_ASSIGN(const std::string text, value_of(line));
    card_->n = clean_name(spoken_name(text, card_->version));
  }
  return {};
}

Result<void> CardReader::take_inside_agent(const VcardLine& line) {
  if (marks(line, "BEGIN")) ++agents_;
  if (marks(line, "END")) --agents_;
  return {};
}

Result<void> CardReader::begin(const VcardLine& line) {
  if (!card_) {
    card_ = Card{.begins = line.number};
    return {};
  }
  if (!agent_may_begin_) return vcard_error(line.number, "a card begins inside another");
  agent_may_begin_ = false;
  agents_ = 1;
  return {};
}

Result<void> CardReader::end() {
  const std::string& name = card_->fn.empty() ? card_->n : card_->fn;
  for (const auto& number : card_->numbers) TERN_TRY(entries_.add(name, number));
  card_.reset();
  lines_.keep_space_of_fold(false);
  return {};
}

Result<void> CardReader::set_version(const VcardLine& line) {
  const auto version = trimmed(line.value);
  if (version == "2.1")
    card_->version = VcardVersion::v2_1;
  else if (version == "3.0")
    card_->version = VcardVersion::v3_0;
  else if (version == "4.0")
    card_->version = VcardVersion::v4_0;
  else
    return at_line(Errc::unsupported_version, line.number,
                   "a vCard version other than 2.1, 3.0 and 4.0");
  lines_.keep_space_of_fold(card_->version == VcardVersion::v2_1);
  return {};
}

Result<void> CardReader::add_number(const VcardLine& line) {
  const bool speaks = line.has("TYPE", "VOICE") || line.has("TYPE", "CELL");
  if (!speaks && (line.has("TYPE", "FAX") || line.has("TYPE", "PAGER"))) return {};
  TERN_ASSIGN(const std::string text, value_of(line));
  if (line.has("VALUE", "URI") && !is_tel_uri(text)) return {};  // sip: and the like
  std::string number = written_number(text, card_->version);
  if (trimmed(number).empty()) return {};
  // Before they are kept: a card may go on for the whole file.
  if (++numbers_ > limits::contacts_max) return too_many_contacts();
  card_->numbers.push_back(std::move(number));
  return {};
}

Result<std::string> CardReader::value_of(const VcardLine& line) const {
  if (line.cut)
    return at_line(Errc::address_book_line_too_long, line.number,
                   "a name or number of over " +
                       std::to_string(limits::address_book_line_bytes_max) + " bytes");
  return decoded(line, card_->version);
}

}  // namespace
}  // namespace tern::contacts

namespace tern {

Result<std::vector<AddressBookEntry>> read_vcards(ByteSpan file) {
  TERN_ASSIGN(const std::string_view text, contacts::text_of(file, Errc::vcard_malformed));
  return contacts::CardReader(text).read();
}

}  // namespace tern
