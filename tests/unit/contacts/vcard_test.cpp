// vCard 3.0 (RFC 2426) and 4.0 (RFC 6350).
#include "tern/limits.hpp"
#include "unit/contacts/books.hpp"

namespace tern::contacts::test {
namespace {

TEST_CASE("a card gives its name and each of its numbers") {
  CHECK(vcards(card("3.0",
                    {"N:Peeters;Anna;;;", "FN:Anna Peeters", "TEL;TYPE=CELL,VOICE:0471/12.34.56",
                     "EMAIL:anna@example.org", "TEL;TYPE=HOME:02 555 12 12"})) ==
        Lines{"Anna Peeters|0471/12.34.56", "Anna Peeters|02 555 12 12"});
}

TEST_CASE("a number may stand before the name") {
  CHECK(vcards(card("3.0", {"TEL:0471123456", "FN:Bo"})) == Lines{"Bo|0471123456"});
}

TEST_CASE("a file has any number of cards, and empty lines between them") {
  const auto bo = card("3.0", {"FN:Bo", "TEL:1"});
  const auto cleo = card("4.0", {"FN:Cleo", "TEL:2"});
  const auto silent = card("4.0", {"FN:Nobody to call"});
  CHECK(vcards(bo + "\r\n\r\n" + silent + cleo) == Lines{"Bo|1", "Cleo|2"});
  CHECK(vcards("") == Lines{});
  CHECK(vcards("\r\n \r\n") == Lines{});
  CHECK(vcards("\xef\xbb\xbf" + bo) == Lines{"Bo|1"});
}

TEST_CASE("lines end in LF or CRLF, the last one in nothing, and property names have any case") {
  CHECK(vcards("begin:vcard\nversion:3.0\nfn:Bo\ntel;type=cell:1\nend:vcard") == Lines{"Bo|1"});
}

TEST_CASE("a folded line is one line, wherever it is folded") {
  const std::string tel = "item1.TEL;TYPE=cell:+32 471 12 34 56";
  for (std::size_t at = 1; at < tel.size(); ++at)
    for (const char* fold : {"\r\n ", "\n\t"}) {
      INFO(at);
      CHECK(vcards(card("3.0", {"FN:Bo", tel.substr(0, at) + fold + tel.substr(at)})) ==
            Lines{"Bo|+32 471 12 34 56"});
    }
}

TEST_CASE("escapes are undone, and an escaped line end is a space") {
  CHECK(vcards(card("4.0", {R"(FN:Peeters\, Anna\; \\ \:)\nBrussels)", "TEL:1"})) ==
        Lines{R"(Peeters, Anna; \ :) Brussels|1)"});
}

TEST_CASE("without FN the name is N, as one says it") {
  CHECK(vcards(card("3.0", {"N:Stevenson;John;Philip,Paul;Dr.;Jr.,M.D.", "TEL:1"})) ==
        Lines{"Dr. John Philip Paul Stevenson Jr. M.D.|1"});
  CHECK(vcards(card("3.0", {R"(N:van\;Dam;Jo\,e)", "FN:", "TEL:1"})) == Lines{"Jo,e van;Dam|1"});
  CHECK(vcards(card("3.0", {"N:Solo", "TEL:1"})) == Lines{"Solo|1"});
  CHECK(vcards(card("3.0", {"N:a\\", "TEL:1"})) == Lines{"a\\|1"});
  CHECK(vcards(card("3.0", {"TEL:1"})) == Lines{"|1"});
}

TEST_CASE("groups and quoted parameters are looked through") {
  CHECK(vcards(card("4.0", {"FN:Bo", R"(item2.TEL;PREF=1;TYPE="voice,home";X="a:b;c":1)"})) ==
        Lines{"Bo|1"});
}

TEST_CASE("a tel URI is a number with its context and extension") {
  const auto number = [](const std::string& line) { return vcards(card("4.0", {"FN:Bo", line})); };
  CHECK(number("TEL;VALUE=uri;TYPE=cell:tel:+32-471-12-34-56") == Lines{"Bo|+32-471-12-34-56"});
  CHECK(number("TEL;VALUE=uri:tel:+32-2-555-12-12;ext=34") == Lines{"Bo|+32-2-555-12-12 ext. 34"});
  CHECK(number("TEL;VALUE=uri:tel:471123456;phone-context=+32") == Lines{"Bo|+32471123456"});
  CHECK(number("TEL;VALUE=uri:tel:471123456;phone-context=example.org") == Lines{"Bo|471123456"});
  CHECK(number("TEL;VALUE=uri:TEL:+32%20471") == Lines{"Bo|+32 471"});
  CHECK(number("TEL:tel:+32471123456") == Lines{"Bo|+32471123456"});
  CHECK(number("TEL;VALUE=uri:sip:bo@example.org") == Lines{});
  CHECK(number("TEL;VALUE=uri:tel:%zz") == Lines{});
}

TEST_CASE("fax and pager numbers are nobody's to write to") {
  CHECK(vcards(card("3.0", {"FN:Bo", "TEL;TYPE=WORK,FAX:1", "TEL;TYPE=PAGER:2",
                            "TEL;TYPE=FAX;TYPE=VOICE:3", "TEL;TYPE=\"home,fax\":4"})) ==
        Lines{"Bo|3"});
}

TEST_CASE("a photo of megabytes is passed over, folded or in one line") {
  const std::string base64(6 * 1024 * 1024, 'A');
  std::string folded = "PHOTO;ENCODING=b;TYPE=JPEG:";
  for (std::size_t i = 0; i + 74 < base64.size(); i += 74) folded += base64.substr(i, 74) + "\r\n ";
  CHECK(vcards(card("3.0", {"FN:Bo", folded + "AA==", "TEL:1"})) == Lines{"Bo|1"});
  CHECK(vcards(card("4.0", {"FN:Bo", "PHOTO:data:image/jpeg;base64," + base64, "TEL:1"})) ==
        Lines{"Bo|1"});
}

TEST_CASE("a name is cut between two characters, and has no controls in it") {
  std::string name = "n";
  for (int i = 0; i < 200; ++i) name += "é";
  const auto book = read_vcards(as_bytes(card("4.0", {"FN:" + name, "TEL:1"}))).value();
  CHECK(book[0].name == name.substr(0, limits::contact_name_bytes_max - 1));
  const std::string exact(limits::contact_name_bytes_max, 'n');
  CHECK(vcards(card("4.0", {"FN:" + exact, "TEL:1"})) == Lines{exact + "|1"});
  CHECK(vcards(card("4.0", {"FN:\a B\x7f \xc2\x9b  o\t", "TEL: \v1\f"})) == Lines{"B o|1"});
}

TEST_CASE("a file that is no vCard is refused with the line that says so") {
  const auto refused = [](const std::string& file) {
    const auto book = read_vcards(as_bytes(file));
    CHECK(error_of(book) == Errc::vcard_malformed);
    return book ? "" : book.error().message();
  };
  CHECK(refused("Name,Phone\n") == "line 1: no colon behind a property's name");
  CHECK(refused("FN:Bo\n") == "line 1: not BEGIN:VCARD, which every card begins with");
  CHECK(refused("\n\nBEGIN:VCARD\nFN:Bo\n") == "line 3: the card that begins here has no end");
  CHECK(refused("BEGIN:VCARD\nBEGIN:VCARD\n") == "line 2: a card begins inside another");
  CHECK(refused("BEGIN:VCARD\nFN:Bo\nTEL\nEND:VCARD\n") ==
        "line 3: no colon behind a property's name");
  CHECK(refused(card("4.0", {"FN:B\xe9"})) == "line 3: text that is not UTF-8");
  CHECK(refused("\xff\xfe"
                "B") == "line 1: the file is UTF-16; export it as UTF-8");
  CHECK(error_of(read_vcards(as_bytes(card("5.0", {})))) == Errc::unsupported_version);
}

}  // namespace
}  // namespace tern::contacts::test
