// People with phone numbers, at a relay's core.
#pragma once

#include "crypto/directory.hpp"
#include "crypto/work.hpp"
#include "world.hpp"

namespace tern::relay::test {

inline constexpr std::int64_t hour_ms = 3'600'000;
inline constexpr std::int64_t day_ms = 24 * hour_ms;

/// Limits under which no test has to work for a code.
RelayLimits without_work();

struct Person {
  Device device;
  ConnectionId at = 0;
};

/// +3161200000N
std::string number_of(std::size_t n);

Person person(World& world);
/// Registers one and confirms the number.
Person person_with(World& world, const std::string& number);

wire::Answer request_code(World& world, const Person& person, const std::string& number);
wire::Answer confirm(World& world, const Person& person, const std::string& number,
                     const std::string& code, const wire::PinProof& pin = {});
/// With the code that was sent. The answer is Done.
void confirm_number(World& world, const Person& person, const std::string& number,
                    const wire::PinProof& pin = {});
std::string other_code(const std::string& code);
wire::PinProof pin(std::uint8_t n);

wire::DirectoryHead directory_of(World& world, const Person& person);
/// What a client makes of a number: asked for, proven, opened.
crypto::DirectoryPlace place_of(World& world, const Person& person, const std::string& number,
                                const wire::DirectoryHead& head);
std::vector<Bytes> look_up(World& world, const Person& person, std::uint32_t epoch,
                           std::uint64_t tag);
/// Whom the directory names under the number, found as a client does; nullopt: nobody.
std::optional<AccountId> found_by(World& world, const Person& asker, const std::string& number);

/// The whole directory at its head, from segments: the tags, sorted.
struct WholeDirectory {
  std::uint64_t version = 0;
  std::vector<wire::Tag> tags;
  std::vector<Bytes> records;
};
WholeDirectory whole_directory(World& world, const Person& person, std::uint32_t epoch);

}  // namespace tern::relay::test
