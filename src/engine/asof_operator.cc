#include "engine/precompiled.h"

#include "engine/asof_operator.h"

#include <duckdb/execution/column_binding_resolver.hpp>
#include <duckdb/optimizer/optimizer_extension.hpp>
#include <duckdb/planner/expression/bound_case_expression.hpp>
#include <duckdb/planner/expression/bound_constant_expression.hpp>
#include <duckdb/planner/expression/bound_operator_expression.hpp>
#include <duckdb/planner/operator/logical_comparison_join.hpp>
#include <duckdb/planner/operator/logical_extension_operator.hpp>
#include <duckdb/planner/operator/logical_get.hpp>
#include <duckdb/storage/buffer_manager.hpp>

#include <optional>
#include <utility>

#include "engine/asof_physical.h"
#include "engine/asof_rows.h"

namespace headrace::engine {

namespace {

using duckdb::ClientContext;
using duckdb::idx_t;
using duckdb::LogicalType;

/// The logical operator: an as-of join of DuckDB's plan, with its bindings and types.
class AsOfOperator : public duckdb::LogicalExtensionOperator {
 public:
  explicit AsOfOperator(duckdb::unique_ptr<duckdb::LogicalComparisonJoin> join) : join_(std::move(join)) {
    children = std::move(join_->children);
    estimated_cardinality = join_->estimated_cardinality;
    has_estimated_cardinality = join_->has_estimated_cardinality;
  }

  duckdb::vector<duckdb::ColumnBinding> GetColumnBindings() override {
    auto left = MapBindings(children[0]->GetColumnBindings(), join_->left_projection_map);
    auto right = MapBindings(children[1]->GetColumnBindings(), join_->right_projection_map);
    left.insert(left.end(), right.begin(), right.end());
    return left;
  }

  void ResolveColumnBindings(duckdb::ColumnBindingResolver& resolver, duckdb::vector<duckdb::ColumnBinding>& bindings) override {
    resolver.VisitOperator(*children[0]);
    for (auto& condition : join_->conditions) resolver.VisitExpression(&condition.left);
    resolver.VisitOperator(*children[1]);
    for (auto& condition : join_->conditions) resolver.VisitExpression(&condition.right);
    bindings = GetColumnBindings();
  }

  duckdb::PhysicalOperator& CreatePlan(ClientContext&, duckdb::PhysicalPlanGenerator& planner) override {
    auto join = std::make_shared<AsOfShape>();
    join->inner = join_->join_type == duckdb::JoinType::INNER;
    for (auto& condition : join_->conditions) {
      using duckdb::ExpressionType;
      if (condition.comparison == ExpressionType::COMPARE_EQUAL) {
        join->left.keys.push_back(std::move(condition.left));
        join->right.keys.push_back(std::move(condition.right));
        continue;
      }
      auto type = condition.comparison;
      join->forward = type == ExpressionType::COMPARE_LESSTHAN || type == ExpressionType::COMPARE_LESSTHANOREQUALTO;
      join->strict = type == ExpressionType::COMPARE_LESSTHAN || type == ExpressionType::COMPARE_GREATERTHAN;
      join->left.time = std::move(condition.left);
      join->right.time = std::move(condition.right);
    }
    auto& left = planner.CreatePlan(*children[0]);
    auto& right = planner.CreatePlan(*children[1]);
    SetColumns(join->left, left.types, join_->left_projection_map);
    SetColumns(join->right, right.types, join_->right_projection_map);
    const LogicalType& key = join->left.keys[0]->return_type;
    bool integer_key = join->left.keys.size() == 1 && key.id() != duckdb::LogicalTypeId::VARCHAR &&
                       key.id() != duckdb::LogicalTypeId::BLOB && duckdb::GetTypeIdSize(key.InternalType()) <= sizeof(int64_t);
    auto& made = MakePhysicalAsOf(planner, types, estimated_cardinality, std::move(join), integer_key);
    made.children.push_back(left);
    made.children.push_back(right);
    return made;
  }

