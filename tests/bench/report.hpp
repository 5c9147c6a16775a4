// What a benchmark prints: a table for people, and rows for `./dev bench --json`.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tern::bench {

/// What the issue that asked for the figure wants of it.
struct Goal {
  enum class Of { value, ratio } of = Of::value;
  double limit = 0;
  enum class Side { at_most, at_least } side = Side::at_most;
};
inline Goal value_at_most(double limit) { return {Goal::Of::value, limit}; }
inline Goal value_at_least(double limit) { return {Goal::Of::value, limit, Goal::Side::at_least}; }
inline Goal ratio_at_most(double limit) { return {Goal::Of::ratio, limit}; }

/// One figure.
struct Row {
  std::string name;
  double value = 0;
  std::string unit;
  /// What the machine itself takes for the same, measured in the same run, in the same unit.
  std::optional<double> floor;
  std::optional<Goal> goal;

  std::optional<double> ratio() const;
  /// nullopt without a goal.
  std::optional<bool> met() const;
};

/// Collects rows; at its end prints the table, and appends JSON objects, one a line, to the file
/// that `--rows FILE` names.
class Report {
 public:
  Report(int argc, char** argv);
  ~Report();
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  void add(Row row) { rows_.push_back(std::move(row)); }

 private:
  std::string rows_file_;
  std::vector<Row> rows_;
};

}  // namespace tern::bench
