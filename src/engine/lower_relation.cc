#include "engine/precompiled.h"

#include <algorithm>
#include <utility>

#include <duckdb/parser/query_node/list.hpp>
#include <duckdb/parser/result_modifier.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/list.hpp>

#include "base/error.h"
#include "engine/duck_types.h"
#include "engine/lowering.h"
#include "engine/zero_sign.h"

namespace headrace::engine {

using analysis::As;
using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelation;
using analysis::TypedRelationPtr;
using duckdb::make_uniq;

namespace {

/// In a block's columns, those given.
template <typename Block>
void DropSignsOfZero(Block& block, const std::vector<Attribute>& attributes) {
  std::unordered_set<analysis::AttributeId> seen;
  for (const auto& attribute : attributes) {
    auto found = block.columns.find(attribute.id);
    if (found == block.columns.end() || !seen.insert(attribute.id).second) continue;
    found->second.expression = WithoutSignOfZero(std::move(found->second.expression), attribute.type);
  }
}

size_t SizeOf(const TypedPtr& expression) {
  if (const auto* call = As<analysis::TypedCall>(expression)) {
    size_t size = 1;
    for (const auto& argument : call->arguments) size += SizeOf(argument);
    return size;
  }
  if (const auto* cast = As<analysis::TypedCast>(expression)) return 1 + SizeOf(cast->child);
  if (As<analysis::TypedColumn>(expression) || As<analysis::TypedLiteral>(expression)) return 1;
  return kInlineSize + 1;
}

}  // namespace

bool IsPlainColumn(const ParsedPtr& expression) {
  return expression->GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF;
}

void CountColumns(const TypedPtr& expression, std::unordered_map<analysis::AttributeId, int>& counts) {
  if (!expression) return;
  if (const auto* column = As<analysis::TypedColumn>(expression)) {
    ++counts[column->id];
  } else if (const auto* call = As<analysis::TypedCall>(expression)) {
    for (const auto& argument : call->arguments) CountColumns(argument, counts);
  } else if (const auto* cast = As<analysis::TypedCast>(expression)) {
    CountColumns(cast->child, counts);
  } else if (const auto* cases = As<analysis::TypedCase>(expression)) {
    for (const auto& [when, then] : cases->branches) {
      CountColumns(when, counts);
      CountColumns(then, counts);
    }
    CountColumns(cases->otherwise, counts);
  } else if (const auto* field = As<analysis::TypedFieldAccess>(expression)) {
    CountColumns(field->child, counts);
  } else if (const auto* made = As<analysis::TypedStruct>(expression)) {
    for (const auto& member : made->fields) CountColumns(member, counts);
  } else if (const auto* lambda = As<analysis::TypedLambda>(expression)) {
    CountColumns(lambda->body, counts);
    CountColumns(lambda->body, counts);  // Evaluated once an element: never worth repeating a large input in it.
  }
}

Lowering::Lowering(const LoweringContext& context) : context_(context) {}
Lowering::~Lowering() = default;

LoweredQuery Lowering::Lower(const TypedRelationPtr& relation, bool with_hidden) {
  std::vector<Attribute> output;
  for (const auto& attribute : relation->output) {
    if (with_hidden || !attribute.hidden) output.push_back(attribute);
  }
  int64_t rows = 0;
  small_ = IsSmall(*relation, &rows);
  Block block = LowerRelation(relation);
  query_.statement = make_uniq<duckdb::SelectStatement>();
  if (output.empty()) {
    // DuckDB has no table without columns; the caller counts the rows of this marker.
    auto node = Finish(std::move(block), {});
    query_.statement->node = std::move(node);
  } else {
    query_.statement->node = Finish(std::move(block), output);
  }
  return std::move(query_);
}

Lowering::Block Lowering::LowerRelation(const TypedRelationPtr& relation) {
  return std::visit([&](const auto& node) { return LowerNode(node, *relation); }, relation->node);
}

duckdb::unique_ptr<duckdb::SelectNode> Lowering::Finish(Block block, const std::vector<Attribute>& output) {
  auto node = make_uniq<duckdb::SelectNode>();
  std::unordered_set<analysis::AttributeId> used;
  for (const auto& attribute : output) {
    auto found = block.columns.find(attribute.id);
    ParsedPtr expression;
    if (found != block.columns.end()) {
      expression = found->second.expression->Copy();
    } else {
      for (const Scope* scope = scope_ ? scope_->outer : nullptr; scope != nullptr && !expression; scope = scope->outer) {
        auto outer = scope->columns->find(attribute.id);
        if (outer != scope->columns->end()) expression = outer->second.expression->Copy();
      }
    }
    if (!expression) ThrowInternal("output attribute " + attribute.name + " is not in its relation");
    std::string name = ColumnName(attribute.id);
    if (!used.insert(attribute.id).second) name += "_" + std::to_string(node->select_list.size());
    expression->SetAlias(name);
    node->select_list.push_back(std::move(expression));
  }
  if (node->select_list.empty()) node->select_list.push_back(Constant(duckdb::Value::BOOLEAN(true)));
  node->from_table = block.from ? std::move(block.from) : make_uniq<duckdb::EmptyTableRef>();
  node->where_clause = Together(std::move(block.where));
  if (!block.order.empty()) {
    auto order = make_uniq<duckdb::OrderModifier>();
    for (auto& key : block.order) order->orders.push_back(std::move(key));
    node->modifiers.push_back(std::move(order));
  }
  if (block.HasLimit()) {
    auto limit = make_uniq<duckdb::LimitModifier>();
    limit->limit = std::move(block.limit);
    limit->offset = std::move(block.offset);
    node->modifiers.push_back(std::move(limit));
  }
  return node;
}

Lowering::Block Lowering::FromTable(duckdb::unique_ptr<duckdb::TableRef> table, const std::vector<Attribute>& output) {
  Block block;
  std::string alias = NewAlias();
  table->alias = alias;
  block.from = std::move(table);
  for (const auto& attribute : output) {
    block.columns[attribute.id] = Column{ColumnOf(alias, ColumnName(attribute.id)), 1, true};
  }
  return block;
}

Lowering::Block Lowering::FromQuery(duckdb::unique_ptr<duckdb::QueryNode> node, const std::vector<Attribute>& output) {
  auto statement = make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(node);
  auto table = make_uniq<duckdb::SubqueryRef>(std::move(statement));
  for (size_t i = 0; i < output.size(); ++i) table->column_name_alias.push_back(ColumnName(output[i].id));
  if (output.empty()) table->column_name_alias.push_back("none");
  return FromTable(std::move(table), output);
}

Lowering::Block Lowering::Seal(Block block, const std::vector<Attribute>& output) {
  std::vector<Attribute> unique;
  std::unordered_set<analysis::AttributeId> seen;
  for (const auto& attribute : output) {
    if (seen.insert(attribute.id).second) unique.push_back(attribute);
  }
  for (analysis::AttributeId hidden : {kPartition, kRowId, kSequence}) {
    if (block.columns.count(hidden) == 0) continue;
    Attribute attribute;
    attribute.id = hidden;
    attribute.name = "hidden";
    if (seen.insert(hidden).second) unique.push_back(std::move(attribute));
  }
  return FromQuery(Finish(std::move(block), unique), unique);
}

Lowering::Block Lowering::AsTable(Block block, const std::vector<Attribute>& output) {
  bool plain = block.where.empty() && block.order.empty() && !block.HasLimit() && block.from != nullptr;
  for (const auto& attribute : output) {
    auto found = block.columns.find(attribute.id);
    plain = plain && found != block.columns.end() && IsPlainColumn(found->second.expression);
  }
  if (plain) return block;
  if (!block.HasLimit() && !small_) block.order.clear();
  return Seal(std::move(block), output);
}

Lowering::Block Lowering::LowerNode(const analysis::TypedOneRow&, const TypedRelation&) { return {}; }

Lowering::Block Lowering::LowerNode(const analysis::TypedProject& node, const TypedRelation& relation) {
  Block block = WithDraws(node.expressions, *node.input, WithRowIds(node, LowerRelation(node.input)));
  std::unordered_map<analysis::AttributeId, int> counts;
  for (const auto& expression : node.expressions) {
    if (As<analysis::TypedColumn>(expression)) {
      std::unordered_map<analysis::AttributeId, int> one;
      CountColumns(expression, one);
      for (const auto& [id, count] : one) counts[id] += count;
    } else {
      CountColumns(expression, counts);
    }
  }
  bool seal = false;
  for (const auto& [id, count] : counts) {
    auto found = block.columns.find(id);
    if (found == block.columns.end()) continue;
    const Column& column = found->second;
    seal = seal || (!column.stable && count > 0) || (count > 1 && column.size > kInlineSize) || column.size > 20 * kInlineSize;
  }
  if (seal) block = Seal(std::move(block), node.input->output);
  Columns columns;
  for (size_t i = 0; i < node.expressions.size(); ++i) {
    const TypedPtr& expression = node.expressions[i];
    Column made;
    made.expression = Expression(expression, block.columns);
    made.size = SizeOf(expression);
    std::unordered_map<analysis::AttributeId, int> read;
    CountColumns(expression, read);
    for (const auto& [id, count] : read) {
      auto found = block.columns.find(id);
      if (found == block.columns.end()) continue;
      made.size += static_cast<size_t>(count) * (found->second.size - 1);
      made.stable = made.stable && found->second.stable;
    }
    made.stable = made.stable && IsStable(expression);
    columns[relation.output.at(i).id] = std::move(made);
  }
  if (auto partition = block.columns.find(kPartition); partition != block.columns.end())
    columns[kPartition] = std::move(partition->second);
  block.columns = std::move(columns);
  return block;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedFilter& node, const TypedRelation&) {
  Block block = WithDraws({node.condition}, *node.input, LowerRelation(node.input));
  std::unordered_map<analysis::AttributeId, int> counts;
  CountColumns(node.condition, counts);
  bool seal = block.HasLimit();
  for (const auto& [id, count] : counts) {
    auto found = block.columns.find(id);
    if (found == block.columns.end()) continue;
    seal = seal || !found->second.stable || found->second.size > kInlineSize;
  }
  if (seal) block = Seal(std::move(block), node.input->output);
  Sides sides;
  sides.Add(node.input);
  AddConjuncts(node.condition, block.columns, sides, block.where);
  block.columns.erase(kSequence);
  return block;
}

std::vector<duckdb::OrderByNode> Lowering::SealOrder(Block& block, const std::vector<Attribute>& output) {
  std::vector<Attribute> extended = output;
  std::vector<std::pair<duckdb::OrderType, duckdb::OrderByNullType>> directions;
  for (auto& key : block.order) {
    Attribute attribute;
    attribute.id = -1000000 - next_lambda_++;
    attribute.name = "order";
    block.columns[attribute.id] = Column{std::move(key.expression), 1, true};
    directions.emplace_back(key.type, key.null_order);
    extended.push_back(std::move(attribute));
  }
  block.order.clear();
  block = Seal(std::move(block), extended);
  std::vector<duckdb::OrderByNode> order;
  for (size_t i = 0; i < directions.size(); ++i) {
    order.emplace_back(directions[i].first, directions[i].second,
                       block.columns.at(extended[output.size() + i].id).expression->Copy());
  }
  return order;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedSort& node, const TypedRelation&) {
  Block block = LowerRelation(node.input);
  if (block.HasLimit()) block = Seal(std::move(block), node.input->output);
  analysis::AttributeId position = small_ ? Number(block, node.input->output) : 0;
  analysis::TypedExpressions keys;
  for (const auto& key : node.keys) keys.push_back(key.child);
  block = WithDraws(keys, *node.input, std::move(block));
  block.order.clear();
  if (node.global) block.columns.erase(kPartition);
  Scope scope{&block.columns, scope_ ? scope_->outer : nullptr};
  const Scope* saved = scope_;
  scope_ = &scope;
  for (const auto& key : node.keys) {
    block.order.push_back(SortKey(key));
    // DuckDB gives a column that is its own key back from the key, where zeros have no sign.
    auto type = key.child->type.id();
    bool signed_zeros = type == plan::TypeId::kDouble || type == plan::TypeId::kFloat;
    if (!signed_zeros || !As<analysis::TypedColumn>(key.child)) continue;
    auto& expression = block.order.back().expression;
    expression = CallOf("spark_positive", ListOf(std::move(expression), Constant(duckdb::Value(context_.time_zone)),
                                                 Constant(duckdb::Value::INTEGER(-1))));
  }
  scope_ = saved;
  if (small_) block.order.push_back(Ascending(block.columns.at(position).expression->Copy()));
  return block;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedLimit& node, const TypedRelation&) {
  Block block = LowerRelation(node.input);
  if (block.HasLimit()) block = Seal(std::move(block), node.input->output);
  block.columns.erase(kPartition);
  Columns none;
  if (node.limit) block.limit = Expression(node.limit, none);
  if (node.offset) block.offset = Expression(node.offset, none);
  return block;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedTail& node, const TypedRelation& relation) {
  // The last rows in the input's order: number them, keep those beyond the count.
  Block block = Seal(LowerRelation(node.input), node.input->output);
  auto number = make_uniq<duckdb::WindowExpression>(duckdb::ExpressionType::WINDOW_ROW_NUMBER, SYSTEM_CATALOG, DEFAULT_SCHEMA,
                                                    "row_number");
  number->start = duckdb::WindowBoundary::UNBOUNDED_PRECEDING;
  number->end = duckdb::WindowBoundary::CURRENT_ROW_RANGE;
  auto total =
      make_uniq<duckdb::WindowExpression>(duckdb::ExpressionType::WINDOW_AGGREGATE, SYSTEM_CATALOG, DEFAULT_SCHEMA, "count_star");
  total->start = duckdb::WindowBoundary::UNBOUNDED_PRECEDING;
  total->end = duckdb::WindowBoundary::UNBOUNDED_FOLLOWING;
  std::vector<Attribute> extended = relation.output;
  Attribute row;
  row.id = -1000000 - next_lambda_++;
  row.name = "row";
  Attribute count;
  count.id = -1000000 - next_lambda_++;
  count.name = "count";
  block.columns[row.id] = Column{std::move(number), 1, true};
  block.columns[count.id] = Column{std::move(total), 1, true};
  extended.push_back(row);
  extended.push_back(count);
  Block numbered = Seal(std::move(block), extended);
  ParsedPtr from = make_uniq<duckdb::FunctionExpression>(
      SYSTEM_CATALOG, DEFAULT_SCHEMA, "-",
      ListOf(numbered.columns.at(count.id).expression->Copy(), Constant(duckdb::Value::BIGINT(node.count))), nullptr, nullptr,
      false, true);
  numbered.where.emplace_back(
      CompareOf(duckdb::ExpressionType::COMPARE_GREATERTHAN, numbered.columns.at(row.id).expression->Copy(), std::move(from)));
  numbered.order.emplace_back(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_FIRST,
                              numbered.columns.at(row.id).expression->Copy());
  return numbered;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedSetOperation& node, const TypedRelation& relation) {
  auto set = make_uniq<duckdb::SetOperationNode>();
  switch (node.kind) {
    case plan::SetOperation::Kind::kUnion:
      set->setop_type = duckdb::SetOperationType::UNION;
      break;
    case plan::SetOperation::Kind::kIntersect:
      set->setop_type = duckdb::SetOperationType::INTERSECT;
      break;
    case plan::SetOperation::Kind::kExcept:
      set->setop_type = duckdb::SetOperationType::EXCEPT;
      break;
  }
  set->setop_all = node.all;
  for (const auto& input : node.inputs) {
    Block block = LowerRelation(input);
    if (!block.HasLimit() && !small_) block.order.clear();
    if (block.HasLimit() || !block.order.empty()) block = Seal(std::move(block), input->output);
    std::vector<Attribute> visible;
    for (const auto& attribute : input->output) {
      if (!attribute.hidden) visible.push_back(attribute);
    }
    if (node.kind != plan::SetOperation::Kind::kUnion || !node.all) DropSignsOfZero(block, visible);
    set->children.push_back(Finish(std::move(block), visible));
  }
  Block block = FromQuery(std::move(set), relation.output);
  if (small_ && (node.kind != plan::SetOperation::Kind::kUnion || !node.all)) {
    ParsedList keys;
    for (const auto& attribute : relation.output) keys.push_back(block.columns.at(attribute.id).expression->Copy());
    if (!keys.empty()) block.order.push_back(Ascending(ShufflePartition(std::move(keys))));
  }
  return block;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedDistinct& node, const TypedRelation& relation) {
  Block block = LowerRelation(node.input);
  if (small_) {
    std::vector<analysis::AttributeId> keys;
    for (const auto& attribute : relation.output) keys.push_back(attribute.id);
    DropSignsOfZero(block, relation.output);
    return KeepFirst(std::move(block), keys, *node.input, relation.output);
  }
  if (block.HasLimit()) block = Seal(std::move(block), node.input->output);
  block.order.clear();
  DropSignsOfZero(block, relation.output);
  auto select = Finish(std::move(block), relation.output);
  select->modifiers.push_back(make_uniq<duckdb::DistinctModifier>());
  return FromQuery(std::move(select), relation.output);
}

Lowering::Block Lowering::LowerNode(const analysis::TypedDeduplicate& node, const TypedRelation& relation) {
  Block block = LowerRelation(node.input);
  std::vector<Attribute> keys;
  std::copy_if(node.input->output.begin(), node.input->output.end(), std::back_inserter(keys), [&](const Attribute& attribute) {
    return std::find(node.keys.begin(), node.keys.end(), attribute.id) != node.keys.end();
  });
  DropSignsOfZero(block, keys);
  if (small_) return KeepFirst(std::move(block), node.keys, *node.input, relation.output);
  block = Seal(std::move(block), node.input->output);
  auto distinct = make_uniq<duckdb::DistinctModifier>();
  for (analysis::AttributeId key : node.keys) {
    distinct->distinct_on_targets.push_back(block.columns.at(key).expression->Copy());
  }
  auto select = Finish(std::move(block), relation.output);
  select->modifiers.push_back(std::move(distinct));
  return FromQuery(std::move(select), relation.output);
}

Lowering::Block Lowering::LowerNode(const analysis::TypedObserve& node, const TypedRelation&) {
  // The metrics are computed at the end of the stream (observe.h).
  return LowerRelation(node.input);
}

Lowering::Block Lowering::LowerNode(const analysis::TypedWith& node, const TypedRelation&) {
  duckdb::unique_ptr<duckdb::SelectNode> select;
  std::vector<std::pair<std::string, duckdb::unique_ptr<duckdb::CommonTableExpressionInfo>>> definitions;
  for (const auto& definition : node.definitions) {
    std::string name = "cte" + std::to_string(next_alias_++);
    cte_names_[definition.id] = name;
    auto info = make_uniq<duckdb::CommonTableExpressionInfo>();
    for (const auto& attribute : definition.plan->output) info->aliases.push_back(ColumnName(attribute.id));
    info->query = make_uniq<duckdb::SelectStatement>();
    if (definition.recursive) {
      const auto* set = As<analysis::TypedSetOperation>(definition.plan);
      if (set == nullptr || set->inputs.size() != 2) ThrowInternal("a recursive CTE without an anchor");
      auto recursive = make_uniq<duckdb::RecursiveCTENode>();
      recursive->ctename = name;
      recursive->union_all = set->all;
      recursive->aliases = info->aliases;
      recursive->left = Finish(LowerRelation(set->inputs[0]), set->inputs[0]->output);
      recursive->right = Finish(LowerRelation(set->inputs[1]), set->inputs[1]->output);
      info->query->node = std::move(recursive);
    } else {
      info->query->node = Finish(LowerRelation(definition.plan), definition.plan->output);
    }
    definitions.emplace_back(name, std::move(info));
  }
  Block block = LowerRelation(node.body);
  auto finished = Finish(std::move(block), node.body->output);
  for (auto& [name, info] : definitions) finished->cte_map.map.insert(name, std::move(info));
  return FromQuery(std::move(finished), node.body->output);
}

Lowering::Block Lowering::LowerNode(const analysis::TypedCteReference& node, const TypedRelation& relation) {
  auto found = cte_names_.find(node.id);
  if (found == cte_names_.end()) ThrowInternal("a reference to an unknown common table expression");
  auto table = make_uniq<duckdb::BaseTableRef>();
  table->table_name = found->second;
  for (const auto& attribute : relation.output) table->column_name_alias.push_back(ColumnName(attribute.id));
  return FromTable(std::move(table), relation.output);
}

}  // namespace headrace::engine
