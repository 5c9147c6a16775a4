#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/try.hpp"
#include "tern/voice_player.hpp"

namespace tern {
namespace {

class MemorySource final : public VoiceSource {
 public:
  explicit MemorySource(Bytes file) : file_(std::move(file)) {}
  Result<std::size_t> read(std::uint64_t offset, MutableByteSpan into) override {
    if (offset >= file_.size()) return std::size_t{0};
    const auto rest = ByteSpan(file_).subspan(static_cast<std::size_t>(offset));
    const auto some = std::min(rest.size(), into.size());
    std::copy_n(rest.begin(), some, into.begin());
    return some;
  }
  Result<bool> complete() override { return true; }

 private:
  Bytes file_;
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
