#include "engine/precompiled.h"

#include "engine/group_order.h"

#include <duckdb/optimizer/optimizer_extension.hpp>
#include <duckdb/planner/expression/bound_columnref_expression.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>
#include <duckdb/planner/operator/logical_aggregate.hpp>
#include <duckdb/planner/operator/logical_comparison_join.hpp>
#include <duckdb/planner/operator/logical_order.hpp>
#include <duckdb/planner/operator/logical_projection.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace headrace::engine {

namespace {

using duckdb::ClientContext;
using duckdb::ColumnBinding;
using duckdb::idx_t;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

/// Fewer rows have groups that caches hold.
constexpr idx_t kManyRows = 250'000;
/// More rows on the right side, and DuckDB may sort both sides by the inequality.
constexpr idx_t kFewRows = 1'000;

/// The column that an expression is, or is a shorter form of; nothing where it is computed.
std::optional<ColumnBinding> ColumnOf(const duckdb::Expression& expression) {
  if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_COLUMN_REF)
    return expression.Cast<duckdb::BoundColumnRefExpression>().binding;
  // DuckDB shortens integers and strings in what it keeps, one to one.
  if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_FUNCTION) return std::nullopt;
  const auto& call = expression.Cast<duckdb::BoundFunctionExpression>();
  if (call.function.name.rfind("__internal_compress", 0) != 0) return std::nullopt;
  return ColumnOf(*call.children.at(0));
}

/// The same column one projection deeper.
std::optional<ColumnBinding> Below(const duckdb::LogicalProjection& projection, const ColumnBinding& column) {
  if (column.table_index != projection.table_index) return std::nullopt;
  return ColumnOf(*projection.expressions.at(column.column_index));
}

/// Whether the join gives the rows of its left side in their order, possibly many for each.
bool Multiplies(ClientContext& context, LogicalOperator& join) {
  if (join.type == LogicalOperatorType::LOGICAL_COMPARISON_JOIN) {
    auto& comparison = join.Cast<duckdb::LogicalComparisonJoin>();
    idx_t ranges = 0;
    if (comparison.join_type != duckdb::JoinType::INNER || comparison.HasEquality(ranges)) return false;
  } else if (join.type != LogicalOperatorType::LOGICAL_CROSS_PRODUCT) {
    return false;
  }
  return join.children[0]->EstimateCardinality(context) >= kManyRows && join.children[1]->EstimateCardinality(context) < kFewRows;
}

void SortBelow(ClientContext& context, duckdb::LogicalAggregate& aggregate) {
  if (aggregate.groups.empty() || aggregate.expressions.empty() || aggregate.grouping_sets.size() > 1) return;
  std::vector<ColumnBinding> columns;
  for (const auto& group : aggregate.groups) {
    if (auto column = ColumnOf(*group)) columns.push_back(*column);
  }
  LogicalOperator* input = aggregate.children[0].get();
  while (input->type == LogicalOperatorType::LOGICAL_PROJECTION || input->type == LogicalOperatorType::LOGICAL_FILTER) {
    if (input->type == LogicalOperatorType::LOGICAL_PROJECTION) {
      std::vector<ColumnBinding> deeper;
      for (const auto& column : columns) {
        if (auto below = Below(input->Cast<duckdb::LogicalProjection>(), column)) deeper.push_back(*below);
      }
      columns = std::move(deeper);
    }
    input = input->children[0].get();
  }
  if (columns.empty() || !Multiplies(context, *input)) return;
  auto& left = input->children[0];
  left->ResolveOperatorTypes();
  auto bindings = left->GetColumnBindings();
  duckdb::vector<duckdb::BoundOrderByNode> keys;
  for (const auto& column : columns) {
    auto found = std::find(bindings.begin(), bindings.end(), column);
    if (found == bindings.end()) continue;
    const auto& type = left->types.at(static_cast<size_t>(found - bindings.begin()));
    keys.emplace_back(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_FIRST,
                      duckdb::make_uniq<duckdb::BoundColumnRefExpression>(type, column));
  }
  if (keys.empty()) return;
  auto order = duckdb::make_uniq<duckdb::LogicalOrder>(std::move(keys));
  order->SetEstimatedCardinality(left->EstimateCardinality(context));
  order->children.push_back(std::move(left));
  order->ResolveOperatorTypes();
  left = std::move(order);
}

void SortAll(ClientContext& context, LogicalOperator& plan) {
  for (auto& child : plan.children) SortAll(context, *child);
  if (plan.type == LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY) {
    SortBelow(context, plan.Cast<duckdb::LogicalAggregate>());
  }
}

}  // namespace

void RegisterGroupOrder(duckdb::DatabaseInstance& database) {
  duckdb::OptimizerExtension extension;
  extension.optimize_function = [](duckdb::OptimizerExtensionInput& input, duckdb::unique_ptr<LogicalOperator>& plan) {
    SortAll(input.context, *plan);
  };
  duckdb::OptimizerExtension::Register(duckdb::DBConfig::GetConfig(database), extension);
}

}  // namespace headrace::engine
