#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"
#include "analysis/edit_distance.h"
#include "analysis/name_match.h"

namespace headrace::analysis {

using plan::NameParts;
using plan::TypeId;

const std::vector<size_t>& ColumnIndex::Find(std::string_view lower_name) const {
  static const std::vector<size_t> none;
  if (!built_) Build();
  auto found = by_name_.find(std::string(lower_name));
  return found == by_name_.end() ? none : found->second;
}

const Attribute* ColumnIndex::FindId(AttributeId id) const {
  if (!built_) Build();
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &(*attributes_)[found->second];
}

void ColumnIndex::Build() const {
  for (size_t i = 0; i < attributes_->size(); ++i) {
    const auto& attribute = (*attributes_)[i];
    by_name_[LowerName(attribute.name)].push_back(i);
    by_id_.emplace(attribute.id, i);
  }
  built_ = true;
}

namespace {

/// Up to five close names: the qualifier is left out when all have the same.
std::vector<std::string> Suggestions(const NameParts& name, const std::vector<Attribute>& attributes) {
  std::vector<const Attribute*> sorted;
  for (const auto& attribute : attributes) {
    if (!attribute.hidden) sorted.push_back(&attribute);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Attribute* a, const Attribute* b) { return std::tie(a->name, a->id) < std::tie(b->name, b->id); });
  std::set<NameParts> qualifiers, namespaces;
  for (const auto* attribute : sorted) {
    qualifiers.insert(attribute->qualifier);
    NameParts space = attribute->qualifier;
    if (!space.empty()) space.pop_back();
    namespaces.insert(space);
  }
  size_t keep = 100;
  if (name.size() == 1 && qualifiers.size() <= 1) {
    keep = 1;
  } else if (name.size() <= 2 && namespaces.size() <= 1) {
    keep = 2;
  }
  std::string base;
  for (const auto& part : name) {
    base += (base.empty() ? "" : ".") + (part.find('.') == std::string::npos ? part : "`" + part + "`");
  }
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const auto* attribute : sorted) {
    NameParts parts = attribute->qualifier;
    parts.push_back(attribute->name);
    if (parts.size() > keep) parts.erase(parts.begin(), parts.end() - static_cast<long>(keep));
    std::string text = plan::QuotedName(parts);
    ranked.emplace_back(EditDistance(text, base), text);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> out;
  for (const auto& [distance, text] : ranked) {
    if (out.size() < 5) out.push_back(text);
  }
  return out;
}

struct PlanMatch {
  Attribute attribute;
  int depth = 0;
};

/// The columns of the DataFrame `node` stands for that have this name.
std::vector<Attribute> ColumnsNamed(const Provenance* node, const std::string& lower) {
  std::vector<Attribute> found;
  while (node != nullptr) {
    for (auto it = node->added.rbegin(); it != node->added.rend(); ++it) {
      if (LowerName(it->name) == lower) return {*it};
    }
    if (node->columns) {
      for (const auto& attribute : *node->columns) {
        if (LowerName(attribute.name) == lower) found.push_back(attribute);
      }
      return found;
    }
    node = node->children.empty() ? nullptr : node->children[0].get();
  }
  return found;
}

}  // namespace

bool QualifiedOnly(const Attribute& attribute) { return attribute.metadata.contains("__qualified_access_only"); }

bool QualifierMatches(const Attribute& attribute, const NameParts& name, size_t count) {
  if (attribute.qualifier.size() < count) return false;
  for (size_t i = 0; i < count; ++i) {
    if (!EqualNames(attribute.qualifier[attribute.qualifier.size() - count + i], name[i])) return false;
  }
  return true;
}

void FindPlan(const Provenance* node, int64_t plan_id, int depth, std::vector<std::pair<const Provenance*, int>>& out) {
  while (node != nullptr) {
    if (node->plan_id == plan_id) {
      out.emplace_back(node, depth);
      return;
    }
    ++depth;
    for (size_t i = 1; i < node->children.size(); ++i) FindPlan(node->children[i].get(), plan_id, depth, out);
    node = node->children.empty() ? nullptr : node->children[0].get();
  }
}

