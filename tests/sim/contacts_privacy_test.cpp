// What a relay, a wiretap or a thief of either disk finds of an address book: nothing (design §2,
// promise 5).
#include <algorithm>
#include <set>

#include "crypto/log_id.hpp"
#include "sim/contacts.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

bool holds(ByteSpan haystack, ByteSpan needle) {
  return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end()) !=
         haystack.end();
}

struct Digest {
  const char* name;
  const char* hex;
};
// Of Bo's number, who is a member, and of one that nobody has: made with another implementation.
constexpr Digest digests[] = {
    {"MD5 of +32470000002", "3cc0575ba340c4e1fb30307180274ff5"},
    {"SHA-1 of +32470000002", "050489bf744cb0b26e1142d777b7f5747607edaa"},
    {"SHA-256 of +32470000002", "feda4582b02161e0dd41b14e76937f06ef320e165235248aa9e7162ee076ac18"},
    {"SHA-512 of +32470000002",
     "f181ad3741e7210f725fd6904f9ed197b566beb817719b830049b7b1f78987c31c0b5f4188bf030ace02f75be4f94"
     "e6132299bae8363594f8d4b471096974319"},
    {"BLAKE2b-256 of +32470000002",
     "d8c383f1658405197110decc51b030b8e713619a9bda00bbf06aade077adc869"},
    {"BLAKE2b-512 of +32470000002",
     "0b90ab9e996a8488a5ae3a234cacc4d9da75854d0a8519d522fc2b5c2580ea96f31ed7b5c93be48e32b4eaab5e2ac"
     "de1a6b2e813d6a3d8c00c73c43859e88338"},
    {"BLAKE2s of +32470000002", "01d607b960797fbae5ff0215c89ebe3de83e16d1e17e091ada98d4f91e60fbcd"},
    {"MD5 of 32470000002", "ebeceefe7861bcc227bb9114cd3481b1"},
    {"SHA-1 of 32470000002", "fd3e2834c6783cd3ff884530037558e2d7490ccf"},
    {"SHA-256 of 32470000002", "26e197d7f9cdb80878a95dea6e767cca38167302157225843c37349e0ccb1dbc"},
    {"SHA-512 of 32470000002",
     "4d7e9387537f0478c0689ac6151c2d60b0eb4540df0facc2a41faa1190c89d61dc15b77508158c20ee7b9e6f8282a"
     "9922b1ff37cd2aff84e28b01a0db24c9754"},
    {"BLAKE2b-256 of 32470000002",
     "3d25a1fa05a158104f40beed7a28f3f21a8ad8d95d7437bf2afcffeeb5d200bd"},
    {"BLAKE2b-512 of 32470000002",
     "90e84978c96a6456b0dd60f074356e0a6daede2018687ed8a37c561688ba9b7c56747b0a75103f6b8646d378c1ef3"
     "9dc9524c70889d6b4e27c6eb2465a6ba862"},
    {"BLAKE2s of 32470000002", "3cb55541cf7602871beab5cd61674fd8c05a00bccba52f400b3831f298d82d23"},
    {"MD5 of +32470000077", "e87ff7767fa7cde105e109c47e4b8aea"},
    {"SHA-1 of +32470000077", "70243b1d388975bfe17d4c51c04e4848283f2f24"},
    {"SHA-256 of +32470000077", "e1899837bc950f6a15a694a3606d70d517454eb0f5c5849d660d9e1f85389755"},
    {"SHA-512 of +32470000077",
     "829b001b72ee9ba5d77c2261e2285184af41694a37a0eccf2887eb183967495f7b7f2426082b0bd6aae202ed93572"
     "997c7b36461c2034101f2fcb365da3d4480"},
    {"BLAKE2b-256 of +32470000077",
     "cdaa90910fe20392df65367a9d444ec6f3a45b84e0db9b4554ac114ef997237d"},
    {"BLAKE2b-512 of +32470000077",
     "b52609d9f41a74f431a82b2f6cbdb2ead79bd91fd4aa9f46f162e7f9c4556d9ddfb53bb4efe5e81ee4d3d7e2dcb7c"
     "e373dc44db0f8b82b07e5d1a55ac9a565ec"},
    {"BLAKE2s of +32470000077", "62a4e038ce58d6fd97afa016f85fb947b6243f0a736224699df110cda23c78b3"},
    {"MD5 of 32470000077", "fb4078269672625beb7b86ad88b0bb2d"},
    {"SHA-1 of 32470000077", "239c54f6db115f523f36aafda788852ce1d74de1"},
    {"SHA-256 of 32470000077", "747a8249c787c13ed036b6954c61b69edad652f15a0716ce0f4d461b1bfb8453"},
    {"SHA-512 of 32470000077",
     "7cce95897b7998f29e47793fe66d57e05dea3199f58f5c77d1846dfa53f3a715964c5a1f85dd24839197f89fd0a61"
     "ad63e16bc8fd4bbf6f5d2bd27b15e3d94a2"},
    {"BLAKE2b-256 of 32470000077",
     "09f902bb199988f7db56e6e210c91e23fbab8b7f6214c6e58cce57ac935db73a"},
    {"BLAKE2b-512 of 32470000077",
     "3c13b4fad8e9e396eb52acc96dc2f085d08d3640488284414d364e901b85de557a99448ae45927d6ba4e0a8fb8dc8"
     "a41d491df746c02f55774bda8ab94545d19"},
    {"BLAKE2s of 32470000077", "c46207f8c75ac2b401b3f9d8ee6d0198ca6693c1d4e035c69caf0d4d2babe7f9"},
};
constexpr const char* member = "+32470000002";
constexpr const char* nobody = "+32470000077";

