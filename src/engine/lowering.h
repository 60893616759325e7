#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/typed_plan.h"

namespace headrace::engine {

using ParsedPtr = duckdb::unique_ptr<duckdb::ParsedExpression>;
using ParsedList = duckdb::vector<ParsedPtr>;

/// What a lowering needs from its surroundings.
struct LoweringContext {
  std::string time_zone = "UTC";
  /// spark.sql.shuffle.partitions, which decides the order of the rows of small plans.
  int64_t shuffle_partitions = 200;
  /// Makes the table of a scan: its columns carry the names of `scan.schema`, plus `_metadata` when `with_metadata`.
  std::function<duckdb::unique_ptr<duckdb::TableRef>(const analysis::TypedScan& scan, bool with_metadata,
                                                     std::vector<std::shared_ptr<void>>& resources)>
      scan;
  /// Makes the table of rows sent by the client; columns by position.
  std::function<duckdb::unique_ptr<duckdb::TableRef>(const analysis::TypedLocal& local, const plan::Schema& schema,
                                                     std::vector<std::shared_ptr<void>>& resources)>
      local;
  /// How many rows the client sent; nothing when they are too many to be counted beforehand.
  std::function<std::optional<int64_t>(const analysis::TypedLocal& local)> local_rows;
  /// Makes the table of a frame kept by the engine (cache, checkpoint); columns by position.
  std::function<duckdb::unique_ptr<duckdb::TableRef>(const std::string& cached_id, std::vector<std::shared_ptr<void>>& resources)>
      cached;
};

/// A typed plan as a DuckDB syntax tree. `sites` gives the origin of each call that can fail: a kernel's exception
/// carries its index. `resources` must live as long as the query runs.
struct LoweredQuery {
  duckdb::unique_ptr<duckdb::SelectStatement> statement;
  std::vector<plan::Origin> sites;
  std::vector<std::shared_ptr<void>> resources;
};

/// Expressions up to this many nodes are repeated in the operators above them; larger ones are sealed first, so a chain
/// of dependent columns cannot grow without bound.
inline constexpr size_t kInlineSize = 12;

/// Lowers typed plans to DuckDB's syntax trees, never to SQL text. Every relation becomes a `Block`: a SELECT under
/// construction, which is sealed into a sub-query only when the next operator cannot be folded into it. Columns are
/// named after their attribute ids, so no two names clash. One use, one thread.
class Lowering {
 public:
  explicit Lowering(const LoweringContext& context);
  ~Lowering();

  /// The select list is the relation's output in order, hidden columns left out unless `with_hidden`.
  LoweredQuery Lower(const analysis::TypedRelationPtr& relation, bool with_hidden = false);

 private:
  friend class ExpressionLowering;
  /// Hidden columns of a block: the row's partition, and what monotonically_increasing_id gives.
  static constexpr analysis::AttributeId kPartition = INT64_MIN + 1;
  static constexpr analysis::AttributeId kRowId = INT64_MIN + 2;
  static constexpr analysis::AttributeId kSequence = INT64_MIN + 3;  ///< The row's number, from 0.
  /// How an attribute is expressed over a block's FROM.
  struct Column {
    ParsedPtr expression;
    size_t size = 1;  ///< Nodes; small ones are repeated rather than sealed.
    bool stable = true;  ///< Deterministic.
  };
  using Columns = std::unordered_map<analysis::AttributeId, Column>;
  /// One of the conditions that all must hold.
  struct Conjunct {
    explicit Conjunct(ParsedPtr expression) : expression(std::move(expression)) {}
    ParsedPtr expression;
    bool fallible = false;
    bool equality = false;
    std::vector<analysis::AttributeId> sides;  ///< The relations it reads, each by its first column; sorted.
  };
  struct Block {
    duckdb::unique_ptr<duckdb::TableRef> from;
    Columns columns;
    std::vector<Conjunct> where;  ///< In the order in which Spark evaluates them.
    std::vector<duckdb::OrderByNode> order;
    ParsedPtr limit;
    ParsedPtr offset;
    bool HasLimit() const { return limit != nullptr || offset != nullptr; }
  };
  struct Scope {
    const Columns* columns = nullptr;
    const Scope* outer = nullptr;
  };

  // lower_relation.cc; joins in lower_join.cc
  Block LowerRelation(const analysis::TypedRelationPtr& relation);
  Block LowerNode(const analysis::TypedOneRow& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedScan& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedLocal& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedRange& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedInlineTable& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedProject& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedFilter& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedJoin& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedAsOfJoin& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedAggregate& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedWindow& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedSort& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedLimit& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedTail& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedSetOperation& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedDistinct& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedDeduplicate& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedGenerate& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedTableFunction& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedRepartition& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedSample& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedObserve& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedWith& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedCteReference& node, const analysis::TypedRelation& relation);
  Block LowerNode(const analysis::TypedRows& node, const analysis::TypedRelation& relation);

