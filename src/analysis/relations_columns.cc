#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;

namespace {

/// Nodes of an expression; counting stops at `limit`.
size_t SizeOf(const TypedPtr& expression, size_t limit) {
  size_t count = 0;
  Walk(expression, [&](const TypedPtr&) { return ++count < limit; });
  return count;
}

}  // namespace

Frame Analyzer::Impl::WithColumns(const std::vector<const plan::Relation*>& chain, Frame input, const Scope* outer) {
  // One projection grows over the whole chain: a step that uses what the projection makes either takes the expression in
  // place (when it is small) or starts the next projection. `columns` are the output so far.
  constexpr size_t kSmall = 6;
  input = WithoutHidden(std::move(input));
  struct Layer {
    std::vector<Attribute> columns;
    std::unordered_map<AttributeId, TypedPtr> made;  ///< Columns this projection makes (others pass through).
    std::unordered_map<std::string, size_t> by_name;
    bool pending = false;
  } layer;
  std::vector<AttributeId> order;
  auto restart = [&] {
    layer.made.clear();
    layer.pending = false;
  };
  layer.columns = input.relation->output;
  auto reindex = [&] {
    layer.by_name.clear();
    for (size_t i = 0; i < layer.columns.size(); ++i) layer.by_name.emplace(LowerName(layer.columns[i].name), i);
  };
  reindex();
  TypedRelationPtr below = input.relation;
  auto flush = [&](int64_t plan_id) {
    if (!layer.pending) return;
    TypedProject project{below, {}};
    for (const auto& column : layer.columns) {
      auto made = layer.made.find(column.id);
      project.expressions.push_back(made == layer.made.end() ? ColumnRef(column) : made->second);
    }
    below = MakeTypedRelation(std::move(project), layer.columns, plan_id);
    restart();
  };
  ProvenancePtr provenance = input.provenance;
  std::unique_ptr<ColumnIndex> index;
  auto columns_changed = true;
  for (const plan::Relation* step : chain) {
    const auto& node = std::get<plan::WithColumns>(step->node);
    if (columns_changed) index = std::make_unique<ColumnIndex>(layer.columns);
    Scope scope;
    scope.input = index.get();
    scope.provenance = provenance;
    scope.outer = outer;
    std::vector<Attribute> missing;
    scope.missing = &missing;
    scope.reach = below;
    scope.reach_metadata_only = true;
    std::set<std::string> names;
    std::vector<Item> items;
    for (const auto& alias : node.columns) {
      std::string name = alias.names.at(0);
      if (!names.insert(LowerName(name)).second) {
        throw AnalysisError("COLUMN_ALREADY_EXISTS",
                            fmt::format("The column {} already exists. Choose another name or rename the existing column.",
                                        plan::QuotedName(LowerName(name))),
                            {{"columnName", plan::QuotedName(LowerName(name))}}, step->origin);
      }
      Resolved resolved = Resolve(alias.child, scope);
      Item item;
      item.typed = resolved.typed;
      item.name = name;
      item.sql = resolved.sql;
      item.has_alias = true;
      item.metadata = alias.metadata;
      if (item.metadata.empty()) item.metadata = resolved.metadata;
      if (item.metadata.empty() && resolved.attribute != nullptr) item.metadata = resolved.attribute->metadata;
      items.push_back(std::move(item));
    }
    if (!missing.empty()) {
      below = AddMissing(below, missing);
      if (!below) ThrowInternal("the metadata of files below is not reachable");
    }
    bool special = std::any_of(items.begin(), items.end(), [](const Item& i) {
      return ContainsWindow(i.typed) || ContainsGenerator(i.typed) || ContainsAggregate(i.typed);
    });
    // What the new columns use of the open projection.
    bool blocked = special;
    for (auto& item : items) {
      if (blocked) break;
      Walk(item.typed, [&](const TypedPtr& e) {
        if (As<TypedSubquery>(e)) blocked = true;
        const auto* column = As<TypedColumn>(e);
        if (column == nullptr) return !blocked;
        auto made = layer.made.find(column->id);
        if (made == layer.made.end()) return true;
        bool small = SizeOf(made->second, kSmall) < kSmall && IsDeterministic(made->second);
        if (!small) blocked = true;
        return !blocked;
      });
    }
    if (blocked) flush(-1);
    if (!blocked && !layer.made.empty()) {
      std::function<TypedPtr(const TypedPtr&)> inline_made = [&](const TypedPtr& e) -> TypedPtr {
        if (const auto* column = As<TypedColumn>(e)) {
          auto made = layer.made.find(column->id);
          return made == layer.made.end() ? e : made->second;
        }
        return MapChildren(e, inline_made);
      };
      for (auto& item : items) item.typed = inline_made(item.typed);
    }
    Frame frame{below, provenance};
    if (special) {
      TypedRelationPtr alive = below;
      for (const auto& item : items) {
        if (ContainsAggregate(item.typed)) {
          throw AnalysisError(
              "MISSING_GROUP_BY",
              "The query does not include a GROUP BY clause. Add GROUP BY or turn it into the window functions using "
              "OVER clauses.",
              {}, step->origin);
        }
      }
      frame = ExtractGenerators(std::move(frame), items);
      std::vector<TypedPtr*> expressions;
      for (auto& item : items) expressions.push_back(&item.typed);
      frame = ExtractWindows(std::move(frame), expressions);
      below = frame.relation;
    }
    auto made_provenance = std::make_shared<Provenance>();
    made_provenance->plan_id = step->plan_id;
    made_provenance->children = {provenance};
    for (auto& item : items) {
      Attribute attribute{NewId(), item.name, item.typed->type, item.typed->nullable, item.metadata, {}, false};
      std::string lower = LowerName(item.name);
      bool replaced = false;
      auto known = layer.by_name.find(lower);
      if (known != layer.by_name.end()) {
        for (size_t i = known->second; i < layer.columns.size(); ++i) {
          if (LowerName(layer.columns[i].name) != lower) continue;
          // Every column of the name is replaced.
          layer.made.erase(layer.columns[i].id);
          layer.columns[i] = attribute;
          replaced = true;
        }
      }
      if (!replaced) {
        layer.by_name.emplace(lower, layer.columns.size());
        layer.columns.push_back(attribute);
      }
      layer.made[attribute.id] = item.typed;
      made_provenance->added.push_back(attribute);
    }
    layer.pending = true;
    provenance = made_provenance;
    if (special) flush(step->plan_id);
  }
  flush(chain.back()->plan_id);
  return {below, provenance};
}

