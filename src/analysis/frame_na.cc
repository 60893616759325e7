#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;

namespace {

bool Chosen(const std::vector<std::string>& columns, const std::string& name) {
  return columns.empty() || std::any_of(columns.begin(), columns.end(), [&](auto& c) { return EqualNames(c, name); });
}

}  // namespace

Frame Analyzer::Impl::NaFill(const plan::Relation& relation, const plan::NaFill& node, Frame input) {
  input = WithoutHidden(std::move(input));
  TypedProject project{input.relation, {}};
  std::vector<Attribute> output;
  CheckColumns(node.columns, input, relation.origin);
  for (const auto& attribute : input.relation->output) {
    const plan::Literal* value = nullptr;
    if (node.values.size() == 1) {
      if (Chosen(node.columns, attribute.name)) value = &node.values[0];
    } else {
      for (size_t i = 0; i < node.values.size() && i < node.columns.size(); ++i) {
        if (EqualNames(node.columns[i], attribute.name)) value = &node.values[i];
      }
    }
    bool fits = value != nullptr && ((value->type.IsNumeric() && attribute.type.IsNumeric()) ||
                                     (value->type.IsString() && attribute.type.IsString()) ||
                                     (value->type.id() == TypeId::kBoolean && attribute.type.id() == TypeId::kBoolean));
    TypedPtr column = ColumnRef(attribute);
    if (!fits) {
      project.expressions.push_back(column);
      output.push_back(attribute);
      continue;
    }
    // NaN counts as missing.
    if (attribute.type.id() == TypeId::kFloat || attribute.type.id() == TypeId::kDouble) {
      column = CallTyped("nanvl", {column, NullValue(attribute.type)});
    }
    TypedPtr literal = CastTo(MakeTyped(TypedLiteral{value->value}, value->type, false), attribute.type);
    TypedPtr filled = CallTyped("coalesce", {column, literal});
    project.expressions.push_back(filled);
    output.push_back({NewId(), attribute.name, filled->type, filled->nullable, {}, {}, false});
  }
  return Unary(std::move(project), std::move(output), relation, input);
}

void Analyzer::Impl::CheckColumns(const std::vector<std::string>& names, const Frame& input, const plan::Origin& origin) {
  ColumnIndex index(input.relation->output);
  for (const auto& name : names) {
    if (!index.Find(LowerName(name)).empty()) continue;
    Scope scope;
    scope.input = &index;
    ThrowUnresolved({name}, origin, scope);
  }
}

Frame Analyzer::Impl::NaDrop(const plan::Relation& relation, const plan::NaDrop& node, Frame input) {
  CheckColumns(node.columns, input, relation.origin);
  TypedPtr count;
  TypedPtr all;
  for (const auto& attribute : input.relation->output) {
    if (attribute.hidden || !Chosen(node.columns, attribute.name)) continue;
    TypedPtr present = CallTyped("isnotnull", {ColumnRef(attribute)});
    if (attribute.type.id() == TypeId::kFloat || attribute.type.id() == TypeId::kDouble) {
      present = CallTyped("and", {present, CallTyped("not", {CallTyped("isnan", {ColumnRef(attribute)})})});
    }
    all = all ? CallTyped("and", {all, present}) : present;
    auto number = [&](int64_t n) { return MakeTyped(TypedLiteral{plan::Value(plan::Value::Data(n))}, TypeId::kInteger, false); };
    TypedPtr one = MakeTyped(TypedCase{{{present, number(1)}}, number(0)}, TypeId::kInteger, false);
    count = count ? CallTyped("+", {count, one}) : one;
  }
  if (!all) return Finish(input.relation, relation.plan_id, {input.provenance});
  TypedPtr condition = all;
  if (node.min_non_nulls) {
    TypedPtr wanted = MakeTyped(TypedLiteral{plan::Value(plan::Value::Data(static_cast<int64_t>(*node.min_non_nulls)))},
                                TypeId::kInteger, false);
    condition = CallTyped(">=", {count, wanted});
  }
  return Unary(TypedFilter{input.relation, condition}, input.relation->output, relation, input);
}

Frame Analyzer::Impl::NaReplace(const plan::Relation& relation, const plan::NaReplace& node, Frame input) {
  input = WithoutHidden(std::move(input));
  CheckColumns(node.columns, input, relation.origin);
  TypedProject project{input.relation, {}};
  std::vector<Attribute> output;
  for (const auto& attribute : input.relation->output) {
    TypedPtr column = ColumnRef(attribute);
    TypedCase choice;
    bool nullable = attribute.nullable;
    if (Chosen(node.columns, attribute.name)) {
      for (const auto& [from, to] : node.replacements) {
        bool fits = (from.type.IsNumeric() && attribute.type.IsNumeric()) ||
                    (from.type.IsString() && attribute.type.IsString()) ||
                    (from.type.id() == TypeId::kBoolean && attribute.type.id() == TypeId::kBoolean) || from.value.is_null();
        if (!fits) continue;
        TypedPtr wanted = MakeTyped(TypedLiteral{from.value}, from.type, from.value.is_null());
        TypedPtr match = from.value.is_null() ? CallTyped("isnull", {column}) : CallTyped("=", {column, wanted});
        TypedPtr made = CastTo(MakeTyped(TypedLiteral{to.value}, to.type, to.value.is_null()), attribute.type);
        nullable |= to.value.is_null();
        choice.branches.emplace_back(match, made);
      }
    }
    if (choice.branches.empty()) {
      project.expressions.push_back(column);
      output.push_back(attribute);
      continue;
    }
    choice.otherwise = column;
    project.expressions.push_back(MakeTyped(std::move(choice), attribute.type, nullable));
    output.push_back({NewId(), attribute.name, attribute.type, nullable, {}, {}, false});
  }
  return Unary(std::move(project), std::move(output), relation, input);
}

