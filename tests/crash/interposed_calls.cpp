// Loaded before libc into a process of the crash lab: counts the calls that change the files of
// its folder or wait for the disk, and at the one that fault_plan.hpp's variables name kills the
// process, stops it, or lets the call fail. Everything else goes to the kernel as it came.
//
// LMDB writes through pwrite and pwritev, and maps its file for reading only, so these calls are
// all there is to interrupt (a client's lock.mdb, which is mapped for writing, is made anew at each
// opening; a relay has none).
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "crash/fault_plan.hpp"

namespace {

using tern::crash::plan::CallCounter;

enum class Kind { write, make, other };

enum class How { nothing, kill_before, kill_after, kill_halfway, stop, full, io_error };

enum class Fate { done, killed_before, killed_after, killed_halfway, cut_short, full, io_error };

std::uint64_t number_in(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

How how_in(std::string_view word) {
  if (word == "kill-before") return How::kill_before;
  if (word == "kill-after") return How::kill_after;
  if (word == "kill-halfway") return How::kill_halfway;
  if (word == "stop") return How::stop;
  if (word == "full") return How::full;
  if (word == "io-error") return How::io_error;
  return How::nothing;
}

class Plan {
 public:
  Plan() {
    namespace plan = tern::crash::plan;
    if (const char* const name = std::getenv(plan::folder)) {
      std::strncpy(folder_, name, sizeof(folder_) - 1);
      folder_bytes_ = std::strlen(folder_);
    }
    if (const char* const word = std::getenv(plan::how)) how_ = how_in(word);
    at_ = number_in(plan::at, 0);
    times_ = number_in(plan::times, 1);
    map_max_ = number_in(plan::map_max, 0);
    if (const char* const file = std::getenv(plan::counter)) map_counter(file);
    ::unsetenv("LD_PRELOAD");  // what this process starts is not part of it
  }

  bool has(std::string_view path) const {
    if (folder_bytes_ == 0 || !counter_) return false;
    const std::string_view folder(folder_, folder_bytes_);
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
  }
  bool has(int file) const {
    if (folder_bytes_ == 0 || !counter_) return false;
    const int error = errno;
    char link[32], path[4096];
    std::snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
    const auto bytes = ::readlink(link, path, sizeof(path));
    errno = error;
    return bytes > 0 && has(std::string_view(path, static_cast<std::size_t>(bytes)));
  }

  Fate next(Kind kind) const {
    const auto call = count(kind);
    if (call < at_ || call - at_ >= times_) return Fate::done;
    return happen(call == at_);
  }
  bool may_map(std::size_t bytes) const { return map_max_ == 0 || bytes <= map_max_; }

 private:
  void map_counter(const char* file) {
    const auto handle = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC));
    if (handle < 0) return;
    const auto at = ::syscall(SYS_mmap, nullptr, sizeof(CallCounter), PROT_READ | PROT_WRITE,
                              MAP_SHARED, handle, 0);
    ::close(handle);
    if (at != -1) counter_ = reinterpret_cast<CallCounter*>(at);
  }

  // Which of the calls that the fault can happen to this is; 0 when it is none. Half of a write is
  // for writes; a disk that is full refuses what needs room.
  std::uint64_t count(Kind kind) const {
    const auto all = counter_->all.fetch_add(1) + 1;
    const auto room = kind == Kind::other ? 0 : counter_->in_need_of_room.fetch_add(1) + 1;
    const auto write = kind == Kind::write ? counter_->writes.fetch_add(1) + 1 : 0;
    if (how_ == How::kill_halfway) return write;
    return how_ == How::full ? room : all;
  }

  Fate happen(bool first) const {
    if (how_ == How::nothing || at_ == 0) return Fate::done;
    counter_->faults.fetch_add(1);
    switch (how_) {
      case How::kill_before:
        return Fate::killed_before;
      case How::kill_after:
        return Fate::killed_after;
      case How::kill_halfway:
        return Fate::killed_halfway;
      case How::full:
        return first ? Fate::cut_short : Fate::full;  // what fitted was written
      case How::io_error:
        return Fate::io_error;
      default:
        ::syscall(SYS_kill, ::getpid(), SIGSTOP);
        return Fate::done;
    }
  }

  char folder_[4096] = {};
  std::size_t folder_bytes_ = 0;
  How how_ = How::nothing;
  std::uint64_t at_ = 0, times_ = 1, map_max_ = 0;
  CallCounter* counter_ = nullptr;
};

// Made once libc is there; a sanitizer makes calls before that, which are none of ours.
const Plan* the_plan = nullptr;

__attribute__((constructor)) void make_plan() {
  static const Plan plan;
  the_plan = &plan;
}

bool is_ours(int file) { return the_plan && the_plan->has(file); }
bool is_ours(const char* path) { return the_plan && the_plan->has(std::string_view(path)); }

[[noreturn]] void die() {
  ::syscall(SYS_kill, ::getpid(), SIGKILL);
  for (;;) ::pause();
}

int refuse(int error) {
  errno = error;
  return -1;
}

