#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "plan/expression.h"

namespace headrace::plan {

using Options = std::map<std::string, std::string>;

/// VERSION AS OF / TIMESTAMP AS OF.
struct TimeTravel {
  std::optional<int64_t> version;
  ExpressionPtr timestamp;  ///< A constant expression, or null.
};

/// A table, view or path (`delta`.`/path`) by name.
struct ReadTable {
  NameParts name;
  Options options;
  bool streaming = false;
  TimeTravel time_travel;
};

/// spark.read.format(...).load(paths).
struct ReadFiles {
  std::string format;
  std::optional<Schema> schema;
  Options options;
  std::vector<std::string> paths;
  bool streaming = false;
};

/// Rows sent along with the plan. `arrow_ipc` is one Arrow IPC stream (null: no rows); shared, never copied.
struct LocalRelation {
  std::shared_ptr<const std::string> arrow_ipc;
  /// The declared Spark schema; without it the Arrow schema decides.
  std::optional<Schema> schema;
  /// For chunked relations: IPC streams in order, used instead of `arrow_ipc`.
  std::vector<std::shared_ptr<const std::string>> chunks;
};

/// VALUES (...), (...): rows of expressions, columns col1, col2, ... unless aliased.
struct InlineTable {
  std::vector<Expressions> rows;
  std::vector<std::string> names;
};

/// One row without columns: SELECT without FROM.
struct OneRow {};

/// A frame kept at the server by checkpoint or foreachBatch, by id.
struct CachedRemote {
  std::string id;
};

struct Range {
  int64_t start = 0;
  int64_t end = 0;
  int64_t step = 1;
  std::optional<int32_t> partitions;
};

struct Project {
  RelationPtr input;  ///< Null: one row without columns.
  Expressions expressions;
};

struct Filter {
  RelationPtr input;
  ExpressionPtr condition;
};

/// QUALIFY: keeps the rows of a Project or Aggregate by a condition that may hold window functions and sees both the
/// select list's names and the columns below it.
struct Qualify {
  RelationPtr input;
  ExpressionPtr condition;
};

enum class JoinType { kInner, kLeft, kRight, kFull, kLeftSemi, kLeftAnti, kCross };

struct Join {
  RelationPtr left;
  RelationPtr right;
  JoinType type = JoinType::kInner;
  ExpressionPtr condition;  ///< Or null.
  std::vector<std::string> using_columns;  ///< One key column stays, at the front.
  bool natural = false;
  bool lateral = false;  ///< The right side may use the left side's columns.
};

struct AsOfJoin {
  enum class Direction { kBackward, kForward, kNearest };
  RelationPtr left;
  RelationPtr right;
  ExpressionPtr left_as_of;
  ExpressionPtr right_as_of;
  ExpressionPtr condition;
  std::vector<std::string> using_columns;
  JoinType type = JoinType::kInner;  ///< kInner or kLeft.
  ExpressionPtr tolerance;
  bool allow_exact_matches = true;
  Direction direction = Direction::kBackward;
};

struct SetOperation {
  enum class Kind { kUnion, kIntersect, kExcept };
  RelationPtr left;
  RelationPtr right;
  Kind kind = Kind::kUnion;
  bool all = false;
  bool by_name = false;
  bool allow_missing_columns = false;
};

struct Sort {
  RelationPtr input;
  std::vector<SortOrder> order;
  bool global = true;
};

struct Limit {
  RelationPtr input;
  ExpressionPtr count;
};

struct Offset {
  RelationPtr input;
  ExpressionPtr count;
};

struct Tail {
  RelationPtr input;
  int32_t count = 0;
};

struct Aggregate {
  enum class Kind { kGroupBy, kRollup, kCube, kPivot, kGroupingSets };
  RelationPtr input;
  Kind kind = Kind::kGroupBy;
  Expressions grouping;
  /// SQL: the whole select list. DataFrame (`from_dataframe`): only the aggregates; the grouping columns come first.
  Expressions aggregates;
  bool from_dataframe = false;
  std::vector<Expressions> grouping_sets;
  ExpressionPtr pivot_column;
  Expressions pivot_values;  ///< Empty: the distinct values, sorted.
  ExpressionPtr having;  ///< Or null; SQL only.
  bool group_by_all = false;
};

/// df.dropDuplicates: with columns one whole row a key is kept; without, DISTINCT.
struct Deduplicate {
  RelationPtr input;
  std::vector<std::string> columns;
  bool all_columns = false;
  bool within_watermark = false;
};

/// Gives the relation a name, and the columns names too when `columns` is not empty.
struct SubqueryAlias {
  RelationPtr input;
  NameParts alias;
  std::vector<std::string> columns;
};

struct WithColumns {
  RelationPtr input;
  std::vector<Alias> columns;
};

struct WithColumnsRenamed {
  RelationPtr input;
  std::vector<std::pair<std::string, std::string>> renames;
};

struct ToDf {
  RelationPtr input;
  std::vector<std::string> names;
};

/// df.to(schema).
struct ToSchema {
  RelationPtr input;
  Schema schema;
};

struct Drop {
  RelationPtr input;
  Expressions columns;
  std::vector<std::string> names;
};

/// repartition(n), coalesce(n) and repartition(n, columns...).
struct Repartition {
  RelationPtr input;
  std::optional<int32_t> partitions;
  bool shuffle = true;
  Expressions expressions;
};

struct Sample {
  RelationPtr input;
  double lower = 0;
  double upper = 1;
  bool with_replacement = false;
  std::optional<int64_t> seed;
};

struct Hint {
  RelationPtr input;
  std::string name;
  Expressions parameters;
};

struct Unpivot {
  RelationPtr input;
  Expressions ids;
  std::optional<std::vector<Expressions>> values;
  std::string variable_name;
  std::vector<std::string> value_names;
  bool include_nulls = true;
  std::vector<std::string> value_aliases;
};

struct Transpose {
  RelationPtr input;
  Expressions index;
};

/// A table-valued function: range, explode, ...
struct TableFunction {
  NameParts name;
  Expressions arguments;
};

/// LATERAL VIEW [OUTER] generator(...) alias AS columns.
struct LateralView {
  RelationPtr input;
  ExpressionPtr generator;
  bool outer = false;
  std::string alias;
  std::vector<std::string> columns;
};

struct ShowString {
  RelationPtr input;
  int32_t rows = 20;
  int32_t truncate = 20;  ///< 0: do not truncate.
  bool vertical = false;
  bool html = false;
};

struct NaFill {
  RelationPtr input;
  std::vector<std::string> columns;
  std::vector<Literal> values;
};

struct NaDrop {
  RelationPtr input;
  std::vector<std::string> columns;
  std::optional<int32_t> min_non_nulls;
};

struct NaReplace {
  RelationPtr input;
  std::vector<std::string> columns;
  std::vector<std::pair<Literal, Literal>> replacements;
};

/// df.stat.* and describe/summary. `kind`: "summary", "describe", "crosstab", "cov", "corr", "approx_quantile",
/// "freq_items", "sample_by".
struct Statistics {
  RelationPtr input;
  std::string kind;
  std::vector<std::string> columns;
  std::vector<std::string> statistics;
  std::vector<double> probabilities;
  double number = 0;  ///< relative error, support.
  std::string method;
  ExpressionPtr stratum;
  std::vector<std::pair<Literal, double>> fractions;
  std::optional<int64_t> seed;
};

/// WITH name AS (...) ...; a later definition sees the earlier ones.
struct With {
  struct Definition {
    std::string name;
    std::vector<std::string> columns;
    RelationPtr plan;
    std::optional<int64_t> max_recursion;  ///< MAX RECURSION LEVEL n.
  };
  std::vector<Definition> definitions;
  RelationPtr body;
  bool recursive = false;
};

/// Spark Connect's WithRelations: sub-query plans referred to by their plan id.
struct WithRelations {
  RelationPtr root;
  std::vector<RelationPtr> references;
};

/// spark.sql(text, args) used as a relation.
struct SqlText {
  std::string text;
  std::map<std::string, ExpressionPtr> named_arguments;
  Expressions positional_arguments;
};

/// spark.read.json(df) / csv(df) and from text columns.
struct ParseText {
  RelationPtr input;
  std::string format;
  std::optional<Schema> schema;
  Options options;
};

/// df.observe.
struct CollectMetrics {
  RelationPtr input;
  std::string name;
  Expressions metrics;
};

struct WithWatermark {
  RelationPtr input;
  std::string column;
  std::string delay;
};

/// The answer of a catalog call (spark.catalog.listTables() …). `operation` is the proto's field name
/// ("list_tables"), the arguments its set fields.
struct CatalogCall {
  std::string operation;
  std::map<std::string, std::string> arguments;
  std::optional<Schema> schema;
  Options options;
};

struct Command;

/// A command whose answer is rows: SHOW, DESCRIBE, and DML that returns its counts.
struct CommandResult {
  std::shared_ptr<const Command> command;
};

/// A relation Headrace knows but does not answer yet: analysis throws, naming it.
struct UnsupportedRelation {
  std::string feature;
};

struct Relation {
  using Node =
      std::variant<OneRow, ReadTable, ReadFiles, LocalRelation, InlineTable, CachedRemote, Range, Project, Filter, Qualify, Join,
                   AsOfJoin, SetOperation, Sort, Limit, Offset, Tail, Aggregate, Deduplicate, SubqueryAlias, WithColumns,
                   WithColumnsRenamed, ToDf, ToSchema, Drop, Repartition, Sample, Hint, Unpivot, Transpose, TableFunction,
                   LateralView, ShowString, NaFill, NaDrop, NaReplace, Statistics, With, WithRelations, SqlText, ParseText,
                   CollectMetrics, WithWatermark, CatalogCall, CommandResult, UnsupportedRelation>;
  Node node;
  Origin origin;
  int64_t plan_id = -1;
};

template <typename T>
RelationPtr MakeRelation(T node, Origin origin = {}, int64_t plan_id = -1) {
  return std::make_shared<const Relation>(Relation{std::move(node), std::move(origin), plan_id});
}

template <typename T>
const T* As(const RelationPtr& relation) {
  return relation ? std::get_if<T>(&relation->node) : nullptr;
}

}  // namespace headrace::plan
