#include "base/utf8.hpp"
#include "wire/content.hpp"
#include "wire/versioned.hpp"

namespace tern::wire {
namespace {

void write_who(Writer& writer, GroupPolicy::Who who) {
  writer.number(static_cast<std::uint8_t>(who));
}

Result<GroupPolicy::Who> read_who(Reader& reader) {
  TERN_ASSIGN(const auto who, reader.number<std::uint8_t>());
  if (who < static_cast<std::uint8_t>(GroupPolicy::Who::admins) ||
      who > static_cast<std::uint8_t>(GroupPolicy::Who::members))
    return Error(Errc::malformed, "a policy for nobody: " + std::to_string(who));
  return static_cast<GroupPolicy::Who>(who);
}

}  // namespace

Bytes encode(const GroupPolicy& policy) {
  Writer writer;
  writer.number(structure_version)
      .vector(as_bytes(policy.title))
      .number(static_cast<std::uint8_t>(policy.one_to_one));
  write_who(writer, policy.may_add);
  write_who(writer, policy.may_remove);
  write_who(writer, policy.may_rename);
  write_list(writer, policy.admins);
  return std::move(writer).take();
}

Result<GroupPolicy> decode_group_policy(ByteSpan bytes) {
  Reader reader(bytes);
  GroupPolicy out;
  TERN_TRY(expect_version(reader));
  TERN_ASSIGN(const ByteSpan title, reader.vector(limits::chat_title_bytes_max));
  out.title = {reinterpret_cast<const char*>(title.data()), title.size()};
  if (!is_utf8(out.title)) return Errc::text_not_utf8;
  TERN_ASSIGN(const auto one_to_one, reader.number<std::uint8_t>());
  if (one_to_one > 1) return Error(Errc::malformed, "neither one-to-one nor a group");
  out.one_to_one = one_to_one == 1;
  TERN_ASSIGN(out.may_add, read_who(reader));
  TERN_ASSIGN(out.may_remove, read_who(reader));
  TERN_ASSIGN(out.may_rename, read_who(reader));
  TERN_ASSIGN(out.admins, read_list<AccountId>(reader, limits::chat_devices_max));
  TERN_TRY(reader.finish());
  return out;
}

}  // namespace tern::wire
