#include <charconv>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

using plan::TypeId;
using plan::Value;

namespace {

std::optional<Value> FoldCast(const Value& value, const plan::DataType& from, const plan::DataType& to) {
  if (value.is_null()) return Value();
  if (from.SameType(to)) return value;
  if (from.IsIntegral() && to.IsIntegral()) {
    int64_t number = std::get<int64_t>(value.data);
    int64_t limit = to.id() == TypeId::kByte ? 127 : to.id() == TypeId::kShort ? 32767 : 2147483647LL;
    if (to.id() != TypeId::kLong && (number > limit || number < -limit - 1)) return std::nullopt;
    return value;
  }
  if (from.IsIntegral() && (to.id() == TypeId::kDouble || to.id() == TypeId::kFloat)) {
    return Value(Value::Data(static_cast<double>(std::get<int64_t>(value.data))));
  }
  if (from.IsIntegral() && to.IsString()) return Value(Value::Data(std::to_string(std::get<int64_t>(value.data))));
  if ((from.IsIntegral() || from.id() == TypeId::kDecimal) && to.id() == TypeId::kDecimal) {
    plan::Int128 unscaled = from.IsIntegral() ? plan::Int128(std::get<int64_t>(value.data)) : std::get<plan::Int128>(value.data);
    int scale = from.IsIntegral() ? 0 : from.scale();
    if (to.scale() < scale) return std::nullopt;
    for (; scale < to.scale(); ++scale) unscaled *= 10;
    return Value(Value::Data(unscaled));
  }
  if (from.id() == TypeId::kDecimal && (to.id() == TypeId::kDouble || to.id() == TypeId::kFloat)) {
    return Value(Value::Data(std::stod(plan::DecimalText(std::get<plan::Int128>(value.data), from.scale()))));
  }
  if (from.id() == TypeId::kFloat && to.id() == TypeId::kDouble) return value;
  if (from.IsString() && to.IsIntegral()) {
    const auto& text = std::get<std::string>(value.data);
    int64_t number = 0;
    auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return FoldCast(Value(Value::Data(number)), TypeId::kLong, to);
  }
  if (from.IsString() && to.IsString()) return value;
  return std::nullopt;
}

std::optional<Value> FoldArithmetic(const std::string& name, const std::vector<Value>& values, const plan::DataType& type) {
  for (const auto& value : values) {
    if (value.is_null()) return Value();
  }
  auto integers = [&] {
    for (const auto& value : values) {
      if (!std::holds_alternative<int64_t>(value.data)) return false;
    }
    return !values.empty();
  };
  if (name == "negative" || (name == "-" && values.size() == 1)) {
    if (const auto* number = std::get_if<int64_t>(&values[0].data)) {
      if (*number == INT64_MIN) return std::nullopt;
      return Value(Value::Data(-*number));
    }
    if (const auto* number = std::get_if<double>(&values[0].data)) return Value(Value::Data(-*number));
    if (const auto* number = std::get_if<plan::Int128>(&values[0].data)) return Value(Value::Data(plan::Int128(-*number)));
    return std::nullopt;
  }
  if (name == "positive" && values.size() == 1) return values[0];
  if (values.size() != 2 || !integers() || !type.IsIntegral()) return std::nullopt;
  int64_t a = std::get<int64_t>(values[0].data), b = std::get<int64_t>(values[1].data), result = 0;
  bool overflow = name == "+"   ? __builtin_add_overflow(a, b, &result)
                  : name == "-" ? __builtin_sub_overflow(a, b, &result)
                  : name == "*" ? __builtin_mul_overflow(a, b, &result)
                                : true;
  if (overflow) return std::nullopt;
  return FoldCast(Value(Value::Data(result)), TypeId::kLong, type);
}

}  // namespace

std::optional<Value> FoldConstant(const TypedPtr& expression) {
  if (!expression) return std::nullopt;
  if (const auto* literal = As<TypedLiteral>(expression)) return literal->value;
  if (const auto* cast = As<TypedCast>(expression)) {
    auto child = FoldConstant(cast->child);
    return child ? FoldCast(*child, cast->child->type, expression->type) : std::nullopt;
  }
  if (const auto* call = As<TypedCall>(expression)) {
    if (call->function == nullptr || !call->function->deterministic) return std::nullopt;
    std::vector<Value> values;
    for (const auto& argument : call->arguments) {
      auto value = FoldConstant(argument);
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    bool list = call->function->name == "array" && expression->type.id() == TypeId::kArray;
    bool map = call->function->name == "map" && expression->type.id() == TypeId::kMap;
    if (list || map) return Value(Value::Data(values));
    return FoldArithmetic(call->function->name, values, expression->type);
  }
  if (const auto* made = As<TypedStruct>(expression)) {
    std::vector<Value> values;
    for (const auto& field : made->fields) {
      auto value = FoldConstant(field);
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    return Value(Value::Data(std::move(values)));
  }
  return std::nullopt;
}

}  // namespace headrace::analysis
