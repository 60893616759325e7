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

/// DuckDB maps letters one by one; `prepare` writes those that do not map so.
SpecialForm Cased(const char* name, const char* prepare) {
  return [name, prepare](const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList arguments) {
    return CallOf(name, ListOf(CallOf(prepare, ListOf(std::move(arguments.at(0))))));
  };
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
      make_uniq<duckdb::FunctionExpression>(
          SYSTEM_CATALOG, DEFAULT_SCHEMA, "-",
          ListOf(ParsedPtr(make_uniq<duckdb::ColumnRefExpression>(name)), Constant(duckdb::Value::BIGINT(1))), nullptr, nullptr,
          false, true));
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

/// A lambda of several variables as one over structs: variable i becomes field i of the element.
ParsedPtr OverFields(const analysis::TypedCall& call, size_t index, ParsedList& arguments,
                     const std::function<ParsedPtr(ParsedPtr body, const std::function<ParsedPtr(size_t)>& field)>& make) {
  const auto* lambda = analysis::As<analysis::TypedLambda>(call.arguments.at(index));
  if (lambda == nullptr) ThrowInternal("a lambda is expected");
  std::map<std::string, size_t> fields;
  for (size_t i = 0; i < lambda->variables.size(); ++i) fields["v" + std::to_string(lambda->variables[i])] = i;
  std::string element = "e" + std::to_string(lambda->variables.at(0));
  auto field = [element](size_t position) {
    return CallOf("struct_extract_at", ListOf(ParsedPtr(make_uniq<duckdb::ColumnRefExpression>(element)),
                                              Constant(duckdb::Value::BIGINT(static_cast<int64_t>(position) + 1))));
  };
  auto& parsed = arguments.at(index)->Cast<duckdb::LambdaExpression>();
  std::function<void(ParsedPtr&)> replace = [&](ParsedPtr& node) {
    if (node->GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF) {
      auto found = fields.find(node->Cast<duckdb::ColumnRefExpression>().GetColumnName());
      if (found != fields.end()) node = field(found->second);
      return;
    }
    duckdb::ParsedExpressionIterator::EnumerateChildren(*node, [&](ParsedPtr& child) { replace(child); });
  };
  replace(parsed.expr);
  auto over = make_uniq<duckdb::LambdaExpression>(duckdb::vector<std::string>{element}, make(std::move(parsed.expr), field));
  over->syntax_type = duckdb::LambdaSyntaxType::LAMBDA_KEYWORD;
  return over;
}

/// DuckDB folds a generic function of a constant null to a null without a type: the cast keeps it.
ParsedPtr Typed(const duckdb::LogicalType& type, ParsedPtr expression) {
  return make_uniq<duckdb::CastExpression>(type, std::move(expression));
}

/// A map's lambda over its entries.
ParsedPtr TransformedEntries(const analysis::TypedCall& call, ParsedList& arguments, const std::string& function,
                             const std::function<ParsedPtr(ParsedPtr body, ParsedPtr key, ParsedPtr value)>& make) {
  ParsedPtr over = OverFields(call, 1, arguments, [&](ParsedPtr body, const std::function<ParsedPtr(size_t)>& field) {
    return make(std::move(body), field(0), field(1));
  });
  auto of_entries = duckdb::LogicalType::LIST(duckdb::ListType::GetChildType(DuckType(call.arguments.at(0)->type)));
  ParsedPtr entries = Typed(of_entries, CallOf("map_entries", ListOf(arguments.at(0)->Copy())));
  return CallOf(function, ListOf(std::move(entries), std::move(over)));
}

/// The same, giving a map again.
ParsedPtr OverEntries(const analysis::TypedExpression& expression, const analysis::TypedCall& call, ParsedList& arguments,
                      const std::string& function,
                      const std::function<ParsedPtr(ParsedPtr body, ParsedPtr key, ParsedPtr value)>& make) {
  return Typed(DuckType(expression.type),
               CallOf("map_from_entries", ListOf(TransformedEntries(call, arguments, function, make))));
}

ParsedPtr Entry(ParsedPtr key, ParsedPtr value) {
  key->SetAlias("key");
  value->SetAlias("value");
  return CallOf("struct_pack", ListOf(std::move(key), std::move(value)));
}

/// The new keys may be equal or null, of which the kernel knows.
SpecialForm TransformKeys(const std::string& kernel) {
  return [kernel](const analysis::TypedExpression& expression, const analysis::TypedCall& call, ParsedList arguments) {
    ParsedPtr entries = TransformedEntries(call, arguments, "list_transform", [](ParsedPtr body, ParsedPtr, ParsedPtr value) {
      return Entry(std::move(body), std::move(value));
    });
    return CallOf(kernel,
                  ListOf(std::move(entries), Constant(duckdb::Value(DuckType(expression.type))), std::move(arguments.back())));
  };
}

