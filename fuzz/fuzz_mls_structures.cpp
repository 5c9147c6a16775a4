// Every structure of RFC 9420 that comes from outside, one by one: the first byte says which. There
// is one way to write each, for they are signed and hashed as they came.
#include "input.hpp"
#include "mls/commit.hpp"
#include "mls/group_info.hpp"
#include "mls/key_package_record.hpp"
#include "mls/private_message.hpp"
#include "mls/public_message.hpp"
#include "mls/welcome.hpp"
#include "target.hpp"

using namespace tern;

namespace {

void same(ByteSpan input, ByteSpan again) {
  expect(std::equal(input.begin(), input.end(), again.begin(), again.end()),
         "what is read is written as it was read");
}

template <class T>
void canonical(ByteSpan input) {
  if (const auto value = mls::decode<T>(input)) same(input, mls::encode(*value));
}

// Written into memory that wipes itself.
void group_secrets(ByteSpan input) {
  if (const auto value = mls::decode<mls::GroupSecrets>(input))
    same(input, mls::encode_secret(*value));
}

// Parsed in another shape than the one that is written.
void private_message(ByteSpan input) {
  const auto message = mls::decode<mls::PrivateMessage>(input);
  if (!message) return;
  same(input, mls::encode(*message));
  same(message->content_aad, input.first(message->content_aad.size()));
}

void group_parameters(ByteSpan input) {
  const auto extensions = mls::decode<mls::GroupContextExtensions>(input);
  if (!extensions) return;
  same(input, mls::encode(*extensions));
  (void)mls::group_parameters(extensions->extensions);
}

}  // namespace

void fuzz(ByteSpan bytes) {
  using namespace tern::mls;
  constexpr void (*structures[])(ByteSpan) = {canonical<KeyPackage>,
                                              canonical<LeafNode>,
                                              canonical<Welcome>,
                                              canonical<GroupInfo>,
                                              canonical<Proposal>,
                                              canonical<Commit>,
                                              canonical<UpdatePath>,
                                              canonical<PublicMessage>,
                                              canonical<PreSharedKeyId>,
                                              canonical<RequiredCapabilities>,
                                              canonical<ExternalSender>,
                                              canonical<ParentNode>,
                                              group_secrets,
                                              private_message,
                                              group_parameters};
  fuzzing::Input input(bytes);
  structures[input.byte() % std::size(structures)](input.rest());
}