Resolved Analyzer::Impl::ColumnOf(const Attribute& attribute, const NameParts& name, size_t used, const plan::Origin& origin) {
  Resolved resolved;
  resolved.typed = MakeTyped(TypedColumn{attribute.id, false}, attribute.type, attribute.nullable, origin);
  resolved.sql = name[used - 1];
  resolved.is_named = true;
  resolved.attribute = &attribute;
  for (size_t i = used; i < name.size(); ++i) resolved = FieldOf(std::move(resolved), name[i], origin);
  if (used < name.size()) {
    resolved.name = name.back();
    resolved.is_named = true;
  }
  return resolved;
}

std::optional<Resolved> Analyzer::Impl::TryColumn(const NameParts& name, const plan::Origin& origin, const ColumnIndex& index) {
  std::vector<const Attribute*> candidates;
  size_t used = 0;
  // The longest qualifier wins: catalog.schema.table.column, …, then the bare column with struct fields behind.
  for (size_t qualifier = std::min<size_t>(name.size() - 1, 3) + 1; qualifier-- > 0 && candidates.empty();) {
    for (int hidden = 0; hidden < 2 && candidates.empty(); ++hidden) {
      for (size_t i : index.Find(LowerName(name[qualifier]))) {
        const Attribute& attribute = index.attributes()[i];
        if (attribute.hidden != (hidden == 1)) continue;
        if (qualifier == 0 && QualifiedOnly(attribute)) continue;
        if (qualifier > 0 && !QualifierMatches(attribute, name, qualifier)) continue;
        bool known = std::any_of(candidates.begin(), candidates.end(), [&](auto* c) { return c->id == attribute.id; });
        if (!known) candidates.push_back(&attribute);
      }
    }
    used = qualifier + 1;
  }
  if (candidates.empty()) return std::nullopt;
  if (candidates.size() > 1) {
    std::string names;
    for (const auto* candidate : candidates) {
      NameParts parts = candidate->qualifier;
      parts.push_back(candidate->name);
      names += (names.empty() ? "" : ", ") + plan::QuotedName(parts);
    }
    throw AnalysisError("AMBIGUOUS_REFERENCE",
                        fmt::format("Reference {} is ambiguous, could be: [{}].", plan::QuotedName(name), names),
                        {{"name", plan::QuotedName(name)}, {"referenceNames", "[" + names + "]"}}, origin);
  }
  return ColumnOf(*candidates[0], name, used, origin);
}

std::optional<Resolved> Analyzer::Impl::TryMissing(const NameParts& name, AttributeId id, const plan::Origin& origin,
                                                   Scope& scope) {
  if (scope.missing == nullptr || !scope.reach) return std::nullopt;
  std::vector<Attribute> reachable = Reachable(scope.reach);
  if (scope.reach_metadata_only) std::erase_if(reachable, [](const Attribute& a) { return !a.hidden || a.name != "_metadata"; });
  ColumnIndex index(reachable);
  std::optional<Resolved> found;
  if (id >= 0) {
    const Attribute* attribute = index.FindId(id);
    if (attribute != nullptr) found = ColumnOf(*attribute, name, 1, origin);
  } else {
    found = TryColumn(name, origin, index);
  }
  if (!found) return std::nullopt;
  found->attribute = nullptr;
  Walk(found->typed, [&](const TypedPtr& e) {
    if (const auto* column = As<TypedColumn>(e)) {
      const Attribute* attribute = index.FindId(column->id);
      bool known =
          std::any_of(scope.missing->begin(), scope.missing->end(), [&](const Attribute& a) { return a.id == column->id; });
      if (attribute != nullptr && !known) scope.missing->push_back(*attribute);
    }
    return true;
  });
  return found;
}

std::optional<Resolved> Analyzer::Impl::TryOuter(const NameParts& name, const plan::Origin& origin, Scope& scope) {
  for (const Scope* outer = scope.outer; outer != nullptr; outer = outer->outer) {
    if (outer->input == nullptr) continue;
    auto found = TryColumn(name, origin, *outer->input);
    if (!found) continue;
    outer->used_outer = true;
    std::function<TypedPtr(const TypedPtr&)> mark = [&](const TypedPtr& e) -> TypedPtr {
      if (const auto* column = As<TypedColumn>(e)) {
        return MakeTyped(TypedColumn{column->id, true}, e->type, e->nullable, e->origin);
      }
      return MapChildren(e, mark);
    };
    found->typed = mark(found->typed);
    found->attribute = nullptr;
    return found;
  }
  return std::nullopt;
}

