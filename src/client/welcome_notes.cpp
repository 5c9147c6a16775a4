#include "client/welcome_notes.hpp"

#include "base/codec.hpp"

namespace tern::client {

mls::Extensions welcome_extensions(const WelcomeNotes& notes) {
  Writer said;
  said.number(notes.newest_member).number(notes.returning_read);
  return {{mls::extension_tern_welcome_notes, std::move(said).take()}};
}

WelcomeNotes welcome_notes_in(const mls::Extensions& welcome_extensions) {
  const auto* const said =
      mls::find_extension(welcome_extensions, mls::extension_tern_welcome_notes);
  if (!said) return {};
  Reader reader(said->data);
  const auto newest_member = reader.number<std::uint64_t>();
  const auto returning_read = reader.number<std::uint64_t>();
  if (!newest_member || !returning_read || !reader.rest().empty()) return {};
  return {*newest_member, *returning_read};
}

std::uint64_t newest_member_after(const Roster& before, const std::vector<Seat>& added,
                                  const std::vector<Seat>& removed) {
  auto after = before;
  for (const auto& seat : removed) after.remove(seat.device, 0);
  for (const auto& seat : added) {
    const auto* const known = before.find(seat.device);
    after.add({seat.device, seat.account, known ? known->joined_seq : UINT64_MAX});
  }
  return after.newest_member();
}

}  // namespace tern::client
