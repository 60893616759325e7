#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"
#include "analysis/typed_inputs.h"

namespace headrace::analysis {

using plan::TypeId;

namespace {

/// Whether a LIMIT stands right over the reference to a common table expression, or with projections between.
bool IsLimited(const TypedRelation& relation, int64_t id) {
  if (const auto* limit = std::get_if<TypedLimit>(&relation.node); limit != nullptr && limit->limit) {
    const TypedRelation* below = limit->input.get();
    while (const auto* project = std::get_if<TypedProject>(&below->node)) below = project->input.get();
    const auto* reference = std::get_if<TypedCteReference>(&below->node);
    if (reference != nullptr && reference->id == id) return true;
  }
  auto inputs = InputsOf(relation);
  return std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) { return IsLimited(*input, id); });
}

/// Spark takes a reference to the query itself only where each of its rows makes rows of its own.
void CheckReferences(const TypedRelation& relation, int64_t id, bool refused) {
  if (const auto* reference = std::get_if<TypedCteReference>(&relation.node)) {
    if (reference->id != id || !refused) return;
    throw AnalysisError("INVALID_RECURSIVE_REFERENCE.PLACE",
                        "Invalid recursive reference found inside WITH RECURSIVE clause. Recursive references cannot be used on "
                        "the right side of left outer/semi/anti joins, on the left side of right outer joins, in full outer "
                        "joins, in aggregates, window functions or sorts",
                        {})
        .WithSqlState("42836");
  }
  refused = refused || std::get_if<TypedAggregate>(&relation.node) != nullptr ||
            std::get_if<TypedWindow>(&relation.node) != nullptr || std::get_if<TypedSort>(&relation.node) != nullptr;
  const auto* join = std::get_if<TypedJoin>(&relation.node);
  auto inputs = InputsOf(relation);
  for (size_t i = 0; i < inputs.size(); ++i) {
    bool of_join = false;
    if (join != nullptr) {
      using Type = plan::JoinType;
      of_join = join->type == Type::kFull || (join->type == Type::kRight && i == 0) ||
                ((join->type == Type::kLeft || join->type == Type::kLeftSemi || join->type == Type::kLeftAnti) && i == 1);
    }
    CheckReferences(*inputs[i], id, refused || of_join);
  }
}

}  // namespace

Frame Analyzer::Impl::WithCtes(const plan::Relation& relation, const plan::With& with, const Scope* outer) {
  std::set<std::string> names;
  for (const auto& definition : with.definitions) {
    if (!names.insert(LowerName(definition.name)).second) {
      throw AnalysisError("DUPLICATED_CTE_NAMES",
                          fmt::format("CTE definition can't have duplicate names: {}.", plan::QuotedName(definition.name)),
                          {{"duplicateNames", plan::QuotedName(definition.name)}}, relation.origin)
          .WithSqlState("42602");
    }
  }
  cte_scopes_.emplace_back();
  for (const auto& definition : with.definitions) {
    auto entry = std::make_shared<CteEntry>();
    entry->name = definition.name;
    entry->columns = definition.columns;
    entry->plan = definition.plan;
    entry->max_recursion = definition.max_recursion;
    entry->id = next_cte_++;
    bool recursive = false;
    if (with.recursive) {
      const plan::RelationPtr* plan = &entry->plan;
      while (const auto* alias = plan::As<plan::SubqueryAlias>(*plan)) plan = &alias->input;
      const auto* set = plan::As<plan::SetOperation>(*plan);
      recursive = set != nullptr && set->kind == plan::SetOperation::Kind::kUnion;
    }
    // A definition sees those before it; a recursive one itself too.
    if (recursive) {
      cte_scopes_.back().push_back(entry);
      entry->frame = RecursiveCte(*entry, nullptr);
    } else {
      entry->frame = WithoutHidden(Analyze(entry->plan, nullptr));
      cte_scopes_.back().push_back(entry);
    }
    if (!entry->columns.empty()) {
      plan::SubqueryAlias rename{nullptr, {entry->name}, entry->columns};
      entry->frame = SubqueryAlias(relation, rename, entry->frame);
    }
    entry->analyzed = true;
  }
  Frame body = Analyze(with.body, outer);
  auto entries = std::move(cte_scopes_.back());
  cte_scopes_.pop_back();
  TypedWith node;
  for (const auto& entry : entries) {
    if (entry->references.empty()) continue;
    if (entry->references.size() == 1 && !entry->recursive) {
      // Used once: stands in place.
      TypedRelation& reference = *entry->references[0];
      TypedProject project{entry->frame.relation, {}};
      for (const auto& attribute : entry->frame.relation->output) project.expressions.push_back(ColumnRef(attribute));
      reference.node = std::move(project);
      continue;
    }
    TypedCteDefinition definition{entry->id, entry->name, entry->frame.relation, entry->recursive};
    if (entry->recursive) {
      int64_t level_limit = entry->max_recursion.value_or(std::stoll(context_.Setting("spark.sql.cteRecursionLevelLimit")));
      // A LIMIT of whoever reads it takes the place of the setting's.
      bool limited = entry->references.size() == 1 && IsLimited(*body.relation, entry->id);
      int64_t row_limit = limited ? -1 : std::stoll(context_.Setting("spark.sql.cteRecursionRowLimit"));
      definition.plan = LimitRecursion(*entry, level_limit, row_limit);
    }
    node.definitions.push_back(std::move(definition));
  }
  if (node.definitions.empty()) return Finish(body.relation, relation.plan_id, {body.provenance});
  node.body = body.relation;
  auto output = body.relation->output;
  return Finish(MakeTypedRelation(std::move(node), std::move(output), relation.plan_id), relation.plan_id, {body.provenance});
}

