// The relay's directory, fetched once and then kept up to date: what the relay says is checked
// against itself before any of it is kept.
#pragma once

#include "client/contacts.hpp"

namespace tern::client::directory_download {

/// Whether every segment is here, and at the relay's head.
bool complete(const ContactSync& sync);
/// Asks for the next piece.
void ask(Step& step);

/// Errors of all: directory_key_changed, directory_damaged; the step is then to change nothing.
Result<void> received(Step& step, const wire::DirectoryHead& head);
Result<void> received(Step& step, const wire::Segments& segments);
Result<void> received(Step& step, const wire::Changes& changes);
/// All segments anew.
Result<void> start_over(Step& step);

}  // namespace tern::client::directory_download
