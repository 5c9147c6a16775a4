#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/try.hpp"
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
    if (file_ >= 0) ::close(file_);
  }
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  static std::string part_of(const std::string& path) { return path + ".part"; }

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
  const std::string part = FileSink::part_of(path);
  // Nobody else's to read: it is what somebody said.
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return Error(Errc::file_io, "cannot write " + part + ": " + std::strerror(errno));
  return std::unique_ptr<VoiceSink>(std::make_unique<FileSink>(path, file));
}

std::unique_ptr<VoiceSink> make_voice_buffer(Bytes& file) {
  return std::make_unique<BufferSink>(file);
}

}  // namespace tern
