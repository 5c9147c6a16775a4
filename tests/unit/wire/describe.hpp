// Frames and contents as JSON, field by field: what tests compare and print.
#pragma once

#include <nlohmann/json.hpp>

#include "wire/content.hpp"
#include "wire/frames.hpp"

namespace tern::wire::test {

nlohmann::json describe(const Entry& entry);
nlohmann::json describe(const Request& request);
nlohmann::json describe(const Answer& answer);
nlohmann::json describe(const Push& push);
nlohmann::json describe(const Content& content);

}  // namespace tern::wire::test