TypedRelationPtr Analyzer::Impl::LimitRecursion(const CteEntry& entry, int64_t level_limit, int64_t row_limit) {
  const auto* set = std::get_if<TypedSetOperation>(&entry.frame.relation->node);
  if (set == nullptr || (level_limit < 0 && row_limit < 0)) return entry.frame.relation;
  // Two more columns: how many steps made a row, and the number of rows before that step's. References do not name them.
  auto counters = [&] {
    return std::vector<Attribute>{{NewId(), "level", TypeId::kLong, false, {}, {}, false},
                                  {NewId(), "rows", TypeId::kLong, false, {}, {}, false}};
  };
  auto widened = [&](const TypedRelationPtr& input, const std::vector<Attribute>& columns, const TypedPtr& level,
                     const TypedPtr& rows) {
    TypedProject project{input, {}};
    for (const auto& column : columns) project.expressions.push_back(ColumnRef(column));
    project.expressions.push_back(level);
    project.expressions.push_back(rows);
    std::vector<Attribute> output = columns;
    for (auto& counter : counters()) output.push_back(std::move(counter));
    return MakeTypedRelation(std::move(project), std::move(output));
  };
  TypedRelationPtr anchor = widened(set->inputs[0], set->inputs[0]->output, LongValue(0), LongValue(0));

  // Each step looks at the rows it begins with.
  std::vector<Attribute> output = entry.frame.relation->output, before;
  for (auto& counter : counters()) output.push_back(std::move(counter));
  for (Attribute column : output) {
    column.id = NewId();
    before.push_back(std::move(column));
  }
  TypedRelationPtr reference = MakeTypedRelation(TypedCteReference{entry.id}, before);
  TypedExpressions calls = {AggregateTyped("max", {ColumnRef(before[before.size() - 2])}),
                            AggregateTyped("max", {ColumnRef(before.back())}), AggregateTyped("count", {LongValue(1)})};
  std::vector<Attribute> totals;
  for (const auto& call : calls) totals.push_back({NewId(), "total", call->type, call->nullable, {}, {}, false});
  TypedRelationPtr limits = MakeTypedRelation(TypedAggregate{reference, {}, {}, false, calls}, totals);
  TypedPtr rows = CallTyped("+", {ColumnRef(totals[1]), ColumnRef(totals[2])});
  TypedPtr level = CallTyped("+", {ColumnRef(totals[0]), LongValue(1)});
  auto unless = [&](const TypedPtr& value, int64_t limit, const char* condition, const char* parameter,
                    const TypedPtr& otherwise) {
    TypedPtr parameters = CallTyped("map", {StringValue(parameter), StringValue(std::to_string(limit))});
    TypedPtr fails = CastTo(CallTyped("raise_error", {StringValue(condition), parameters}), TypeId::kLong);
    return MakeTyped(TypedCase{{{CallTyped(">=", {value, LongValue(limit)}), fails}}, otherwise}, TypeId::kLong, true);
  };
  if (row_limit >= 0) level = unless(rows, row_limit, "RECURSION_ROW_LIMIT_EXCEEDED", "rowLimit", level);
  if (level_limit >= 0) level = unless(ColumnRef(totals[0]), level_limit, "RECURSION_LEVEL_LIMIT_EXCEEDED", "levelLimit", level);
  std::vector<Attribute> counted = counters();
  limits = MakeTypedRelation(TypedProject{limits, {level, rows}}, counted);

  std::vector<Attribute> both = set->inputs[1]->output;
  both.insert(both.end(), counted.begin(), counted.end());
  TypedJoin join{set->inputs[1], limits, plan::JoinType::kCross, nullptr, false};
  TypedRelationPtr step = widened(MakeTypedRelation(std::move(join), std::move(both)), set->inputs[1]->output,
                                  ColumnRef(counted[0]), ColumnRef(counted[1]));
  return MakeTypedRelation(TypedSetOperation{{anchor, step}, set->kind, set->all}, std::move(output));
}

