// A good folder, a file of which is cut, or one page of it lost or changed, opened again by the
// real programs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tern::crash {

/// What is done to the file: cut (to `page` pages), cut-within (and a part of the next), zero (that
/// page), change (one byte of it, another for each seed).
struct Damage {
  std::string what;
  std::uint64_t page = 0;
  std::uint64_t seed = 1;
};
std::string describe(const Damage& damage);
/// The file cut at one page in `cuts_every`; one page in `every` is cut within, lost, or changed.
std::vector<Damage> damages_of(const std::filesystem::path& file, std::uint64_t cuts_every,
                               std::uint64_t every, std::uint64_t seed);

/// Where damaged copies of a folder are opened, by the program that it belongs to.
class DamageBench {
 public:
  enum class Owner { person, relay };
  /// `folder` is closed, and stays as it is; `file` is the one in it that is damaged. `bench` is
  /// emptied for each copy.
  DamageBench(std::filesystem::path folder, Owner owner, std::string file,
              std::filesystem::path bench);

  /// What went wrong: a crash, no end, an error that is none of the storage's, or rows that are not
  /// in the folder. Empty when nothing did.
  std::string open_with(const Damage& damage);
  /// How many copies were refused with an error.
  std::size_t refused() const { return refused_; }

 private:
  std::string open_person(const Damage& damage);
  std::string open_relay();
  std::vector<std::string> dump(const std::filesystem::path& folder);

  const std::filesystem::path folder_;
  const Owner owner_;
  const std::string file_;
  const std::filesystem::path bench_;
  std::vector<std::string> good_;
  std::size_t refused_ = 0;
};

}  // namespace tern::crash
