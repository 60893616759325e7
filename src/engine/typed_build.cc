#include "engine/precompiled.h"

#include "engine/typed_build.h"

#include "base/error.h"

namespace headrace::engine {

using analysis::Attribute;
using analysis::MakeTyped;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;
using plan::TypeId;

namespace {

TypedPtr BooleanCall(const char* function, const char* lowering, analysis::TypedExpressions arguments, bool nullable) {
  analysis::TypedCall call;
  call.function = functions::FunctionTable::Builtin().Find(function);
  if (call.function == nullptr) ThrowInternal(std::string("no function ") + function);
  call.lowering = lowering;
  call.arguments = std::move(arguments);
  return MakeTyped(std::move(call), TypeId::kBoolean, nullable);
}

}  // namespace

TypedPtr Reference(const Attribute& attribute) {
  return MakeTyped(analysis::TypedColumn{attribute.id, false}, attribute.type, attribute.nullable);
}

TypedPtr IntValue(int32_t value) {
  return MakeTyped(analysis::TypedLiteral{plan::Value(plan::Value::Data(static_cast<int64_t>(value)))}, TypeId::kInteger, false);
}

TypedPtr BoolValue(bool value) {
  return MakeTyped(analysis::TypedLiteral{plan::Value(plan::Value::Data(value))}, TypeId::kBoolean, false);
}

TypedPtr NullOf(const plan::DataType& type) { return MakeTyped(analysis::TypedLiteral{}, type, true); }

TypedPtr Equal(TypedPtr left, TypedPtr right) {
  bool nullable = left->nullable || right->nullable;
  return BooleanCall("=", "@eq", {std::move(left), std::move(right)}, nullable);
}

TypedPtr And(TypedPtr left, TypedPtr right) {
  bool nullable = left->nullable || right->nullable;
  return BooleanCall("and", "@and", {std::move(left), std::move(right)}, nullable);
}

TypedPtr IsNull(TypedPtr child) { return BooleanCall("isnull", "@isnull", {std::move(child)}, false); }

TypedPtr IfElse(TypedPtr condition, TypedPtr then, TypedPtr otherwise) {
  plan::DataType type = then->type;
  bool nullable = then->nullable || otherwise->nullable;
  analysis::TypedCase node;
  node.branches.emplace_back(std::move(condition), std::move(then));
  node.otherwise = std::move(otherwise);
  return MakeTyped(std::move(node), std::move(type), nullable);
}

TypedPtr IsTrue(TypedPtr condition) { return IfElse(std::move(condition), BoolValue(true), BoolValue(false)); }

void VisitExpression(const TypedPtr& expression, const std::function<void(const analysis::TypedExpression&)>& visit) {
  if (!expression) return;
  visit(*expression);
  auto all = [&](const analysis::TypedExpressions& children) {
    for (const auto& child : children) VisitExpression(child, visit);
  };
  std::visit(
      [&](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (requires { node.arguments; }) all(node.arguments);
        if constexpr (requires { node.child; }) VisitExpression(node.child, visit);
        if constexpr (requires { node.body; }) VisitExpression(node.body, visit);
        if constexpr (requires { node.in_values; }) all(node.in_values);
        if constexpr (std::is_same_v<Node, analysis::TypedStruct>) all(node.fields);
        if constexpr (std::is_same_v<Node, analysis::TypedAggregateCall>) VisitExpression(node.filter, visit);
        if constexpr (std::is_same_v<Node, analysis::TypedCase>) {
          for (const auto& [when, then] : node.branches) {
            VisitExpression(when, visit);
            VisitExpression(then, visit);
          }
          VisitExpression(node.otherwise, visit);
        }
        if constexpr (std::is_same_v<Node, analysis::TypedWindowCall>) {
          VisitExpression(node.function, visit);
          all(node.partition_by);
          for (const auto& key : node.order_by) VisitExpression(key.child, visit);
        }
      },
      expression->node);
}

TypedRelationPtr FilterOf(TypedRelationPtr input, TypedPtr condition) {
  std::vector<Attribute> output = input->output;
  return MakeTypedRelation(analysis::TypedFilter{std::move(input), std::move(condition)}, std::move(output));
}

TypedRelationPtr JoinOf(TypedRelationPtr left, TypedRelationPtr right, plan::JoinType type, TypedPtr condition) {
  std::vector<Attribute> output = left->output;
  if (type != plan::JoinType::kLeftSemi && type != plan::JoinType::kLeftAnti) {
    for (Attribute attribute : right->output) {
      attribute.nullable = attribute.nullable || type == plan::JoinType::kLeft;
      output.push_back(std::move(attribute));
    }
  }
  analysis::TypedJoin join;
  join.left = std::move(left);
  join.right = std::move(right);
  join.type = type;
  join.condition = std::move(condition);
  return MakeTypedRelation(std::move(join), std::move(output));
}

TypedRelationPtr UnionOf(analysis::Analyzer& analyzer, std::vector<TypedRelationPtr> inputs) {
  if (inputs.size() == 1) return inputs[0];
  std::vector<Attribute> output = inputs.at(0)->output;
  for (size_t i = 0; i < output.size(); ++i) {
    output[i].id = analyzer.NewId();
    for (const auto& input : inputs) output[i].nullable = output[i].nullable || input->output.at(i).nullable;
  }
  analysis::TypedSetOperation node;
  node.inputs = std::move(inputs);
  return MakeTypedRelation(std::move(node), std::move(output));
}

Projection& Projection::Keep(const Attribute& attribute) {
  node_.expressions.push_back(Reference(attribute));
  output_.push_back(attribute);
  output_.back().hidden = false;
  return *this;
}

Projection& Projection::Add(const std::string& name, TypedPtr value) {
  output_.push_back({analyzer_.NewId(), name, value->type, value->nullable, {}, {}, false});
  node_.expressions.push_back(std::move(value));
  return *this;
}

TypedRelationPtr Projection::Done() { return MakeTypedRelation(std::move(node_), std::move(output_)); }

const Attribute& ColumnNamed(const TypedRelationPtr& relation, const std::string& name) {
  for (const auto& attribute : relation->output) {
    if (attribute.name == name) return attribute;
  }
  ThrowInternal("no column " + name);
}

}  // namespace headrace::engine
