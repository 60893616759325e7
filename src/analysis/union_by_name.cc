#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

using plan::DataType;
using plan::StructField;
using plan::TypeId;

namespace {

const StructField* FindField(const DataType& structure, const std::string& name) {
  for (const auto& field : structure.fields()) {
    if (EqualNames(field.name, name)) return &field;
  }
  return nullptr;
}

/// `own` with the fields that only the structs of `other` have at the end of its own, at any depth.
DataType WithFieldsOf(const DataType& own, const DataType& other) {
  if (own.id() != other.id()) return own;
  if (own.id() == TypeId::kArray) return DataType::Array(WithFieldsOf(own.element(), other.element()), own.contains_null());
  if (own.id() != TypeId::kStruct) return own;
  std::vector<StructField> fields = own.fields();
  for (auto& field : fields) {
    if (const auto* found = FindField(other, field.name)) field.type = WithFieldsOf(field.type, found->type);
  }
  for (const auto& field : other.fields()) {
    if (FindField(own, field.name) == nullptr) fields.push_back({field.name, field.type, true, field.metadata});
  }
  return DataType::Struct(std::move(fields));
}

bool HasFieldsOf(const DataType& from, const DataType& to) {
  if (from.id() != to.id()) return true;  // The union says whether they fit.
  if (to.id() == TypeId::kArray) return HasFieldsOf(from.element(), to.element());
  if (to.id() != TypeId::kStruct) return true;
  return std::equal(
      from.fields().begin(), from.fields().end(), to.fields().begin(), to.fields().end(),
      [](const StructField& a, const StructField& b) { return EqualNames(a.name, b.name) && HasFieldsOf(a.type, b.type); });
}

/// Without missing columns the right side's structs have every field of the left's.
void CheckFields(const DataType& left, const DataType& right) {
  if (left.id() != right.id()) return;
  if (left.id() == TypeId::kArray) CheckFields(left.element(), right.element());
  if (left.id() != TypeId::kStruct) return;
  for (const auto& field : left.fields()) {
    const auto* found = FindField(right, field.name);
    if (found == nullptr) {
      std::string names;
      for (const auto& other : right.fields()) names += (names.empty() ? "" : ", ") + plan::QuotedName(other.name);
      throw AnalysisError("FIELD_NOT_FOUND", fmt::format("No such struct field {} in {}.", plan::QuotedName(field.name), names),
                          {{"fieldName", plan::QuotedName(field.name)}, {"fields", names}});
    }
    CheckFields(field.type, found->type);
  }
}

void CheckNamedOnce(const std::vector<Attribute>& output) {
  std::set<std::string> seen;
  for (const auto& attribute : output) {
    std::string name = LowerName(attribute.name);
    if (seen.insert(name).second) continue;
    throw AnalysisError(
        "COLUMN_ALREADY_EXISTS",
        fmt::format("The column {} already exists. Choose another name or rename the existing column.", plan::QuotedName(name)),
        {{"columnName", plan::QuotedName(name)}})
        .WithSqlState("42711");
  }
}

const Attribute* FindColumn(const std::vector<Attribute>& output, const std::string& name) {
  auto found = std::find_if(output.begin(), output.end(), [&](const Attribute& a) { return EqualNames(a.name, name); });
  return found == output.end() ? nullptr : &*found;
}

}  // namespace

std::string ListedNames(const std::vector<Attribute>& attributes) {
  std::string names;
  for (const auto& attribute : attributes) names += (names.empty() ? "" : ", ") + attribute.name;
  return names;
}

