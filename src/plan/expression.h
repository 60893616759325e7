#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "plan/types.h"
#include "plan/value.h"

namespace headrace::plan {

struct Expression;
struct Relation;
/// Unresolved expressions and relations are immutable trees; sub-trees are shared freely between plans and threads.
using ExpressionPtr = std::shared_ptr<const Expression>;
using RelationPtr = std::shared_ptr<const Relation>;
using Expressions = std::vector<ExpressionPtr>;

/// Where a node comes from, for error contexts. SQL text: `text` is the whole statement (shared) and the node's first
/// and last character (inclusive, counted from 0; -1 unknown). DataFrame: `fragment` is the function's name and
/// `call_site` the place in the user's program.
struct Origin {
  std::shared_ptr<const std::string> text;
  int32_t start = -1;
  int32_t stop = -1;
  std::string fragment;
  std::string call_site;
};

/// The error context of a node in SQL text, its summary included; of a DataFrame call, its fragment and call site.
QueryContext ContextOf(const Origin& origin);

/// A name of one or more parts, as written: ["catalog", "schema", "table"].
using NameParts = std::vector<std::string>;

struct Literal {
  Value value;
  DataType type;
};

/// A column by name. `plan_id` (>= 0) binds it to the DataFrame it was taken from: df["x"].
struct UnresolvedAttribute {
  NameParts name;
  int64_t plan_id = -1;
  bool is_metadata_column = false;
};

/// `*`, `t.*`, and SQL's `* EXCEPT (...)`.
struct Star {
  NameParts target;
  int64_t plan_id = -1;
  std::vector<NameParts> except;
};

/// df.colRegex("`...`").
struct ColumnRegex {
  std::string pattern;
  int64_t plan_id = -1;
};

struct SortOrder {
  ExpressionPtr child;
  bool ascending = true;
  /// Unset: Spark's default, nulls first when ascending and last when descending.
  std::optional<bool> nulls_first;
};

/// Any function call, operators included: an operator is the function of Spark's registry ("+", "-", "*", "/", "%",
/// "div", "=", "<=>", "<", "and", "or", "not", "in", "between", "like", "rlike", "isnull", "isnotnull", "case" is `when`:
/// when(c1, v1, c2, v2, ..., [else])). Names are resolved case-insensitively.
struct FunctionCall {
  NameParts name;
  Expressions arguments;
  bool distinct = false;
  bool is_operator = false;  ///< Written as an operator, so its generated column name is `(a + b)`.
  std::optional<bool> ignore_nulls;
  ExpressionPtr filter;  ///< FILTER (WHERE ...), or null.
  std::vector<SortOrder> within_group;  ///< WITHIN GROUP (ORDER BY ...).
};

/// name => value, inside a call.
struct NamedArgument {
  std::string name;
  ExpressionPtr value;
};

enum class EvalMode { kLegacy, kAnsi, kTry };

struct Cast {
  ExpressionPtr child;
  DataType type;
  /// Unset: by spark.sql.ansi.enabled.
  std::optional<EvalMode> mode;
};

/// One name, or several for a generator that gives several columns.
struct Alias {
  ExpressionPtr child;
  std::vector<std::string> names;
  json::object metadata;
};

/// child[extraction] and child.extraction: array by index, map by key, struct by field name.
struct ExtractValue {
  ExpressionPtr child;
  ExpressionPtr extraction;
};

/// col.withField(name, value); `value` null drops the field.
struct UpdateFields {
  ExpressionPtr child;
  std::string field;
  ExpressionPtr value;
};

struct LambdaFunction {
  ExpressionPtr body;
  std::vector<std::string> arguments;
};

struct LambdaVariable {
  NameParts name;
};

struct WindowFrame {
  enum class Unit { kRows, kRange };
  enum class BoundKind { kUnboundedPreceding, kCurrentRow, kUnboundedFollowing, kValue };
  struct Bound {
    BoundKind kind = BoundKind::kCurrentRow;
    ExpressionPtr value;  ///< kValue: negative precedes, positive follows, as in Spark.
  };
  Unit unit = Unit::kRange;
  Bound lower;
  Bound upper;
};

struct Window {
  ExpressionPtr function;
  Expressions partition_by;
  std::vector<SortOrder> order_by;
  std::optional<WindowFrame> frame;
  std::string named_window;  ///< OVER w: resolved against the query's WINDOW clause.
};

struct Subquery {
  enum class Kind { kScalar, kExists, kIn, kTableArgument };
  Kind kind = Kind::kScalar;
  RelationPtr plan;  ///< Null when `plan_id` refers to a WithRelations reference.
  int64_t plan_id = -1;
  Expressions in_values;  ///< kIn: the left side.
  bool negated = false;  ///< NOT IN (null-aware).
};

/// A SQL expression text inside a DataFrame call, parsed by `analysis` through `sql`.
struct ExpressionString {
  std::string text;
};

/// A parameter marker in SQL: `:name`, or `?` by position.
struct ParameterMarker {
  std::string name;
  int position = -1;
};

/// A UDF that came with the plan; answered by a named error until Python workers exist.
struct InlineUdf {
  std::string name;
  std::string kind;  ///< "Python UDF", "Java UDF", "Scala UDF".
  int eval_type = 0;
  DataType type;
  bool deterministic = true;
  std::string payload;  ///< The serialized command.
  std::string python_version;
  Expressions arguments;
};

/// IDENTIFIER('a.b') as a column.
struct IdentifierClause {
  ExpressionPtr name;
};

struct Expression {
  using Node = std::variant<Literal, UnresolvedAttribute, Star, ColumnRegex, FunctionCall, NamedArgument, Cast, Alias,
                            ExtractValue, UpdateFields, LambdaFunction, LambdaVariable, Window, Subquery, SortOrder,
                            ExpressionString, ParameterMarker, InlineUdf, IdentifierClause>;
  Node node;
  Origin origin;
};

template <typename T>
ExpressionPtr Make(T node, Origin origin = {}) {
  return std::make_shared<const Expression>(Expression{std::move(node), std::move(origin)});
}

/// A call by its name: Call("+", {a, b}).
ExpressionPtr Call(std::string name, Expressions arguments, Origin origin = {});
ExpressionPtr Operator(std::string name, Expressions arguments, Origin origin = {});
ExpressionPtr StringLiteral(std::string text, Origin origin = {});
ExpressionPtr IntLiteral(int32_t value, Origin origin = {});
ExpressionPtr BoolLiteral(bool value, Origin origin = {});
ExpressionPtr Attribute(NameParts name, Origin origin = {});

/// The node as T, or null when it is another kind.
template <typename T>
const T* As(const ExpressionPtr& expression) {
  return expression ? std::get_if<T>(&expression->node) : nullptr;
}

}  // namespace headrace::plan