  std::string GetExtensionName() const override { return "headrace_asof_join"; }

 protected:
  void ResolveTypes() override {
    types = MapTypes(children[0]->types, join_->left_projection_map);
    auto right = MapTypes(children[1]->types, join_->right_projection_map);
    types.insert(types.end(), right.begin(), right.end());
  }

 private:
  static void SetColumns(AsOfSide& side, const duckdb::vector<LogicalType>& types, const duckdb::vector<idx_t>& map) {
    if (map.empty()) {
      for (idx_t i = 0; i < types.size(); ++i) side.columns.push_back(i);
    } else {
      side.columns.assign(map.begin(), map.end());
    }
    for (idx_t column : side.columns) side.types.push_back(types[column]);
  }

  duckdb::unique_ptr<duckdb::LogicalComparisonJoin> join_;
};

/// The most rows that a plan can give, as its scans tell; nothing where that cannot be said.
std::optional<idx_t> MostRows(ClientContext& context, duckdb::LogicalOperator& plan) {
  switch (plan.type) {
    case duckdb::LogicalOperatorType::LOGICAL_GET: {
      auto& get = plan.Cast<duckdb::LogicalGet>();
      if (get.function.cardinality == nullptr) return std::nullopt;
      auto rows = get.function.cardinality(context, get.bind_data.get());
      if (!rows || !rows->has_estimated_cardinality) return std::nullopt;
      return rows->estimated_cardinality;
    }
    case duckdb::LogicalOperatorType::LOGICAL_FILTER:
    case duckdb::LogicalOperatorType::LOGICAL_PROJECTION:
    case duckdb::LogicalOperatorType::LOGICAL_LIMIT:
    case duckdb::LogicalOperatorType::LOGICAL_ORDER_BY:
    case duckdb::LogicalOperatorType::LOGICAL_WINDOW:
    case duckdb::LogicalOperatorType::LOGICAL_DISTINCT:
    case duckdb::LogicalOperatorType::LOGICAL_ASOF_JOIN:
      return MostRows(context, *plan.children[0]);
    case duckdb::LogicalOperatorType::LOGICAL_EXTENSION_OPERATOR:
      if (dynamic_cast<AsOfOperator*>(&plan) != nullptr) return MostRows(context, *plan.children[0]);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

idx_t RowBytes(const duckdb::vector<LogicalType>& types) {
  idx_t bytes = 1 + types.size() / 8;
  for (const auto& type : types) {
    bytes += duckdb::GetTypeIdSize(type.InternalType());
    if (!duckdb::TypeIsConstantSize(type.InternalType())) bytes += 32;  // What stands in the heap.
  }
  return bytes;
}

bool IsTime(const LogicalType& type) {
  switch (type.id()) {
    case duckdb::LogicalTypeId::DATE:
    case duckdb::LogicalTypeId::TIMESTAMP:
    case duckdb::LogicalTypeId::TIMESTAMP_TZ:
    case duckdb::LogicalTypeId::TINYINT:
    case duckdb::LogicalTypeId::SMALLINT:
    case duckdb::LogicalTypeId::INTEGER:
    case duckdb::LogicalTypeId::BIGINT:
      return true;
    default:
      return false;
  }
}

/// Types whose values are equal exactly if their bytes, or those of their sort keys, are.
bool IsKey(const LogicalType& type) {
  return IsTime(type) || type.id() == duckdb::LogicalTypeId::BOOLEAN || type.id() == duckdb::LogicalTypeId::DECIMAL ||
         type.id() == duckdb::LogicalTypeId::VARCHAR || type.id() == duckdb::LogicalTypeId::BLOB;
}

bool CanTake(ClientContext& context, duckdb::LogicalComparisonJoin& join) {
  if (join.join_type != duckdb::JoinType::INNER && join.join_type != duckdb::JoinType::LEFT) return false;
  if (join.predicate || join.conditions.size() < 2) return false;
  idx_t times = 0;
  for (const auto& condition : join.conditions) {
    const LogicalType& type = condition.left->return_type;
    if (type != condition.right->return_type) return false;
    switch (condition.comparison) {
      case duckdb::ExpressionType::COMPARE_EQUAL:
        if (!IsKey(type)) return false;
        break;
      case duckdb::ExpressionType::COMPARE_GREATERTHAN:
      case duckdb::ExpressionType::COMPARE_GREATERTHANOREQUALTO:
      case duckdb::ExpressionType::COMPARE_LESSTHAN:
      case duckdb::ExpressionType::COMPARE_LESSTHANOREQUALTO:
        if (!IsTime(type)) return false;
        ++times;
        break;
      default:
        return false;
    }
  }
  if (times != 1) return false;
  join.ResolveOperatorTypes();
  auto left = duckdb::LogicalOperator::MapTypes(join.children[0]->types, join.left_projection_map);
  auto right = duckdb::LogicalOperator::MapTypes(join.children[1]->types, join.right_projection_map);
  if (left.empty() || right.empty()) return false;
  auto left_rows = MostRows(context, *join.children[0]), right_rows = MostRows(context, *join.children[1]);
  if (!left_rows || !right_rows || *left_rows >= AsOfRows<int64_t>::kEmpty) return false;
  // Beside the rows themselves: an entry with its key, and its place with two pointers and a time.
  constexpr double kBytesAPlace = 96;
  double bytes = static_cast<double>(*left_rows) * (static_cast<double>(RowBytes(left)) + kBytesAPlace) +
                 static_cast<double>(*right_rows) * static_cast<double>(RowBytes(right));
  return bytes < 0.4 * static_cast<double>(duckdb::BufferManager::GetBufferManager(context).GetMaxMemory());
}

/// DuckDB's operator takes a NULL time for one after all others where the sides are sorted: such rows get a NULL key, which
/// matches nothing.
void DropNullTimes(duckdb::LogicalComparisonJoin& join) {
  duckdb::JoinCondition* key = nullptr;
  const duckdb::JoinCondition* time = nullptr;
  for (auto& condition : join.conditions) {
    if (condition.comparison == duckdb::ExpressionType::COMPARE_EQUAL) {
      key = &condition;
    } else {
      time = &condition;
    }
  }
  if (key == nullptr || time == nullptr) return;
  auto guard = [](duckdb::unique_ptr<duckdb::Expression>& key, const duckdb::Expression& time) {
    auto is_null =
        duckdb::make_uniq<duckdb::BoundOperatorExpression>(duckdb::ExpressionType::OPERATOR_IS_NULL, LogicalType::BOOLEAN);
    is_null->children.push_back(time.Copy());
    auto null = duckdb::make_uniq<duckdb::BoundConstantExpression>(duckdb::Value(key->return_type));
    key = duckdb::make_uniq<duckdb::BoundCaseExpression>(std::move(is_null), std::move(null), std::move(key));
  };
  guard(key->left, *time->left);
  guard(key->right, *time->right);
}

void Replace(ClientContext& context, duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
  for (auto& child : plan->children) Replace(context, child);
  if (plan->type != duckdb::LogicalOperatorType::LOGICAL_ASOF_JOIN) return;
  auto& join = plan->Cast<duckdb::LogicalComparisonJoin>();
  if (!CanTake(context, join)) return DropNullTimes(join);
  plan = duckdb::make_uniq<AsOfOperator>(
      duckdb::unique_ptr_cast<duckdb::LogicalOperator, duckdb::LogicalComparisonJoin>(std::move(plan)));
}

}  // namespace

void RegisterAsOfOperator(duckdb::DatabaseInstance& database) {
  duckdb::OptimizerExtension extension;
  extension.optimize_function = [](duckdb::OptimizerExtensionInput& input, duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
    Replace(input.context, plan);
  };
  duckdb::OptimizerExtension::Register(duckdb::DBConfig::GetConfig(database), extension);
}

}  // namespace headrace::engine
