#include "client/tables.hpp"

#include "base/codec.hpp"

namespace tern::client {

Bytes row_key(const RowId& row, std::uint64_t number) {
  Writer writer;
  writer.raw(row).number(number);
  return std::move(writer).take();
}

Bytes row_key(const RowId& row, ByteSpan rest) {
  Writer writer;
  writer.raw(row).raw(rest);
  return std::move(writer).take();
}

std::uint64_t number_in(ByteSpan key) {
  if (key.size() < sizeof(std::uint64_t)) return 0;
  return Reader(key.last(sizeof(std::uint64_t))).number<std::uint64_t>().value();
}

Result<std::optional<SecretBytes>> ReadRows::get(store::Table table, ByteSpan key) const {
  TERN_ASSIGN(const auto sealed, transaction_.get(table, key));
  if (!sealed) return std::optional<SecretBytes>();
  TERN_ASSIGN(auto value, sealer_.open(table, key, *sealed));
  return std::optional(std::move(value));
}

namespace {

// The port's visitors cannot fail; ours can, and the first failure ends the scan.
class Opening {
 public:
  Opening(store::Table table, const store::Sealer& sealer, const ReadRows::Visit& visit)
      : table_(table), sealer_(sealer), visit_(visit) {}
  Scan operator()(ByteSpan key, ByteSpan sealed) {
    const auto went = open_and_visit(key, sealed);
    if (went) return went.value();
    failed_ = went.error();
    return Scan::stop;
  }
  Result<void> result() const {
    if (failed_) return *failed_;
    return {};
  }

 private:
  Result<Scan> open_and_visit(ByteSpan key, ByteSpan sealed) const {
    TERN_ASSIGN(const auto value, sealer_.open(table_, key, sealed));
    return visit_(key, value);
  }
  store::Table table_;
  const store::Sealer& sealer_;
  const ReadRows::Visit& visit_;
  std::optional<Error> failed_;
};

}  // namespace

Result<void> ReadRows::scan(store::Table table, ByteSpan prefix, ByteSpan first,
                            const Visit& visit) const {
  Opening opening(table, sealer_, visit);
  TERN_TRY(transaction_.scan(table, prefix, first, std::ref(opening)));
  return opening.result();
}

Result<void> ReadRows::scan_back(store::Table table, ByteSpan prefix, ByteSpan last,
                                 const Visit& visit) const {
  Opening opening(table, sealer_, visit);
  TERN_TRY(transaction_.scan_back(table, prefix, last, std::ref(opening)));
  return opening.result();
}

Result<void> Rows::put(store::Table table, ByteSpan key, ByteSpan value) {
  ++writes_;
  return transaction_.put(table, key, sealer().seal(table, key, value, nonces_));
}

Result<void> Rows::erase(store::Table table, ByteSpan key) {
  ++writes_;
  return transaction_.erase(table, key);
}

Result<void> Rows::erase_all(store::Table table, ByteSpan prefix) {
  std::vector<Bytes> keys;
  TERN_TRY(transaction_.scan(table, prefix, {}, [&](ByteSpan key, ByteSpan) {
    keys.push_back(to_bytes(key));
    return Scan::next;
  }));
  for (const auto& key : keys) TERN_TRY(erase(table, key));
  return {};
}

}  // namespace tern::client
