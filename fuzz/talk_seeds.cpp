#include "seed.hpp"

namespace tern::fuzzing {
namespace {

// By the number of a frame on its way: what befalls it, and where (hostile_line.hpp).
void add_lies(std::vector<Seed>& out) {
  for (const auto* target : {"relay_lies", "device_lies"}) {
    out.push_back({target, "honest", {}});
    out.push_back({target, "dropped", {0, 9, 1, 0, 0, 0}});
    out.push_back({target, "repeated", {0, 20, 2, 0, 18, 0, 0, 25, 2, 0, 18, 0}});
    out.push_back({target, "cut", {0, 12, 3, 0, 40, 0}});
    out.push_back({target, "changed", {0, 15, 0, 0, 60, 1, 0, 30, 0, 0, 90, 255}});
  }
}

// Three bytes an entry: kind, id, header (fuzz_append.cpp).
void add_appends(std::vector<Seed>& out) {
  constexpr std::uint8_t change = 1, set = 2, of_another = 4, another_type = 8, with_blob = 32;
  const auto add = [&](const char* name, Bytes bytes) {
    out.push_back({"append", name, std::move(bytes)});
  };
  add("nothing", {});
  add("messages", {1, 1, 0, 1, 2, with_blob, 3, 3, 0});
  add("commit_between", {1, 1, 0, 2, 2, change, 1, 3, 0});
  add("rejoin", {4, 1, 0});
  add("rejoin_among_others", {4, 1, 0, 1, 2, 0});
  add("rejoin_cut", {4, 1, 16, 0, 40, 0});
  add("restart", {7, 1, set});
  add("restart_that_changes", {7, 1, change});
  add("same_id", {1, 1, 0, 1, 1, 0});
  add("header_of_another", {1, 1, of_another});
  add("message_of_another_kind", {1, 1, another_type});
  add("message_that_changes_access", {1, 1, change});
  add("welcome", {5, 1, 0});
  Bytes commits;
  for (std::uint8_t i = 0; i < 9; ++i) commits.insert(commits.end(), {2, i, change});
  add("nine_changes", std::move(commits));
}

// What the relay lives, with its details; then what is changed of its answer (fuzz_directory.cpp).
void add_directories(std::vector<Seed>& out) {
  constexpr std::uint8_t comes = 1, goes = 2, another = 3, epoch = 4, travel = 5, put_back = 6;
  constexpr std::uint8_t changed = 8, most = 0xf0;
  const auto add = [&](const std::string& name, const Bytes& lived, const Bytes& rest) {
    // Somebody in the first segment, two with one tag, and somebody in the last.
    Bytes bytes = {comes, 4,   1, comes, 8,    2,    comes, 8,   3,
                   comes, 255, 4, most,  most, most, most,  most};
    bytes.insert(bytes.end(), lived.begin(), lived.end());
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    out.push_back({"directory", name, std::move(bytes)});
  };
  add("fetched", {}, {});
  add("somebody_new", {comes | most, 12, 5}, {0, 0});
  add("somebody_goes", {goes | most, 0, goes | most, 2}, {0, 0});
  add("one_of_two_goes", {goes | most, 1}, {0, 0, 0});
  add("the_other_of_two_goes", {goes | most, 2}, {0, 0, 0});
  add("another_record", {another | most, 0, 4, 9}, {0, 0});
  add("another_epoch", {epoch}, {comes, 4, 6, most, most});
  add("records_stay", {travel, comes | most, 4, 7}, {0, 0});
  add("put_back", {put_back, 1}, {most, most});
  add("changed_head_epoch", {changed, 0, 0}, {0});
  add("changed_head_version", {changed, 1, 0, 1}, {most, most});
  add("changed_head_key", {changed, 2, 0, 9}, {0});
  add("changed_key_of_an_epoch", {epoch | changed, 2, 0, 1}, {0});
  for (std::uint8_t kind = 0; kind < 8; ++kind)
    add("changed_changes_" + std::to_string(kind),
        {comes | most, 12, 5, comes | changed | most, 16, 6, kind, 0, 72, 0}, {0, 0});
  for (std::uint8_t kind = 0; kind < 6; ++kind)
    out.push_back({"directory",
                   "changed_segments_" + std::to_string(kind),
                   {comes, 4, 1, comes | changed | most, 4, 2, kind, 0, 0, 72, 0, 0, 0}});
  out.push_back({"directory",
                 "segments_of_two_versions",
                 {comes, 4, 1, 0, comes, 8, 2, comes, 255, 3, most, 0, 0, 0}});
}

}  // namespace

std::vector<Seed> talk_seeds() {
  std::vector<Seed> out;
  add_lies(out);
  add_appends(out);
  add_directories(out);
  return out;
}

}  // namespace tern::fuzzing
