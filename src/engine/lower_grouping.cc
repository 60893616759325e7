#include "engine/precompiled.h"

#include <algorithm>
#include <utility>

#include <duckdb/parser/query_node/list.hpp>
#include <duckdb/parser/tableref/list.hpp>

#include "engine/duck_types.h"
#include "engine/lowering.h"
#include "engine/zero_sign.h"

// Grouped queries and those with windows; lower_aggregate.cc has their functions.

namespace headrace::engine {

using analysis::As;
using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelation;
using duckdb::make_uniq;

namespace {

/// Maps are grouped with their entries in the order of the keys.
bool HasMap(const plan::DataType& type) {
  if (type.id() == plan::TypeId::kMap) return true;
  if (type.id() == plan::TypeId::kArray) return HasMap(type.element());
  return std::any_of(type.fields().begin(), type.fields().end(), [](const auto& field) { return HasMap(field.type); });
}

/// A decimal sum that does not fit: of a group Spark has lost it, of all rows it is told to the last digit, however many.
void PlaceSum(const TypedPtr& aggregate, bool grouped, duckdb::ParsedExpression& lowered) {
  const auto* call = As<analysis::TypedAggregateCall>(aggregate);
  if (call == nullptr || call->finish != "spark_finish_sum_decimal" || aggregate->type.precision() < 38) return;
  auto& finish = lowered.Cast<duckdb::FunctionExpression>();
  if (grouped) {
    const auto* mode = std::get_if<int64_t>(&call->finish_extra.at(0).value.data);
    if (mode != nullptr && *mode == 1) finish.children.at(1) = Constant(duckdb::Value::BIGINT(2));
    return;
  }
  finish.function_name += "_text";
  finish.children.at(0)->Cast<duckdb::FunctionExpression>().function_name += "_text";
}

}  // namespace

ParsedPtr WithoutSignOfZero(ParsedPtr value, const plan::DataType& type) {
  if (type.id() != plan::TypeId::kDouble && type.id() != plan::TypeId::kFloat) return value;
  duckdb::Value zero = type.id() == plan::TypeId::kDouble ? duckdb::Value::DOUBLE(0) : duckdb::Value::FLOAT(0);
  // The time zone and the origin of an addition that cannot fail.
  return CallOf("spark_add", ListOf(std::move(value), Constant(std::move(zero)), Constant(duckdb::Value("UTC")),
                                    Constant(duckdb::Value::INTEGER(-1))));
}

Lowering::Block Lowering::LowerNode(const analysis::TypedAggregate& node, const TypedRelation& relation) {
  Block input = LowerRelation(node.input);
  if (input.HasLimit()) input = Seal(std::move(input), node.input->output);
  input = WithDraws(node.grouping, *node.input, WithDraws(node.aggregates, *node.input, std::move(input)));
  bool ordered = false;
  bool small = small_ && node.sets.empty() && !node.grouping.empty();
  Attribute position;
  position.name = "position";
  if (small_) position.id = Number(input, node.input->output);
  for (const auto& aggregate : node.aggregates) {
    const auto* call = As<analysis::TypedAggregateCall>(aggregate);
    ordered = ordered || (call != nullptr && IsOrderSensitive(*call) && !input.order.empty());
  }
  std::vector<duckdb::OrderByNode> order;
  if (small_) {
    ordered = true;
    input.order.push_back(Ascending(input.columns.at(position.id).expression->Copy()));
  }
  if (!ordered) input.order.clear();
  // Group by plain columns: other keys are computed below first, so that select list and GROUP BY agree.
  bool computed = false;
  for (const auto& key : node.grouping) {
    const auto* column = As<analysis::TypedColumn>(key);
    computed = computed || column == nullptr || input.columns.count(column->id) == 0 ||
               !IsPlainColumn(input.columns.at(column->id).expression);
  }
  std::vector<ParsedPtr> keys;
  if (computed) {
    std::vector<Attribute> below = node.input->output;
    if (small_) below.push_back(position);
    std::vector<Attribute> extended;
    std::unordered_set<analysis::AttributeId> seen;
    for (const auto& attribute : below) {
      if (seen.insert(attribute.id).second) extended.push_back(attribute);
    }
    for (size_t i = 0; i < node.grouping.size(); ++i) {
      Attribute key = relation.output.at(i);
      Column column;
      column.expression = Expression(node.grouping[i], input.columns);
      input.columns[key.id] = std::move(column);
      if (seen.insert(key.id).second) extended.push_back(key);
    }
    if (ordered)
      order = SealOrder(input, extended);
    else
      input = Seal(std::move(input), extended);
    for (size_t i = 0; i < node.grouping.size(); ++i) {
      keys.push_back(input.columns.at(relation.output[i].id).expression->Copy());
    }
  } else {
    if (ordered) {
      std::vector<Attribute> below = node.input->output;
      if (small_) below.push_back(position);
      order = SealOrder(input, below);
    }
    for (const auto& key : node.grouping) keys.push_back(Expression(key, input.columns));
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    if (HasMap(node.grouping[i]->type)) keys[i] = CallOf("spark_map_sort", ListOf(std::move(keys[i])));
    keys[i] = WithoutSignOfZero(std::move(keys[i]), node.grouping[i]->type);
  }
  auto select = make_uniq<duckdb::SelectNode>();
  for (auto& key : keys) {
    ParsedPtr column = key->Copy();
    column->SetAlias(ColumnName(relation.output.at(select->select_list.size()).id));
    select->select_list.push_back(std::move(column));
  }
  // DuckDB keeps one more hash table of groups for every DISTINCT; from two on, sets inside the groups cost less.
  bool outer_sets = distinct_sets_;
  distinct_sets_ =
      !node.grouping.empty() && std::count_if(node.aggregates.begin(), node.aggregates.end(), [](const TypedPtr& aggregate) {
                                  const auto* call = As<analysis::TypedAggregateCall>(aggregate);
                                  return call != nullptr && call->distinct;
                                }) >= 2;
  aggregate_order_ = ordered ? &order : nullptr;
  for (const auto& aggregate : node.aggregates) {
    ParsedPtr lowered = Expression(aggregate, input.columns);
    PlaceSum(aggregate, !keys.empty(), *lowered);
    if (keys.empty() && scope_ != nullptr && scope_->outer != nullptr && !aggregate->nullable &&
        aggregate->type.id() == plan::TypeId::kLong) {
      // DuckDB makes a correlated sub-query a join, in which it knows only of its own count that no rows give 0.
      lowered = make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE, std::move(lowered),
                                                      Constant(duckdb::Value::BIGINT(0)));
    }
    lowered->SetAlias(ColumnName(relation.output.at(select->select_list.size()).id));
    select->select_list.push_back(std::move(lowered));
  }
  distinct_sets_ = outer_sets;
  aggregate_order_ = nullptr;
  if (node.grouping_id) {
    ParsedList arguments;
    for (auto& key : keys) arguments.push_back(key->Copy());
    ParsedPtr id = Constant(duckdb::Value::BIGINT(0));
    if (!arguments.empty()) {
      id = make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::GROUPING_FUNCTION, std::move(arguments));
    }
    id = make_uniq<duckdb::CastExpression>(duckdb::LogicalType::BIGINT, std::move(id));
    id->SetAlias(ColumnName(relation.output.back().id));
    select->select_list.push_back(std::move(id));
  }
  std::vector<Attribute> output = relation.output;
  if (small) {
    Attribute where;
    where.id = -1000000 - next_lambda_++;
    where.name = "partition";
    ParsedList partition;
    if (!IsOnePartition(*node.input)) {
      for (auto& key : keys) partition.push_back(key->Copy());
    }
    ParsedPtr at = partition.empty() ? Constant(duckdb::Value::INTEGER(0)) : ShufflePartition(std::move(partition));
    at->SetAlias(ColumnName(where.id));
    select->select_list.push_back(std::move(at));
    ParsedPtr first = CallOf("min", ListOf(input.columns.at(position.id).expression->Copy()));
    first->SetAlias(ColumnName(position.id));
    select->select_list.push_back(std::move(first));
    output.push_back(where);
    output.push_back(position);
  }
  if (select->select_list.empty()) select->select_list.push_back(CallOf("count_star", {}));
  duckdb::GroupingSet all;
  for (size_t i = 0; i < keys.size(); ++i) {
    all.insert(i);
    select->groups.group_expressions.push_back(std::move(keys[i]));
  }
  if (node.sets.empty()) {
    if (!all.empty()) select->groups.grouping_sets.push_back(all);
  } else {
    for (const auto& set : node.sets) select->groups.grouping_sets.emplace_back(set.begin(), set.end());
    // Without rows Spark gives no total either, unless it is all that is asked for.
    bool total = std::any_of(node.sets.begin(), node.sets.end(), [](const auto& set) { return set.empty(); });
    if (total && !all.empty()) {
      select->having =
          CompareOf(duckdb::ExpressionType::COMPARE_GREATERTHAN, CallOf("count_star", {}), Constant(duckdb::Value::BIGINT(0)));
    }
  }
  select->from_table = input.from ? std::move(input.from) : make_uniq<duckdb::EmptyTableRef>();
  select->where_clause = Together(std::move(input.where));
  Block block = FromQuery(std::move(select), output);
  for (size_t i = relation.output.size(); i < output.size(); ++i) {
    block.order.push_back(Ascending(block.columns.at(output[i].id).expression->Copy()));
  }
  return block;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedWindow& node, const TypedRelation& relation) {
  Block block = LowerRelation(node.input);
  if (block.HasLimit()) block = Seal(std::move(block), node.input->output);
  block = WithDraws(node.calls, *node.input, std::move(block));
  analysis::AttributeId position = small_ ? Number(block, node.input->output) : 0;
  block.order.clear();
  size_t first = relation.output.size() - node.calls.size();
  for (size_t i = 0; i < node.calls.size(); ++i) {
    Column column;
    column.expression = Expression(node.calls[i], block.columns);
    block.columns[relation.output.at(first + i).id] = std::move(column);
  }
  if (!small_) return Seal(std::move(block), relation.output);
  OrderWindows(node, block, position);
  auto order = SealOrder(block, relation.output);
  block.order = std::move(order);
  return block;
}

}  // namespace headrace::engine
