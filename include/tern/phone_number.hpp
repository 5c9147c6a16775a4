// Phone numbers as people write them, and as a messenger compares them: E.164.
//
//   tern::to_e164("0471/12.34.56", "BE").value();        // "+32471123456"
//   tern::to_e164("+44 (0)20 7946 0958", "BE").value();  // "+442079460958"
//
// What each country's numbers look like is libphonenumber's knowledge, which a build may have or
// not: reads_local_numbers() says. Without it only numbers with their country code are read.
//
// Threads: any, at once. The first call of a process takes some 15 ms longer, for the metadata.
#pragma once

#include <string>
#include <string_view>

#include "tern/result.hpp"

namespace tern {

/// Whether `number` is written as ITU-T E.164 has it: a plus sign and 7 to 15 ASCII digits, the
/// first not a zero. It may be nobody's: no table of countries is asked. (E.164 itself has no
/// least length; the shortest numbers in use, Niue's, have 7 digits with their country code.)
bool is_e164(std::string_view number) noexcept;

/// The number that `written` is, as E.164; what is returned is_e164().
///
/// `written`: UTF-8, at most limits::number_written_bytes_max, in any notation in use: digits of
/// any script, spaces, dots, hyphens, slashes, parentheses, trunk and international prefixes,
/// letters of a keypad ("1-800-FLOWERS"), `tel:` URIs. `default_region`: ISO 3166-1 alpha-2 of
/// either case, the country where somebody who writes a number without country code is; may be
/// empty. Numbers with a plus sign do not need it and do not look at it. Without a region, 00
/// stands for the plus sign, as ITU-T E.123 recommends.
///
/// Possible is enough: a number passes when its country has numbers of this length. Whether its
/// range is in use is not asked, since the metadata are as old as the build, and a newly opened
/// range must not lock its owners out; what the number is for (mobile, fixed, freephone) is not
/// either, since a code that confirms it can be spoken. The relay sends that code, or fails to.
///
/// An extension is refused (number_impossible), not dropped: behind it are many people, and the
/// number without it is somebody else's.
///
/// Errors, none of which repeats the number: text_not_utf8; number_is_none (no digits to dial);
/// number_too_short, number_too_long (for its country, or for E.164); number_needs_region (no
/// country code, and no `default_region`); number_region_unknown (no such country code, or a
/// `default_region` that is needed and none); number_impossible (a length between the country's
/// lengths, or an extension); number_needs_library (a build without libphonenumber: anything but a
/// plus sign or 00, digits, and spaces, dots, hyphens, slashes and parentheses among them).
Result<std::string> to_e164(std::string_view written, std::string_view default_region);

/// Whether this build has libphonenumber, and so reads numbers without their country code.
bool reads_local_numbers() noexcept;

}  // namespace tern
