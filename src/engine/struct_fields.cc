#include "engine/precompiled.h"

#include "engine/struct_fields.h"

#include <algorithm>

namespace headrace::engine {

using plan::DataType;
using plan::ExpressionPtr;
using plan::TypeId;

namespace {

const plan::StructField* Find(const DataType& type, const std::string& name) {
  for (const auto& field : type.fields()) {
    if (duckdb::StringUtil::CIEquals(field.name, name)) return &field;
  }
  return nullptr;
}

ExpressionPtr FieldOf(const ExpressionPtr& value, const std::string& name) {
  return plan::Make(plan::ExtractValue{value, plan::StringLiteral(name)});
}

ExpressionPtr NullAs(const DataType& type) {
  return plan::Make(plan::Cast{plan::Make(plan::Literal{plan::Value(), TypeId::kNull}), type, {}});
}

/// f(value, x -> body(x), …) over elements; variables are told apart by `depth`.
template <typename Body>
ExpressionPtr Mapped(const char* function, const ExpressionPtr& value, std::vector<std::string> variables, size_t which,
                     Body body) {
  plan::LambdaFunction lambda;
  lambda.body = body(plan::Make(plan::LambdaVariable{{variables.at(which)}}));
  lambda.arguments = std::move(variables);
  return plan::Call(function, {value, plan::Make(std::move(lambda))});
}

ExpressionPtr Arranged(const ExpressionPtr& value, const DataType& from, const DataType& to,
                       const std::optional<FieldsInPlace>& in_place, int depth) {
  if (!HasOtherFields(from, to)) return value;
  std::string variable = "__x" + std::to_string(depth), other = "__y" + std::to_string(depth);
  if (to.id() == TypeId::kArray) {
    return Mapped("transform", value, {variable}, 0, [&](const ExpressionPtr& element) {
      return Arranged(element, from.element(), to.element(), std::nullopt, depth + 1);
    });
  }
  if (to.id() == TypeId::kMap) {
    ExpressionPtr made = value;
    if (HasOtherFields(from.key(), to.key())) {
      made = Mapped("transform_keys", made, {variable, other}, 0,
                    [&](const ExpressionPtr& key) { return Arranged(key, from.key(), to.key(), std::nullopt, depth + 1); });
    }
    if (!HasOtherFields(from.value(), to.value())) return made;
    return Mapped("transform_values", made, {variable, other}, 1, [&](const ExpressionPtr& element) {
      return Arranged(element, from.value(), to.value(), std::nullopt, depth + 1);
    });
  }
  plan::Expressions fields;
  for (const auto& wanted : to.fields()) {
    fields.push_back(plan::StringLiteral(wanted.name));
    const plan::StructField* given = Find(from, wanted.name);
    const plan::StructField* old = in_place ? Find(in_place->type, wanted.name) : nullptr;
    if (given != nullptr) {
      std::optional<FieldsInPlace> below;
      if (old != nullptr && old->type.id() == TypeId::kStruct) {
        below = FieldsInPlace{FieldOf(in_place->value, old->name), old->type};
      }
      fields.push_back(Arranged(FieldOf(value, given->name), given->type, wanted.type, below, depth));
    } else if (old != nullptr) {
      fields.push_back(Arranged(FieldOf(in_place->value, old->name), old->type, wanted.type, std::nullopt, depth));
    } else {
      fields.push_back(NullAs(wanted.type));
    }
  }
  return plan::Call("if", {plan::Call("isnull", {value}), plan::Make(plan::Literal{plan::Value(), TypeId::kNull}),
                           plan::Call("named_struct", std::move(fields))});
}

}  // namespace

bool HasOtherFields(const DataType& from, const DataType& to) {
  if (from.id() != to.id()) return false;
  switch (to.id()) {
    case TypeId::kArray:
      return HasOtherFields(from.element(), to.element());
    case TypeId::kMap:
      return HasOtherFields(from.key(), to.key()) || HasOtherFields(from.value(), to.value());
    case TypeId::kStruct:
      return !std::equal(from.fields().begin(), from.fields().end(), to.fields().begin(), to.fields().end(),
                         [](const plan::StructField& a, const plan::StructField& b) {
                           return duckdb::StringUtil::CIEquals(a.name, b.name) && !HasOtherFields(a.type, b.type);
                         });
    default:
      return false;
  }
}

bool AreFieldsOf(const DataType& from, const DataType& to, bool all) {
  if (from.id() != to.id()) return true;
  switch (to.id()) {
    case TypeId::kArray:
      return AreFieldsOf(from.element(), to.element(), all);
    case TypeId::kMap:
      return AreFieldsOf(from.key(), to.key(), all) && AreFieldsOf(from.value(), to.value(), all);
    case TypeId::kStruct:
      if (all && from.fields().size() != to.fields().size()) return false;
      return std::all_of(from.fields().begin(), from.fields().end(), [&](const plan::StructField& field) {
        const plan::StructField* found = Find(to, field.name);
        return found != nullptr && AreFieldsOf(field.type, found->type, all);
      });
    default:
      return true;
  }
}

ExpressionPtr FieldsByName(const ExpressionPtr& value, const DataType& from, const DataType& to,
                           const std::optional<FieldsInPlace>& in_place) {
  return Arranged(value, from, to, in_place, 0);
}

}  // namespace headrace::engine