Frame Analyzer::Impl::WithColumnsRenamed(const plan::Relation& relation, const plan::WithColumnsRenamed& node, Frame input) {
  input = WithoutHidden(std::move(input));
  std::vector<Attribute> output = input.relation->output;
  TypedProject project{input.relation, {}};
  for (const auto& attribute : output) project.expressions.push_back(ColumnRef(attribute));
  for (const auto& [from, to] : node.renames) {
    for (auto& attribute : output) {
      if (!EqualNames(attribute.name, from)) continue;
      attribute.name = to;
      attribute.qualifier.clear();
      attribute.id = NewId();
    }
  }
  return Unary(std::move(project), std::move(output), relation, input);
}

Frame Analyzer::Impl::ToDf(const plan::Relation& relation, const plan::ToDf& node, Frame input) {
  input = WithoutHidden(std::move(input));
  std::vector<Attribute> output = input.relation->output;
  if (output.size() != node.names.size()) {
    throw Error(
        ErrorKind::kIllegalArgument, "ASSIGNMENT_ARITY_MISMATCH",
        fmt::format("The number of columns doesn't match.\nOld column names ({}): {}\nNew column names ({}): {}", output.size(),
                    fmt::join(
                        [&] {
                          std::vector<std::string> names;
                          for (const auto& a : output) names.push_back(a.name);
                          return names;
                        }(),
                        ", "),
                    node.names.size(), fmt::join(node.names, ", ")),
        {{"numTarget", std::to_string(node.names.size())}, {"numExpr", std::to_string(output.size())}});
  }
  TypedProject project{input.relation, {}};
  for (size_t i = 0; i < output.size(); ++i) {
    project.expressions.push_back(ColumnRef(output[i]));
    if (output[i].name != node.names[i]) {
      output[i].name = node.names[i];
      output[i].id = NewId();
      output[i].qualifier.clear();
    }
  }
  return Unary(std::move(project), std::move(output), relation, input);
}

TypedPtr Analyzer::Impl::MatchType(const TypedPtr& value, const Attribute& from, const plan::StructField& to,
                                   const std::vector<std::string>& path) {
  if (value->nullable && !to.nullable) {
    throw AnalysisError(
        "NULLABLE_COLUMN_OR_FIELD",
        fmt::format("Column or field {} is nullable while it's required to be non-nullable.", plan::QuotedName(path)),
        {{"name", plan::QuotedName(path)}})
        .WithSqlState("42000");
  }
  if (value->type.id() == TypeId::kStruct && to.type.id() == TypeId::kStruct) {
    TypedStruct made;
    for (const auto& field : to.type.fields()) {
      std::vector<std::string> inner = path;
      inner.push_back(field.name);
      std::optional<size_t> index;
      for (size_t i = 0; i < value->type.fields().size(); ++i) {
        if (EqualNames(value->type.fields()[i].name, field.name)) index = i;
      }
      if (!index) {
        if (field.nullable) {
          made.fields.push_back(NullValue(field.type));
          continue;
        }
        throw AnalysisError(
            "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
            fmt::format("A column, variable, or function parameter with name {} cannot be resolved.", plan::QuotedName(inner)),
            {{"objectName", plan::QuotedName(inner)}});
      }
      const auto& source = value->type.fields()[*index];
      TypedPtr part = MakeTyped(TypedFieldAccess{value, *index}, source.type, value->nullable || source.nullable);
      plan::StructField wanted = field;
      if (value->nullable && !source.nullable) wanted.nullable = true;
      made.fields.push_back(MatchType(part, from, wanted, inner));
    }
    TypedPtr structure = MakeTyped(std::move(made), to.type, false);
    if (!value->nullable) return structure;
    return MakeTyped(TypedCase{{{CallTyped("isnull", {value}), NullValue(to.type)}}, structure}, to.type, true);
  }
  if (!functions::CanAnsiStoreAssign(value->type.AsNullable(), to.type.AsNullable())) {
    throw AnalysisError(
        "INVALID_COLUMN_OR_FIELD_DATA_TYPE",
        fmt::format("Column or field {} is of type {} while it's required to be {}.", plan::QuotedName(path),
                    QuotedType(value->type), QuotedType(to.type)),
        {{"name", plan::QuotedName(path)}, {"type", QuotedType(value->type)}, {"expectedType", QuotedType(to.type)}})
        .WithSqlState("42000");
  }
  return CastTo(value, to.type);
}

