#include <fmt/format.h>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;

TypedPtr Analyzer::Impl::CastTo(const TypedPtr& value, const DataType& type) { return CastTo(value, type, DefaultMode()); }

TypedPtr Analyzer::Impl::CastTo(const TypedPtr& value, const DataType& type, plan::EvalMode mode) {
  if (value->type.SameType(type)) return value;
  // Strings of any collation and length are one thing physically.
  if (value->type.IsString() && type.IsString() && type.id() == TypeId::kString) {
    auto copy = *value;
    if (value->type.id() == TypeId::kString || As<TypedColumn>(value) == nullptr) {
      copy.type = type;
      return std::make_shared<const TypedExpression>(std::move(copy));
    }
  }
  if (const auto* literal = As<TypedLiteral>(value)) {
    if (literal->value.is_null()) return MakeTyped(TypedLiteral{}, type, true, value->origin);
    if (value->type.IsNumeric() && type.IsNumeric()) {
      TypedPtr cast = MakeTyped(TypedCast{value, mode}, type, false, value->origin);
      if (auto folded = FoldConstant(cast)) return MakeTyped(TypedLiteral{*folded}, type, false, value->origin);
    }
  }
  bool nullable = functions::CastNullable(value->type, value->nullable, type, mode);
  return MakeTyped(TypedCast{value, mode}, type, nullable, value->origin);
}

TypedPtr Analyzer::Impl::ColumnRef(const Attribute& attribute) const {
  return MakeTyped(TypedColumn{attribute.id, false}, attribute.type, attribute.nullable);
}

TypedPtr Analyzer::Impl::StringValue(const std::string& text) const {
  return MakeTyped(TypedLiteral{plan::Value(plan::Value::Data(text))}, TypeId::kString, false);
}

TypedPtr Analyzer::Impl::LongValue(int64_t value) const {
  return MakeTyped(TypedLiteral{plan::Value(plan::Value::Data(value))}, TypeId::kLong, false);
}

TypedPtr Analyzer::Impl::NullValue(const DataType& type) const { return MakeTyped(TypedLiteral{}, type, true); }

TypedPtr Analyzer::Impl::BuildCall(const functions::Function& function, const functions::CallSite& site,
                                   TypedExpressions arguments, const plan::Origin& origin) {
  functions::Resolution resolution;
  try {
    resolution = function.typing(site);
  } catch (Error& error) {
    if (error.contexts().empty()) {
      QueryContext context = plan::ContextOf(origin);
      if (!context.summary.empty()) error.WithContext(std::move(context));
    }
    throw;
  }
  for (size_t i = 0; i < arguments.size() && i < resolution.argument_types.size(); ++i) {
    const auto& type = resolution.argument_types[i];
    if (const auto* lambda = As<TypedLambda>(arguments[i])) {
      TypedPtr body = CastTo(lambda->body, type);
      if (body != lambda->body)
        arguments[i] = MakeTyped(TypedLambda{body, lambda->variables}, body->type, body->nullable, origin);
    } else {
      arguments[i] = CastTo(arguments[i], type);
    }
  }
  if (resolution.keep_arguments >= 0 && arguments.size() > static_cast<size_t>(resolution.keep_arguments)) {
    arguments.resize(static_cast<size_t>(resolution.keep_arguments));
  }
  std::string lowering = resolution.lowering.empty() ? function.name : resolution.lowering;
  if (function.kind == functions::Kind::kAggregate || function.kind == functions::Kind::kWindow) {
    TypedAggregateCall call;
    call.function = &function;
    call.lowering = lowering;
    call.arguments = std::move(arguments);
    call.extra = resolution.extra;
    call.ignore_nulls = resolution.ignore_nulls;
    call.finish = resolution.finish;
    call.finish_extra = resolution.finish_extra;
    return MakeTyped(std::move(call), resolution.type, resolution.nullable, origin);
  }
  return MakeTyped(TypedCall{&function, lowering, std::move(arguments), resolution.extra}, resolution.type, resolution.nullable,
                   origin);
}

TypedPtr Analyzer::Impl::CallTyped(const std::string& name, TypedExpressions arguments) {
  const functions::Function* function = table_.Find(name);
  if (function == nullptr || !function->typing) ThrowUnsupported("function " + name);
  std::vector<std::optional<plan::Value>> constants(arguments.size());
  functions::CallSite site{environment_, name, {}, false};
  for (size_t i = 0; i < arguments.size(); ++i) {
    functions::Argument argument;
    argument.type = arguments[i]->type;
    argument.nullable = arguments[i]->nullable;
    argument.is_lambda = As<TypedLambda>(arguments[i]) != nullptr;
    argument.is_literal = As<TypedLiteral>(arguments[i]) != nullptr;
    constants[i] = FoldConstant(arguments[i]);
    argument.constant = constants[i] ? &*constants[i] : nullptr;
    site.arguments.push_back(std::move(argument));
  }
  return BuildCall(*function, site, std::move(arguments), {});
}

TypedPtr Analyzer::Impl::AggregateTyped(const std::string& name, TypedExpressions arguments, bool distinct) {
  TypedPtr call = CallTyped(name, std::move(arguments));
  if (!distinct) return call;
  TypedExpression copy = *call;
  std::get<TypedAggregateCall>(copy.node).distinct = true;
  return std::make_shared<const TypedExpression>(std::move(copy));
}

TypedPtr Analyzer::Impl::StoreAs(const TypedPtr& value, const std::string& value_sql, const plan::StructField& target,
                                 const std::string& table) {
  DataType type = target.type;
  if (type.id() == TypeId::kChar || type.id() == TypeId::kVarchar) type = TypeId::kString;
  std::string policy = LowerName(context_.Setting("spark.sql.storeAssignmentPolicy"));
  bool strict = policy == "strict";
  bool allowed = policy == "legacy" ? functions::CanCast(value->type, type, plan::EvalMode::kLegacy)
                 : strict           ? functions::CanUpCast(value->type, type)
                                    : functions::CanAnsiStoreAssign(value->type.AsNullable(), type.AsNullable());
  if (!allowed) {
    throw AnalysisError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
                        fmt::format("Cannot write incompatible data for the table {}: Cannot safely cast {} {} to {}.", table,
                                    QuotedId(target.name), QuotedType(value->type), QuotedType(type)),
                        {{"tableName", table},
                         {"colName", QuotedId(target.name)},
                         {"srcType", QuotedType(value->type)},
                         {"targetType", QuotedType(type)}},
                        value->origin)
        .WithSqlState("KD000");
  }
  return CastTo(value, type, policy == "legacy" ? plan::EvalMode::kLegacy : plan::EvalMode::kAnsi);
}

}  // namespace headrace::analysis