std::string base64(ByteSpan bytes) {
  constexpr auto letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
    const auto three = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) out += letters[(three >> shift) & 63];
  }
  return out;
}

// Two digits a byte, as telephone networks write them: in order, and with the halves changed.
std::vector<Bytes> bcd(const std::string& digits) {
  Bytes plain, swapped;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const auto a = static_cast<unsigned>(digits[i] - '0'),
               b = static_cast<unsigned>(digits[i + 1] - '0');
    plain.push_back(static_cast<std::uint8_t>(a << 4 | b));
    swapped.push_back(static_cast<std::uint8_t>(b << 4 | a));
  }
  return {plain, swapped};
}

struct Needle {
  std::string name;
  Bytes bytes;
};

std::vector<Needle> needles() {
  std::vector<Needle> out;
  const auto add = [&](std::string name, ByteSpan bytes) {
    out.push_back({std::move(name), to_bytes(bytes)});
  };
  for (const std::string number : {member, nobody}) {
    const auto digits = number.substr(1);
    add("decimal " + digits, as_bytes(digits));
    for (const auto& bytes : bcd(digits)) add("BCD " + digits, bytes);
    Bytes big, little;
    for (int shift = 32; shift >= 0; shift -= 8)
      big.push_back(static_cast<std::uint8_t>(std::stoull(digits) >> shift));
    little.assign(big.rbegin(), big.rend());
    add("integer " + digits, big);
    add("integer, little-endian " + digits, little);
  }
  for (const auto& digest : digests) {
    const auto bytes = *from_hex(digest.hex);
    const auto name = std::string(digest.name);
    // Half of one would do for a table.
    add(name, ByteSpan(bytes).first(8));
    add(name + ", hex", as_bytes(std::string_view(digest.hex).substr(0, 16)));
    const auto text = base64(bytes);
    add(name + ", base64", as_bytes(std::string_view(text).substr(0, 12)));
  }
  for (const char* name : {"Bo from the choir", "Nobody of this name"}) add(name, as_bytes(name));
  return out;
}

// Every frame between one device and the relay while it lives.
struct Wiretap {
  explicit Wiretap(World& its_world, const Device& device) : world(its_world) {
    world.relay().on_frame_from_device = [this, &device](Device& from, Bytes& frame) {
      if (&from == &device) up.push_back(frame);
      return true;
    };
    world.relay().on_frame_to_device = [this, &device](Device& to, Bytes& frame) {
      if (&to == &device) down.push_back(frame);
      return true;
    };
  }
  ~Wiretap() {
    world.relay().on_frame_from_device = nullptr;
    world.relay().on_frame_to_device = nullptr;
  }
  Wiretap(const Wiretap&) = delete;
  Wiretap& operator=(const Wiretap&) = delete;
  World& world;
  std::vector<Bytes> up, down;
};

std::vector<std::size_t> lengths_of(const std::vector<Bytes>& frames) {
  std::vector<std::size_t> out;
  for (const auto& frame : frames) out.push_back(frame.size());
  return out;
}

// A world with Anna and Bo, and what crosses the wire when Anna syncs this.
struct Synced {
  Synced(std::uint64_t seed, const std::vector<Contact>& book)
      : world(seed),
        anna(add_with_number(world, "anna", "+32470000001")),
        bo(add_with_number(world, "bo", member)) {
    const Wiretap wiretap(world, anna);
    const auto found = sync(world, anna, book);
    REQUIRE(found);
    CHECK(found->members.size() == 1);
    up = wiretap.up;
    down = wiretap.down;
  }
  World world;
  Device& anna;
  Device& bo;
  std::vector<Bytes> up, down;
};

