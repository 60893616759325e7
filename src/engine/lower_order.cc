#include "engine/precompiled.h"

#include <duckdb/parser/query_node/select_node.hpp>

#include <algorithm>
#include <cmath>

#include "analysis/typed_inputs.h"
#include "engine/duck_types.h"
#include "engine/lowering.h"
#include "engine/row_size.h"

// The order of rows. Spark's plans over a few rows give them in an order that users see and that does not change from run to
// run: a shuffle's partitions one after the other, each in the order in which its rows came. Plans whose rows all stand in
// the plan itself are given that order; for any other plan the order of rows is as free as Spark's.

namespace headrace::engine {

using analysis::As;
using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelation;
using analysis::TypedRelationPtr;
using duckdb::make_uniq;

namespace {

/// Plans of more rows than this are not put in order.
constexpr int64_t kFewRows = 2000;

int64_t RangeRows(const analysis::TypedRange& range) {
  if (range.step == 0) return 0;
  double rows = (static_cast<double>(range.end) - static_cast<double>(range.start)) / static_cast<double>(range.step);
  return rows <= 0 ? 0 : static_cast<int64_t>(std::min(std::ceil(rows), 9e18));
}

}  // namespace

std::optional<int64_t> Lowering::KnownRows(const TypedRelation& relation) const {
  if (std::get_if<analysis::TypedOneRow>(&relation.node)) return 1;
  if (const auto* range = std::get_if<analysis::TypedRange>(&relation.node)) return RangeRows(*range);
  if (const auto* table = std::get_if<analysis::TypedInlineTable>(&relation.node))
    return static_cast<int64_t>(table->rows.size());
  if (const auto* rows = std::get_if<analysis::TypedRows>(&relation.node)) {
    if (rows->cached_id.empty()) return static_cast<int64_t>(rows->rows.size());
    return std::nullopt;
  }
  if (const auto* local = std::get_if<analysis::TypedLocal>(&relation.node)) {
    return context_.local_rows ? context_.local_rows(*local) : std::nullopt;
  }
  return std::nullopt;
}

bool Lowering::IsSmall(const TypedRelation& relation, int64_t* rows) const {
  if (std::get_if<analysis::TypedWith>(&relation.node) || std::get_if<analysis::TypedCteReference>(&relation.node) ||
      std::get_if<analysis::TypedTableFunction>(&relation.node)) {
    return false;
  }
  auto inputs = analysis::InputsOf(relation);
  if (inputs.empty()) {
    auto known = KnownRows(relation);
    if (!known) return false;
    *rows += *known;
    return *rows <= kFewRows;
  }
  return std::all_of(inputs.begin(), inputs.end(), [&](const TypedRelationPtr& input) { return IsSmall(*input, rows); });
}

double Lowering::EstimatedBytes(const TypedRelation& relation) const {
  if (auto rows = KnownRows(relation)) return static_cast<double>(*rows) * RowSize(relation.output);
  if (const auto* with = std::get_if<analysis::TypedWith>(&relation.node)) return EstimatedBytes(*with->body);
  auto inputs = analysis::InputsOf(relation);
  double bytes = 1;
  if (std::get_if<analysis::TypedSetOperation>(&relation.node)) {
    bytes = 0;
    for (const auto& input : inputs) bytes += EstimatedBytes(*input);
    return bytes;
  }
  for (const auto& input : inputs) bytes *= EstimatedBytes(*input);
  if (inputs.size() == 1) bytes *= RowSize(relation.output) / RowSize(inputs[0]->output);
  return bytes;
}

bool Lowering::IsOnePartition(const TypedRelation& relation) const {
  if (const auto* range = std::get_if<analysis::TypedRange>(&relation.node)) return range->partitions == 1;
  if (KnownRows(relation)) return true;
  if (std::get_if<analysis::TypedLimit>(&relation.node) || std::get_if<analysis::TypedTail>(&relation.node)) return true;
  if (const auto* aggregate = std::get_if<analysis::TypedAggregate>(&relation.node)) return aggregate->grouping.empty();
  if (const auto* repartition = std::get_if<analysis::TypedRepartition>(&relation.node)) {
    return repartition->partitions == 1 || (!repartition->shuffle && IsOnePartition(*repartition->input));
  }
  if (const auto* window = std::get_if<analysis::TypedWindow>(&relation.node)) {
    const auto* call = As<analysis::TypedWindowCall>(window->calls.back());
    return call != nullptr && call->partition_by.empty();
  }
  if (const auto* sort = std::get_if<analysis::TypedSort>(&relation.node); sort != nullptr && sort->global) return false;
  if (const auto* with = std::get_if<analysis::TypedWith>(&relation.node)) return IsOnePartition(*with->body);
  auto inputs = analysis::InputsOf(relation);
  return inputs.size() == 1 && IsOnePartition(*inputs[0]);
}

analysis::AttributeId Lowering::Number(Block& block, const std::vector<Attribute>& output) {
  // The numbering is of the ordered rows, so an order has to be below it.
  if (!block.order.empty() || block.HasLimit() || !block.from) block = Seal(std::move(block), output);
  auto number = make_uniq<duckdb::WindowExpression>(duckdb::ExpressionType::WINDOW_ROW_NUMBER, SYSTEM_CATALOG, DEFAULT_SCHEMA,
                                                    "row_number");
  number->start = duckdb::WindowBoundary::UNBOUNDED_PRECEDING;
  number->end = duckdb::WindowBoundary::CURRENT_ROW_RANGE;
  Attribute position;
  position.id = -1000000 - next_lambda_++;
  position.name = "position";
  block.columns[position.id] = Column{std::move(number), 1, true};
  std::vector<Attribute> extended = output;
  extended.push_back(position);
  block = Seal(std::move(block), extended);
  return position.id;
}

duckdb::OrderByNode Lowering::Ascending(ParsedPtr key) {
  return duckdb::OrderByNode(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_FIRST, std::move(key));
}

ParsedPtr Lowering::ShufflePartition(ParsedList keys) const {
  return CallOf("spark_partition_of",
                ListOf(CallOf("spark_murmur3", std::move(keys)), Constant(duckdb::Value::BIGINT(context_.shuffle_partitions))));
}

Lowering::Block Lowering::WithRowIds(const analysis::TypedProject& node, Block block) {
  std::function<bool(const TypedPtr&)> has = [&](const TypedPtr& expression) {
    if (const auto* call = As<analysis::TypedCall>(expression)) {
      return call->lowering == "spark_monotonic_id" || call->lowering == "spark_sequence_id" ||
             std::any_of(call->arguments.begin(), call->arguments.end(), has);
    }
    if (const auto* cast = As<analysis::TypedCast>(expression)) return has(cast->child);
    return false;
  };
  if (std::none_of(node.expressions.begin(), node.expressions.end(), has)) return block;
  analysis::AttributeId position = Number(block, node.input->output);
  Attribute at;
  at.id = position;
  at.name = "position";
  ParsedList arguments;
  ParsedPtr number = block.columns.at(position).expression->Copy();
  auto partition = block.columns.find(kPartition);
  if (partition != block.columns.end()) {
    // The number within the partition.
    auto window = make_uniq<duckdb::WindowExpression>(duckdb::ExpressionType::WINDOW_ROW_NUMBER, SYSTEM_CATALOG, DEFAULT_SCHEMA,
                                                      "row_number");
    window->start = duckdb::WindowBoundary::UNBOUNDED_PRECEDING;
    window->end = duckdb::WindowBoundary::CURRENT_ROW_RANGE;
    window->partitions.push_back(partition->second.expression->Copy());
    window->orders.push_back(Ascending(std::move(number)));
    number = std::move(window);
  }
  arguments.push_back(partition != block.columns.end() ? partition->second.expression->Copy()
                                                       : Constant(duckdb::Value::INTEGER(0)));
  arguments.push_back(std::move(number));
  block.columns[kSequence] =
      Column{CallOf("spark_row_id", ListOf(Constant(duckdb::Value::INTEGER(0)), block.columns.at(position).expression->Copy())),
             1, true};
  block.columns[kRowId] = Column{CallOf("spark_row_id", std::move(arguments)), 1, true};
  std::vector<Attribute> output = node.input->output;
  output.push_back(at);
  block = Seal(std::move(block), output);
  if (small_) block.order.push_back(Ascending(block.columns.at(position).expression->Copy()));
  return block;
}

void Lowering::OrderWindows(const analysis::TypedWindow& node, Block& block, analysis::AttributeId position) {
  const auto* call = As<analysis::TypedWindowCall>(node.calls.back());
  if (call == nullptr) return;
  Scope scope{&block.columns, scope_ ? scope_->outer : nullptr};
  const Scope* saved = scope_;
  scope_ = &scope;
  ParsedList keys;
  for (const auto& key : call->partition_by) keys.push_back(LowerInner(key));
  if (!keys.empty() && !IsOnePartition(*node.input)) {
    ParsedList copies;
    for (const auto& key : keys) copies.push_back(key->Copy());
    block.order.push_back(Ascending(ShufflePartition(std::move(copies))));
  }
  for (auto& key : keys) block.order.push_back(Ascending(std::move(key)));
  for (const auto& key : call->order_by) block.order.push_back(SortKey(key));
  block.order.push_back(Ascending(block.columns.at(position).expression->Copy()));
  scope_ = saved;
}

Lowering::Block Lowering::KeepFirst(Block block, const std::vector<analysis::AttributeId>& keys, const TypedRelation& input,
                                    const std::vector<Attribute>& output) {
  analysis::AttributeId position = Number(block, input.output);
  auto distinct = make_uniq<duckdb::DistinctModifier>();
  ParsedList partition;
  for (analysis::AttributeId key : keys) {
    distinct->distinct_on_targets.push_back(block.columns.at(key).expression->Copy());
    partition.push_back(block.columns.at(key).expression->Copy());
  }
  auto order = make_uniq<duckdb::OrderModifier>();
  order->orders.push_back(Ascending(block.columns.at(position).expression->Copy()));
  Attribute where;
  where.id = -1000000 - next_lambda_++;
  where.name = "partition";
  block.columns[where.id] = Column{
      IsOnePartition(input) || partition.empty() ? Constant(duckdb::Value::INTEGER(0)) : ShufflePartition(std::move(partition)),
      1, true};
  std::vector<Attribute> extended;
  std::unordered_set<analysis::AttributeId> seen;
  for (const auto& attribute : output) {
    if (seen.insert(attribute.id).second) extended.push_back(attribute);
  }
  Attribute at;
  at.id = position;
  at.name = "position";
  extended.push_back(where);
  extended.push_back(at);
  auto select = Finish(std::move(block), extended);
  select->modifiers.push_back(std::move(distinct));
  select->modifiers.push_back(std::move(order));
  Block kept = FromQuery(std::move(select), extended);
  kept.order.push_back(Ascending(kept.columns.at(where.id).expression->Copy()));
  kept.order.push_back(Ascending(kept.columns.at(position).expression->Copy()));
  return kept;
}

void Lowering::OrderJoin(const analysis::TypedJoin& node, Block& block, const Columns& both, analysis::AttributeId left,
                         analysis::AttributeId right) {
  using plan::JoinType;
  auto key = [&](analysis::AttributeId id, bool ascending) {
    block.order.emplace_back(ascending ? duckdb::OrderType::ASCENDING : duckdb::OrderType::DESCENDING,
                             duckdb::OrderByNullType::NULLS_LAST, both.at(id).expression->Copy());
  };
  // The equal keys of the condition, by side.
  std::unordered_set<analysis::AttributeId> left_ids;
  for (const auto& attribute : node.left->output) left_ids.insert(attribute.id);
  std::vector<std::pair<TypedPtr, TypedPtr>> equal;
  std::function<void(const TypedPtr&)> collect = [&](const TypedPtr& condition) {
    const auto* call = As<analysis::TypedCall>(condition);
    if (call == nullptr) return;
    if (call->lowering == "@and") {
      for (const auto& argument : call->arguments) collect(argument);
    } else if (call->lowering == "@eq" || call->lowering == "@eq_null_safe") {
      auto side = [&](const TypedPtr& operand) {
        const analysis::TypedColumn* column = As<analysis::TypedColumn>(operand);
        if (const auto* cast = As<analysis::TypedCast>(operand)) column = As<analysis::TypedColumn>(cast->child);
        return column == nullptr ? 0 : left_ids.count(column->id) != 0 ? 1 : 2;
      };
      int first = side(call->arguments.at(0)), second = side(call->arguments.at(1));
      if (first == 1 && second == 2) equal.emplace_back(call->arguments[0], call->arguments[1]);
      if (first == 2 && second == 1) equal.emplace_back(call->arguments[1], call->arguments[0]);
    }
  };
  collect(node.condition);
  bool semi = node.type == JoinType::kLeftSemi || node.type == JoinType::kLeftAnti;
  if (semi) return key(left, true);
  if (node.type == JoinType::kFull && !equal.empty()) {
    // A sort-merge join: by the partition of the keys, then by the keys.
    ParsedList keys, copies;
    for (const auto& [one, other] : equal) {
      ParsedList operands;
      operands.push_back(Expression(one, both));
      operands.push_back(Expression(other, both));
      keys.push_back(make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE, std::move(operands)));
      copies.push_back(keys.back()->Copy());
    }
    block.order.push_back(Ascending(ShufflePartition(std::move(copies))));
    for (auto& one : keys) block.order.push_back(Ascending(std::move(one)));
    key(left, true);
    return key(right, true);
  }
  // A broadcast join streams the bigger side; a hash table gives the rows of one key from the last to the first.
  bool inner = node.type == JoinType::kInner || node.type == JoinType::kCross;
  bool stream_left = inner ? EstimatedBytes(*node.right) <= EstimatedBytes(*node.left) : node.type != JoinType::kRight;
  key(stream_left ? left : right, true);
  key(stream_left ? right : left, equal.empty());
}

}  // namespace headrace::engine
