#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "delta/transaction.h"
#include "engine/commands.h"
#include "engine/sink.h"

namespace headrace::engine {

/// Options by lower-case name: the writer's `mergeSchema`, `overwriteSchema`, `replaceWhere`, …
class WriteOptions {
 public:
  explicit WriteOptions(const plan::Options& options);
  std::optional<std::string> Find(const std::string& lower_name) const;
  /// Throws for text that is no boolean.
  std::optional<bool> Boolean(const std::string& lower_name) const;

 private:
  std::map<std::string, std::string> options_;
};

/// Throws DELTA_ILLEGAL_OPTION.
[[noreturn]] void ThrowIllegalOption(const std::string& input, const std::string& name, const std::string& explain);

/// A write of a relation into a Delta table, from whichever statement.
struct DeltaWrite {
  enum class Mode { kAppend, kOverwrite };
  std::shared_ptr<delta::Table> table;
  std::string table_name;  ///< "`spark_catalog`.`default`.`t`", or "delta.`/path`": for messages.
  std::string catalog_id;  ///< Of the catalog's entry; "" for a path.
  Mode mode = Mode::kAppend;
  /// Columns by position (INSERT without BY NAME) or by name.
  bool by_name = true;
  /// Fields of structs: as columns of an INSERT; by name, none missing, as those of INSERT BY NAME; by name, as a frame's,
  /// where what is missing is NULL.
  enum class Fields { kByPosition, kByName, kByNameOrNull };
  Fields fields = Fields::kByNameOrNull;
  /// Types that differ are cast as INSERT casts them; otherwise they must merge (DataFrameWriter on a path).
  bool cast = false;
  /// The columns of INSERT INTO t (a, b); others get their default.
  std::vector<std::string> columns;
  std::vector<std::string> partition_columns;  ///< As the writer named them; must be the table's.
  bool partitioning_given = false;
  /// CLUSTER BY: of tables that the write makes; must be the table's own columns otherwise.
  std::vector<plan::NameParts> clustering;
  bool merge_schema = false;
  bool overwrite_schema = false;
  plan::ExpressionPtr replace_where;  ///< Only rows that satisfy it are replaced.
  std::string replace_where_text;
  bool dynamic_partitions = false;  ///< Only the partitions that get rows are replaced.
  std::optional<std::string> app_id;  ///< txnAppId and txnVersion.
  int64_t app_version = 0;
  std::optional<std::string> user_metadata;
  bool data_change = true;
  plan::Options file_options;  ///< The writer's options that its files are written by: write_files.h.
  /// For tables that are made (or replaced) by the write: their properties and description.
  std::map<std::string, std::string> properties;
  std::optional<std::string> comment;
  /// What the history calls it, with parameters; "" is "WRITE".
  std::string operation;
  json::object operation_parameters;
  /// CREATE TABLE … AS: a table that is at the location already is an error.
  bool must_be_new = false;
  /// CREATE OR REPLACE … AS: everything of the table is made anew.
  bool replace_table = false;
};

struct DeltaWriteResult {
  delta::SnapshotPtr snapshot;
  int64_t rows = 0;
};

/// Runs a write to its commit. Throws Delta's errors; nothing is left behind by a write that failed.
DeltaWriteResult RunDeltaWrite(CommandContext& context, const plan::RelationPtr& source, DeltaWrite write);

/// Tells the catalog of a table's new schema and properties.
void UpdateCatalogEntry(CommandContext& context, const std::string& catalog_id, const delta::Snapshot& snapshot);

/// A Spark schema as Delta's.
delta::Schema ToDeltaSchema(const plan::Schema& schema);

/// INSERT_COLUMN_ARITY_MISMATCH: too many or too few columns for a table of that quoted name.
Error ArityMismatch(const std::string& table_name, const std::vector<std::string>& columns,
                    const std::vector<std::string>& given);

/// A schema as messages show it: one line a column below "root".
std::string SchemaTree(const delta::Schema& schema);

/// "[\"a\",\"b\"]": how the history writes lists.
std::string JsonList(const std::vector<std::string>& items);

}  // namespace headrace::engine