ParsedPtr TransformValues(const analysis::TypedExpression& expression, const analysis::TypedCall& call, ParsedList arguments) {
  return OverEntries(expression, call, arguments, "list_transform",
                     [](ParsedPtr body, ParsedPtr key, ParsedPtr) { return Entry(std::move(key), std::move(body)); });
}

ParsedPtr MapFilter(const analysis::TypedExpression& expression, const analysis::TypedCall& call, ParsedList arguments) {
  return OverEntries(expression, call, arguments, "list_filter", [](ParsedPtr body, ParsedPtr, ParsedPtr) { return body; });
}

/// aggregate(list, initial, merge[, finish]): the finish is a transform of the one result.
ParsedPtr Aggregate(const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList arguments) {
  ParsedPtr merged =
      CallOf("spark_aggregate", ListOf(std::move(arguments.at(0)), std::move(arguments.at(2)), std::move(arguments.at(1))));
  if (arguments.size() < 4 || !arguments[3] || arguments[3]->GetExpressionClass() != duckdb::ExpressionClass::LAMBDA)
    return merged;
  ParsedPtr finished = CallOf("list_transform", ListOf(CallOf("list_value", ListOf(std::move(merged))), std::move(arguments[3])));
  return CallOf("list_extract", ListOf(std::move(finished), Constant(duckdb::Value::BIGINT(1))));
}

/// array_sort(list, comparator); the site follows as the last argument.
ParsedPtr SortBy(const analysis::TypedExpression&, const analysis::TypedCall&, ParsedList arguments) {
  return CallOf("spark_sort_by", ListOf(std::move(arguments.at(0)), std::move(arguments.at(1)), std::move(arguments.back())));
}

duckdb::LogicalType ListOfFields(const std::vector<plan::DataType>& types) {
  duckdb::child_list_t<duckdb::LogicalType> fields;
  for (size_t i = 0; i < types.size(); ++i) fields.emplace_back("f" + std::to_string(i), DuckType(types[i]));
  return duckdb::LogicalType::LIST(duckdb::LogicalType::STRUCT(std::move(fields)));
}

ParsedPtr ZipWith(const analysis::TypedExpression&, const analysis::TypedCall& call, ParsedList arguments) {
  ParsedPtr over = OverFields(call, 2, arguments, [](ParsedPtr body, const std::function<ParsedPtr(size_t)>&) { return body; });
  auto type = ListOfFields({call.arguments.at(0)->type.element(), call.arguments.at(1)->type.element()});
  ParsedPtr zipped =
      CallOf("spark_arrays_zip", ListOf(std::move(arguments.at(0)), std::move(arguments.at(1)), Constant(duckdb::Value(type))));
  return CallOf("list_transform", ListOf(std::move(zipped), std::move(over)));
}

ParsedPtr MapZipWith(const analysis::TypedExpression& expression, const analysis::TypedCall& call, ParsedList arguments) {
  ParsedPtr over = OverFields(call, 2, arguments, [](ParsedPtr body, const std::function<ParsedPtr(size_t)>& field) {
    return Entry(field(0), std::move(body));
  });
  const auto& left = call.arguments.at(0)->type;
  auto type = ListOfFields({left.key(), left.value(), call.arguments.at(1)->type.value()});
  ParsedPtr zipped =
      CallOf("spark_map_zip", ListOf(std::move(arguments.at(0)), std::move(arguments.at(1)), Constant(duckdb::Value(type))));
  return Typed(DuckType(expression.type),
               CallOf("map_from_entries", ListOf(CallOf("list_transform", ListOf(std::move(zipped), std::move(over))))));
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
      {"@upper", Cased("upper", "spark_expand_capitals")},
      {"@lower", Cased("lower", "spark_shrink_capitals")},
      {"@identity", First},
      {"@first", First},
      {"@like", Like},
      {"@transform", Indexed("list_transform")},
      {"@filter", Indexed("list_filter")},
      {"@exists", Judged("spark_exists")},
      {"@forall", Judged("spark_forall")},
      {"@transform_keys", TransformKeys("spark_map_from_entries")},
      {"@transform_keys_last", TransformKeys("spark_map_from_entries_last")},
      {"@transform_values", TransformValues},
      {"@map_filter", MapFilter},
      {"@aggregate", Aggregate},
      {"@zip_with", ZipWith},
      {"@map_zip_with", MapZipWith},
      {"@array_sort", SortBy},
  };
  return table;
}

}  // namespace

const SpecialForm* FindSpecialForm(const std::string& name) {
  auto found = Table().find(name);
  return found == Table().end() ? nullptr : &found->second;
}

}  // namespace headrace::engine
