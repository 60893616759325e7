#include "engine/precompiled.h"

#include <algorithm>
#include <utility>

#include "engine/lowering.h"

// Conditions of filters and joins. Spark evaluates the conjuncts over the same relations from left to right and stops at the
// first that does not hold; DuckDB reorders them. So one that can fail is put under those before it. Spark pushes a conjunct
// down to the relations that it reads, so conjuncts over different relations owe each other no order: a cast of one table's
// column must not hide from DuckDB by which columns two tables are joined.

namespace headrace::engine {

using analysis::As;
using analysis::AttributeId;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;

namespace {

bool IsInner(const analysis::TypedJoin& join) {
  return !join.lateral && (join.type == plan::JoinType::kInner || join.type == plan::JoinType::kCross);
}

}  // namespace

std::vector<AttributeId> Lowering::Sides::Of(const TypedPtr& expression) const {
  if (HasSubquery(expression)) return leaves;
  std::unordered_map<AttributeId, int> counts;
  CountColumns(expression, counts);
  std::vector<AttributeId> sides;
  for (const auto& [id, count] : counts) {
    auto found = of_column.find(id);
    if (found != of_column.end()) sides.insert(sides.end(), found->second.begin(), found->second.end());
  }
  std::sort(sides.begin(), sides.end());
  sides.erase(std::unique(sides.begin(), sides.end()), sides.end());
  return sides;
}

void Lowering::Sides::Add(const TypedRelationPtr& relation) {
  if (const auto* join = std::get_if<analysis::TypedJoin>(&relation->node); join != nullptr && IsInner(*join)) {
    Add(join->left);
    Add(join->right);
    return;
  }
  if (const auto* filter = std::get_if<analysis::TypedFilter>(&relation->node)) return Add(filter->input);
  if (const auto* project = std::get_if<analysis::TypedProject>(&relation->node)) {
    Add(project->input);
    for (size_t i = 0; i < relation->output.size(); ++i) {
      if (of_column.count(relation->output[i].id) == 0) of_column[relation->output[i].id] = Of(project->expressions.at(i));
    }
    return;
  }
  if (relation->output.empty()) return;
  AttributeId leaf = relation->output[0].id;
  leaves.push_back(leaf);
  for (const auto& attribute : relation->output) of_column[attribute.id] = {leaf};
}

void Lowering::AddConjuncts(const TypedPtr& condition, const Columns& columns, const Sides& sides,
                            std::vector<Conjunct>& conjuncts) {
  const auto* call = As<analysis::TypedCall>(condition);
  if (call != nullptr && call->lowering == "@and") {
    AddConjuncts(call->arguments.at(0), columns, sides, conjuncts);
    AddConjuncts(call->arguments.at(1), columns, sides, conjuncts);
    return;
  }
  ParsedPtr expression = Expression(condition, columns);
  bool sub_query = As<analysis::TypedSubquery>(condition) != nullptr ||
                   (call != nullptr && call->lowering == "@not" && As<analysis::TypedSubquery>(call->arguments.at(0)) != nullptr);
  if (sub_query && expression->GetExpressionType() == duckdb::ExpressionType::OPERATOR_COALESCE) {
    // Here null and false are one, and DuckDB makes a join of the bare sub-query.
    expression = ParsedPtr(std::move(expression->Cast<duckdb::OperatorExpression>().children.at(0)));
  }
  Conjunct conjunct(std::move(expression));
  conjunct.fallible = IsFallible(condition);
  conjunct.sides = sides.Of(condition);
  conjunct.equality = call != nullptr && (call->lowering == "@eq" || call->lowering == "@eq_null_safe");
  conjuncts.push_back(std::move(conjunct));
}

ParsedPtr Lowering::Together(std::vector<Conjunct> conjuncts) {
  ParsedPtr all;
  auto add = [](ParsedPtr& sum, ParsedPtr condition) {
    sum = sum ? And(std::move(sum), std::move(condition)) : std::move(condition);
  };
  std::map<std::vector<AttributeId>, std::vector<Conjunct>> groups;
  for (auto& conjunct : conjuncts) {
    auto& group = groups[conjunct.sides];
    group.push_back(std::move(conjunct));
  }
  for (auto& [sides, group] : groups) {
    // A join's keys come first, in Spark too.
    if (sides.size() > 1) {
      std::stable_partition(group.begin(), group.end(),
                            [](const Conjunct& conjunct) { return conjunct.equality && !conjunct.fallible; });
    }
    auto chain = std::find_if(group.begin(), group.end(), [](const Conjunct& conjunct) { return conjunct.fallible; });
    ParsedPtr before;
    for (auto conjunct = group.begin(); conjunct != chain; ++conjunct) {
      if (chain != group.end()) add(before, conjunct->expression->Copy());
      add(all, std::move(conjunct->expression));
    }
    if (chain == group.end()) continue;
    // From the last to the first: each holds the later ones.
    ParsedPtr guarded;
    for (auto conjunct = group.end(); conjunct != chain;) {
      --conjunct;
      guarded = guarded ? IfThenElse(std::move(conjunct->expression), std::move(guarded), Constant(duckdb::Value::BOOLEAN(false)))
                        : std::move(conjunct->expression);
    }
    if (before) guarded = IfThenElse(std::move(before), std::move(guarded), Constant(duckdb::Value::BOOLEAN(false)));
    add(all, std::move(guarded));
  }
  return all;
}

}  // namespace headrace::engine
