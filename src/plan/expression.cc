#include "plan/expression.h"

namespace headrace::plan {

ExpressionPtr Call(std::string name, Expressions arguments, Origin origin) {
  FunctionCall call;
  call.name = {std::move(name)};
  call.arguments = std::move(arguments);
  return Make(std::move(call), std::move(origin));
}

ExpressionPtr Operator(std::string name, Expressions arguments, Origin origin) {
  FunctionCall call;
  call.name = {std::move(name)};
  call.arguments = std::move(arguments);
  call.is_operator = true;
  return Make(std::move(call), std::move(origin));
}

ExpressionPtr StringLiteral(std::string text, Origin origin) {
  return Make(Literal{Value(Value::Data(std::move(text))), DataType::String()}, std::move(origin));
}

ExpressionPtr IntLiteral(int32_t value, Origin origin) {
  return Make(Literal{Value(Value::Data(static_cast<int64_t>(value))), TypeId::kInteger}, std::move(origin));
}

ExpressionPtr BoolLiteral(bool value, Origin origin) {
  return Make(Literal{Value(Value::Data(value)), TypeId::kBoolean}, std::move(origin));
}

ExpressionPtr Attribute(NameParts name, Origin origin) {
  return Make(UnresolvedAttribute{std::move(name), -1, false}, std::move(origin));
}

}  // namespace headrace::plan