TypedPtr Analyzer::Impl::FieldsByName(const TypedPtr& value, const DataType& target) {
  const DataType& type = value->type;
  if (HasFieldsOf(type, target)) return value;
  if (type.id() == TypeId::kArray) {
    int64_t id = next_lambda_++;
    TypedPtr body = FieldsByName(MakeTyped(TypedLambdaVariable{id}, type.element(), type.contains_null(), {}), target.element());
    TypedPtr lambda = MakeTyped(TypedLambda{body, {id}}, body->type, body->nullable, {});
    TypedExpression call = *CallTyped("transform", {value, lambda});
    call.type = DataType::Array(body->type, body->nullable);
    call.nullable = value->nullable;
    return std::make_shared<const TypedExpression>(std::move(call));
  }
  TypedStruct made;
  std::vector<StructField> fields;
  for (const auto& wanted : target.fields()) {
    size_t index = 0;
    while (index < type.fields().size() && !EqualNames(type.fields()[index].name, wanted.name)) ++index;
    if (index == type.fields().size()) {
      made.fields.push_back(NullValue(wanted.type));
      fields.push_back({wanted.name, wanted.type, true, wanted.metadata});
      continue;
    }
    const auto& source = type.fields()[index];
    TypedPtr part = MakeTyped(TypedFieldAccess{value, index}, source.type, value->nullable || source.nullable);
    part = FieldsByName(part, wanted.type);
    fields.push_back({wanted.name, part->type, part->nullable, source.metadata});
    made.fields.push_back(std::move(part));
  }
  DataType result = DataType::Struct(std::move(fields));
  TypedPtr structure = MakeTyped(std::move(made), result, false);
  if (!value->nullable) return structure;
  return MakeTyped(TypedCase{{{CallTyped("isnull", {value}), NullValue(result)}}, structure}, result, true);
}

void Analyzer::Impl::AlignByName(Frame& left, Frame& right, const plan::SetOperation& set, const plan::Origin& origin) {
  CheckNamedOnce(left.relation->output);
  CheckNamedOnce(right.relation->output);
  const std::vector<Attribute>& theirs = right.relation->output;
  TypedProject first{left.relation, {}};
  std::vector<Attribute> output;
  bool changed = false;
  for (const auto& attribute : left.relation->output) {
    const Attribute* found = FindColumn(theirs, attribute.name);
    TypedPtr value = ColumnRef(attribute);
    Attribute column = attribute;
    if (found != nullptr && set.allow_missing_columns) {
      value = FieldsByName(value, WithFieldsOf(attribute.type, found->type));
      if (As<TypedColumn>(value) == nullptr) {
        column = {NewId(), attribute.name, value->type, value->nullable, attribute.metadata, {}, false};
        changed = true;
      }
    }
    first.expressions.push_back(std::move(value));
    output.push_back(std::move(column));
  }
  for (const auto& attribute : theirs) {
    if (!set.allow_missing_columns || FindColumn(left.relation->output, attribute.name) != nullptr) continue;
    first.expressions.push_back(NullValue(attribute.type));
    output.push_back({NewId(), attribute.name, attribute.type, true, {}, {}, false});
    changed = true;
  }
  TypedProject second{right.relation, {}};
  std::vector<Attribute> second_output;
  for (const auto& attribute : output) {
    const Attribute* found = FindColumn(theirs, attribute.name);
    if (found == nullptr) {
      if (!set.allow_missing_columns) {
        std::string list = ListedNames(theirs);
        throw AnalysisError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES",
                            fmt::format("Cannot resolve column name \"{}\" among ({}).", attribute.name, list),
                            {{"colName", attribute.name}, {"fieldNames", list}})
            .WithSqlState("42703");
      }
      second.expressions.push_back(NullValue(attribute.type));
      second_output.push_back({NewId(), attribute.name, attribute.type, true, {}, {}, false});
      continue;
    }
    if (!set.allow_missing_columns) CheckFields(attribute.type, found->type);
    TypedPtr value = FieldsByName(ColumnRef(*found), WithFieldsOf(attribute.type, found->type));
    Attribute column = *found;
    if (As<TypedColumn>(value) == nullptr)
      column = {NewId(), found->name, value->type, value->nullable, found->metadata, {}, false};
    second.expressions.push_back(std::move(value));
    second_output.push_back(std::move(column));
  }
  if (!set.allow_missing_columns && theirs.size() > output.size()) {
    throw AnalysisError(
        "NUM_COLUMNS_MISMATCH",
        fmt::format("UNION can only be performed on inputs with the same number of columns, but the first input has {} "
                    "columns and the second input has {} columns.",
                    output.size(), theirs.size()),
        {{"operator", "UNION"},
         {"firstNumColumns", std::to_string(output.size())},
         {"invalidOrdinalNum", "second"},
         {"invalidNumColumns", std::to_string(theirs.size())}},
        origin);
  }
  right.relation = MakeTypedRelation(std::move(second), std::move(second_output));
  if (changed) left.relation = MakeTypedRelation(std::move(first), std::move(output));
}

}  // namespace headrace::analysis
