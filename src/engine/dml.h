#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "delta/deletion_vector.h"
#include "engine/delta_target.h"
#include "engine/sink.h"
#include "engine/struct_fields.h"

namespace headrace::engine {

/// Rows of files, by the files' index.
using RowsOfFiles = std::map<int32_t, delta::RowIndexSet>;

/// One DELETE, UPDATE or MERGE on its way to its commit: what it reads, what it writes and what it tells. Every file
/// written is removed again unless the commit takes it.
class RowChange {
 public:
  /// Analyzes the target and the condition over it (null: all rows). `operation` is "DELETE", "UPDATE" or "MERGE".
  RowChange(CommandContext& context, const plan::Target& target, const plan::ExpressionPtr& condition,
            const std::string& operation);
  ~RowChange();

  analysis::Analyzer& analyzer() { return analysis_.analyzer(); }
  const DeltaTarget& target() const { return target_; }
  delta::Transaction& txn() { return txn_; }
  const std::vector<analysis::Attribute>& columns() const { return target_.scan->output; }  ///< May end with hidden ones.
  /// The condition over columns(); null when every row satisfies it.
  const analysis::TypedPtr& condition() const { return condition_; }

  /// Checks what holds for conditions of all three commands: boolean, deterministic, no sub-queries, no aggregates.
  void CheckCondition(const analysis::TypedPtr& condition, const plan::ExpressionPtr& written) const;

  /// A new value may not hold aggregates, nor sub-queries but an UPDATE's scalar ones.
  void CheckValue(const analysis::TypedPtr& value);

  /// The files that may hold rows the condition is true for; noted as read.
  std::vector<delta::FileRef> Candidates() { return txn_.ReadFiles(FilePredicate(condition_, columns())); }
  /// Whether rows are marked as deleted rather than files rewritten: the table has deletion vectors enabled and all
  /// these files say how many rows they have.
  bool UseVectors(const std::vector<delta::FileRef>& files) const;

  /// Runs a plan of (INT, BIGINT, …) columns to its end: positions of rows by file.
  RowsOfFiles CollectRows(const analysis::TypedRelationPtr& plan);
  /// Runs a plan to its end; the rows stay in spillable memory.
  std::unique_ptr<duckdb::MaterializedQueryResult> Materialize(const analysis::TypedRelationPtr& plan);
  /// Rows that are kept until this change ends, as a relation with the plan's columns.
  analysis::TypedRelationPtr Keep(std::unique_ptr<duckdb::MaterializedQueryResult> rows,
                                  const std::vector<analysis::Attribute>& columns);

  /// Writes rows of exactly the table's columns; further columns may follow: `action_column` names one, those of
  /// NumberedColumn(i) say which rows get a number of the identity column i.
  SinkResult Write(const analysis::TypedRelationPtr& rows, const char* action_column = nullptr);

  void RemoveFile(const delta::AddFile& file);
  /// Marks rows of active files as deleted. Files that have no row left are removed.
  void MarkDeleted(const std::vector<delta::FileRef>& files, const RowsOfFiles& rows);

  void EndScan();  ///< What follows counts as rewriting.
  void SetMetric(const std::string& name, int64_t value) { metrics_[name] = std::to_string(value); }
  int64_t removed_files() const { return removed_files_; }
  int64_t removed_bytes() const { return removed_bytes_; }
  const SinkResult& written() const { return written_; }
  int64_t vectors_added() const { return vectors_added_; }
  int64_t vectors_updated() const { return vectors_updated_; }
  int64_t vectors_removed() const { return vectors_removed_; }

  /// Metrics of the commit that this very request made before the server was restarted; nullopt when it made none.
  std::optional<std::vector<int64_t>> EarlierRun(const std::vector<const char*>& metrics);
  /// Commits unless nothing changed.
  void Commit(json::object parameters);
  /// The answer's row.
  CommandAnswer Answer(const plan::Schema& schema, std::vector<int64_t> counts);

  CommandContext& context() { return context_; }

 private:
  CommandContext& context_;
  std::string operation_;
  SessionAnalysis analysis_;
  analysis::TypedPtr condition_;
  DeltaTarget target_;
  delta::Transaction txn_;
  int64_t started_ms_;
  int64_t scanned_ms_ = 0;
  std::map<std::string, std::string> metrics_;
  SinkResult written_;
  bool committed_ = false;
  int64_t removed_files_ = 0;
  int64_t removed_bytes_ = 0;
  int64_t vectors_added_ = 0;
  int64_t vectors_updated_ = 0;
  int64_t vectors_removed_ = 0;
  std::vector<std::string> frames_;
};

/// One assignment's place in a table: the column's index, then struct fields by index.
struct AssignmentPath {
  std::vector<size_t> steps;
};

/// SET clauses resolved: for each column of `schema` its new value, null where it stays.
struct Assignments {
  std::vector<analysis::TypedPtr> values;
};

/// A new value whose structs' fields are arranged as the column has them, by their names. Throws Delta's error when it has
/// fields that the column does not have, or lacks some that it has, unless it may.
plan::ExpressionPtr ArrangeFields(analysis::Analyzer& analyzer, const plan::ExpressionPtr& value,
                                  const std::vector<analysis::Attribute>& input, const plan::StructField& field, bool may_miss,
                                  const std::optional<FieldsInPlace>& in_place = std::nullopt);

/// Resolves SET clauses. Keys are columns of `columns` (the first schema.size() of `input` need not be these); values
/// are resolved over `input` and cast as Spark stores them. `evolved`, where the schema may evolve: the table's columns as
/// `schema` has them; values may then lack fields.
Assignments ResolveAssignments(analysis::Analyzer& analyzer, const std::vector<plan::Assignment>& assignments,
                               const plan::Schema& schema, const std::vector<analysis::Attribute>& columns,
                               const std::vector<analysis::Attribute>& input,
                               const std::vector<analysis::TypedPtr>* evolved = nullptr);

/// The default of a column as stored in the table, or NULL.
analysis::TypedPtr DefaultOf(analysis::Analyzer& analyzer, const plan::StructField& field);

/// `rows` has the table's columns first. Generated columns are computed again where `is_set` (one for each column; null:
/// never set) is not true; the columns behind stay.
analysis::TypedRelationPtr ComputeGenerated(analysis::Analyzer& analyzer, const analysis::TypedRelationPtr& rows,
                                            const plan::Schema& schema, const std::vector<analysis::TypedPtr>& is_set);

/// An expression whose columns are called what `name` says; only what stands in calls and before IN is looked at.
plan::ExpressionPtr RenameColumns(const plan::ExpressionPtr& expression,
                                  const std::function<std::string(const plan::NameParts&)>& name);
/// Throws Spark's error for a condition that is not boolean; `written` is the condition as it was written.
void CheckBoolean(const analysis::TypedPtr& condition, const plan::ExpressionPtr& written);
/// A condition as the history shows it: Delta's list of one text, "[]" for none.
std::string PredicateList(const plan::ExpressionPtr& condition);
/// The text of an unresolved condition.
std::string ConditionText(const plan::ExpressionPtr& condition);

}  // namespace headrace::engine