std::optional<Resolved> Analyzer::Impl::ByPlanId(const NameParts& name, int64_t plan_id, const plan::Origin& origin,
                                                 Scope& scope) {
  std::vector<std::pair<const Provenance*, int>> plans;
  FindPlan(scope.provenance.get(), plan_id, 0, plans);
  if (plans.empty()) {
    for (const Scope* outer = scope.outer; outer != nullptr; outer = outer->outer) {
      FindPlan(outer->provenance.get(), plan_id, 0, plans);
      if (!plans.empty()) return TryOuter(name, origin, scope);
    }
    throw AnalysisError("CANNOT_RESOLVE_DATAFRAME_COLUMN",
                        fmt::format("Cannot resolve dataframe column {}. It's probably because of illegal references "
                                    "like `df1.select(df2.col(\"a\"))`.",
                                    plan::QuotedName(name)),
                        {{"name", plan::QuotedName(name)}}, origin)
        .WithSqlState("42704");
  }
  // One place may have the column, and beside a place right below the operator any deeper ones.
  const int top = scope.clause == "JOIN" ? 1 : 0;
  std::optional<Resolved> best;
  int best_depth = -1;
  bool best_missing = false;
  bool ambiguous = false;
  bool known = false;
  for (const auto& [node, depth] : plans) {
    std::vector<Attribute> columns;
    size_t used = 0;
    for (size_t part = 0; part < name.size() && columns.empty(); ++part) {
      if (part > 0 && part > 3) break;
      for (const auto& attribute : ColumnsNamed(node, LowerName(name[part]))) {
        if (part == 0 || QualifierMatches(attribute, name, part)) columns.push_back(attribute);
      }
      used = part + 1;
    }
    std::vector<Attribute> unhidden;
    for (const auto& c : columns) {
      if (!c.hidden) unhidden.push_back(c);
    }
    if (!unhidden.empty()) columns = unhidden;
    bool several = false;
    for (const auto& column : columns) several |= column.id != columns[0].id;
    if (several) {
      ColumnIndex index(columns);
      return TryColumn(name, origin, index);  // throws AMBIGUOUS_REFERENCE
    }
    if (columns.empty()) continue;
    known = true;
    const Attribute* attribute = scope.input->FindId(columns[0].id);
    std::optional<Resolved> resolved;
    if (attribute != nullptr) {
      resolved = ColumnOf(*attribute, name, used, origin);
    } else {
      resolved = TryMissing(name, columns[0].id, origin, scope);
    }
    if (!resolved) continue;
    // Columns that the input still has come before those that have to be brought back.
    bool is_missing = attribute == nullptr;
    if (best && is_missing != best_missing) {
      if (is_missing) continue;
      best.reset();
      ambiguous = false;
    }
    ambiguous = ambiguous || (best && (depth > top) == (best_depth > top));
    if (best && best_depth <= depth) continue;
    best = std::move(resolved);
    best_depth = depth;
    best_missing = is_missing;
  }
  if (ambiguous) {
    std::string text = QuotedExpression(fmt::format("{}", fmt::join(name, ".")));
    throw AnalysisError("AMBIGUOUS_COLUMN_REFERENCE",
                        fmt::format("Column {} is ambiguous. It's because you joined several DataFrame together, and some of "
                                    "these DataFrames are the same.\nThis column points to one of the DataFrames but Spark is "
                                    "unable to figure out which one.\nPlease alias the DataFrames with different names via "
                                    "`DataFrame.alias` before joining them,\nand specify the column using qualified name, e.g. "
                                    "`df.alias(\"a\").join(df.alias(\"b\"), col(\"a.id\") > col(\"b.id\"))`.",
                                    text),
                        {{"name", text}}, origin)
        .WithSqlState("42702");
  }
  if (!best && known) {
    throw AnalysisError("CANNOT_RESOLVE_DATAFRAME_COLUMN",
                        fmt::format("Cannot resolve dataframe column {}. It's probably because of illegal references "
                                    "like `df1.select(df2.col(\"a\"))`.",
                                    plan::QuotedName(name)),
                        {{"name", plan::QuotedName(name)}}, origin)
        .WithSqlState("42704");
  }
  if (!best && !known) {
    std::vector<Attribute> all;
    for (const Provenance* node = plans[0].first; node != nullptr;
         node = node->children.empty() ? nullptr : node->children[0].get()) {
      all.insert(all.end(), node->added.begin(), node->added.end());
      if (node->columns) {
        all.insert(all.end(), node->columns->begin(), node->columns->end());
        break;
      }
    }
    ColumnIndex index(all);
    Scope named;
    named.input = &index;
    if (LowerName(name[0]) == "_metadata") return std::nullopt;
    ThrowUnresolved(name, origin, named);
  }
  return best;
}

