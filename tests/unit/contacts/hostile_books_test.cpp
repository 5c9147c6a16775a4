// Address books at their limits, from both sides, and files that are made to cost.
#include "tern/limits.hpp"
#include "unit/contacts/books.hpp"

namespace tern::contacts::test {
namespace {

std::string repeated(const std::string& what, std::size_t times) {
  std::string out = what;
  while (out.size() < what.size() * times) out += out;
  return out.substr(0, what.size() * times);
}

/// Filled to limits::address_book_bytes_max with what is `each`.
std::string filled(const std::string& begin, const std::string& each) {
  return begin + repeated(each, (limits::address_book_bytes_max - begin.size()) / each.size());
}

TEST_CASE("an address book has at most 20,000 numbers") {
  const auto numbers = [](std::size_t count) {
    return "BEGIN:VCARD\n" + repeated("TEL:1\n", count) + "END:VCARD\n";
  };
  CHECK(vcards(numbers(limits::contacts_max)).size() == limits::contacts_max);
  CHECK(vcards(numbers(limits::contacts_max + 1)) ==
        Lines{"the address book has over 20000 numbers, which is the most that is read"});
  const auto rows = [](std::size_t count) { return "name,number\n" + repeated("A,1\n", count); };
  CHECK(csv(rows(limits::contacts_max)).size() == limits::contacts_max);
  CHECK(error_of(read_csv(as_bytes(rows(limits::contacts_max + 1)))) == Errc::contacts_too_many);
  CHECK(error_of(read_csv(as_bytes("name,number\nA," + repeated("1:::", 30'000)))) ==
        Errc::address_book_line_too_long);
}

TEST_CASE("an address book has at most 16 MiB") {
  std::string file(limits::address_book_bytes_max, '\n');
  CHECK(vcards(file) == Lines{});
  CHECK(csv(file) == Lines{});
  file += '\n';
  CHECK(error_of(read_vcards(as_bytes(file))) == Errc::address_book_too_large);
  CHECK(error_of(read_csv(as_bytes(file))) == Errc::address_book_too_large);
}

TEST_CASE("a line that is a name or number has at most 64 KiB") {
  const auto named = [](std::size_t bytes) {
    return card("4.0", {"FN:" + std::string(bytes - 3, 'n'), "TEL:1"});
  };
  CHECK(error_of(read_vcards(as_bytes(named(limits::address_book_line_bytes_max)))) ==
        Errc::internal);
  CHECK(vcards(named(limits::address_book_line_bytes_max + 1)) ==
        Lines{"line 3: a name or number of over 65536 bytes"});
  const auto record = [](std::size_t bytes) {
    return "name,number\n" + std::string(bytes - 1, 'n') + ",1\n";
  };
  CHECK(error_of(read_csv(as_bytes(record(limits::address_book_line_bytes_max)))) ==
        Errc::internal);
  CHECK(csv(record(limits::address_book_line_bytes_max + 1)) ==
        Lines{"line 2: names and numbers of over 65536 bytes"});
}

// Each of these takes minutes where something is read once for every line, fold or number.
TEST_CASE("16 MiB that are made to be slow are read in a moment") {
  const std::string name = "FN:" + std::string(60'000, 'n') + "\n";
  const std::string begin = "BEGIN:VCARD\n";
  vcards(filled(begin + name, "TEL:1\n"));
  vcards(filled(begin + "X", "\n "));
  vcards(filled(begin + "FN;ENCODING=QUOTED-PRINTABLE:", "=\n"));
  vcards(filled(begin + "FN;X", "=\n "));
  vcards(filled(begin, "N:" + repeated(",", 60'000) + "\n"));
  vcards(filled(begin, "N:" + repeated(";", 60'000) + "\n"));
  vcards(filled(begin, "TEL" + repeated(";", 60'000) + ":1\n"));
  vcards(filled(begin, "TEL;TYPE=" + repeated(",", 60'000) + ":1\n"));
  vcards(filled(begin, "TEL:tel:1" + repeated(";ext=1", 10'000) + "\n"));
  vcards(filled(begin, "AGENT:\nBEGIN:VCARD\n"));
  vcards(filled(begin, "\""));
  csv(filled("", ","));
  csv(filled("", "\""));
  csv(filled("phone,", "\""));
  csv(filled("phone" + repeated(",phone", 10'000) + "\n", "\n"));
  csv(filled("phone" + repeated(",phone", 10'000) + "\n", "a\n"));
  csv(filled(repeated(",", 8'000'000) + "phone\n", "a\n"));
}

TEST_CASE("every beginning of a good file is a good file or a refused one") {
  const std::string file = card("3.0", {"N:P;A", "TEL;TYPE=cell:1", "PHOTO;ENCODING=b:", " AA=="}) +
                           card("2.1", {"N;ENCODING=QUOTED-PRINTABLE:=C3=", "=A9", "TEL;CELL:2"}) +
                           card("4.0", {"FN:B", "TEL;VALUE=uri:tel:+3;ext=4"});
  for (std::size_t bytes = 0; bytes <= file.size(); ++bytes) {
    const auto book = read_vcards(as_bytes(file).first(bytes));
    CHECK((book.has_value() || book.error() == Errc::vcard_malformed ||
           book.error() == Errc::unsupported_version));
  }
}

}  // namespace
}  // namespace tern::contacts::test