template <class Call>
auto counted(Kind kind, bool ours, Call call) -> decltype(call()) {
  const auto fate = ours ? the_plan->next(kind) : Fate::done;
  if (fate == Fate::killed_before) die();
  if (fate == Fate::io_error) return refuse(EIO);
  if (fate == Fate::full || fate == Fate::cut_short) return refuse(ENOSPC);
  const auto out = call();
  if (fate == Fate::killed_after) die();
  return out;
}

class Write {
 public:
  Write(int file, const iovec* parts, int count, std::optional<off_t> at)
      : file_(file), parts_(parts), count_(count), at_(at) {}

  ssize_t run() const {
    const auto fate = is_ours(file_) ? the_plan->next(Kind::write) : Fate::done;
    if (fate == Fate::killed_before) die();
    if (fate == Fate::io_error) return refuse(EIO);
    if (fate == Fate::full) return refuse(ENOSPC);
    const bool half = fate == Fate::killed_halfway || fate == Fate::cut_short;
    const auto out = half ? write_half() : write(parts_, count_);
    if (fate == Fate::killed_halfway || fate == Fate::killed_after) die();
    if (half && out == 0) return refuse(ENOSPC);
    return out;
  }

 private:
  ssize_t write(const iovec* parts, int count) const {
    if (!at_) return ::syscall(SYS_writev, file_, parts, count);
    return ::syscall(SYS_pwritev, file_, parts, count, *at_, 0);
  }
  ssize_t write_half() const {
    std::size_t left = 0;
    for (int i = 0; i < count_; ++i) left += parts_[i].iov_len;
    left /= 2;
    ssize_t done = 0;
    auto at = at_;
    for (int i = 0; i < count_ && left > 0; ++i) {
      const iovec part{parts_[i].iov_base, std::min(left, parts_[i].iov_len)};
      const auto written = Write(file_, &part, 1, at).write(&part, 1);
      if (written < 0) return done > 0 ? done : written;
      done += written;
      left -= part.iov_len;
      if (at) *at += written;
    }
    return done;
  }

  int file_;
  const iovec* parts_;
  int count_;
  std::optional<off_t> at_;
};

ssize_t write_one(int file, const void* bytes, std::size_t count, std::optional<off_t> at) {
  const iovec part{const_cast<void*>(bytes), count};
  return Write(file, &part, 1, at).run();
}

int open_file(const char* path, int flags, mode_t mode) {
  return counted(Kind::make, (flags & O_CREAT) != 0 && is_ours(path), [&] {
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  });
}

int sync_file(int file, long call) {
  return counted(Kind::other, is_ours(file),
                 [&] { return static_cast<int>(::syscall(call, file)); });
}

int cut_file(int file, off_t bytes) {
  return counted(Kind::other, is_ours(file),
                 [&] { return static_cast<int>(::syscall(SYS_ftruncate, file, bytes)); });
}

// mode_t is promoted on its way through the dots.
#define TERN_CRASH_MODE(last)                           \
  mode_t mode = 0;                                      \
  if ((last & O_CREAT) != 0) {                          \
    va_list rest;                                       \
    va_start(rest, last);                               \
    mode = static_cast<mode_t>(va_arg(rest, unsigned)); \
    va_end(rest);                                       \
  }

}  // namespace

// Declared otherwise in this file's headers, which may have attributes of their own.
extern "C" {

int open(const char* path, int flags, ...) {
  TERN_CRASH_MODE(flags)
  return open_file(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  TERN_CRASH_MODE(flags)
  return open_file(path, flags, mode);
}

ssize_t write(int file, const void* bytes, size_t count) {
  return write_one(file, bytes, count, std::nullopt);
}
ssize_t writev(int file, const iovec* parts, int count) {
  return Write(file, parts, count, std::nullopt).run();
}
ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) {
  return write_one(file, bytes, count, at);
}
ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t at) {
  return write_one(file, bytes, count, at);
}
ssize_t pwritev(int file, const iovec* parts, int count, off_t at) {
  return Write(file, parts, count, at).run();
}
ssize_t pwritev64(int file, const iovec* parts, int count, off64_t at) {
  return Write(file, parts, count, at).run();
}

int fsync(int file) { return sync_file(file, SYS_fsync); }
int fdatasync(int file) { return sync_file(file, SYS_fdatasync); }
int ftruncate(int file, off_t bytes) noexcept { return cut_file(file, bytes); }
int ftruncate64(int file, off64_t bytes) noexcept { return cut_file(file, bytes); }

int rename(const char* from, const char* to) noexcept {
  return counted(Kind::make, is_ours(to), [&] {
    return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
  });
}
int unlink(const char* path) noexcept {
  return counted(Kind::other, is_ours(path),
                 [&] { return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0)); });
}
int remove(const char* path) noexcept {
  return counted(Kind::other, is_ours(path), [&] {
    const auto out = static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0));
    if (out == 0 || errno != EISDIR) return out;
    return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
  });
}
int mkdir(const char* path, mode_t mode) noexcept {
  return counted(Kind::make, is_ours(path),
                 [&] { return static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode)); });
}

void* mmap(void* where, size_t bytes, int protection, int flags, int file, off_t at) noexcept {
  if (the_plan && !the_plan->may_map(bytes)) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return reinterpret_cast<void*>(::syscall(SYS_mmap, where, bytes, protection, flags, file, at));
}

}  // extern "C"
