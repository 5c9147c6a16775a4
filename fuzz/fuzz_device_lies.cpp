// A relay one of whose devices changes, drops and repeats what it says, from the first frame on.
// The others' messages arrive all the same.
#include "hostile_line.hpp"
#include "target.hpp"

using namespace tern;

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  fuzzing::Town town(fuzzing::Town::Hostile::device, input);
  town.live();
  expect(town.world.relay().running(), "no device ends the relay");
  for (auto* who : {town.bo, town.cem}) {
    const auto texts = who->texts(town.bos_with_cem);
    expect(!texts.empty() && texts.front() == "before" && texts.back() == "after",
           "what others say to each other arrives");
    const auto chats = who->engine().chats().value();
    for (const auto& chat : chats)
      for (const auto& text : who->texts(chat.id))
        expect(town.said.contains(text), "a text that is shown was written by somebody");
  }
}