std::vector<Contact> book_with(int first) {
  std::vector<Contact> out = {entry(member, "Bo from the choir")};
  for (int i = 0; i < 40; ++i) out.push_back(entry(number_of(first + i), "N"));
  return out;
}

// Runs of 8 bytes and more that are not all zeros.
std::set<Bytes> runs_of(const std::vector<Bytes>& frames) {
  std::set<Bytes> out;
  for (const auto& frame : frames)
    for (std::size_t i = 0; i + 8 <= frame.size(); ++i)
      out.insert(Bytes(frame.begin() + static_cast<std::ptrdiff_t>(i),
                       frame.begin() + static_cast<std::ptrdiff_t>(i) + 8));
  return out;
}

}  // namespace

TEST_CASE("two address books of one size that differ in non-members look alike on the wire") {
  const Synced one(960, book_with(0)), other(961, book_with(500));
  CHECK(lengths_of(one.up) == lengths_of(other.up));
  REQUIRE(one.down.size() == other.down.size());
  // Of the answers, the directory is the same for everybody but differs between these two worlds.
  for (std::size_t i = 0; i < one.up.size(); ++i) {
    const auto request = wire::decode_request(one.up[i]).value();
    if (!std::holds_alternative<wire::OprfEvaluate>(std::get<wire::RequestFrame>(request).request))
      continue;
    CHECK(one.down[i].size() == other.down[i].size());
  }
}

TEST_CASE("nothing in what two devices ask is equal but the protocol's constants") {
  const Synced one(962, book_with(0)), again(963, book_with(0));
  // Of the same address book even: each number is blinded anew.
  const auto first = runs_of(one.up), second = runs_of(again.up);
  std::vector<Bytes> common;
  std::set_intersection(first.begin(), first.end(), second.begin(), second.end(),
                        std::back_inserter(common));
  // What is left is FlatBuffers' tables: offsets and small numbers, never four bytes that are
  // random.
  for (const auto& run : common) {
    const auto small = std::count_if(run.begin(), run.end(),
                                     [](std::uint8_t byte) { return byte < 0x30 || byte > 0xf0; });
    INFO(to_hex(run));
    CHECK(small >= 6);
  }
}

TEST_CASE("no number, hash of one or name crosses the wire or lies unsealed on either disk") {
  auto book = book_with(0);
  book.push_back(entry(nobody, "Nobody of this name"));
  Synced synced(964, book);
  Bytes frames, log;
  for (const auto* list : {&synced.up, &synced.down})
    for (const auto& frame : *list) frames.insert(frames.end(), frame.begin(), frame.end());
  for (const auto& line : synced.world.relay().log_lines())
    log.insert(log.end(), line.begin(), line.end());
  const auto relay_disk = synced.world.relay().disk().dump(), disk = synced.anna.disk().dump();
  REQUIRE(holds(relay_disk, synced.bo.account()));  // the search does find what is there
  REQUIRE_FALSE(frames.empty());
  for (const auto& needle : needles()) {
    INFO(needle.name);
    CHECK_FALSE(holds(frames, needle.bytes));
    CHECK_FALSE(holds(log, needle.bytes));
    CHECK_FALSE(holds(relay_disk, needle.bytes));
    CHECK_FALSE(holds(disk, needle.bytes));
  }
}

// Or it would learn who is in an address book: it makes up the log, and sees who begins it anew.
TEST_CASE("a log that a relay makes up is not taken for a chat with somebody in the address book") {
  World world(966);
  auto& anna = add_with_number(world, "anna", "+32470000001");
  const auto& bo = add_with_number(world, "bo", "+32470000002");
  REQUIRE(sync(world, anna, {entry("+32470000002", "Bo")}));
  REQUIRE(anna.engine().contact("+32470000002").value().account == bo.account());
  const auto chat = crypto::pair_log_id(anna.account(), bo.account());
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    edit_answer<wire::Resumed>(frame, [&](wire::Resumed& resumed) {
      wire::LogHead listed;
      listed.log = chat;
      listed.head = 1;
      if (&device == &anna) resumed.logs.push_back(listed);
    });
    return true;
  };
  anna.cut();
  world.run_for(60'000);
  CHECK(anna.info(chat).state == ChatState::split);
  CHECK_FALSE(anna.info(chat).one_to_one);
}