Resolved Analyzer::Impl::ResolveColumn(const NameParts& name, int64_t plan_id, const plan::Origin& origin, Scope& scope,
                                       bool metadata) {
  if (plan_id <= kBoundBase) return bound_[static_cast<size_t>(kBoundBase - plan_id)];
  if (plan_id >= 0) {
    if (auto found = ByPlanId(name, plan_id, origin, scope)) return *found;
  }
  for (auto binding = scope.lambdas.rbegin(); binding != scope.lambdas.rend(); ++binding) {
    if (!EqualNames(binding->name, name[0])) continue;
    Resolved resolved;
    resolved.typed = MakeTyped(TypedLambdaVariable{binding->id}, binding->type, binding->nullable, origin);
    resolved.sql = "namedlambdavariable()";
    for (size_t i = 1; i < name.size(); ++i) resolved = FieldOf(std::move(resolved), name[i], origin);
    return resolved;
  }
  if (scope.preferred != nullptr && name.size() == 1) {
    const LateralAlias* match = nullptr;
    bool several = false;
    for (const auto& alias : *scope.preferred) {
      if (!EqualNames(alias.name, name[0])) continue;
      several |= match != nullptr && !SemanticEquals(match->typed, alias.typed);
      match = &alias;
    }
    if (several) {
      if (auto below = TryColumn(name, origin, *scope.input)) return *below;
      if (scope.clause == "ORDER BY") ThrowUnresolved(name, origin, scope);
      throw AnalysisError("AMBIGUOUS_REFERENCE",
                          fmt::format("Reference {} is ambiguous, could be: [{}, {}].", plan::QuotedName(name),
                                      plan::QuotedName(name), plan::QuotedName(name)),
                          {{"name", plan::QuotedName(name)},
                           {"referenceNames", "[" + plan::QuotedName(name) + ", " + plan::QuotedName(name) + "]"}},
                          origin);
    }
    if (match != nullptr) {
      Resolved resolved;
      resolved.typed = match->typed;
      resolved.sql = name[0];
      resolved.is_named = true;
      return resolved;
    }
  }
  if (scope.input != nullptr) {
    try {
      if (auto found = TryColumn(name, origin, *scope.input)) return *found;
    } catch (const Error& error) {
      // A sort goes on below when several columns have the name.
      if (scope.clause != "ORDER BY" || error.condition() != "AMBIGUOUS_REFERENCE") throw;
      try {
        if (auto below = TryMissing(name, -1, origin, scope)) return *below;
      } catch (const Error& deeper) {
        if (deeper.condition() != "AMBIGUOUS_REFERENCE") throw;
      }
      ThrowUnresolved(name, origin, scope);
    }
  }
  if (scope.laterals != nullptr) {
    const LateralAlias* match = nullptr;
    for (const auto& alias : *scope.laterals) {
      if (!EqualNames(alias.name, name[0])) continue;
      if (match != nullptr) {
        throw AnalysisError("AMBIGUOUS_LATERAL_COLUMN_ALIAS",
                            fmt::format("Lateral column alias {} is ambiguous and has several matches.", plan::QuotedName(name)),
                            {{"name", plan::QuotedName(name)}, {"n", "2"}}, origin)
            .WithSqlState("42702");
      }
      match = &alias;
    }
    if (match != nullptr) {
      Resolved resolved;
      resolved.typed = match->typed;
      resolved.sql = name[0];
      resolved.is_named = true;
      for (size_t i = 1; i < name.size(); ++i) resolved = FieldOf(std::move(resolved), name[i], origin);
      if (name.size() > 1) resolved.name = name.back();
      return resolved;
    }
  }
  if (scope.time_windows != nullptr) {
    for (const auto& window : *scope.time_windows) {
      if (!EqualNames(window.name, name[0])) continue;
      Resolved resolved;
      resolved.typed = window.typed;
      resolved.sql = name[0];
      resolved.is_named = true;
      for (size_t i = 1; i < name.size(); ++i) resolved = FieldOf(std::move(resolved), name[i], origin);
      if (name.size() > 1) resolved.name = name.back();
      return resolved;
    }
  }
  // A qualifier that the relation does not have is the query's around it, before it is one of what lies below.
  if (name.size() > 1) {
    if (auto found = TryOuter(name, origin, scope)) return *found;
  }
  if (auto found = TryMissing(name, -1, origin, scope)) return *found;
  if (name.size() == 1) {
    static const std::set<std::string> constants = {"current_date",   "current_timestamp", "current_user",     "user",
                                                    "session_user",   "current_catalog",   "current_database", "current_schema",
                                                    "localtimestamp", "current_time"};
    std::string lower = LowerName(name[0]);
    if (constants.count(lower) != 0) {
      plan::FunctionCall call;
      call.name = {lower};
      return ResolveCall(call, origin, scope);
    }
    if (lower == "grouping__id") {
      plan::FunctionCall call;
      call.name = {"grouping_id"};
      return ResolveCall(call, origin, scope);
    }
  }
  if (auto found = TryOuter(name, origin, scope)) return *found;
  if (auto found = TryVariable(name, origin)) return *found;
  ThrowUnresolved(name, origin, scope);
}