  /// The select node of a block giving `output` in order as columns named by ColumnName(id).
  duckdb::unique_ptr<duckdb::SelectNode> Finish(Block block, const std::vector<analysis::Attribute>& output);
  /// Wraps a query whose columns are `output` in order into a fresh block.
  Block FromQuery(duckdb::unique_ptr<duckdb::QueryNode> node, const std::vector<analysis::Attribute>& output);
  Block FromTable(duckdb::unique_ptr<duckdb::TableRef> table, const std::vector<analysis::Attribute>& output);
  Block Seal(Block block, const std::vector<analysis::Attribute>& output);
  /// Seals unless every column is a plain reference and nothing but FROM is set.
  Block AsTable(Block block, const std::vector<analysis::Attribute>& output);
  /// Moves the block's order into columns of its own and gives it back as keys over them; the block is sealed.
  std::vector<duckdb::OrderByNode> SealOrder(Block& block, const std::vector<analysis::Attribute>& output);
  std::string NewAlias() { return "t" + std::to_string(next_alias_++); }

  // lower_predicate.cc
  /// Which relations below filters, projections and inner joins a column comes from.
  struct Sides {
    std::unordered_map<analysis::AttributeId, std::vector<analysis::AttributeId>> of_column;
    std::vector<analysis::AttributeId> leaves;
    void Add(const analysis::TypedRelationPtr& relation);
    std::vector<analysis::AttributeId> Of(const analysis::TypedPtr& expression) const;
  };
  void AddConjuncts(const analysis::TypedPtr& condition, const Columns& columns, const Sides& sides,
                    std::vector<Conjunct>& conjuncts);
  /// All of them as one condition, where what can fail is evaluated only if what Spark evaluates before it holds. Null when
  /// there is none.
  static ParsedPtr Together(std::vector<Conjunct> conjuncts);

  // lower_order.cc
  /// The rows of a leaf whose rows stand in the plan.
  std::optional<int64_t> KnownRows(const analysis::TypedRelation& relation) const;
  /// Whether all rows that a plan reads stand in the plan and are few; adds them to `rows`.
  bool IsSmall(const analysis::TypedRelation& relation, int64_t* rows) const;
  /// The size by which Spark chooses the side of a join that it broadcasts.
  double EstimatedBytes(const analysis::TypedRelation& relation) const;
  /// Whether Spark has the relation in one partition, so that grouping it needs no shuffle.
  bool IsOnePartition(const analysis::TypedRelation& relation) const;
  /// Seals the block with its rows numbered in order; gives the number's column.
  analysis::AttributeId Number(Block& block, const std::vector<analysis::Attribute>& output);
  static duckdb::OrderByNode Ascending(ParsedPtr key);
  /// The partition of a shuffle by the keys.
  ParsedPtr ShufflePartition(ParsedList keys) const;
  void OrderWindows(const analysis::TypedWindow& node, Block& block, analysis::AttributeId position);
  void OrderJoin(const analysis::TypedJoin& node, Block& block, const Columns& both, analysis::AttributeId left,
                 analysis::AttributeId right);
  /// Into how many partitions Spark puts a small plan's rows, where that is known.
  std::optional<int64_t> PartitionsOf(const analysis::TypedRelation& relation) const;
  /// The block with each row's partition after the shuffle, and in the order of partitions.
  Block Shuffle(const analysis::TypedRepartition& node, Block block);
  /// coalesce joins neighbours: the block with the partition each row's own becomes part of, one of `most`.
  Block JoinPartitions(const analysis::TypedRepartition& node, Block block, int64_t most) const;
  /// The block, its columns `output`, with the partition of `most` that a row's keys hash to, that its number names or, without
  /// keys, that its turn by the column `position` is.
  Block HashPartitions(const analysis::TypedRepartition& node, Block block, const std::vector<analysis::Attribute>& output,
                       analysis::AttributeId position, int64_t most);
  /// The block, its columns `output`, with the partition of at most `most` whose range a row's key is in.
  Block RangePartitions(const analysis::TypedRepartition& node, Block block, const std::vector<analysis::Attribute>& output,
                        int64_t most);
  /// Gives a projection with monotonically_increasing_id the column that it reads.
  Block WithRowIds(const analysis::TypedProject& node, Block block);

  // lower_random.cc
  /// When one of the expressions draws random numbers from a seed: the block with its rows numbered (kSequence), so that a
  /// row's number decides what it draws, whichever thread comes to it.
  Block WithDraws(const analysis::TypedExpressions& expressions, const analysis::TypedRelation& input, Block block);
  /// The block with its rows numbered as kSequence.
  Block WithSequence(const analysis::TypedRelation& input, Block block);
  /// Whether the rows come in the same order each time, when one thread reads them.
  bool HasFixedOrder(const analysis::TypedRelation& relation) const;
  /// The first row of each key, in the order of a shuffle by the keys.
  Block KeepFirst(Block block, const std::vector<analysis::AttributeId>& keys, const analysis::TypedRelation& input,
                  const std::vector<analysis::Attribute>& output);