Frame Analyzer::Impl::ToSchema(const plan::Relation& relation, const plan::ToSchema& node, Frame input) {
  input = WithoutHidden(std::move(input));
  ColumnIndex index(input.relation->output);
  TypedProject project{input.relation, {}};
  std::vector<Attribute> output;
  for (const auto& field : node.schema) {
    auto found = TryColumn({field.name}, relation.origin, index);
    if (!found) {
      if (field.nullable) {
        project.expressions.push_back(NullValue(field.type));
        output.push_back({NewId(), field.name, field.type, true, field.metadata, {}, false});
        continue;
      }
      Scope scope;
      scope.input = &index;
      ThrowUnresolved({field.name}, relation.origin, scope);
    }
    TypedPtr value = MatchType(found->typed, *found->attribute, field, {field.name});
    project.expressions.push_back(value);
    json::object metadata = field.metadata.empty() ? found->attribute->metadata : field.metadata;
    output.push_back({NewId(), field.name, value->type, value->nullable, metadata, {}, false});
  }
  return Unary(std::move(project), std::move(output), relation, input);
}

Frame Analyzer::Impl::Drop(const plan::Relation& relation, const plan::Drop& node, Frame input, const Scope* outer) {
  input = WithoutHidden(std::move(input));
  std::set<AttributeId> dropped;
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  scope.provenance = input.provenance;
  for (const auto& expression : node.columns) {
    // A column that is not there is no error.
    try {
      Resolved resolved = Resolve(expression, scope);
      if (const auto* column = As<TypedColumn>(resolved.typed)) dropped.insert(column->id);
    } catch (const Error& error) {
      if (error.condition().rfind("UNRESOLVED_COLUMN", 0) != 0 && error.condition() != "CANNOT_RESOLVE_DATAFRAME_COLUMN") throw;
    }
  }
  TypedProject project{input.relation, {}};
  std::vector<Attribute> output;
  for (const auto& attribute : input.relation->output) {
    bool named = std::any_of(node.names.begin(), node.names.end(), [&](auto& n) { return EqualNames(n, attribute.name); });
    if (named || dropped.count(attribute.id) != 0) continue;
    project.expressions.push_back(ColumnRef(attribute));
    output.push_back(attribute);
  }
  if (output.size() == input.relation->output.size()) return Finish(input.relation, relation.plan_id, {input.provenance});
  return Unary(std::move(project), std::move(output), relation, input);
}

Frame Analyzer::Impl::Deduplicate(const plan::Relation& relation, const plan::Deduplicate& node, Frame input) {
  input = WithoutHidden(std::move(input));
  const auto& output = input.relation->output;
  if (node.within_watermark) ThrowUnsupported("dropDuplicatesWithinWatermark");
  if (node.all_columns || node.columns.empty()) {
    for (const auto& attribute : output) {
      if (attribute.type.id() == TypeId::kMap) {
        throw AnalysisError(
            "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
            fmt::format("The feature is not supported: Cannot have MAP type columns in DataFrame which calls set operations "
                        "(INTERSECT, EXCEPT, etc.), but the type of column {} is {}.",
                        plan::QuotedName(attribute.name), QuotedType(attribute.type)),
            {{"colName", plan::QuotedName(attribute.name)}, {"dataType", QuotedType(attribute.type)}}, relation.origin);
      }
    }
    return Unary(TypedDistinct{input.relation}, output, relation, input);
  }
  TypedDeduplicate made{input.relation, {}};
  for (const auto& name : node.columns) {
    bool found = false;
    for (const auto& attribute : output) {
      if (!EqualNames(attribute.name, name)) continue;
      made.keys.push_back(attribute.id);
      found = true;
    }
    if (!found) {
      std::string list = ListedNames(output);
      throw Error(ErrorKind::kInvalidPlan, "CONNECT_INVALID_PLAN.UNRESOLVED_COLUMN_AMONG_FIELD_NAMES",
                  fmt::format("The Spark Connect plan is invalid. Cannot resolve column name \"{}\" among ({}).", name, list),
                  {{"colName", name}, {"fieldNames", list}});
    }
  }
  return Unary(std::move(made), output, relation, input);
}

}  // namespace headrace::analysis
