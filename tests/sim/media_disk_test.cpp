// Recordings, uploads and downloads on a disk that fails, fills up, or gives back what it was not
// given; and drafts that two hands write.
#include "sim/forger.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

struct Recorders : GroupOfTwo {
  explicit Recorders(std::uint64_t seed) : GroupOfTwo(seed, 20) {}
  MessageId recorded(const Bytes& sound) { return begin_recording(world, *anna, chat, sound); }
  Result<void> finish(const MessageId& id, const Bytes& sound) {
    return anna->with([&](auto& engine) {
      return engine.finish_voice(world.now(), id, {clip_of(48'000), {}, sound.size(), {}},
                                 OnFinish::send);
    });
  }
  /// What an app does when it is opened again: a recording that was not sent is sent.
  void send_what_is_left(const Bytes& sound) {
    const auto drafts = anna->engine().drafts().value();
    for (const auto& draft : drafts) {
      CHECK_FALSE(draft.clip);  // it is finished and sent, or neither
      finish(draft.id, sound).value();
    }
  }
  void check_arrives(const MessageId& id, const Bytes& sound) {
    bo->set_network(true);
    REQUIRE(world.settle());
    world.run_for(2'000);
    CHECK((content_at(*bo, chat, id) == sound));
    CHECK(media_at(*bo, chat, id).state == Media::State::here);
    CHECK(media_at(*anna, chat, id).state == Media::State::here);
    for (auto* who : {anna, bo}) {
      const auto history = who->history(chat);
      CHECK(std::count_if(history.begin(), history.end(),
                          [&](const Message& message) { return message.id == id; }) == 1);
    }
  }
};

constexpr std::size_t sound_bytes = 2 * crypto::blob_content_bytes + 500;

/// How many operations of this disk it takes.
template <class Work>
std::uint64_t operations_of(Device& device, const Work& work) {
  const auto before = device.disk().operations();
  work();
  return device.disk().operations() - before;
}

void restart(Device& device, bool power_cut) {
  device.disk().fail_at(std::nullopt);
  device.kill();
  if (power_cut) device.disk().power_cut();
  device.start();
}

constexpr auto outcomes = {store::CommitOutcome::lost, store::CommitOutcome::kept};

/// Writes to a device's disk behind its back.
void damage_rows(Device& device, store::Table table, bool erase) {
  const auto environment = store::open_memory(device.disk());
  const auto rows = environment->write().value();
  std::vector<std::pair<Bytes, Bytes>> found;
  rows->scan(table, {}, {},
             [&](ByteSpan key, ByteSpan value) {
               found.emplace_back(to_bytes(key), to_bytes(value));
               return store::Scan::next;
             })
      .value();
  REQUIRE_FALSE(found.empty());
  for (auto& [key, value] : found) {
    value.back() ^= 1;
    (erase ? rows->erase(table, key) : rows->put(table, key, value)).value();
  }
  rows->commit(store::Durability::synced).value();
}

}  // namespace

TEST_CASE("a program that dies at any write of a download has the sound when it is back") {
  Recorders two(1300);
  auto& world = two.world;
  const auto fetch = [&] {
    two.bo->set_network(true);
    world.run_for(3'000);
  };
  const auto prepare = [&](const Bytes& sound) {
    two.bo->set_network(false);
    const auto id = say(world, *two.anna, two.chat, sound);
    REQUIRE(world.settle());
    return id;
  };
  const auto first = sound_of(world, sound_bytes);
  two.check_arrives(prepare(first), first);
  prepare(first);
  const auto operations = operations_of(*two.bo, fetch);
  REQUIRE(operations > 10);
  for (const auto outcome : outcomes) {
    for (std::uint64_t at = 1; at <= operations; ++at) {
      INFO("operation " << at << " of " << operations);
      const auto sound = sound_of(world, sound_bytes);
      const auto id = prepare(sound);
      two.bo->disk().fail_at(two.bo->disk().operations() + at, Errc::storage_io, outcome);
      fetch();
      restart(*two.bo, at % 2 == 0);
      two.check_arrives(id, sound);
    }
  }
}

TEST_CASE("a program that dies at any write of a finish or an upload has sent the sound once") {
  Recorders two(1301);
  auto& world = two.world;
  const auto first = sound_of(world, sound_bytes);
  const auto id = two.recorded(first);
  const auto operations = operations_of(*two.anna, [&] {
    two.finish(id, first).value();
    world.run_for(3'000);
  });
  two.check_arrives(id, first);
  for (const auto outcome : outcomes) {
    for (std::uint64_t at = 1; at <= operations; ++at) {
      INFO("operation " << at << " of " << operations);
      const auto sound = sound_of(world, sound_bytes);
      const auto again = two.recorded(sound);
      two.anna->disk().fail_at(two.anna->disk().operations() + at, Errc::storage_io, outcome);
      (void)two.finish(again, sound);
      world.run_for(3'000);
      restart(*two.anna, at % 2 == 0);
      two.send_what_is_left(sound);
      two.check_arrives(again, sound);
    }
  }
}

TEST_CASE("a disk without room refuses by name, and with room again everything arrives whole") {
  Recorders two(1302);
  auto& world = two.world;
  for (std::uint64_t room = 0; room < 220'000; room += room < 2'000 ? 130 : 13'000) {
    INFO("room for " << room << " bytes");
    const auto sound = sound_of(world, sound_bytes);
    // The recording's disk is full, then the listener's.
    auto& disk = two.anna->disk();
    const auto id = two.recorded(sound);
    disk.set_capacity(disk.bytes_used() + room);
    auto finished = two.finish(id, sound);
    world.run_for(3'000);
    disk.set_capacity(UINT64_MAX);
    if (!finished) {
      CHECK(finished.error() == Errc::storage_full);
      finished = two.finish(id, sound);
    }
    REQUIRE(finished);
    two.check_arrives(id, sound);

    two.bo->set_network(false);
    const auto next = say(world, *two.anna, two.chat, sound);
    REQUIRE(world.settle());
    auto& listeners = two.bo->disk();
    listeners.set_capacity(listeners.bytes_used() + room);
    two.bo->set_network(true);
    world.run_for(3'000);
    listeners.set_capacity(UINT64_MAX);
    two.check_arrives(next, sound);
  }
}

TEST_CASE("a page that a full disk refused is written again, and is there once") {
  Recorders two(1303);
  auto& world = two.world;
  auto& engine = two.anna->engine();
  const auto sound = sound_of(world, sound_bytes);
  const auto id = engine.begin_draft(world.now(), two.chat, client::DraftKind::voice).value();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < sound.size(); at += 4'000) {
    const auto page = ByteSpan(sound).subspan(at, std::min<std::size_t>(4'000, sound.size() - at));
    two.anna->disk().set_capacity(two.anna->disk().bytes_used() + at % 9'000);
    const auto written = engine.write_draft(world.now(), id, at, page, at + page.size());
    two.anna->disk().set_capacity(UINT64_MAX);
    if (written) continue;
    ++refused;
    CHECK(written.error() == Errc::storage_full);
    engine.write_draft(world.now(), id, at, page, at + page.size()).value();
  }
  CHECK(refused > 10);
  two.finish(id, sound).value();
  two.check_arrives(id, sound);
}

TEST_CASE("a page that the disk kept and said it had not is written again, and is there once") {
  Recorders two(1310);
  auto& world = two.world;
  auto& engine = two.anna->engine();
  auto& disk = two.anna->disk();
  const auto sound = sound_of(world, sound_bytes);
  const auto id = engine.begin_draft(world.now(), two.chat, client::DraftKind::voice).value();
  for (std::size_t at = 0; at < sound.size(); at += 4'000) {
    const auto page = ByteSpan(sound).subspan(at, std::min<std::size_t>(4'000, sound.size() - at));
    // Each operation fails in its turn; the last that can is the commit.
    for (std::uint64_t fault = 1;; ++fault) {
      INFO("page at " << at << ", operation " << fault);
      disk.fail_at(disk.operations() + fault, Errc::storage_io, store::CommitOutcome::kept);
      const auto written = engine.write_draft(world.now(), id, at, page, at + page.size());
      disk.fail_at(std::nullopt);
      if (written) break;
      REQUIRE(written.error() == Errc::storage_io);
    }
  }
  CHECK((to_bytes(engine.draft_content(id).value()) == sound));
  two.finish(id, sound).value();
  two.check_arrives(id, sound);
}

TEST_CASE(
    "the map grows at any write of a recording, an upload or a download, and nothing is lost") {
  Recorders two(1304);
  auto& world = two.world;
  const auto first = sound_of(world, sound_bytes);
  const auto go = [&](const Bytes& sound) {
    const auto id = two.recorded(sound);
    two.finish(id, sound).value();
    two.check_arrives(id, sound);
  };
  for (auto* who : {two.anna, two.bo}) {
    const auto operations = operations_of(*who, [&] { go(first); });
    for (std::uint64_t at = 1; at <= operations; at += who == two.anna && at < 300 ? 7 : 1) {
      INFO(who->name() << ", operation " << at << " of " << operations);
      who->disk().fail_at(who->disk().operations() + at, Errc::storage_map_full);
      go(sound_of(world, sound_bytes));
      CHECK(who->running());
      who->disk().fail_at(std::nullopt);
    }
  }
}

TEST_CASE("chunks that the sender's disk has spoilt fail by name, and stop nothing else") {
  for (const bool erase : {false, true}) {
    Recorders two(1305);
    auto& world = two.world;
    two.anna->set_network(false);
    const auto sound = sound_of(world, sound_bytes);
    const auto id = say(world, *two.anna, two.chat, sound);
    damage_rows(*two.anna, client::tables::chunks, erase);
    const auto sound_after = sound_of(world, sound_bytes);
    const auto after = say(world, *two.anna, two.chat, sound_after);
    two.anna->send(two.chat, "can you hear me?");
    two.anna->set_network(true);
    two.check_arrives(after, sound_after);
    CHECK(two.bo->texts(two.chat).back() == "can you hear me?");
    CHECK(media_at(*two.anna, two.chat, id).failure == Errc::storage_damaged);
    CHECK(media_at(*two.bo, two.chat, id).state == Media::State::arriving);
    CHECK(two.anna->connected());
  }
}

TEST_CASE("what the listener's disk has spoilt half way stops no text, and the sound comes anew") {
  for (const bool erase : {false, true}) {
    Recorders two(1306);
    auto& world = two.world;
    const auto sound = sound_of(world, 20 * crypto::blob_content_bytes);
    const auto id = say(world, *two.anna, two.chat, sound);
    REQUIRE(world.run_until([&] {
      return two.bo->engine().message(two.chat, id) &&
             media_at(*two.bo, two.chat, id).done > 3 * limits::blob_chunk_bytes;
    }));
    REQUIRE(media_at(*two.bo, two.chat, id).state == Media::State::arriving);
    damage_rows(*two.bo, client::tables::chunk_hashes, erase);
    std::size_t asked = 0;
    world.relay().on_frame_from_device = [&](Device& from, Bytes& frame) {
      if (&from == two.bo) asked += count_requests<wire::GetBlob>(frame);
      return true;
    };
    two.anna->send(two.chat, "can you hear me?");
    world.run_for(600'000);
    CHECK(two.bo->texts(two.chat).back() == "can you hear me?");
    CHECK(asked < 60);
    CHECK(media_at(*two.bo, two.chat, id).state == Media::State::failed);
    two.bo->with([&](auto& e) { return e.fetch(world.now(), two.chat, id); }).value();
    two.check_arrives(id, sound);
  }
}

TEST_CASE("a draft has one writer, who goes on where it ends") {
  Recorders two(1307);
  auto& world = two.world;
  auto& engine = two.anna->engine();
  const auto page = sound_of(world, 1'000);
  const auto other = sound_of(world, 1'000);
  const auto id = engine.begin_draft(world.now(), two.chat, client::DraftKind::voice).value();
  const auto write = [&](std::uint64_t at, const Bytes& content) {
    return engine.write_draft(world.now(), id, at, content, 0);
  };
  write(0, page).value();
  for (const std::uint64_t at : {1, 999, 1'001, 2'000})
    CHECK(write(at, other).error() == Errc::invalid_argument);
  CHECK(write(UINT64_MAX - 10, other).error() == Errc::invalid_argument);
  // Where it would end where the draft does if numbers had no end.
  const auto longer = sound_of(world, 2'000);
  const auto wrapped = write(std::uint64_t{0} - 1'000, longer);
  CHECK((!wrapped && wrapped.error() == Errc::invalid_argument));
  CHECK((to_bytes(engine.draft_content(id).value()) == page));
  CHECK(write(0, page));
  CHECK((to_bytes(engine.draft_content(id).value()) == page));

  CHECK(engine.drafts().value().empty());
  CHECK(engine.claim_draft(id).error() == Errc::invalid_argument);
  engine.release_draft(id);
  CHECK(engine.drafts().value().size() == 1);
  CHECK(engine.claim_draft(id));
  CHECK(engine.drafts().value().empty());
  CHECK(engine.claim_draft(id).error() == Errc::invalid_argument);
  CHECK(engine.claim_draft(world.entropy().make<MessageId>()).error() == Errc::not_found);
  write(1'000, other).value();
  CHECK(engine.draft_content(id).value().size() == 2'000);
}

TEST_CASE("whoever is removed while they record keeps what they said, and is told") {
  for (const std::size_t bytes : {std::size_t{10'000}, sound_bytes}) {
    Recorders two(1308);
    auto& world = two.world;
    const auto sound = sound_of(world, bytes);
    const auto id = begin_recording(world, *two.bo, two.chat, sound);
    Outcome outcome;
    remove(world, *two.anna, two.chat, *two.bo, outcome);
    REQUIRE(world.settle());
    REQUIRE(two.bo->info(two.chat).state == ChatState::left);
    auto& engine = two.bo->engine();
    const auto finished = engine.finish_voice(
        world.now(), id, {clip_of(48'000), {}, sound.size(), {}}, OnFinish::send);
    CHECK(finished.error() == Errc::chat_left);
    CHECK_FALSE(engine.wants_link());  // nothing of it is uploaded for nobody
    REQUIRE(engine.drafts().value().size() == 1);
    CHECK(engine.drafts().value()[0].clip == clip_of(48'000));
    CHECK((to_bytes(engine.draft_content(id).value()) == sound));
    CHECK(engine.send_draft(world.now(), id).error() == Errc::chat_left);
    two.bo->kill();
    two.bo->start();
    CHECK(two.bo->engine().drafts().value().size() == 1);
    CHECK((to_bytes(two.bo->engine().draft_content(id).value()) == sound));
    CHECK(two.bo->engine().begin_draft(world.now(), two.chat, client::DraftKind::voice).error() ==
          Errc::chat_left);
  }
}

TEST_CASE("a long voice message that waits when its author is removed can still be heard by them") {
  for (const bool leaves : {false, true}) {
    Recorders two(1309);
    auto& world = two.world;
    const auto sound = sound_of(world, sound_bytes);
    // He speaks where there is no line, and has been removed when there is one.
    two.bo->set_network(false);
    const auto id = say(world, *two.bo, two.chat, sound);
    Outcome outcome;
    if (leaves) leave(world, *two.bo, two.chat, outcome);
    remove(world, *two.anna, two.chat, *two.bo, outcome);
    REQUIRE(world.settle());
    two.bo->set_network(true);
    REQUIRE(world.settle());
    REQUIRE(two.bo->info(two.chat).state == ChatState::left);
    for (int lives = 0; lives < 2; ++lives) {
      CHECK(two.bo->engine().message(two.chat, id).value().state == MessageState::failed);
      CHECK(media_at(*two.bo, two.chat, id).state == Media::State::failed);
      CHECK(media_at(*two.bo, two.chat, id).failure == Errc::not_member);
      CHECK((content_at(*two.bo, two.chat, id) == sound));
      CHECK_FALSE(two.bo->engine().wants_link());  // nothing of it is uploaded for nobody
      two.bo->kill();
      two.bo->start();
      REQUIRE(world.settle());
    }
  }
}
