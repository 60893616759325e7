#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "functions/function.h"
#include "plan/expression.h"
#include "plan/relation.h"

namespace headrace::analysis {

/// Identifies a column of one relation's output within an analyzed plan; unique in the plan (a self-join's sides get
/// different ids).
using AttributeId = int64_t;

struct TypedExpression;
struct TypedRelation;
using TypedPtr = std::shared_ptr<const TypedExpression>;
using TypedRelationPtr = std::shared_ptr<const TypedRelation>;
using TypedExpressions = std::vector<TypedPtr>;

/// One output column. `qualifier` is what `t.x` matches; `metadata_column` hides it from `*` (_metadata).
struct Attribute {
  AttributeId id = -1;
  std::string name;
  plan::DataType type;
  bool nullable = true;
  json::object metadata;
  plan::NameParts qualifier;
  bool hidden = false;
};

struct TypedLiteral {
  plan::Value value;
};

/// A column of the input (or of an outer query: `outer` true, inside a sub-query's plan).
struct TypedColumn {
  AttributeId id = -1;
  bool outer = false;
};

/// A scalar function call. Arguments already have the types of the typing rule.
struct TypedCall {
  const functions::Function* function = nullptr;
  std::string lowering;
  TypedExpressions arguments;
  std::vector<plan::Literal> extra;
};

/// A cast with Spark's semantics from the child's type to the expression's type.
struct TypedCast {
  TypedPtr child;
  plan::EvalMode mode = plan::EvalMode::kAnsi;
};

/// Short-circuit conditional: WHEN pairs and an optional ELSE; `when`, `if`.
struct TypedCase {
  std::vector<std::pair<TypedPtr, TypedPtr>> branches;
  TypedPtr otherwise;  ///< Or null.
};

/// child.field by position (0-based). A null struct gives null.
struct TypedFieldAccess {
  TypedPtr child;
  size_t index = 0;
};

/// Struct construction: the expression's type has the names.
struct TypedStruct {
  TypedExpressions fields;
};

struct TypedLambda {
  TypedPtr body;
  std::vector<int64_t> variables;  ///< Ids that TypedLambdaVariable refers to.
};

struct TypedLambdaVariable {
  int64_t id = -1;
};

struct TypedSortKey {
  TypedPtr child;
  bool ascending = true;
  bool nulls_first = true;
};

/// An aggregate function; stands only in TypedAggregate::aggregates and as a window's function.
struct TypedAggregateCall {
  const functions::Function* function = nullptr;
  std::string lowering;
  TypedExpressions arguments;
  std::vector<plan::Literal> extra;
  bool distinct = false;
  bool ignore_nulls = false;
  TypedPtr filter;
  std::vector<TypedSortKey> order_by;  ///< WITHIN GROUP.
  /// A scalar kernel applied to the aggregate's result, "" for none: finish(result, finish_extra..., site).
  std::string finish;
  std::vector<plan::Literal> finish_extra;
};

struct TypedFrameBound {
  plan::WindowFrame::BoundKind kind = plan::WindowFrame::BoundKind::kCurrentRow;
  TypedPtr value;
};

/// function OVER (...). `function` is a TypedAggregateCall (aggregate or window kind).
struct TypedWindowCall {
  TypedPtr function;
  TypedExpressions partition_by;
  std::vector<TypedSortKey> order_by;
  plan::WindowFrame::Unit unit = plan::WindowFrame::Unit::kRange;
  TypedFrameBound lower;
  TypedFrameBound upper;
};

/// A sub-query as an expression. kIn: `in_values` IN (plan's columns); `negated` is NOT IN.
struct TypedSubquery {
  plan::Subquery::Kind kind = plan::Subquery::Kind::kScalar;
  TypedRelationPtr plan;
  TypedExpressions in_values;
  bool negated = false;
};

/// A typed expression. Immutable, shared, thread-safe.
struct TypedExpression {
  using Node = std::variant<TypedLiteral, TypedColumn, TypedCall, TypedCast, TypedCase, TypedFieldAccess, TypedStruct,
                            TypedLambda, TypedLambdaVariable, TypedAggregateCall, TypedWindowCall, TypedSubquery>;
  Node node;
  plan::DataType type;
  bool nullable = true;
  plan::Origin origin;
};

template <typename T>
TypedPtr MakeTyped(T node, plan::DataType type, bool nullable, plan::Origin origin = {}) {
  return std::make_shared<const TypedExpression>(TypedExpression{std::move(node), std::move(type), nullable, std::move(origin)});
}

template <typename T>
const T* As(const TypedPtr& expression) {
  return expression ? std::get_if<T>(&expression->node) : nullptr;
}

// ---- Relations. Every relation has `output`; the i-th expression of a projection makes the i-th output attribute. ----

struct TypedOneRow {};

/// A table at a version, or files: what the engine's scans need. `source` is opaque to analysis beyond its schema.
struct TypedScan {
  std::string format;  ///< "delta", "parquet", "csv", "json", "text", "orc", "binaryFile".
  std::vector<std::string> paths;
  plan::Options options;
  std::optional<int64_t> version;  ///< Delta: the resolved version.
  /// Delta: the snapshot that was resolved (delta::Snapshot), kept so that analysis and engine see one version.
  std::shared_ptr<const void> snapshot;
  std::string table_name;  ///< For explain and lineage.
  /// The data columns in table order; `output` may add the hidden `_metadata` struct.
  plan::Schema schema;
  /// Files: the columns of `schema` whose values are in the folders' names.
  std::vector<std::string> partition_columns;
};

struct TypedLocal {
  plan::LocalRelation data;
};

struct TypedRange {
  int64_t start = 0;
  int64_t end = 0;
  int64_t step = 1;
  std::optional<int32_t> partitions;
};

/// VALUES with constant or correlated expressions.
struct TypedInlineTable {
  std::vector<TypedExpressions> rows;
};

struct TypedProject {
  TypedRelationPtr input;
  TypedExpressions expressions;
};

struct TypedFilter {
  TypedRelationPtr input;
  TypedPtr condition;
};

struct TypedJoin {
  TypedRelationPtr left;
  TypedRelationPtr right;
  plan::JoinType type = plan::JoinType::kInner;
  TypedPtr condition;  ///< Or null.
  bool lateral = false;
};

/// Output: left's columns, then right's. Equal keys first, then the as-of comparison.
struct TypedAsOfJoin {
  TypedRelationPtr left;
  TypedRelationPtr right;
  TypedPtr left_as_of;
  TypedPtr right_as_of;
  TypedPtr condition;
  plan::JoinType type = plan::JoinType::kInner;
  TypedPtr tolerance;
  bool allow_exact_matches = true;
  plan::AsOfJoin::Direction direction = plan::AsOfJoin::Direction::kBackward;
};

/// Output: one attribute a grouping expression, then one an aggregate. With grouping sets, `sets` holds indices into
/// `grouping`, and the output ends with the grouping id (BIGINT) when `grouping_id` is set.
struct TypedAggregate {
  TypedRelationPtr input;
  TypedExpressions grouping;
  std::vector<std::vector<size_t>> sets;  ///< Empty: one set of all.
  bool grouping_id = false;
  TypedExpressions aggregates;  ///< Each a TypedAggregateCall.
};

/// Output: the input's columns, then one attribute a window call.
struct TypedWindow {
  TypedRelationPtr input;
  TypedExpressions calls;  ///< Each a TypedWindowCall.
};

struct TypedSort {
  TypedRelationPtr input;
  std::vector<TypedSortKey> keys;
  bool global = true;
};

/// Offset first, then limit.
struct TypedLimit {
  TypedRelationPtr input;
  TypedPtr limit;  ///< Or null.
  TypedPtr offset;  ///< Or null.
};

struct TypedTail {
  TypedRelationPtr input;
  int64_t count = 0;
};

/// All inputs have the same types; output attributes are new.
struct TypedSetOperation {
  std::vector<TypedRelationPtr> inputs;  ///< Two for intersect and except.
  plan::SetOperation::Kind kind = plan::SetOperation::Kind::kUnion;
  bool all = true;
};

struct TypedDistinct {
  TypedRelationPtr input;
};

/// Keeps one whole row for each key; nulls are equal.
struct TypedDeduplicate {
  TypedRelationPtr input;
  std::vector<AttributeId> keys;
};

/// Output: the input's columns, then the generator's. `generator` is a TypedCall of kind kGenerator.
struct TypedGenerate {
  TypedRelationPtr input;
  TypedPtr generator;
  bool outer = false;
};

/// A table-valued function: range and generators in FROM.
struct TypedTableFunction {
  const functions::Function* function = nullptr;
  TypedExpressions arguments;
};

struct TypedRepartition {
  TypedRelationPtr input;
  std::optional<int32_t> partitions;
  bool shuffle = true;
  TypedExpressions expressions;
};

struct TypedSample {
  TypedRelationPtr input;
  double lower = 0;
  double upper = 1;
  bool with_replacement = false;
  int64_t seed = 0;
};

/// df.observe: passes its input through and computes aggregates on the way.
struct TypedObserve {
  TypedRelationPtr input;
  std::string name;
  TypedExpressions metrics;
  plan::Schema metrics_schema;
};

/// A common table expression used more than once; `id` joins references to the definition.
struct TypedCteDefinition {
  int64_t id = 0;
  std::string name;
  TypedRelationPtr plan;
  bool recursive = false;  ///< `plan` is then a TypedSetOperation of anchor and step.
};

struct TypedWith {
  std::vector<TypedCteDefinition> definitions;
  TypedRelationPtr body;
};

/// Output: new attributes, one a column of the definition.
struct TypedCteReference {
  int64_t id = 0;
};

/// Rows the server keeps or makes: cached frames, checkpoints, information_schema, catalog calls. `rows` are constants;
/// `cached_id` names a frame the engine keeps.
struct TypedRows {
  std::vector<std::vector<plan::Value>> rows;
  std::string cached_id;
};

struct TypedRelation {
  using Node = std::variant<TypedOneRow, TypedScan, TypedLocal, TypedRange, TypedInlineTable, TypedProject, TypedFilter,
                            TypedJoin, TypedAsOfJoin, TypedAggregate, TypedWindow, TypedSort, TypedLimit, TypedTail,
                            TypedSetOperation, TypedDistinct, TypedDeduplicate, TypedGenerate, TypedTableFunction,
                            TypedRepartition, TypedSample, TypedObserve, TypedWith, TypedCteReference, TypedRows>;
  Node node;
  std::vector<Attribute> output;
  int64_t plan_id = -1;
};

template <typename T>
TypedRelationPtr MakeTypedRelation(T node, std::vector<Attribute> output, int64_t plan_id = -1) {
  return std::make_shared<const TypedRelation>(TypedRelation{std::move(node), std::move(output), plan_id});
}

template <typename T>
const T* As(const TypedRelationPtr& relation) {
  return relation ? std::get_if<T>(&relation->node) : nullptr;
}

/// The schema a client sees: the output without hidden columns.
plan::Schema SchemaOf(const TypedRelation& relation);

}  // namespace headrace::analysis
