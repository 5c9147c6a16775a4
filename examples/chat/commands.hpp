// What tern-chat can do, one function a command. Each throws Failure.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace chat {

void init(const std::filesystem::path& folder, const std::string& relay);
void print_id(const std::filesystem::path& folder);
void set_name(const std::filesystem::path& folder, const std::string& who, const std::string& name);
void list_chats(const std::filesystem::path& folder);
void list_pending(const std::filesystem::path& folder);
void make_group(const std::filesystem::path& folder, const std::string& title,
                const std::vector<std::string>& members);

enum class LogFormat { lines, json, texts };
/// `from`: only messages of this WHO, when not empty.
void print_log(const std::filesystem::path& folder, const std::string& who, LogFormat format,
               const std::string& from);

struct SendOptions {
  std::string who;
  std::string text = "-";         ///< "-": each line of the standard input is a message
  std::string until = "sent";     ///< or "delivered", "read": what is worth waiting for
  std::chrono::seconds wait{10};  ///< at most; 0: only queue
};
void send(const std::filesystem::path& folder, const SendOptions& options);

void send_file(const std::filesystem::path& folder, const std::string& who, const std::string& file,
               const std::string& type, std::chrono::seconds wait);
// The chat's `number`th newest file or voice message; 1: the newest.
void fetch(const std::filesystem::path& folder, const std::string& who, std::size_t number,
           std::chrono::seconds wait);
void save(const std::filesystem::path& folder, const std::string& who, std::size_t number,
          const std::string& file);

struct RunOptions {
  std::chrono::seconds idle{0};  ///< ends when online and nothing happened for so long; 0: never
};
void run(const std::filesystem::path& folder, const RunOptions& options);

/// The live screen.
void open_screen(const std::filesystem::path& folder, const std::string& who);

}  // namespace chat
