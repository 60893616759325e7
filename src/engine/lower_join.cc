#include "engine/precompiled.h"

#include <duckdb/parser/query_node/list.hpp>
#include <duckdb/parser/result_modifier.hpp>
#include <duckdb/parser/tableref/list.hpp>

#include <utility>

#include "base/error.h"
#include "engine/duck_types.h"
#include "engine/lowering.h"

namespace headrace::engine {

using analysis::As;
using analysis::TypedPtr;
using analysis::TypedRelation;
using duckdb::make_uniq;

Lowering::Block Lowering::LowerNode(const analysis::TypedJoin& node, const TypedRelation& relation) {
  bool ordered = small_ && !node.lateral;
  Block left = ordered ? LowerRelation(node.left) : AsTable(LowerRelation(node.left), node.left->output);
  Block right;
  analysis::AttributeId left_position = ordered ? Number(left, node.left->output) : 0, right_position = 0;
  if (ordered) {
    right = LowerRelation(node.right);
    right_position = Number(right, node.right->output);
  } else if (node.lateral) {
    Scope outer{&left.columns, scope_ ? scope_->outer : nullptr};
    Columns none;
    Scope inner{&none, &outer};
    const Scope* saved = scope_;
    scope_ = &inner;
    bool small = std::exchange(small_, false);
    right = Seal(LowerRelation(node.right), node.right->output);
    small_ = small;
    scope_ = saved;
  } else {
    right = AsTable(LowerRelation(node.right), node.right->output);
  }
  if (!left.from) left = Seal(std::move(left), node.left->output);
  if (!right.from) right = Seal(std::move(right), node.right->output);
  auto join = make_uniq<duckdb::JoinRef>();
  Columns both;
  for (auto& [id, column] : left.columns) both[id] = Column{column.expression->Copy(), column.size, column.stable};
  for (auto& [id, column] : right.columns) both[id] = Column{column.expression->Copy(), column.size, column.stable};
  switch (node.type) {
    case plan::JoinType::kInner:
    case plan::JoinType::kCross:
      join->type = duckdb::JoinType::INNER;
      break;
    case plan::JoinType::kLeft:
      join->type = duckdb::JoinType::LEFT;
      break;
    case plan::JoinType::kRight:
      join->type = duckdb::JoinType::RIGHT;
      break;
    case plan::JoinType::kFull:
      join->type = duckdb::JoinType::OUTER;
      break;
    case plan::JoinType::kLeftSemi:
      join->type = duckdb::JoinType::SEMI;
      break;
    case plan::JoinType::kLeftAnti:
      join->type = duckdb::JoinType::ANTI;
      break;
  }
  if (node.condition && node.lateral && node.type == plan::JoinType::kLeft) {
    // DuckDB takes no condition on one side alone here: it chooses among the sub-query's rows instead.
    right.where.emplace_back(Expression(node.condition, both));
    right = Seal(std::move(right), node.right->output);
    for (auto& [id, column] : right.columns) both[id] = Column{column.expression->Copy(), column.size, column.stable};
    join->condition = Constant(duckdb::Value::BOOLEAN(true));
  } else if (node.condition) {
    Sides sides;
    sides.Add(node.left);
    sides.Add(node.right);
    std::vector<Conjunct> conjuncts;
    AddConjuncts(node.condition, both, sides, conjuncts);
    join->condition = Together(std::move(conjuncts));
  } else if (node.type == plan::JoinType::kInner || node.type == plan::JoinType::kCross) {
    join->ref_type = duckdb::JoinRefType::CROSS;
  } else {
    join->condition = Constant(duckdb::Value::BOOLEAN(true));
  }
  join->left = std::move(left.from);
  join->right = std::move(right.from);
  Block block;
  block.from = std::move(join);
  for (const auto& attribute : relation.output) {
    auto found = both.find(attribute.id);
    if (found == both.end()) ThrowInternal("join output " + attribute.name + " is in neither side");
    block.columns[attribute.id] = Column{found->second.expression->Copy(), 1, true};
  }
  if (ordered) OrderJoin(node, block, both, left_position, right_position);
  return block;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedAsOfJoin& node, const TypedRelation& relation) {
  Block left = AsTable(LowerRelation(node.left), node.left->output);
  Block right = AsTable(LowerRelation(node.right), node.right->output);
  if (!left.from) left = Seal(std::move(left), node.left->output);
  if (!right.from) right = Seal(std::move(right), node.right->output);
  Columns both;
  for (auto& [id, column] : left.columns) both[id] = Column{column.expression->Copy(), 1, true};
  for (auto& [id, column] : right.columns) both[id] = Column{column.expression->Copy(), 1, true};
  auto join = make_uniq<duckdb::JoinRef>();
  join->type = node.type == plan::JoinType::kLeft ? duckdb::JoinType::LEFT : duckdb::JoinType::INNER;
  join->left = std::move(left.from);
  // The analysis has made a condition on both sides of it.
  ParsedPtr within = node.tolerance ? Expression(node.tolerance, both) : nullptr;
  if (node.direction == plan::AsOfJoin::Direction::kNearest) {
    // Looks both ways, which DuckDB's own as-of join does not: the nearest of all rows that fit.
    auto fits = [&](ParsedPtr condition) { right.where.emplace_back(std::move(condition)); };
    if (node.condition) fits(Expression(node.condition, both));
    if (within) fits(std::move(within));
    if (!node.allow_exact_matches) {
      fits(CompareOf(duckdb::ExpressionType::COMPARE_NOTEQUAL, Expression(node.left_as_of, both),
                     Expression(node.right_as_of, both)));
    }
    auto from = [&](const TypedPtr& later, const TypedPtr& earlier) {
      return make_uniq<duckdb::FunctionExpression>(SYSTEM_CATALOG, DEFAULT_SCHEMA, "-",
                                                   ListOf(Expression(later, both), Expression(earlier, both)), nullptr, nullptr,
                                                   false, true);
    };
    ParsedPtr distance = IfThenElse(CompareOf(duckdb::ExpressionType::COMPARE_GREATERTHAN, Expression(node.left_as_of, both),
                                              Expression(node.right_as_of, both)),
                                    from(node.left_as_of, node.right_as_of), from(node.right_as_of, node.left_as_of));
    fits(make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_IS_NOT_NULL, distance->Copy()));
    right.order.emplace_back(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_LAST, std::move(distance));
    right.limit = Constant(duckdb::Value::BIGINT(1));
    right = Seal(std::move(right), node.right->output);
    for (auto& [id, column] : right.columns) both[id] = Column{column.expression->Copy(), 1, true};
    join->condition = Constant(duckdb::Value::BOOLEAN(true));
  } else {
    bool backward = node.direction == plan::AsOfJoin::Direction::kBackward;
    auto type = backward ? (node.allow_exact_matches ? duckdb::ExpressionType::COMPARE_GREATERTHANOREQUALTO
                                                     : duckdb::ExpressionType::COMPARE_GREATERTHAN)
                         : (node.allow_exact_matches ? duckdb::ExpressionType::COMPARE_LESSTHANOREQUALTO
                                                     : duckdb::ExpressionType::COMPARE_LESSTHAN);
    join->ref_type = duckdb::JoinRefType::ASOF;
    join->condition = CompareOf(type, Expression(node.left_as_of, both), Expression(node.right_as_of, both));
    if (node.condition) join->condition = And(Expression(node.condition, both), std::move(join->condition));
  }
  join->right = std::move(right.from);
  Block block;
  block.from = std::move(join);
  for (const auto& attribute : relation.output) {
    block.columns[attribute.id] = Column{both.at(attribute.id).expression->Copy(), 1, true};
  }
  if (within && node.type == plan::JoinType::kInner) {
    block.where.emplace_back(std::move(within));
  } else if (within) {
    // The nearest row decides; where it is outside the tolerance, so are all the others.
    for (const auto& attribute : node.right->output) {
      auto& column = block.columns.at(attribute.id);
      column.expression =
          IfThenElse(within->Copy(), std::move(column.expression), Constant(duckdb::Value(DuckType(attribute.type))));
      column.size = 2 * kInlineSize;
    }
  }
  return block;
}

}  // namespace headrace::engine
