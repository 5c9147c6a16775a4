#include "crash/fault.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

namespace tern::crash {

CounterFile::CounterFile(const std::filesystem::path& path) : path_(path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0 || ::ftruncate(file, sizeof(plan::CallCounter)) != 0)
    throw std::runtime_error("no counter");
  void* const at =
      ::mmap(nullptr, sizeof(plan::CallCounter), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (at == MAP_FAILED) throw std::runtime_error("no counter");
  shared_ = static_cast<plan::CallCounter*>(at);
}

CounterFile::~CounterFile() { ::munmap(shared_, sizeof(plan::CallCounter)); }

std::uint64_t CounterFile::calls(const std::string& how) const {
  if (how == "kill-halfway") return shared_->writes;
  return how == "full" ? shared_->in_need_of_room : shared_->all;
}

std::map<std::string, std::string> CounterFile::environment(
    const Fault& fault, const std::filesystem::path& folder) const {
  auto out = clock_environment();
  out[plan::folder] = folder;
  out[plan::counter] = path_;
  out[plan::how] = fault.how;
  out[plan::at] = std::to_string(fault.at);
  out[plan::times] = std::to_string(fault.times);
  return out;
}

std::map<std::string, std::string> clock_environment() {
  const char* const asan = ::getenv("ASAN_OPTIONS");
  return {
      {"LD_PRELOAD", TERN_CRASH_INTERPOSED},
      {plan::speed, std::to_string(clock_speed)},
      // The interposed calls come before the sanitizer's own, and reach the kernel all the same.
      {"ASAN_OPTIONS", std::string(asan ? asan : "") + ":verify_asan_link_order=0"}};
}

}  // namespace tern::crash
