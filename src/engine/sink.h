#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/typed_plan.h"
#include "delta/actions.h"
#include "engine/engine.h"
#include "engine/files/line_file.h"

namespace headrace::engine {

/// A condition every written row must satisfy (NULL passes, as SQL's CHECK has it): a boolean column of the plan.
struct SinkCheck {
  std::string name;  ///< The constraint's name in Delta's error.
  std::string expression;  ///< Its SQL text.
  size_t column = 0;  ///< Index in the plan's output.
  /// The text of an overwrite's replaceWhere: NULL does not pass then, the error is its own.
  std::optional<std::string> replace_where;
  std::vector<std::pair<std::string, size_t>> values;  ///< Columns the error shows, by name and data column index.
};

/// An identity column: rows get numbers from `first` on, `step` apart, in the order in which they come.
struct SinkIdentity {
  size_t column = 0;  ///< Of the table.
  int64_t first = 0;
  int64_t step = 1;
  std::optional<size_t> where;  ///< A BOOLEAN column of the plan's output: only such rows are numbered. Unset: all.
};

/// How many files are written, and which rows stand together.
struct SinkFiles {
  enum class Kind {
    kBySize,  ///< As few as the target size allows.
    kExact,  ///< `count` files (repartition(n)): rows go round, or by `bucket_column`.
    kAtMost,  ///< Not more than `count` files a partition (coalesce(n)).
  };
  Kind kind = Kind::kBySize;
  int32_t count = 1;
  std::optional<size_t> bucket_column;  ///< An INT column of the plan's output, 0 … count - 1.
  int64_t target_bytes = int64_t{128} << 20;
  int64_t max_records = 0;  ///< The most rows of a file; 0: any number.
};

/// What the files are. Delta's are Parquet, packed with snappy.
struct SinkFormat {
  std::string codec = "snappy";  ///< Of Parquet, as DuckDB names it. SetFileOptions sets it with the suffix.
  std::string suffix = "-c000.snappy.parquet";  ///< Of the files' names.
  std::optional<LineFormat> lines;  ///< Text of the first column instead of Parquet.
  bool never_none = false;  ///< Without rows (and partition columns) one file is written all the same.
};

/// Where rows go and what is demanded of them. The plan's first columns are the table's in the order of the metadata's
/// schema, of exactly its types; further ones are named here and not written.
struct SinkTarget {
  storage::Location location;  ///< The table's root.
  delta::Metadata metadata;  ///< Schema, partition columns, column mapping, statistics settings.
  SinkFormat format;
  SinkFiles files;
  std::vector<SinkCheck> checks;
  std::vector<SinkIdentity> identities;
  /// An INT column that says what became of a row: rows are counted by its value; a row whose value is below zero is
  /// counted and not written.
  std::optional<size_t> action_column;
  bool ordered = false;  ///< The plan's row order is kept within files (sortWithinPartitions, ORDER BY, ZORDER).
  bool data_change = true;  ///< Of the adds; false for OPTIMIZE.
};

struct SinkResult {
  std::vector<delta::AddFile> adds;  ///< Written, not yet synced or committed; with statistics.
  int64_t rows = 0;
  int64_t bytes = 0;
  std::map<int32_t, int64_t> actions;  ///< Rows by the action column.
  std::vector<int64_t> numbered;  ///< How many rows each of the target's identity columns numbered.
};

/// Runs the plan into Parquet files under the table's root. On any throw the files it made are removed. Throws
/// DELTA_NOT_NULL_CONSTRAINT_VIOLATED, DELTA_VIOLATE_CONSTRAINT_WITH_VALUES, what the plan throws, and
/// Error(kCancelled).
SinkResult RunSink(Engine& engine, const std::shared_ptr<Session>& session, const analysis::TypedRelationPtr& plan,
                   const SinkTarget& target, const ExecuteOptions& options);

/// Removes files that a commit did not take.
void RemoveWritten(const storage::Location& location, const std::vector<delta::AddFile>& adds);

/// char_lengths.cc: `rows` has the columns of `schema` first. CHAR(n) pads and VARCHAR(n) cuts blanks; a row with a longer
/// value fails with DELTA_EXCEED_CHAR_VARCHAR_LIMIT.
analysis::TypedRelationPtr CheckLengths(analysis::Analyzer& analyzer, const analysis::TypedRelationPtr& rows,
                                        const plan::Schema& schema);

/// write_plan.cc: `plan` (of PlanWrite, the table's `columns` columns first) with the check that every row satisfies an
/// overwrite's replaceWhere, whose text is `text`.
analysis::TypedRelationPtr CheckReplaceWhere(analysis::Analyzer& analyzer, const analysis::TypedRelationPtr& plan, size_t columns,
                                             const plan::ExpressionPtr& condition, const std::string& text, SinkTarget& target);

/// write_plan.cc: The plan that stores `input` (already of the table's columns and types) with the table's rules: CHECK
/// constraints and invariants become check columns, repartition() at the top decides the files. Fills `target`'s files and
/// checks.
analysis::TypedRelationPtr PlanWrite(analysis::Analyzer& analyzer, const analysis::TypedRelationPtr& input, SinkTarget& target);

}  // namespace headrace::engine
