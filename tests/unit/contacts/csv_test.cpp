// Tables of people: RFC 4180, and what Google Contacts and Outlook make of it.
#include "tern/limits.hpp"
#include "unit/contacts/books.hpp"

namespace tern::contacts::test {
namespace {

TEST_CASE("a table of names and numbers is read with a header row and without") {
  CHECK(csv("name,number\r\nAnna,0471/12.34.56\r\n") == Lines{"Anna|0471/12.34.56"});
  CHECK(csv("Phone;Name\nBo's;Bo\n") == Lines{"Bo|Bo's"});
  CHECK(csv("Anna,0471/12.34.56\nBo,+32 472 11 22 33") ==
        Lines{"Anna|0471/12.34.56", "Bo|+32 472 11 22 33"});
  CHECK(csv("أمل,٠٤٧١١٢٣٤٥٦\n") == Lines{"أمل|٠٤٧١١٢٣٤٥٦"});
  CHECK(csv("") == Lines{});
  CHECK(csv("\r\n\r\n") == Lines{});
}

TEST_CASE("the separator is the one with which the first record makes sense") {
  CHECK(csv("name;number\nPeeters, Anna;1\n") == Lines{"Peeters, Anna|1"});
  CHECK(csv("Peeters, Anna;0471123456\n") == Lines{"Peeters, Anna|0471123456"});
  CHECK(csv("name\tnumber\nAnna\t1\n") == Lines{"Anna|1"});
  CHECK(csv("sep=;\r\nname;number\r\nAnna;1\r\n") == Lines{"Anna|1"});
  CHECK(csv("\"name\";\"number\"\n\"Anna\";1\n") == Lines{"Anna|1"});
}

TEST_CASE("an export of Google Contacts is read") {
  CHECK(csv("First Name,Middle Name,Last Name,Labels,E-mail 1 - Value,Phone 1 - Label,"
            "Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\n"
            "Anna,M.,Peeters,* myContacts,anna@example.org,Mobile,+32 471 12 34 56,Work,"
            "02 555 12 12 ::: 02 555 12 13\n"
            "Nobody,,,,,,,,\n") == Lines{"Anna M. Peeters|+32 471 12 34 56",
                                         "Anna M. Peeters|02 555 12 12",
                                         "Anna M. Peeters|02 555 12 13"});
  CHECK(csv("Name,Given Name,Family Name,Phone 1 - Type,Phone 1 - Value\n"
            "Anna P.,Anna,Peeters,Mobile,1\n,Bo,Maes,Mobile,2\n") ==
        Lines{"Anna P.|1", "Bo Maes|2"});
}

TEST_CASE("an export of Outlook is read, without faxes, assistants and companies") {
  CHECK(csv("\"First Name\",\"Last Name\",\"Business Fax\",\"Business Phone\",\"Business Phone 2\","
            "\"Company Main Phone\",\"Assistant's Phone\",\"Mobile Phone\",\"Pager\",\"Notes\"\r\n"
            "\"Anna\",\"Peeters\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\"\r\n") ==
        Lines{"Anna Peeters|2", "Anna Peeters|3", "Anna Peeters|6"});
}

TEST_CASE("a quoted cell has separators, line ends and quotes in it") {
  CHECK(csv("name,number\n\"Peeters, \"\"Anna\"\"\r\nBrussels\",\"1\"\n") ==
        Lines{"Peeters, \"Anna\" Brussels|1"});
  CHECK(csv("name,number\n6\" of Bo,1\n") == Lines{"6\" of Bo|1"});
}

TEST_CASE("records may be shorter and longer than the header, and lines empty") {
  CHECK(csv("name,number\n\nAnna\nBo,1,2,3\n,4\n") == Lines{"Bo|1", "|4"});
}

TEST_CASE("a table is UTF-8 with or without its mark, or ISO-8859-1") {
  CHECK(csv("\xef\xbb\xbfname,number\nJörg,1\n") == Lines{"Jörg|1"});
  CHECK(csv("name,number\nJ\xf6rg,1\n") == Lines{"Jörg|1"});
  CHECK(csv("\xfe\xffname") == Lines{"line 1: the file is UTF-16; export it as UTF-8"});
}

TEST_CASE("old Macs' line ends are line ends") {
  CHECK(csv("name,number\rAnna,1\rBo,2") == Lines{"Anna|1", "Bo|2"});
}

TEST_CASE("columns that are not wanted may hold anything, however long") {
  const std::string note(3'000'000, 'x');
  CHECK(csv("name,notes,number\nAnna,\"" + note + "\n\"\"\"," + "1\nBo," + note + ",2\n") ==
        Lines{"Anna|1", "Bo|2"});
}

TEST_CASE("a table that breaks a rule is refused with the line that does") {
  CHECK(csv("name,number\nAnna,1\n\"Bo,2\n") ==
        Lines{"line 3: a quote that begins here has no end"});
  CHECK(csv("name,number\n\"Bo\nMaes\"x,2\n") == Lines{"line 3: text behind the end of a quote"});
  CHECK(csv("\"name,number\n") == Lines{"line 1: a quote that begins here has no end"});
  const std::string none = "line 1: no column of phone numbers, by its name or by what is in it";
  CHECK(csv("name,email\nAnna,anna@example.org\n") == Lines{none});
  CHECK(csv("BEGIN:VCARD\nTEL:1\n") == Lines{none});
  CHECK(error_of(read_csv(as_bytes("x"))) == Errc::csv_malformed);
}

}  // namespace
}  // namespace tern::contacts::test
