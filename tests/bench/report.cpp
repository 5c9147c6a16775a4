#include "bench/report.hpp"

#include <cstdio>
#include <fstream>
#include <string_view>

namespace tern::bench {
namespace {

std::string number(double value) {
  char out[32];
  std::snprintf(out, sizeof(out), value < 10 ? "%.3f" : value < 1000 ? "%.1f" : "%.0f", value);
  return out;
}

std::string number(std::optional<double> value, const char* none) {
  return value ? number(*value) : none;
}

std::string goal_text(const Row& row) {
  if (!row.goal) return "";
  const bool ratio = row.goal->of == Goal::Of::ratio;
  const auto* const sign = row.goal->side == Goal::Side::at_most ? "<= " : ">= ";
  return (ratio ? "ratio " : "") + (sign + number(row.goal->limit));
}

void print(const Row& row) {
  const auto met = row.met();
  std::printf("%-60s %10s %-7s %10s %7s  %-14s %s\n", row.name.c_str(), number(row.value).c_str(),
              row.unit.c_str(), number(row.floor, "").c_str(), number(row.ratio(), "").c_str(),
              goal_text(row).c_str(),
              !met   ? ""
              : *met ? "met"
                     : "NOT MET");
}

// Names and units are this folder's own and need no escaping.
std::string json(const Row& row) {
  const auto met = row.met();
  return "{\"name\": \"" + row.name + "\", \"value\": " + number(row.value) + ", \"unit\": \"" +
         row.unit + "\", \"floor\": " + number(row.floor, "null") +
         ", \"ratio\": " + number(row.ratio(), "null") +
         ", \"goal\": " + (row.goal ? "\"" + goal_text(row) + "\"" : "null") + ", \"met\": " +
         (!met   ? "null"
          : *met ? "true"
                 : "false") +
         "}";
}

}  // namespace

std::optional<double> Row::ratio() const {
  if (!floor || *floor <= 0) return std::nullopt;
  return value / *floor;
}

std::optional<bool> Row::met() const {
  if (!goal) return std::nullopt;
  const auto figure = goal->of == Goal::Of::value ? std::optional(value) : ratio();
  if (!figure) return false;
  return goal->side == Goal::Side::at_most ? *figure <= goal->limit : *figure >= goal->limit;
}

Report::Report(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string_view(argv[i]) == "--rows") rows_file_ = argv[i + 1];
}

Report::~Report() {
  std::printf("%-60s %10s %-7s %10s %7s  %-14s\n", "", "value", "unit", "floor", "ratio", "goal");
  for (const auto& row : rows_) print(row);
  if (rows_file_.empty()) return;
  std::ofstream out(rows_file_, std::ios::app);
  for (const auto& row : rows_) out << json(row) << '\n';
}

}  // namespace tern::bench
