#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/try.hpp"
#include "tern/limits.hpp"
#include "tern/voice_recorder.hpp"

namespace tern {
namespace {

class BufferSink final : public VoiceSink {
 public:
  explicit BufferSink(Bytes& file) : file_(file) {}
  Result<void> write(ByteSpan pages, std::uint64_t) override {
    file_.insert(file_.end(), pages.begin(), pages.end());
    return {};
  }
  Result<void> finish(const VoiceClip&, std::uint64_t keep_bytes, ByteSpan tail) override {
    file_.resize(static_cast<std::size_t>(keep_bytes));
    file_.insert(file_.end(), tail.begin(), tail.end());
    return {};
  }
  Result<void> discard() override {
    file_.clear();
    return {};
  }

 private:
  Bytes& file_;
};

/// PATH.part until it is whole.
class FileSink final : public VoiceSink {
 public:
  FileSink(std::string path, int file) : path_(std::move(path)), file_(file) {}
  ~FileSink() override {
    // Nothing to go on with is not to be in the way of the next one.
    if (file_ >= 0 && ::lseek(file_, 0, SEEK_END) == 0) ::unlink(part_of(path_).c_str());
    close();
  }
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  static std::string part_of(const std::string& path) { return path + ".part"; }

  /// `flags`: whether it is to be there, or not to be there.
  static Result<std::unique_ptr<FileSink>> open(const std::string& path, int flags) {
    const std::string part = part_of(path);
    // Nobody else's to read: it is what somebody said.
    const int file = ::open(part.c_str(), O_RDWR | O_CLOEXEC | flags, 0600);
    if (file < 0 && errno == EEXIST)
      return Error(Errc::file_io, part + " is there: what another recording is, or has left");
    if (file < 0) return Error(Errc::file_io, "cannot write " + part + ": " + std::strerror(errno));
    auto out = std::make_unique<FileSink>(path, file);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      ::close(std::exchange(out->file_, -1));
      return Error(Errc::file_io, part + " is being recorded");
    }
    return out;
  }
  /// All that is in it.
  Result<Bytes> content() const {
    Bytes out;
    std::array<std::uint8_t, 64 * 1024> block;
    for (;;) {
      const auto some = ::pread(file_, block.data(), block.size(), static_cast<off_t>(out.size()));
      if (some < 0 && errno == EINTR) continue;
      if (some < 0) return failed("read");
      if (some == 0) return out;
      out.insert(out.end(), block.begin(), block.begin() + some);
      if (out.size() > limits::voice_import_bytes_max) return Errc::too_long;
    }
  }
  /// Goes on behind its first `whole` bytes, and the rest is gone.
  Result<void> go_on_behind(std::uint64_t whole) {
    if (::ftruncate(file_, static_cast<off_t>(whole)) != 0) return failed("cut");
    written_ = whole;
    return {};
  }

  Result<void> write(ByteSpan pages, std::uint64_t) override {
    TERN_TRY(put(pages));
    written_ += pages.size();
    return {};
  }
  Result<void> finish(const VoiceClip&, std::uint64_t keep_bytes, ByteSpan tail) override {
    if (file_ < 0) return Errc::closed;
    written_ = keep_bytes;
    if (::ftruncate(file_, static_cast<off_t>(keep_bytes)) != 0) return failed("cut");
    TERN_TRY(put(tail));
    // Durable first, then under its name.
    if (::fsync(file_) != 0) return failed("sync");
    if (::rename(part_of(path_).c_str(), path_.c_str()) != 0) return failed("rename");
    close();
    return {};
  }
  Result<void> discard() override {
    close();
    std::error_code error;
    std::filesystem::remove(part_of(path_), error);
    if (error) return Error(Errc::file_io, "cannot remove " + part_of(path_));
    return {};
  }

 private:
  Error failed(const char* what) const {
    return {Errc::file_io,
            std::string("cannot ") + what + " " + part_of(path_) + ": " + std::strerror(errno)};
  }
  // At the position of the last write that succeeded: what a failed one left is written over.
  Result<void> put(ByteSpan bytes) {
    if (file_ < 0) return Errc::closed;
    auto at = static_cast<off_t>(written_);
    while (!bytes.empty()) {
      const auto some = ::pwrite(file_, bytes.data(), bytes.size(), at);
      if (some < 0 && errno == EINTR) continue;
      if (some <= 0) return failed("write");
      bytes = bytes.subspan(static_cast<std::size_t>(some));
      at += some;
    }
    return {};
  }
  void close() {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
  }

  std::string path_;
  int file_;
  std::uint64_t written_ = 0;
};

}  // namespace

Result<std::unique_ptr<VoiceSink>> make_voice_file(const std::string& path) {
  TERN_ASSIGN(auto sink, FileSink::open(path, O_CREAT | O_EXCL));
  return std::unique_ptr<VoiceSink>(std::move(sink));
}

Result<VoiceRecorder> resume_voice_file(const std::string& path, const VoiceSettings& settings) {
  TERN_ASSIGN(auto sink, FileSink::open(path, 0));
  TERN_ASSIGN(const auto draft, sink->content());
  auto& file = *sink;  // the recorder's, as long as it is there
  std::uint64_t whole = 0;
  TERN_ASSIGN(auto recorder, VoiceRecorder::resume(settings, std::move(sink), draft, &whole));
  TERN_TRY(file.go_on_behind(whole));
  return recorder;
}

std::unique_ptr<VoiceSink> make_voice_buffer(Bytes& file) {
  return std::make_unique<BufferSink>(file);
}

}  // namespace tern
