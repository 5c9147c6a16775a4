#include "contacts_seeds.hpp"

namespace tern::fuzzing {
namespace {

const std::string card_4_0 =
    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna\\, Peeters\r\nN:Peeters;Anna,Maria;;Dr.;\r\n"
    "item1.TEL;VALUE=uri;TYPE=\"voice,home\":tel:+32-471-12-34-56;ext=34\r\n"
    "TEL;VALUE=uri:tel:471%20123456;phone-context=+32\r\nEND:VCARD\r\n";
const std::string card_3_0 =
    "BEGIN:VCARD\nVERSION:3.0\nN:Peeters;Bo;;;\nTEL;TYPE=CELL,VOICE:0471/12.3\n 4.56\n"
    "PHOTO;ENCODING=b;TYPE=JPEG:AAAA\n AAAA==\nTEL;TYPE=FAX:1\nEND:VCARD\n";
const std::string card_2_1 =
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC=\r\nller;J"
    "\r\nFN;CHARSET=ISO-8859-1:J\xf6rg\r\nAGENT:\r\nBEGIN:VCARD\r\nTEL:2\r\nEND:VCARD\r\n"
    "PHOTO;JPEG;ENCODING=BASE64:AAAA\r\nAAAA==\r\n\r\nTEL;CELL:1\r\nEND:VCARD\r\n";
const std::string google =
    "First Name,Last Name,Phone 1 - Label,Phone 1 - Value\n\"Anna \"\"A\"\"\",Peeters,Mobile,+32 "
    "471 "
    "12 34 56 ::: 02 555 12 12\n";
const std::string outlook =
    "\"First Name\";\"Business Phone 2\";\"Assistant's "
    "Phone\";\"Notes\"\r\n\"J\xf6rg\";\"1\";\"2\";"
    "\"a\r\nb\"\r\n";

}  // namespace

std::vector<ContactsSeed> contacts_seeds() {
  // A name is cut between two of its characters.
  std::string long_name = "FN:a";
  for (int i = 0; i < 200; ++i) long_name += "é";
  const std::string long_name_card =
      "BEGIN:VCARD\nVERSION:4.0\n" + long_name + "\nTEL:1\nEND:VCARD\n";
  return {{"phone_number", "local",
           "\x02"
           "BE0471/12.34.56"},
          {"phone_number", "trunk",
           "\x02"
           "GB+44 (0)20 7946 0958"},
          {"phone_number", "no_region",
           std::string("\x00"
                       "0032 471 12 34 56",
                       18)},
          {"phone_number", "extension",
           "\x02"
           "US(212) 555-0123 ext. 4"},
          {"phone_number", "letters",
           "\x02"
           "US1-800-FLOWERS"},
          {"phone_number", "arabic",
           "\x02"
           "BE٠٤٧١١٢٣٤٥٦"},
          {"phone_number", "uri",
           "\x02"
           "AR"
           "tel:011-15-2345-6789;phone-context=+54"},
          {"phone_number", "longer_than_anybody_writes",
           std::string("\x02"
                       "BE") +
               std::string(129, '1')},
          {"phone_number", "six_digits",
           std::string("\x00"
                       "+491234",
                       8)},
          {"phone_number", "seventeen_digits",
           std::string("\x00"
                       "+49123456789012345",
                       19)},
          {"vcard", "card_4_0", card_4_0},
          {"vcard", "long_name", long_name_card},
          {"vcard", "card_3_0", card_3_0},
          {"vcard", "card_2_1", card_2_1},
          {"csv", "google", google},
          {"csv", "outlook", outlook},
          {"csv", "middle_name",
           "First Name,Middle Name,Last Name,Birthday,Phone\nAnna,Maria,Peeters,1990,1\n"},
          {"csv", "tabs", "sep=\t\nname\tnumber\nAnna\t1\n"},
          {"csv", "no_header",
           "\xef\xbb\xbf"
           "Anna,0471/12.34.56\r\n"}};
}

}  // namespace tern::fuzzing
