// vCard 2.1, as phones and mail programs wrote it for two decades.
#include "unit/contacts/books.hpp"

namespace tern::contacts::test {
namespace {

TEST_CASE("a card of 2.1 has its parameters' values alone") {
  CHECK(vcards(card("2.1", {"N:Peeters;Anna", "TEL;CELL;PREF:1", "TEL;WORK;FAX:2"})) ==
        Lines{"Anna Peeters|1"});
}

TEST_CASE("quoted-printable is decoded, over its soft line breaks") {
  CHECK(vcards(card("2.1", {"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Mu=CC=81=", "ller;J=C3=B6r=",
                            "g;;;", "TEL;CELL:1"})) == Lines{"Jörg Mu\xcc\x81ller|1"});
  CHECK(vcards(card("2.1", {"FN;QUOTED-PRINTABLE:B=", "o", "TEL;CELL:1"})) == Lines{"Bo|1"});
}

TEST_CASE("what follows a soft line break is no property") {
  CHECK(vcards(card("2.1", {"FN:Bo", "NOTE;ENCODING=QUOTED-PRINTABLE:call=", "TEL:666=", "",
                            "TEL:1"})) == Lines{"Bo|1"});
}

TEST_CASE("ISO-8859-1 is read where a card says so, or says nothing and is not UTF-8") {
  CHECK(vcards(card("2.1", {"FN;CHARSET=ISO-8859-1:J\xf6rg", "TEL:1"})) == Lines{"Jörg|1"});
  CHECK(vcards(card("2.1", {"FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg", "TEL:1"})) ==
        Lines{"Jörg|1"});
  CHECK(vcards(card("2.1", {"FN:J\xf6rg", "TEL:1"})) == Lines{"Jörg|1"});
  CHECK(vcards(card("2.1", {"FN:Jörg", "TEL:1"})) == Lines{"Jörg|1"});
  CHECK(vcards(card("2.1", {"FN;CHARSET=SHIFT_JIS:\x83", "TEL:1"})) ==
        Lines{"line 3: text in a charset other than UTF-8 and ISO-8859-1"});
}

TEST_CASE("a fold of 2.1 keeps its space, one of 3.0 does not") {
  CHECK(vcards(card("2.1", {"FN:Anna", " Peeters", "TEL:1"})) == Lines{"Anna Peeters|1"});
  CHECK(vcards(card("3.0", {"FN:Anna", " Peeters", "TEL:1"})) == Lines{"AnnaPeeters|1"});
}

TEST_CASE("in 2.1 a backslash stands for itself, and a comma parts nothing") {
  CHECK(vcards(card("2.1", {R"(N:a\;b,c;d\n)", "TEL:1"})) == Lines{R"(d\n a;b,c|1)"});
}

TEST_CASE("an agent's card inside a card is somebody else's") {
  CHECK(vcards(card("2.1", {"FN:Bo", "AGENT:", "BEGIN:VCARD", "VERSION:2.1", "FN:Cleo", "TEL:2",
                            "END:VCARD", "TEL:1"})) == Lines{"Bo|1"});
}

TEST_CASE("a photo whose base64 is not indented is passed over") {
  CHECK(vcards(card("2.1", {"FN:Bo", "PHOTO;JPEG;ENCODING=BASE64:/9j/4AAQ", "SkZJRgAB+/",
                            "AQ==", "", "TEL:1"})) == Lines{"Bo|1"});
}

TEST_CASE("damaged quoted-printable is refused with its line") {
  CHECK(vcards(card("2.1", {"FN;ENCODING=QUOTED-PRINTABLE:=Z1", "TEL:1"})) ==
        Lines{"line 3: an equals sign without two hexadecimal digits behind it"});
  CHECK(vcards(card("2.1", {"TEL;ENCODING=BASE64:MQ=="})) ==
        Lines{"line 3: a name or number in base64"});
}

}  // namespace
}  // namespace tern::contacts::test
