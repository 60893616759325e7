#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "plan/relation.h"

namespace headrace::plan {

/// A table as DML names it: by name, or a plan (DeltaTable.forPath, an aliased target).
struct Target {
  RelationPtr plan;  ///< ReadTable or ReadFiles(delta), below at most one SubqueryAlias.
};

struct ColumnDefinition {
  StructField field;  ///< The comment stands in the metadata.
  ExpressionPtr default_value;
  ExpressionPtr generated_always_as;
  std::string default_text;  ///< The SQL text, as it is stored in the table.
  std::string generated_text;
  bool identity = false;
  bool identity_allow_explicit = false;
  int64_t identity_start = 1;
  int64_t identity_step = 1;
};

/// Where an ALTER TABLE ADD or CHANGE puts a column.
struct ColumnPosition {
  enum class Kind { kDefault, kFirst, kAfter };
  Kind kind = Kind::kDefault;
  std::string after;
};

struct CreateTable {
  NameParts name;
  std::string provider;  ///< "" is the default, delta.
  std::vector<ColumnDefinition> columns;
  RelationPtr as_select;  ///< CTAS, or null.
  std::vector<ExpressionPtr> partitioning;  ///< Columns (Attribute) or transforms.
  std::vector<NameParts> clustering;
  std::optional<std::string> location;
  std::optional<std::string> comment;
  Options properties;
  Options options;
  bool if_not_exists = false;
  bool replace = false;  ///< CREATE OR REPLACE, REPLACE.
  bool must_exist = false;  ///< REPLACE TABLE without CREATE.
  bool external = false;
  NameParts like;  ///< CREATE TABLE ... LIKE.
};

struct CreateView {
  NameParts name;
  enum class Scope { kPersistent, kTemporary, kGlobalTemporary };
  Scope scope = Scope::kPersistent;
  RelationPtr plan;
  std::string sql;  ///< The query's text for persistent views.
  std::vector<std::pair<std::string, std::string>> columns;  ///< Name and comment.
  bool replace = false;
  bool alter = false;  ///< ALTER VIEW ... AS: the view must exist; its comment and properties stay.
  bool if_not_exists = false;
  std::optional<std::string> comment;
  Options properties;
};

struct DropObject {
  bool temporary = false;
  std::string kind;  ///< "TABLE", "VIEW", "SCHEMA", "CATALOG", "FUNCTION", "VOLUME".
  NameParts name;
  bool if_exists = false;
  bool cascade = false;
  bool purge = false;
};

struct CreateNamespace {
  std::string kind;  ///< "SCHEMA" or "CATALOG".
  NameParts name;
  bool if_not_exists = false;
  std::optional<std::string> comment;
  std::optional<std::string> location;
  Options properties;
};

/// One ALTER TABLE / VIEW / SCHEMA.
struct AlterTable {
  enum class Action {
    kRenameTo,
    kSetProperties,
    kUnsetProperties,
    kAddColumns,
    kDropColumns,
    kRenameColumn,
    kChangeColumn,
    kReplaceColumns,
    kSetLocation,
    kAddConstraint,
    kDropConstraint,
    kClusterBy,
    kSetComment,
    kDropFeature,
    kAddPartition,
    kDropPartition,
    kSetOwner,
    kSetTags,
    kUnsetTags,
    kSetRowFilter,
    kDropRowFilter,
    kSetMask,
    kDropMask
  };
  std::string kind = "TABLE";
  NameParts name;
  Action action = Action::kSetProperties;
  bool if_exists = false;
  NameParts new_name;
  Options properties;
  std::vector<std::string> keys;
  struct Column {
    NameParts name;
    std::optional<ColumnDefinition> definition;
    std::optional<bool> nullable;
    std::optional<std::string> comment;
    ColumnPosition position;
    bool drop_default = false;
    bool type_given = false;
  };
  std::vector<Column> columns;
  std::vector<NameParts> column_names;
  std::string text;  ///< Location, constraint name, owner, comment, feature.
  std::string expression_text;
  ExpressionPtr expression;
};

struct Insert {
  RelationPtr source;
  NameParts table;
  RelationPtr target;  ///< Or a plan when written by path.
  std::vector<std::string> columns;
  bool overwrite = false;
  bool by_name = false;
  ExpressionPtr replace_where;
  std::vector<std::pair<std::string, ExpressionPtr>> partition;  ///< PARTITION (p = 1, q): null for dynamic.
  bool if_partition_not_exists = false;
  bool schema_evolution = false;  ///< INSERT WITH SCHEMA EVOLUTION.
  Options options;  ///< INTO t WITH (...).
};

/// df.write: to a path or a table. `mode`: append, overwrite, error, ignore.
struct Write {
  RelationPtr source;
  std::string format;  ///< "" is the default, delta.
  std::string mode = "error";
  std::string path;
  NameParts table;
  bool insert_into = false;
  std::vector<std::string> partitioning;
  std::vector<std::string> sort_columns;
  std::vector<std::string> bucket_columns;
  int32_t bucket_count = 0;
  std::vector<std::string> clustering;
  Options options;
  bool schema_evolution = false;
};

/// df.writeTo(table). `mode`: create, overwrite, overwrite_partitions, append, replace, create_or_replace.
struct WriteV2 {
  RelationPtr source;
  NameParts table;
  std::string provider;
  std::string mode;
  Expressions partitioning;
  std::vector<std::string> clustering;
  Options options;
  Options properties;
  ExpressionPtr overwrite_condition;
  bool schema_evolution = false;
};

struct Assignment {
  ExpressionPtr key;
  ExpressionPtr value;
};

struct Delete {
  Target target;
  ExpressionPtr condition;
};

struct Update {
  Target target;
  ExpressionPtr condition;
  std::vector<Assignment> assignments;
};

struct Merge {
  struct Action {
    enum class Kind { kDelete, kUpdate, kUpdateStar, kInsert, kInsertStar };
    Kind kind = Kind::kUpdate;
    ExpressionPtr condition;
    std::vector<Assignment> assignments;
  };
  Target target;
  RelationPtr source;
  ExpressionPtr condition;
  std::vector<Action> matched;
  std::vector<Action> not_matched;
  std::vector<Action> not_matched_by_source;
  bool schema_evolution = false;
};

/// A command on one Delta table. `kind`: "OPTIMIZE", "VACUUM", "RESTORE", "DESCRIBE HISTORY", "DESCRIBE DETAIL",
/// "GENERATE", "CONVERT", "CLONE", "UPGRADE PROTOCOL", "ADD FEATURE", "DROP FEATURE", "IS DELTA TABLE".
struct DeltaCommand {
  std::string kind;
  Target target;
  Options arguments;  ///< mode, feature, reader/writer versions, "dry_run", "full"/"lite" …
  ExpressionPtr predicate;  ///< OPTIMIZE ... WHERE.
  std::vector<NameParts> zorder;
  std::optional<double> retention_hours;
  TimeTravel version;
  std::optional<int64_t> limit;
  std::string path;
};

struct Truncate {
  NameParts table;
};

/// SHOW and DESCRIBE of every kind; `what`: "TABLES", "SCHEMAS", "CATALOGS", "COLUMNS", "TBLPROPERTIES", "CREATE TABLE",
/// "VIEWS", "FUNCTIONS", "PARTITIONS", "TABLE EXTENDED", "CURRENT SCHEMA", "GRANTS", ...
struct Show {
  std::string what;
  NameParts name;
  std::optional<std::string> pattern;
  std::optional<std::string> key;
};

struct Describe {
  std::string kind;  ///< "TABLE", "SCHEMA", "CATALOG", "FUNCTION", "QUERY", "COLUMN".
  NameParts name;
  NameParts column;
  bool extended = false;
  bool as_json = false;
  RelationPtr query;
};

/// SET, SET -v, SET key, SET key = value, RESET [key], SET TIME ZONE.
struct SetCommand {
  bool reset = false;
  bool verbose = false;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

/// USE, SET CATALOG.
struct Use {
  bool catalog_only = false;
  NameParts name;  ///< Of a catalog, or of a schema with or without its catalog; USE x may be either.
};

struct Explain {
  std::string mode;  ///< "simple", "extended", "formatted", "cost", "codegen".
  RelationPtr plan;
  std::shared_ptr<const Command> command;
};

/// CACHE TABLE, UNCACHE TABLE, CLEAR CACHE, REFRESH TABLE.
struct CacheCommand {
  std::string kind;  ///< "CACHE", "UNCACHE", "CLEAR", "REFRESH".
  NameParts name;
  RelationPtr query;
  bool lazy = false;
  bool if_exists = false;
};

/// DECLARE, SET VAR, DROP TEMPORARY VARIABLE.
struct VariableCommand {
  std::string kind;
  std::vector<NameParts> names;
  std::optional<DataType> type;
  ExpressionPtr value;
  RelationPtr query;
  bool replace = false;
  bool if_exists = false;
};

struct CommentOn {
  std::string kind;
  NameParts name;
  std::optional<std::string> comment;
};

struct AnalyzeTable {
  NameParts name;
  bool no_scan = false;
};

/// Several statements run one after the other as one answer (the Connect clients never send it).
struct UnsupportedCommand {
  std::string feature;
};

struct Command {
  using Node = std::variant<CreateTable, CreateView, DropObject, CreateNamespace, AlterTable, Insert, Write, WriteV2, Delete,
                            Update, Merge, DeltaCommand, Truncate, Show, Describe, SetCommand, Use, Explain, CacheCommand,
                            VariableCommand, CommentOn, AnalyzeTable, UnsupportedCommand>;
  Node node;
  Origin origin;
};
using CommandPtr = std::shared_ptr<const Command>;

template <typename T>
CommandPtr MakeCommand(T node, Origin origin = {}) {
  return std::make_shared<const Command>(Command{std::move(node), std::move(origin)});
}

}  // namespace headrace::plan