std::optional<Resolved> Analyzer::Impl::TryVariable(const NameParts& name, const plan::Origin& origin) {
  size_t at = 0;
  if (name.size() > 2 && EqualNames(name[0], "system") && EqualNames(name[1], "session")) at = 2;
  if (name.size() > 1 && EqualNames(name[0], "session")) at = 1;
  plan::CatalogCall call;
  call.operation = "find_variable";
  call.arguments["name"] = name[at];
  TypedRelationPtr found = context_.RunCatalogCall(call);
  if (!found || found->output.empty()) return std::nullopt;
  const Attribute& variable = found->output[0];
  const plan::Value& value = std::get<TypedRows>(found->node).rows.at(0).at(0);
  Resolved resolved;
  resolved.typed = MakeTyped(TypedLiteral{value}, variable.type, value.is_null(), origin);
  resolved.sql = fmt::format("variablereference(system.session.{}={})", variable.name,
                             LiteralSql(value, variable.type, environment_.time_zone));
  for (size_t i = at + 1; i < name.size(); ++i) resolved = FieldOf(std::move(resolved), name[i], origin);
  resolved.name = name.back();
  resolved.is_named = true;
  return resolved;
}

void Analyzer::Impl::ThrowUnresolved(const NameParts& name, const plan::Origin& origin, Scope& scope) {
  std::vector<Attribute> attributes;
  if (scope.suggested != nullptr) {
    attributes = *scope.suggested;
  } else if (scope.input != nullptr) {
    attributes = scope.input->attributes();
  }
  std::vector<std::string> close = Suggestions(name, attributes);
  std::string id = plan::QuotedName(name);
  if (close.empty()) {
    throw AnalysisError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
                        fmt::format("A column, variable, or function parameter with name {} cannot be resolved.", id),
                        {{"objectName", id}}, origin);
  }
  std::string proposal;
  for (const auto& text : close) proposal += (proposal.empty() ? "" : ", ") + text;
  throw AnalysisError("UNRESOLVED_COLUMN.WITH_SUGGESTION",
                      fmt::format("A column, variable, or function parameter with name {} cannot be resolved. Did you mean "
                                  "one of the following? [{}].",
                                  id, proposal),
                      {{"objectName", id}, {"proposal", proposal}}, origin);
}

}  // namespace headrace::analysis
