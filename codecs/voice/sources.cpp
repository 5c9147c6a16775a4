#include <filesystem>
#include <fstream>

#include "base/try.hpp"
#include "tern/voice_player.hpp"
#include "voice/span_source.hpp"

namespace tern {
namespace {

class MemorySource final : public VoiceSource {
 public:
  explicit MemorySource(Bytes file) : file_(std::move(file)), source_(file_) {}
  Result<std::size_t> read(std::uint64_t offset, MutableByteSpan into) override {
    return source_.read(offset, into);
  }
  Result<bool> complete() override { return true; }

 private:
  const Bytes file_;
  voice::SpanSource source_;
};

class FileSource final : public VoiceSource {
 public:
  explicit FileSource(std::ifstream file) : file_(std::move(file)) {}
  Result<std::size_t> read(std::uint64_t offset, MutableByteSpan into) override {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
    if (file_.bad()) return Errc::file_io;
    return static_cast<std::size_t>(file_.gcount());
  }
  Result<bool> complete() override { return true; }

 private:
  std::ifstream file_;
};

}  // namespace

std::shared_ptr<VoiceSource> make_voice_source(Bytes file) {
  return std::make_shared<MemorySource>(std::move(file));
}

Result<std::shared_ptr<VoiceSource>> open_voice_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  // An open folder reads as an empty file.
  if (!file || !std::filesystem::is_regular_file(path, error))
    return Error(Errc::file_io, "cannot read " + path);
  return std::shared_ptr<VoiceSource>(std::make_shared<FileSource>(std::move(file)));
}

}  // namespace tern
