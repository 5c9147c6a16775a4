#include "voice/source_pages.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::voice {
namespace {

constexpr std::size_t seats_max = 2048;

}  // namespace

void PageIndex::add(const OpusPage& page) {
  if (!page.stands_alone || page.packets.empty()) return;
  if (!seats_.empty() && page.number < seats_.back().number + stride_) return;
  if (seats_.size() == seats_max) {
    for (std::size_t i = 0; 2 * i < seats_.size(); ++i) seats_[i] = seats_[2 * i];
    seats_.resize((seats_.size() + 1) / 2);
    stride_ *= 2;
  }
  seats_.push_back({page.offset, page.number, page.begin});
}

const PageSeat* PageIndex::before(std::int64_t granule) const {
  auto after =
      std::upper_bound(seats_.begin(), seats_.end(), granule,
                       [](std::int64_t value, const PageSeat& seat) { return value < seat.begin; });
  return after == seats_.begin() ? nullptr : &*std::prev(after);
}

Result<NextPage> SourcePages::next() {
  for (;;) {
    TERN_ASSIGN(const OpusPage* page, reader_.next());
    if (page) {
      index_.add(*page);
      if (page->last) end_ = page->end;
      return NextPage{PageState::page, page};
    }
    TERN_ASSIGN(std::size_t bytes, read_more());
    if (bytes > 0) continue;
    TERN_ASSIGN(const bool complete, source_.complete());
    // What came between the two questions is not overlooked.
    if (complete) {
      TERN_ASSIGN(bytes, read_more());
    }
    if (bytes > 0) continue;
    if (!complete) return NextPage{reader_.ended() ? PageState::end : PageState::waiting, nullptr};
    TERN_TRY(reader_.finish());
    return NextPage{PageState::end, nullptr};
  }
}

Result<std::size_t> SourcePages::read_more() {
  TERN_ASSIGN(const std::size_t bytes, source_.read(offset_, read_));
  reader_.feed(ByteSpan(read_).first(std::min(bytes, read_.size())));
  offset_ += std::min(bytes, read_.size());
  return bytes;
}

void SourcePages::go_before(std::int64_t granule) {
  if (const PageSeat* seat = index_.before(granule)) {
    reader_.sit(*seat);
    offset_ = seat->offset;
  } else {
    reader_.restart();
    offset_ = 0;
  }
}

}  // namespace tern::voice
