#include "client/hash_window.hpp"

#include "client/record_codec.hpp"

namespace tern::client {

Result<HashWindow::Block> HashWindow::load(const ReadRows& rows, const RowId& chat,
                                           std::uint64_t number) {
  Block block(block_hashes);
  TERN_ASSIGN(const auto row, rows.get(tables::hashes, row_key(chat, number)));
  if (!row) return block;
  RecordReader reader(*row);
  for (auto& hash : block) hash = reader.fixed<wire::LogHash>();
  TERN_TRY(reader.finish("hash"));
  return block;
}

Result<void> HashWindow::open(Rows& rows, const RowId& chat, std::uint64_t number) {
  if (number_ == number) return {};
  TERN_TRY(flush(rows, chat));
  TERN_ASSIGN(block_, load(rows, chat, number));
  number_ = number;
  constexpr auto blocks_kept = hashes_kept / block_hashes;
  if (number < blocks_kept) return {};
  return rows.erase(tables::hashes, row_key(chat, number - blocks_kept));
}

Result<void> HashWindow::note(Rows& rows, const RowId& chat, std::uint64_t seq,
                              const wire::LogHash& hash) {
  TERN_TRY(open(rows, chat, seq / block_hashes));
  block_[seq % block_hashes] = hash;
  changed_ = true;
  return {};
}

Result<std::optional<wire::LogHash>> HashWindow::at(const ReadRows& rows, const RowId& chat,
                                                    std::uint64_t seq) {
  const auto number = seq / block_hashes;
  wire::LogHash hash;
  if (number_ == number) {
    hash = block_[seq % block_hashes];
  } else {
    TERN_ASSIGN(const auto block, load(rows, chat, number));
    hash = block[seq % block_hashes];
  }
  if (hash.is_zero()) return std::optional<wire::LogHash>();
  return std::optional(hash);
}

Result<void> HashWindow::flush(Rows& rows, const RowId& chat) {
  if (!changed_ || !number_) return {};
  RecordWriter writer;
  for (const auto& hash : block_) writer.raw(hash);
  changed_ = false;
  return rows.put(tables::hashes, row_key(chat, *number_), writer.span());
}

Result<void> HashWindow::clear(Rows& rows, const RowId& chat) {
  drop();
  return rows.erase_all(tables::hashes, chat);
}

}  // namespace tern::client
