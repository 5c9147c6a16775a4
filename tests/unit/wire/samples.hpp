// Structures of every kind, filled at random from a seed; the bytes that they point at live in the
// maker.
#pragma once

#include <deque>

#include "support/seeded_entropy.hpp"
#include "wire/certificate.hpp"
#include "wire/content.hpp"
#include "wire/frames.hpp"

namespace tern::wire::test {

class Samples {
 public:
  explicit Samples(std::uint64_t seed) : entropy_(seed) {}

  template <class Fixed>
  Fixed id() {
    return entropy_.make<Fixed>();
  }
  std::uint64_t below(std::uint64_t bound) { return entropy_.below(bound); }
  bool coin() { return below(2) == 1; }
  /// 0 and the edges of each width come up as often as the middle.
  std::uint64_t number();
  ByteSpan bytes(std::size_t max);
  std::string_view text(std::size_t max);

  Entry entry();
  LogPosition position();
  /// One of each member of the union, in its order; of pushes also a notice of a blob.
  std::vector<Request> requests();
  std::vector<Answer> answers();
  std::vector<Push> pushes();
  std::vector<Content> contents();

  EntryHeader entry_header();
  RejoinRequest rejoin_request();
  InboxWelcome inbox_welcome();
  DeviceCertificate device_certificate();
  DeviceList device_list();
  GroupPolicy group_policy();

 private:
  template <class Fixed>
  std::vector<Fixed> ids(std::size_t max) {
    return list(max, [&] { return id<Fixed>(); });
  }
  template <class Make>
  auto list(std::size_t max, Make make) -> std::vector<decltype(make())> {
    std::vector<decltype(make())> out(below(max + 1));
    for (auto& element : out) element = make();
    return out;
  }
  std::uint32_t number32() { return static_cast<std::uint32_t>(number()); }
  static std::string_view as_view(ByteSpan bytes);
  ByteSpan joined(std::string_view first, ByteSpan second);
  ByteSpan random(std::size_t size);
  BlobRef blob_ref();
  VoiceContent voice();
  FileContent file();
  FileContent image();
  LogHead head();
  Entries entries();
  Welcomes welcomes(std::uint32_t entry_index);
  Append append();
  Segments segments();
  Records records();

  tern::test::SeededEntropy entropy_;
  std::deque<Bytes> kept_;
};

}  // namespace tern::wire::test
