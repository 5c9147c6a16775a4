#include "net/media_source.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::net {

MediaSource::MediaSource(client::MediaAccess access, ReadChunk read_chunk)
    : access_(std::move(access)), read_chunk_(std::move(read_chunk)) {
  if (is_inline()) return;
  chunks_ = static_cast<std::uint32_t>(crypto::blob_chunks(access_.bytes));
  streams_.emplace_back(access_.key, access_.header);
}

std::uint64_t MediaSource::bytes() const {
  if (is_inline()) return access_.audio.size();
  return access_.bytes - std::uint64_t{chunks_} * crypto::blob_chunk_overhead;
}

Result<bool> MediaSource::open_next() {
  const auto number = static_cast<std::uint32_t>(streams_.size() - 1);
  TERN_ASSIGN(const auto chunk, read_chunk_(number));
  if (!chunk.ciphertext) {
    if (chunk.failure != Errc{}) return chunk.failure;
    if (!chunk.coming) return Errc::media_not_here;
    return false;
  }
  auto stream = streams_.back().clone();
  const auto kind =
      number + 1 == chunks_ ? crypto::BlobChunkKind::last : crypto::BlobChunkKind::more;
  TERN_ASSIGN(content_, stream.open(*chunk.ciphertext, kind));
  content_of_ = number;
  streams_.push_back(std::move(stream));
  return true;
}

Result<bool> MediaSource::open(std::uint32_t number) {
  if (content_of_ && *content_of_ == number) return true;
  if (number + 1 < streams_.size()) {
    // Opened before: from where the stream stood then.
    TERN_ASSIGN(const auto chunk, read_chunk_(number));
    if (!chunk.ciphertext) return Errc::media_not_here;
    auto stream = streams_[number].clone();
    const auto kind =
        number + 1 == chunks_ ? crypto::BlobChunkKind::last : crypto::BlobChunkKind::more;
    TERN_ASSIGN(content_, stream.open(*chunk.ciphertext, kind));
    content_of_ = number;
    return true;
  }
  while (streams_.size() <= number + 1) {
    TERN_ASSIGN(const bool here, open_next());
    if (!here) return false;
  }
  return true;
}

Result<std::size_t> MediaSource::read(std::uint64_t offset, MutableByteSpan into) {
  if (offset >= bytes()) return std::size_t{0};
  if (is_inline()) {
    const auto count = std::min<std::size_t>(into.size(), access_.audio.size() - offset);
    std::copy_n(access_.audio.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
    return count;
  }
  std::size_t done = 0;
  while (done < into.size() && offset + done < bytes()) {
    const auto at = offset + done;
    const auto here = open(static_cast<std::uint32_t>(at / crypto::blob_content_bytes));
    // What was read before the trouble is given first.
    if (!here && done == 0) return here.error();
    if (!here || !*here) break;
    const auto inside = static_cast<std::size_t>(at % crypto::blob_content_bytes);
    // Shorter than its message says: whoever sealed it lied about its length.
    if (inside >= content_.size()) return Errc::blob_damaged;
    const auto count = std::min(into.size() - done, content_.size() - inside);
    std::copy_n(content_.begin() + static_cast<std::ptrdiff_t>(inside), count,
                into.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  return done;
}

Result<bool> MediaSource::complete() {
  if (complete_ || is_inline()) return true;
  TERN_ASSIGN(const auto last, read_chunk_(chunks_ - 1));
  complete_ = last.ciphertext.has_value();
  return complete_;
}

}  // namespace tern::net
