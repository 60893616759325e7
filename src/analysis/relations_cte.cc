#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

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
    entry->id = next_cte_++;
    bool recursive = false;
    if (with.recursive) {
      const plan::RelationPtr* plan = &entry->plan;
      while (const auto* alias = plan::As<plan::SubqueryAlias>(*plan)) plan = &alias->input;
      recursive = plan::As<plan::SetOperation>(*plan) != nullptr;
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
    node.definitions.push_back({entry->id, entry->name, entry->frame.relation, entry->recursive});
  }
  if (node.definitions.empty()) return Finish(body.relation, relation.plan_id, {body.provenance});
  node.body = body.relation;
  auto output = body.relation->output;
  return Finish(MakeTypedRelation(std::move(node), std::move(output), relation.plan_id), relation.plan_id, {body.provenance});
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
  if (entry.recursive && !set.all) {
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
    cast.expressions.push_back(CastTo(ColumnRef(right[i]), left[i].type));
    cast_output.push_back({NewId(), left[i].name, left[i].type, true, {}, {}, false});
    output.push_back({NewId(), left[i].name, left[i].type, true, {}, {}, false});
  }
  TypedRelationPtr right_plan = MakeTypedRelation(std::move(cast), std::move(cast_output));
  entry.recursive = true;
  TypedSetOperation node{{anchor.relation, right_plan}, plan::SetOperation::Kind::kUnion, set.all};
  return Finish(MakeTypedRelation(std::move(node), std::move(output)), -1, {});
}

}  // namespace headrace::analysis
