#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <memory>
#include <string>
#include <vector>

#include "delta/predicate.h"
#include "delta/transaction.h"
#include "engine/commands.h"

namespace headrace::engine {

/// A Delta table that a command names, at its newest version.
struct DeltaTarget {
  std::shared_ptr<delta::Table> table;
  delta::SnapshotPtr snapshot;
  analysis::TypedRelationPtr scan;  ///< A TypedScan; its columns carry the command's alias.
  plan::Schema schema;  ///< The table's columns with their metadata.
  std::string name;  ///< "spark_catalog.default.t"; "" for a path.
  std::string catalog_id;  ///< Of the catalog's entry; "" for a path.
  const analysis::TypedScan& node() const { return std::get<analysis::TypedScan>(scan->node); }
  /// "`spark_catalog`.`default`.`t`" or "delta.`/path`", as messages name it.
  std::string Shown() const;
};

/// Finds the Delta table a command names, directly or through a view that only selects all its columns. Throws
/// DELTA_TABLE_ONLY_OPERATION for other tables; `operation` is the command's name. `analyzed` is the target's plan where
/// it was analyzed already.
DeltaTarget FindDeltaTarget(CommandContext& context, SessionAnalysis& analysis, const plan::Target& target,
                            const std::string& operation, const analysis::TypedRelationPtr& analyzed = nullptr);

/// The condition as a filter for files, by the columns of `input`; what has no form keeps every file.
delta::Predicate FilePredicate(const analysis::TypedPtr& condition, const std::vector<analysis::Attribute>& input);

/// The names of the columns RowScan adds.
constexpr char kFileColumn[] = "__file";  ///< INT: the file's index in `files`.
constexpr char kRowColumn[] = "__row";  ///< BIGINT: the row's position in its file.

/// A scan of some of the table's files; null entries of `files` are not read. The output is the table's columns under the
/// ids of `target.scan`, then kFileColumn and kRowColumn.
analysis::TypedRelationPtr RowScan(analysis::Analyzer& analyzer, const DeltaTarget& target,
                                   const std::vector<delta::FileRef>& files);

/// The option of a scan that RowScan made: a number for each file of its snapshot, separated by blanks.
constexpr char kNumbersOption[] = "__numbers";
std::vector<int32_t> FileNumbers(const analysis::TypedScan& scan);

/// scan_delta.cc: the time of `timestampAsOf` and TIMESTAMP AS OF, in milliseconds, by Spark's own cast from text.
int64_t TravelMillis(Engine& engine, const std::shared_ptr<Session>& session, const plan::ExpressionPtr& expression);

}  // namespace headrace::engine
