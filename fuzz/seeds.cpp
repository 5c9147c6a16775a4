// Writes the corpora's first inputs: one of everything that the encoders make. Run once, when a
// structure is new: make-fuzz-seeds fuzz/corpus
#include <filesystem>
#include <fstream>
#include <iostream>

#include "contacts_seeds.hpp"
#include "envelope.hpp"
#include "mls_people.hpp"
#include "net/secure_channel.hpp"
#include "noise_keys.hpp"
#include "seed.hpp"
#include "unit/wire/samples.hpp"
#include "voice_seeds.hpp"
#include "wire/live.hpp"

using namespace tern;
using namespace tern::wire;

namespace {

std::filesystem::path corpus;

void write(const std::string& target, const std::string& name, const Bytes& bytes) {
  std::filesystem::create_directories(corpus / target);
  std::ofstream(corpus / target / name, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

std::string numbered(const char* name, std::size_t number) { return name + std::to_string(number); }

void write_wire() {
  wire::test::Samples samples(1);
  std::size_t n = 0;
  for (const Request& request : samples.requests())
    write("request", numbered("request", ++n), encode(RequestFrame{7, request}));
  n = 0;
  for (const Answer& answer : samples.answers())
    write("server_frame", numbered("answer", ++n), encode(AnswerFrame{7, answer}));
  n = 0;
  for (const Push& push : samples.pushes())
    write("server_frame", numbered("push", ++n), encode(push));
  n = 0;
  for (const Content& content : samples.contents())
    write("content", numbered("content", ++n), encode(content));

  const Bytes speech = encode_live_audio({Bytes(60, 1), Bytes(60, 2), Bytes(60, 3)});
  write("live_packet", "audio", speech);
  write("live_packet", "packet",
        encode(LivePacket{.packet_frames = 3, .ciphertext = speech, .signature = {}}));
  write("live_packet", "end",
        encode(LivePacket{
            .counter = 9, .packet_frames = 12, .end = true, .ciphertext = {}, .signature = {}}));

  write("live_packet", "too_short_a_time",
        encode(LivePacket{.packet_frames = 2, .ciphertext = speech, .signature = {}}));

  EntryHeader header = samples.entry_header();
  header.access = {AccessChange::Mode::change, {DeviceId{}}, {DeviceId{}}};
  header.returning = {proof_of(samples.rejoin_request())};
  header.blobs = {BlobAddress{}};
  write("entry", "header", encode(header));
  write("entry", "private_message", fuzzing::private_message(1, encode(header)));
  header.access = {AccessChange::Mode::set, {DeviceId{}}, {}};
  header.restart.generation = 2;
  write("entry", "restart", encode(header));
  write("entry", "hole", encode(Hole{.first_lost = 3, .generation = 1}));
  write("entry", "rejoin_request", encode(samples.rejoin_request()));
  write("entry", "inbox_welcome", encode(samples.inbox_welcome()));
  write("entry", "device_certificate", encode(samples.device_certificate()));
  write("entry", "device_list", encode(samples.device_list()));
  write("entry", "group_policy", encode(samples.group_policy()));
}

// Frames that are flat buffers without a fault, and break a rule of what is in them.
void write_broken_frames() {
  const auto answer = [](const std::string& name, const Answer& of) {
    write("server_frame", name, encode(AnswerFrame{7, of}));
  };
  const Bytes element(oprf_element_bytes + 1), proof(oprf_proof_bytes), tags = encode_tags({});
  const Bytes record(directory_record_bytes), short_record(directory_record_bytes - 1);
  const Bytes many(limits::lookup_tags_max + 1), two = {2};
  answer("evaluated_cut", Evaluated{1, element, proof});
  answer("segments_after_the_last", Segments{1, 255, {{1, tags, {}}, {1, tags, {}}}});
  answer("segment_cut", Segments{1, 0, {{1, tags, short_record}}});
  answer("records_of_other_counts", Records{1, two, record});
  answer("records_of_too_many", Records{1, many, {}});
  write("request", "lookup_cut", encode(RequestFrame{7, Lookup{1, short_record}}));
  for (std::uint64_t seed = 2;; ++seed) {
    wire::test::Samples samples(seed);
    for (const auto& content : samples.contents()) {
      const auto* voice = std::get_if<VoiceContent>(&content.body);
      if (voice && voice->blob) return write("content", "voice_in_a_blob", encode(content));
    }
  }
}

void write_net() {
  fuzzing::NoiseKeys keys;
  auto device = net::SecureChannel::device(keys.device, keys.relay.public_key);
  auto relay = net::SecureChannel::relay(keys.relay);
  Bytes first = device.start(keys.entropy).value();
  write("handshake", "first_message", first);
  net::Received received;
  relay.receive(first, keys.entropy, received).value();
  write("handshake", "answer", received.reply);
  // The first byte says how the rest is cut.
  write("frame", "two_frames", {2, 0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'});
  write("frame", "longest_length", {0, 0, 0x10, 0, 0, 'a'});
  write("frame", "too_long", {9, 0, 0x10, 0, 1, 'a'});
}

/// A message of Anna's, as it is and as a hostile Anna could have it.
void write_mls(const std::string& name, mls::ContentType type, const Bytes& message) {
  write("mls_message", name, message);
  if (type == mls::ContentType::application) return;
  Bytes member = {static_cast<std::uint8_t>(type == mls::ContentType::commit)};
  const Bytes body = fuzzing::found_by_bo(message);
  member.insert(member.end(), body.begin(), body.end());
  write("mls_member", name, member);
}

void write_mls() {
  auto& p = fuzzing::people();
  fuzzing::Everybody everybody;
  const auto fresh = [&] { return p.annas->clone(); };
  const auto committed = [&](const std::string& name, mls::CommitRequest request) {
    write_mls(name, mls::ContentType::commit,
              fresh().commit(request, p.anna, everybody, fuzzing::now_s, p.entropy)->message);
  };
  const mls::Lifetime lifetime{fuzzing::now_s - 86'400, fuzzing::now_s + 86'400};
  mls::Identity dora{{mls::CredentialType::basic, {1, 2, 3}},
                     crypto::SigningKey::generate(p.entropy)};
  const auto doras = mls::make_key_package(dora, lifetime, {}, p.entropy).message;

  write_mls("application", mls::ContentType::application,
            fresh().protect(as_bytes("Tot straks!"), {}, p.anna, p.entropy)->message);
  write_mls("propose_remove", mls::ContentType::proposal,
            fresh().propose_remove({1}, {}, p.anna, p.entropy)->message);
  write_mls("propose_add", mls::ContentType::proposal,
            fresh().propose_add(doras, {}, p.anna, everybody, fuzzing::now_s, p.entropy)->message);
  write_mls("propose_update", mls::ContentType::proposal,
            fresh().propose_update({}, p.anna, p.entropy)->message);
  committed("commit_update", {});
  committed("commit_add", {.add = {doras}});
  committed("commit_remove", {.remove = {{2}}});
  committed("commit_remove_reader", {.remove = {{1}}});
  committed("commit_extensions",
            {.group_context_extensions = mls::Extensions{{mls::extension_tern_policy, {1}}}});
  write("key_package", "key_package", doras);
  write("welcome", "welcome", p.welcome);
  write("welcome", "group_info", fuzzing::found_by_cleo(p.welcome));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make-fuzz-seeds CORPUS\n";
    return 2;
  }
  corpus = argv[1];
  write_wire();
  write_broken_frames();
  write_net();
  write_mls();
  for (const auto& seeds : {fuzzing::mls_seeds(), fuzzing::tree_seeds(), fuzzing::store_seeds(),
                            fuzzing::talk_seeds(), fuzzing::channel_seeds()})
    for (const auto& seed : seeds) write(seed.target, seed.name, seed.bytes);
  for (const auto& seed : fuzzing::voice_seeds()) write(seed.target, seed.name, seed.bytes);
  for (const auto& seed : fuzzing::contacts_seeds())
    write(seed.target, seed.name, to_bytes(as_bytes(seed.text)));
}
