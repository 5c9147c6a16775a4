#include "hostile_line.hpp"

namespace tern::fuzzing {
namespace {

constexpr std::size_t pieces_max = 16;  // of each input: a run stays short

Contact entry(const char* number, const char* name) {
  Contact out;
  out.number = out.written = number;
  out.name = name;
  return out;
}

const std::vector<Contact>& address_book() {
  static const std::vector<Contact> book = {entry(annas_number, "Anna"), entry(bos_number, "Bo"),
                                            entry(cems_number, "Cem"),
                                            entry("+32470000009", "nobody")};
  return book;
}

}  // namespace

Damage::Damage(Input& input) {
  for (std::size_t i = 0; i < pieces_max && !input.empty(); ++i) {
    const auto frame = input.word();
    const auto what = static_cast<What>(input.byte() % 4);
    const auto place = input.word();
    pieces_.emplace(frame, Piece{what, place, input.byte()});
  }
}

bool Damage::passes(Bytes& frame) {
  const auto number = seen_.size();
  seen_.push_back(frame);
  if (stopped_) return true;
  const auto [first, last] = pieces_.equal_range(number);
  for (auto piece = first; piece != last; ++piece) {
    const auto [what, place, change] = piece->second;
    switch (what) {
      case What::change:
        if (!frame.empty()) frame[place % frame.size()] ^= change;
        break;
      case What::drop:
        return false;
      case What::repeat_earlier:
        frame = seen_[place % seen_.size()];
        break;
      case What::cut:
        if (!frame.empty()) frame.resize(place % frame.size());
        break;
    }
  }
  return true;
}

Town::Town(Hostile who, Input& input) : damage_(input), hostile_(who) {
  world.weather() = {.delay_min_ms = 5, .delay_max_ms = 5, .reconnect_max_ms = 10};
  bo = move_in("bo", bos_number);
  cem = move_in("cem", cems_number);
  bos_with_cem = bo->engine().chat_with(world.now(), cem->account()).value();
  say(*bo, bos_with_cem, "before");
  pass_some_time();

  const auto hook = [this](sim::Device& device, Bytes& frame) {
    return &device == bo || &device == cem || damage_.passes(frame);
  };
  auto& relay = world.relay();
  (hostile_ == Hostile::relay ? relay.on_frame_to_device : relay.on_frame_from_device) = hook;
}

void Town::live() {
  anna = move_in("anna", annas_number);
  for (auto* who : {anna, bo, cem}) {
    who->engine().sync_contacts(world.now(), address_book(), false,
                                [](const Result<SyncResult>&) {});
    who->run_outputs();
    pass_some_time();
  }
  const AccountId others[] = {bo->account(), cem->account()};
  (void)anna->engine().create_group(world.now(), "Sunday walk", others);
  anna->run_outputs();
  (void)bo->engine().chat_with(world.now(), anna->account());
  bo->run_outputs();
  pass_some_time();
  for (auto* who : {anna, bo, cem, anna}) {
    speak_in_all_chats(*who);
    pass_some_time();
  }
  const auto chats = bo->engine().chats().value();
  for (const auto& chat : chats) send_file(*bo, chat.id);
  pass_some_time();
  damage_.stop();
  say(*cem, bos_with_cem, "after");
  world.run_for(120'000);
}

sim::Device* Town::move_in(const char* name, const char* number) {
  auto& out = world.add_device(name);
  world.run_for(2'000);
  out.engine().request_code(world.now(), number, [](const Result<void>&) {});
  out.run_outputs();
  world.run_for(2'000);
  const auto code = world.relay().code_for(number);
  out.engine().confirm_number(world.now(), code, {}, [](const Result<void>&) {});
  out.run_outputs();
  world.run_for(2'000);
  return &out;
}

void Town::say(sim::Device& who, const ChatId& chat, const std::string& text) {
  said.insert(text);
  const std::string_view texts[] = {text};
  (void)who.engine().send_texts(world.now(), chat, texts);
  who.run_outputs();
}

void Town::speak_in_all_chats(sim::Device& who) {
  const auto chats = who.engine().chats();
  if (!chats) return;
  for (const auto& chat : *chats) say(who, chat.id, who.name() + std::to_string(said.size()));
  for (const auto& chat : *chats) (void)who.engine().mark_read(world.now(), chat.id);
  who.run_outputs();
}

void Town::send_file(sim::Device& who, const ChatId& chat) {
  file = Bytes(70'000, 'f');
  auto& engine = who.engine();
  const auto draft = engine.begin_draft(world.now(), chat, client::DraftKind::file);
  if (!draft) return;
  if (engine.write_draft(world.now(), *draft, 0, file, file.size()))
    (void)engine.finish_file(world.now(), *draft, {.name = "f.bin", .type = "text/plain"});
  who.run_outputs();
}

}  // namespace tern::fuzzing
