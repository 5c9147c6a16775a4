// A table of people that somebody imports.
#include "base/utf8.hpp"
#include "target.hpp"
#include "tern/address_book.hpp"
#include "tern/limits.hpp"

using namespace tern;

void fuzz(ByteSpan input) {
  const auto book = read_csv(input);
  if (!book) {
    expect(!book.error().message().empty(), "a refusal says why");
    return;
  }
  expect(book->size() <= limits::contacts_max, "there are not too many");
  for (const auto& entry : *book) {
    expect(!entry.number.empty() && is_utf8(entry.number), "a number is text");
    expect(entry.name.size() <= limits::contact_name_bytes_max && is_utf8(entry.name),
           "a name is text that was cut between characters");
  }
}