  // lower_cast.cc
  ParsedPtr Cast(ParsedPtr child, const plan::DataType& from, const plan::DataType& to, plan::EvalMode mode,
                 const plan::Origin& origin);
  ParsedPtr CastNested(ParsedPtr child, const plan::DataType& from, const plan::DataType& to, plan::EvalMode mode,
                       const plan::Origin& origin);
  /// The text of any value: the cast to STRING, or (`pretty`) what show prints, with NULL and binary in hexadecimal.
  ParsedPtr Text(ParsedPtr child, const plan::DataType& from, bool pretty, const plan::Origin& origin);
  /// list_transform with a fresh variable.
  ParsedPtr ForEach(ParsedPtr list, const std::function<ParsedPtr(ParsedPtr)>& body);

  // lower_expression.cc
  ParsedPtr Expression(const analysis::TypedPtr& expression, const Columns& columns);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedLiteral& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedColumn& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedCall& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedCast& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedCase& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedFieldAccess& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedStruct& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedLambda& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedLambdaVariable& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedAggregateCall& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedWindowCall& node);
  ParsedPtr Node(const analysis::TypedExpression& expression, const analysis::TypedSubquery& node);
  ParsedPtr LowerInner(const analysis::TypedPtr& expression);
  /// A hidden column of the expression's input, or null.
  ParsedPtr Hidden(analysis::AttributeId id) const;
  ParsedList CallArguments(const analysis::TypedExpressions& arguments, const std::vector<plan::Literal>& extra);
  void AppendContext(const functions::Function& function, const plan::Origin& origin, ParsedList& arguments);
  ParsedPtr FinishAggregate(const analysis::TypedExpression& expression, const analysis::TypedAggregateCall& call,
                            ParsedPtr aggregate);
  duckdb::OrderByNode SortKey(const analysis::TypedSortKey& key);
  ParsedPtr FrameBound(const analysis::TypedFrameBound& bound, const analysis::TypedWindowCall& window, bool is_start,
                       duckdb::WindowBoundary& kind);
  ParsedPtr Connective(const analysis::TypedCall& call);
  int32_t AddSite(const plan::Origin& origin);

  const LoweringContext& context_;
  LoweredQuery query_;
  const Scope* scope_ = nullptr;
  int64_t next_alias_ = 0;
  bool distinct_sets_ = false;  ///< count(DISTINCT x) is lowered to a set in each group's state.
  int64_t next_lambda_ = 0;
  std::unordered_map<int64_t, std::string> cte_names_;
  /// The plan's rows are few and known: they come in Spark's order.
  bool small_ = false;
  /// The order of the rows of the aggregation being lowered, for aggregates that depend on it; null: none.
  const std::vector<duckdb::OrderByNode>* aggregate_order_ = nullptr;
};

/// Whether the aggregate's answer depends on the order of its rows.
bool IsOrderSensitive(const analysis::TypedAggregateCall& call);
/// Whether evaluating the expression can raise an error that depends on the data.
bool IsFallible(const analysis::TypedPtr& expression);
/// The ids of the input columns an expression reads, with how often.
void CountColumns(const analysis::TypedPtr& expression, std::unordered_map<analysis::AttributeId, int>& counts);
/// Whether the expression gives the same value when evaluated twice.
bool IsStable(const analysis::TypedPtr& expression);
/// Whether the expression draws random numbers from a seed.
bool DrawsFromSeed(const analysis::TypedPtr& expression);
bool HasSubquery(const analysis::TypedPtr& expression);

/// Small makers of syntax-tree nodes, shared by the lowering's files.
/// A column by its name, which costs nothing to write again.
bool IsPlainColumn(const ParsedPtr& expression);
ParsedPtr ColumnOf(const std::string& table, const std::string& column);
ParsedPtr Constant(duckdb::Value value);
ParsedPtr CallOf(const std::string& name, ParsedList arguments);
template <typename... Args>
ParsedList ListOf(Args... args) {
  ParsedList list;
  (list.push_back(std::move(args)), ...);
  return list;
}
ParsedPtr CompareOf(duckdb::ExpressionType type, ParsedPtr left, ParsedPtr right);
ParsedPtr And(ParsedPtr left, ParsedPtr right);
ParsedPtr IsNull(ParsedPtr child);
ParsedPtr IfThenElse(ParsedPtr condition, ParsedPtr then, ParsedPtr otherwise);
inline std::string ColumnName(analysis::AttributeId id) { return "c" + std::to_string(id); }

/// A special form: a call written as native syntax rather than a function ("@case", "@in", "@list_transform").
using SpecialForm =
    std::function<ParsedPtr(const analysis::TypedExpression& expression, const analysis::TypedCall& call, ParsedList arguments)>;
/// Null when `name` is no special form.
const SpecialForm* FindSpecialForm(const std::string& name);

}  // namespace headrace::engine