Frame Analyzer::Impl::Observe(const plan::Relation& relation, const plan::CollectMetrics& node, Frame input, const Scope* outer) {
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  scope.provenance = input.provenance;
  scope.outer = outer;
  TypedObserve made;
  made.input = input.relation;
  made.name = node.name;
  for (auto& item : ResolveItems(node.metrics, scope, false)) {
    made.metrics.push_back(item.typed);
    made.metrics_schema.push_back({item.name, item.typed->type, item.typed->nullable, {}});
  }
  return Unary(std::move(made), input.relation->output, relation, input);
}

Frame Analyzer::Impl::Unpivot(const plan::Relation& relation, const plan::Unpivot& node, Frame input, const Scope* outer) {
  input = WithoutHidden(std::move(input));
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  scope.provenance = input.provenance;
  scope.outer = outer;
  std::vector<Item> ids = ResolveItems(node.ids, scope, false);
  std::vector<std::vector<Item>> values;
  auto used = [&](const Attribute& attribute, const std::vector<Item>& items) {
    return std::any_of(items.begin(), items.end(), [&](const Item& i) {
      const auto* column = As<TypedColumn>(i.typed);
      return column != nullptr && column->id == attribute.id;
    });
  };
  auto item_of = [&](const Attribute& attribute) {
    Item item;
    item.pass = &attribute;
    item.typed = ColumnRef(attribute);
    item.name = item.sql = attribute.name;
    return item;
  };
  if (node.values) {
    for (const auto& group : *node.values) {
      std::vector<Item> items = ResolveItems(group, scope, false);
      if (node.value_names.size() == 1 && items.size() > 1) {  // a star
        for (auto& item : items) values.push_back({std::move(item)});
      } else {
        values.push_back(std::move(items));
      }
    }
    if (node.ids.empty() && !node.value_aliases.empty()) {
      for (const auto& attribute : input.relation->output) {
        bool taken = std::any_of(values.begin(), values.end(), [&](auto& v) { return used(attribute, v); });
        if (!taken) ids.push_back(item_of(attribute));
      }
    }
  } else {
    for (const auto& attribute : input.relation->output) {
      if (!used(attribute, ids)) values.push_back({item_of(attribute)});
    }
  }
  size_t width = node.value_names.size();
  if (values.empty()) {
    throw AnalysisError("UNPIVOT_REQUIRES_VALUE_COLUMNS",
                        "At least one value column needs to be specified for UNPIVOT, all columns specified as ids.", {},
                        relation.origin)
        .WithSqlState("42K0A");
  }
  std::vector<DataType> types;
  std::vector<bool> nullable(width, false);
  for (size_t column = 0; column < width; ++column) {
    std::optional<DataType> common;
    for (const auto& group : values) {
      const auto& type = group.at(column).typed->type;
      nullable[column] = nullable[column] || group[column].typed->nullable;
      common = common ? functions::WiderTypeWithoutStrings(*common, type, environment_.ansi) : std::optional<DataType>(type);
      if (!common) {
        std::string list;
        for (const auto& g : values)
          list += (list.empty() ? "" : ", ") +
                  fmt::format("{} ({})", QuotedType(g[column].typed->type), plan::QuotedName(g[column].name));
        throw AnalysisError("UNPIVOT_VALUE_DATA_TYPE_MISMATCH",
                            fmt::format("Unpivot value columns must share a least common type, some types do not: [{}].", list),
                            {{"types", list}}, relation.origin)
            .WithSqlState("42K09");
      }
    }
    types.push_back(*common);
  }
  // inline(array(struct(name, value...), ...)): in the input's row order, as Spark's Expand.
  std::vector<plan::StructField> fields = {{node.variable_name, TypeId::kString, false, {}}};
  for (size_t column = 0; column < width; ++column)
    fields.push_back({node.value_names[column], types[column], nullable[column], {}});
  DataType row_type = DataType::Struct(fields);
  TypedExpressions rows;
  for (size_t g = 0; g < values.size(); ++g) {
    std::string name;
    if (g < node.value_aliases.size() && !node.value_aliases[g].empty()) {
      name = node.value_aliases[g];
    } else {
      for (const auto& item : values[g]) name += (name.empty() ? "" : "_") + item.name;
    }
    TypedStruct row{{StringValue(name)}};
    for (size_t column = 0; column < width; ++column) row.fields.push_back(CastTo(values[g][column].typed, types[column]));
    rows.push_back(MakeTyped(std::move(row), row_type, false));
  }
  Item generator;
  generator.typed = CallTyped("inline", {CallTyped("array", std::move(rows))});
  std::vector<Item> items = std::move(ids);
  items.push_back(std::move(generator));
  Frame frame = ProjectItems(input, std::move(items), relation);
  if (node.include_nulls) return frame;
  TypedPtr present;
  for (size_t column = 0; column < width; ++column) {
    TypedPtr one = CallTyped("isnotnull", {ColumnRef(frame.relation->output[frame.relation->output.size() - width + column])});
    present = present ? CallTyped("or", {present, one}) : one;
  }
  auto output = frame.relation->output;
  return Finish(MakeTypedRelation(TypedFilter{frame.relation, present}, std::move(output), relation.plan_id), relation.plan_id,
                {frame.provenance});
}

}  // namespace headrace::analysis
