#include <fmt/format.h>

#include "analysis/analyzer_internal.h"
#include "analysis/name_match.h"
#include "analysis/star_except.h"

namespace headrace::analysis {

using plan::NameParts;
using plan::TypeId;

std::vector<Resolved> Analyzer::Impl::ExpandStar(const plan::Expression& expression, Scope& scope) {
  const auto& star = std::get<plan::Star>(expression.node);
  std::vector<Resolved> out;
  auto add = [&](const Attribute& attribute) {
    Resolved resolved;
    resolved.typed = MakeTyped(TypedColumn{attribute.id, false}, attribute.type, attribute.nullable, expression.origin);
    resolved.sql = attribute.name;
    resolved.is_named = true;
    resolved.attribute = &attribute;
    out.push_back(std::move(resolved));
  };
  // What EXCEPT leaves of the columns in `out`.
  auto without_excepted = [&](const std::vector<StarColumn>& names) {
    if (star.except.empty()) return out;
    auto losses = LossesOf(star.except, names, expression.origin,
                           [&](const NameParts& name) { ThrowUnresolved(name, expression.origin, scope); });
    auto or_null = [&](const TypedPtr& value, const TypedPtr& made) {
      return MakeTyped(TypedCase{{{CallTyped("isnull", {value}), NullValue(made->type)}}, made}, made->type, true);
    };
    std::vector<Resolved> left;
    for (size_t i = 0; i < out.size(); ++i) {
      if (losses[i].whole) continue;
      if (!losses[i].fields.empty()) {
        out[i].typed = WithoutFields(out[i].typed, losses[i].fields, expression.origin, or_null);
        out[i].name = names[i].name;
        out[i].attribute = nullptr;
      }
      left.push_back(std::move(out[i]));
    }
    return left;
  };
  static const std::vector<Attribute> kNone;
  const auto& attributes = scope.input != nullptr ? scope.input->attributes() : kNone;
  std::vector<const Attribute*> chosen;
  if (star.plan_id >= 0 && scope.input != nullptr) {
    std::vector<std::pair<const Provenance*, int>> plans;
    FindPlan(scope.provenance.get(), star.plan_id, 0, plans);
    if (plans.empty()) {
      throw AnalysisError("CANNOT_RESOLVE_DATAFRAME_COLUMN", "Cannot resolve dataframe column `*`.", {{"name", "*"}},
                          expression.origin)
          .WithSqlState("42704");
    }
    std::vector<AttributeId> ids;
    std::vector<const Provenance*> path;
    for (const Provenance* node = plans[0].first; node != nullptr;
         node = node->children.empty() ? nullptr : node->children[0].get()) {
      path.push_back(node);
      if (node->columns) break;
    }
    for (auto it = path.rbegin(); it != path.rend(); ++it) {
      if ((*it)->columns) {
        for (const auto& a : *(*it)->columns) {
          if (!a.hidden) ids.push_back(a.id);
        }
      }
      for (const auto& a : (*it)->added) ids.push_back(a.id);
    }
    for (AttributeId id : ids) {
      if (const Attribute* attribute = scope.input->FindId(id)) chosen.push_back(attribute);
    }
  } else if (star.target.empty()) {
    for (const auto& attribute : attributes) {
      if (!attribute.hidden) chosen.push_back(&attribute);
    }
  } else {
    for (const auto& attribute : attributes) {
      if (QualifierMatches(attribute, star.target, star.target.size()) && (!attribute.hidden || QualifiedOnly(attribute))) {
        chosen.push_back(&attribute);
      }
    }
    if (chosen.empty()) {
      // A struct's fields: s.*
      std::optional<Resolved> structure;
      if (scope.input != nullptr) structure = TryColumn(star.target, expression.origin, *scope.input);
      if (!structure) structure = TryOuter(star.target, expression.origin, scope);
      if (structure && structure->typed->type.id() == TypeId::kStruct) {
        std::vector<StarColumn> names;
        for (const auto& field : structure->typed->type.fields()) {
          names.push_back({field.name, {}});
          Resolved part = FieldOf(*structure, field.name, expression.origin);
          part.name = field.name;
          part.is_named = true;
          part.attribute = nullptr;
          out.push_back(std::move(part));
        }
        return without_excepted(names);
      }
      // A table outside the sub-query: t.* in a lateral one.
      for (const Scope* outer = scope.outer; outer != nullptr && out.empty(); outer = outer->outer) {
        if (outer->input == nullptr) continue;
        std::vector<StarColumn> names;
        for (const auto& attribute : outer->input->attributes()) {
          if (attribute.hidden || !QualifierMatches(attribute, star.target, star.target.size())) continue;
          outer->used_outer = true;
          Resolved column;
          column.typed = MakeTyped(TypedColumn{attribute.id, true}, attribute.type, attribute.nullable, expression.origin);
          column.sql = attribute.name;
          column.name = attribute.name;
          column.is_named = true;
          out.push_back(std::move(column));
          names.push_back({attribute.name, attribute.qualifier});
        }
        if (!out.empty()) return without_excepted(names);
      }
      std::string target;
      for (const auto& part : star.target) target += (target.empty() ? "" : ".") + part;
      std::string columns;
      for (const auto& attribute : attributes) {
        if (!attribute.hidden) columns += (columns.empty() ? "" : ", ") + plan::QuotedName(attribute.name);
      }
      throw AnalysisError("CANNOT_RESOLVE_STAR_EXPAND",
                          fmt::format("Cannot resolve {}.* given input columns {}. Please check that the specified table or "
                                      "struct exists and is accessible in the input columns.",
                                      plan::QuotedName(star.target), columns),
                          {{"targetString", plan::QuotedName(star.target)}, {"columns", columns}}, expression.origin)
          .WithSqlState("42704");
    }
  }
  std::vector<StarColumn> names;
  for (const auto* attribute : chosen) {
    add(*attribute);
    names.push_back({attribute->name, attribute->qualifier});
  }
  return without_excepted(names);
}

}  // namespace headrace::analysis
