// The address book's readers by themselves, as somebody else's program uses them.
#include <tern/address_book.hpp>
#include <tern/phone_number.hpp>

int main() {
  const auto book =
      tern::read_vcards(tern::as_bytes("BEGIN:VCARD\nFN:Anna\nTEL:+32 471/12.34.56\nEND:VCARD\n"));
  if (!book || book->size() != 1) return 1;
  if (tern::to_e164(book->front().number, "").value() != "+32471123456") return 1;
  // Its library is found and linked, if the installed build has it.
  return tern::to_e164("0471/12.34.56", "BE").has_value() == tern::reads_local_numbers() ? 0 : 1;
}
