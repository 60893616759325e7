#include "engine/precompiled.h"

#include <duckdb/parser/parsed_expression_iterator.hpp>

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

ParsedPtr In(const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList arguments) {
  return make_uniq<duckdb::OperatorExpression>(ExpressionType::COMPARE_IN, std::move(arguments));
}

ParsedPtr First(const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList arguments) {
  return std::move(arguments.at(0));
}

ParsedPtr Like(const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList arguments) {
  ParsedList operands;
  operands.push_back(std::move(arguments.at(0)));
  operands.push_back(std::move(arguments.at(1)));
  return CallOf("~~", std::move(operands));
}

/// DuckDB counts a lambda's index from 1 and as BIGINT, Spark from 0 and as INT: the lambda's second variable is
/// replaced by a value of its own before the call.
ParsedPtr WithIndex(const std::string& function, const analysis::TypedCall& call, ParsedList arguments) {
  const auto* lambda = analysis::As<analysis::TypedLambda>(call.arguments.at(1));
  if (lambda == nullptr || lambda->variables.size() < 2) {
    ParsedList two;
    two.push_back(std::move(arguments.at(0)));
    two.push_back(std::move(arguments.at(1)));
    return CallOf(function, std::move(two));
  }
  std::string name = "v" + std::to_string(lambda->variables[1]);
  ParsedPtr index = make_uniq<duckdb::CastExpression>(
      duckdb::LogicalType::INTEGER,
      make_uniq<duckdb::FunctionExpression>(SYSTEM_CATALOG, DEFAULT_SCHEMA, "-",
                                            ListOf(ParsedPtr(make_uniq<duckdb::ColumnRefExpression>(name)),
                                                   Constant(duckdb::Value::BIGINT(1))),
                                            nullptr, nullptr, false, true));
  auto& made = arguments.at(1)->Cast<duckdb::LambdaExpression>();
  std::function<void(ParsedPtr&)> replace = [&](ParsedPtr& node) {
    if (node->GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF &&
        node->Cast<duckdb::ColumnRefExpression>().GetColumnName() == name) {
      node = index->Copy();
      return;
    }
    duckdb::ParsedExpressionIterator::EnumerateChildren(*node, [&](ParsedPtr& child) { replace(child); });
  };
  replace(made.expr);
  ParsedList two;
  two.push_back(std::move(arguments.at(0)));
  two.push_back(std::move(arguments.at(1)));
  return CallOf(function, std::move(two));
}

SpecialForm Indexed(const std::string& function) {
  return [function](const analysis::TypedExpression&, const analysis::TypedCall& call, ParsedList arguments) {
    return WithIndex(function, call, std::move(arguments));
  };
}

/// exists and forall: the lambda's answers as a list, judged with Spark's three-valued logic.
SpecialForm Judged(const std::string& kernel) {
  return [kernel](const analysis::TypedExpression&, const analysis::TypedCall& call, ParsedList arguments) {
    return CallOf(kernel, ListOf(WithIndex("list_transform", call, std::move(arguments))));
  };
}

/// The body of a one-variable lambda over a map's entries, its variables replaced by the entry's key and value.
ParsedPtr OverEntries(const analysis::TypedCall& call, ParsedList& arguments, const std::string& function,
                      const std::function<ParsedPtr(ParsedPtr body, ParsedPtr key, ParsedPtr value)>& make) {
  const auto* lambda = analysis::As<analysis::TypedLambda>(call.arguments.at(1));
  if (lambda == nullptr || lambda->variables.size() != 2) ThrowInternal("a map's lambda needs two variables");
  static const std::string kEntry = "map_entry";
  auto part = [&](int64_t position) {
    return CallOf("struct_extract_at", ListOf(ParsedPtr(make_uniq<duckdb::ColumnRefExpression>(kEntry)),
                                              Constant(duckdb::Value::BIGINT(position))));
  };
  auto& parsed = arguments.at(1)->Cast<duckdb::LambdaExpression>();
  std::string key = "v" + std::to_string(lambda->variables[0]);
  std::string value = "v" + std::to_string(lambda->variables[1]);
  std::function<void(ParsedPtr&)> replace = [&](ParsedPtr& node) {
    if (node->GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF) {
      const auto& name = node->Cast<duckdb::ColumnRefExpression>().GetColumnName();
      if (name == key) node = part(1);
      else if (name == value) node = part(2);
      return;
    }
    duckdb::ParsedExpressionIterator::EnumerateChildren(*node, [&](ParsedPtr& child) { replace(child); });
  };
  replace(parsed.expr);
  auto over = make_uniq<duckdb::LambdaExpression>(duckdb::vector<std::string>{kEntry},
                                                  make(std::move(parsed.expr), part(1), part(2)));
  over->syntax_type = duckdb::LambdaSyntaxType::LAMBDA_KEYWORD;
  ParsedPtr entries = CallOf("map_entries", ListOf(arguments.at(0)->Copy()));
  return CallOf("map_from_entries", ListOf(CallOf(function, ListOf(std::move(entries), ParsedPtr(std::move(over))))));
}

ParsedPtr Entry(ParsedPtr key, ParsedPtr value) {
  key->SetAlias("key");
  value->SetAlias("value");
  return CallOf("struct_pack", ListOf(std::move(key), std::move(value)));
}

ParsedPtr TransformKeys(const analysis::TypedExpression&, const analysis::TypedCall& call, ParsedList arguments) {
  return OverEntries(call, arguments, "list_transform", [](ParsedPtr body, ParsedPtr, ParsedPtr value) {
    return Entry(std::move(body), std::move(value));
  });
}

ParsedPtr TransformValues(const analysis::TypedExpression&, const analysis::TypedCall& call, ParsedList arguments) {
  return OverEntries(call, arguments, "list_transform", [](ParsedPtr body, ParsedPtr key, ParsedPtr) {
    return Entry(std::move(key), std::move(body));
  });
}

ParsedPtr MapFilter(const analysis::TypedExpression&, const analysis::TypedCall& call, ParsedList arguments) {
  return OverEntries(call, arguments, "list_filter", [](ParsedPtr body, ParsedPtr, ParsedPtr) { return body; });
}

SpecialForm Missing(const std::string& feature) {
  return [feature](const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList) -> ParsedPtr {
    ThrowUnsupported(feature);
  };
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
      {"@identity", First},
      {"@first", First},
      {"@like", Like},
      {"@transform", Indexed("list_transform")},
      {"@filter", Indexed("list_filter")},
      {"@exists", Judged("spark_exists")},
      {"@forall", Judged("spark_forall")},
      {"@transform_keys", TransformKeys},
      {"@transform_values", TransformValues},
      {"@map_filter", MapFilter},
      {"@aggregate", Missing("the function aggregate")},
      {"@zip_with", Missing("the function zip_with")},
      {"@map_zip_with", Missing("the function map_zip_with")},
      {"@array_sort", Missing("array_sort with a comparator")},
  };
  return table;
}

}  // namespace

const SpecialForm* FindSpecialForm(const std::string& name) {
  auto found = Table().find(name);
  return found == Table().end() ? nullptr : &found->second;
}

}  // namespace headrace::engine
