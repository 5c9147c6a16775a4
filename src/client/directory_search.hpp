// Whether a contact is in the directory, and whose number it is: tested on this device.
#pragma once

#include "client/contacts.hpp"

namespace tern::client::directory_search {

/// Tests everybody who waits for it against the segments that are here.
Result<void> test(Step& step);
/// Asks for the records of some who are in it. False: nobody waits.
Result<bool> ask(Step& step);
/// Errors: directory_damaged.
Result<void> received(Step& step, const wire::Records& answer);

}  // namespace tern::client::directory_search