Frame Analyzer::Impl::CteReference(const plan::Relation& relation, CteEntry& entry, const Scope* outer) {
  if (entry.inline_always) {
    Frame frame = WithoutHidden(Analyze(entry.plan, nullptr));
    TypedRelation named = *frame.relation;
    for (auto& attribute : named.output) attribute.qualifier = {entry.name};
    return Finish(std::make_shared<const TypedRelation>(std::move(named)), relation.plan_id, {frame.provenance});
  }
  const std::vector<Attribute>& columns = entry.analyzed ? entry.frame.relation->output : entry.recursive_columns;
  auto reference = std::make_shared<TypedRelation>();
  reference->node = TypedCteReference{entry.id};
  for (const auto& column : columns) {
    Attribute attribute = column;
    attribute.id = NewId();
    attribute.qualifier = {entry.name};
    reference->output.push_back(std::move(attribute));
  }
  if (entry.analyzed)
    entry.references.push_back(reference);
  else
    entry.recursive = true;
  // The reference may be filled in later, so nothing copies it: a projection stands over it.
  TypedProject project{reference, {}};
  for (const auto& attribute : reference->output) project.expressions.push_back(ColumnRef(attribute));
  auto output = reference->output;
  return Finish(MakeTypedRelation(std::move(project), std::move(output), relation.plan_id), relation.plan_id, {});
}

Frame Analyzer::Impl::RecursiveCte(CteEntry& entry, const Scope* outer) {
  const plan::RelationPtr* plan = &entry.plan;
  while (const auto* alias = plan::As<plan::SubqueryAlias>(*plan)) plan = &alias->input;
  const auto& set = std::get<plan::SetOperation>((*plan)->node);
  // The anchor must not see the name; entries are searched from the back, so it is hidden for the time.
  auto self = cte_scopes_.back().back();
  cte_scopes_.back().pop_back();
  Frame anchor = WithoutHidden(Analyze(set.left, outer));
  cte_scopes_.back().push_back(self);
  entry.recursive_columns = anchor.relation->output;
  for (size_t i = 0; i < entry.recursive_columns.size(); ++i) {
    entry.recursive_columns[i].nullable = true;
    if (i < entry.columns.size()) entry.recursive_columns[i].name = entry.columns[i];
  }
  Frame step = WithoutHidden(Analyze(set.right, outer));
  if (!entry.recursive) return WithoutHidden(Analyze(entry.plan, outer));
  CheckReferences(*step.relation, entry.id, false);
  if (!set.all) {
    throw AnalysisError("UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE",
                        "The UNION operator is not yet supported within recursive common table expressions (WITH clauses that "
                        "refer to themselves, directly or indirectly). Please use UNION ALL instead.",
                        {}, (*plan)->origin)
        .WithSqlState("42836");
  }
  const auto& left = anchor.relation->output;
  const auto& right = step.relation->output;
  if (left.size() != right.size()) {
    throw AnalysisError(
        "NUM_COLUMNS_MISMATCH",
        fmt::format("UNION can only be performed on inputs with the same number of columns, but the first input has {} "
                    "columns and the second input has {} columns.",
                    left.size(), right.size()),
        {{"operator", "UNION"},
         {"firstNumColumns", std::to_string(left.size())},
         {"invalidOrdinalNum", "second"},
         {"invalidNumColumns", std::to_string(right.size())}},
        (*plan)->origin);
  }
  TypedProject cast{step.relation, {}};
  std::vector<Attribute> cast_output, output;
  for (size_t i = 0; i < left.size(); ++i) {
    auto wider = functions::WiderType(left[i].type, right[i].type, environment_.ansi);
    if (!left[i].type.IsString() && (!wider || wider->AsNullable() != left[i].type.AsNullable())) {
      throw AnalysisError("CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE",
                          fmt::format("Failed to merge incompatible data types {} and {}. Please check the data types of the "
                                      "columns being merged and ensure that they are compatible. If necessary, consider casting "
                                      "the columns to compatible data types before attempting the merge.",
                                      QuotedType(left[i].type), QuotedType(right[i].type)),
                          {{"left", QuotedType(left[i].type)}, {"right", QuotedType(right[i].type)}})
          .WithSqlState("42825")
          .WithExceptionClass("org.apache.spark.SparkException");
    }
    TypedPtr value = CastTo(ColumnRef(right[i]), left[i].type);
    bool nullable = left[i].nullable || value->nullable;
    cast_output.push_back({NewId(), left[i].name, left[i].type, value->nullable, {}, {}, false});
    cast.expressions.push_back(std::move(value));
    output.push_back({NewId(), left[i].name, left[i].type, nullable, {}, {}, false});
  }
  TypedRelationPtr right_plan = MakeTypedRelation(std::move(cast), std::move(cast_output));
  TypedSetOperation node{{anchor.relation, right_plan}, plan::SetOperation::Kind::kUnion, set.all};
  return Finish(MakeTypedRelation(std::move(node), std::move(output)), -1, {});
}

}  // namespace headrace::analysis
