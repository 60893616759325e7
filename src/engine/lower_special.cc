#include "engine/precompiled.h"

#include "base/error.h"
#include "engine/duck_types.h"
#include "engine/lowering.h"

namespace headrace::engine {

namespace {

using duckdb::ExpressionType;
using duckdb::make_uniq;

SpecialForm Comparison(ExpressionType type) {
  return [type](const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList arguments) {
    return CompareOf(type, std::move(arguments.at(0)), std::move(arguments.at(1)));
  };
}

SpecialForm Operator(ExpressionType type) {
  return [type](const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList arguments) -> ParsedPtr {
    return make_uniq<duckdb::OperatorExpression>(type, std::move(arguments));
  };
}

/// A DuckDB function under another name.
SpecialForm Function(const std::string& name) {
  return [name](const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList arguments) {
    return CallOf(name, std::move(arguments));
  };
}

ParsedPtr In(const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList arguments) {
  return make_uniq<duckdb::OperatorExpression>(ExpressionType::COMPARE_IN, std::move(arguments));
}

const std::map<std::string, SpecialForm>& Table() {
  static const std::map<std::string, SpecialForm> table = {
      {"@not", Operator(ExpressionType::OPERATOR_NOT)},
      {"@isnull", Operator(ExpressionType::OPERATOR_IS_NULL)},
      {"@isnotnull", Operator(ExpressionType::OPERATOR_IS_NOT_NULL)},
      {"@coalesce", Operator(ExpressionType::OPERATOR_COALESCE)},
      {"@eq", Comparison(ExpressionType::COMPARE_EQUAL)},
      {"@ne", Comparison(ExpressionType::COMPARE_NOTEQUAL)},
      {"@lt", Comparison(ExpressionType::COMPARE_LESSTHAN)},
      {"@le", Comparison(ExpressionType::COMPARE_LESSTHANOREQUALTO)},
      {"@gt", Comparison(ExpressionType::COMPARE_GREATERTHAN)},
      {"@ge", Comparison(ExpressionType::COMPARE_GREATERTHANOREQUALTO)},
      {"@eq_null_safe", Comparison(ExpressionType::COMPARE_NOT_DISTINCT_FROM)},
      {"@in", In},
      {"@list_transform", Function("list_transform")},
      {"@list_filter", Function("list_filter")},
      {"@list_reduce", Function("list_reduce")},
  };
  return table;
}

}  // namespace

const SpecialForm* FindSpecialForm(const std::string& name) {
  auto found = Table().find(name);
  return found == Table().end() ? nullptr : &found->second;
}

}  // namespace headrace::engine
