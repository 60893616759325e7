#include "engine/precompiled.h"

#include <algorithm>
#include <utility>

#include <duckdb/parser/result_modifier.hpp>

#include "analysis/analyzer.h"
#include "base/error.h"
#include "engine/duck_types.h"
#include "engine/lowering.h"

// Aggregates, and window functions with their frames.

namespace headrace::engine {

using analysis::As;
using analysis::TypedPtr;
using duckdb::make_uniq;
using plan::TypeId;

namespace {

ParsedPtr IsPresent(ParsedPtr child) {
  return make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_IS_NOT_NULL, std::move(child));
}

/// A value to compare in its place whose nulls inside are the smallest, as in Spark: DuckDB's are the largest.
ParsedPtr NestedKey(ParsedPtr value, const plan::DataType& type, int depth = 0) {
  if (type.id() == TypeId::kArray) {
    std::string name = "nested" + std::to_string(depth);
    ParsedPtr item = make_uniq<duckdb::ColumnRefExpression>(name);
    ParsedPtr key = NestedKey(item->Copy(), type.element(), depth + 1);
    auto lambda = make_uniq<duckdb::LambdaExpression>(duckdb::vector<std::string>{name},
                                                      CallOf("row", ListOf(IsPresent(std::move(item)), std::move(key))));
    lambda->syntax_type = duckdb::LambdaSyntaxType::LAMBDA_KEYWORD;
    return CallOf("list_transform", ListOf(std::move(value), ParsedPtr(std::move(lambda))));
  }
  if (type.id() != TypeId::kStruct) return value;
  ParsedList fields;
  for (size_t i = 0; i < type.fields().size(); ++i) {
    ParsedPtr position = Constant(duckdb::Value::BIGINT(static_cast<int64_t>(i) + 1));
    ParsedPtr field = CallOf("struct_extract_at", ListOf(value->Copy(), std::move(position)));
    fields.push_back(IsPresent(field->Copy()));
    fields.push_back(NestedKey(std::move(field), type.fields()[i].type, depth));
  }
  return CallOf("row", std::move(fields));
}

/// Whether a value that is not null may have nulls inside.
bool MayHoldNulls(const plan::DataType& type) {
  if (type.id() == TypeId::kArray) return type.contains_null() || MayHoldNulls(type.element());
  if (type.id() != TypeId::kStruct) return false;
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const plan::StructField& field) { return field.nullable || MayHoldNulls(field.type); });
}

}  // namespace

duckdb::OrderByNode Lowering::SortKey(const analysis::TypedSortKey& key) {
  ParsedPtr value = LowerInner(key.child);
  if (MayHoldNulls(key.child->type)) {
    ParsedPtr present = IsPresent(value->Copy());
    ParsedPtr null = Constant(duckdb::Value());
    value = IfThenElse(std::move(present), NestedKey(std::move(value), key.child->type), std::move(null));
  }
  return duckdb::OrderByNode(key.ascending ? duckdb::OrderType::ASCENDING : duckdb::OrderType::DESCENDING,
                             key.nulls_first ? duckdb::OrderByNullType::NULLS_FIRST : duckdb::OrderByNullType::NULLS_LAST,
                             std::move(value));
}

ParsedPtr Lowering::FinishAggregate(const analysis::TypedExpression& expression, const analysis::TypedAggregateCall& call,
                                    ParsedPtr aggregate) {
  if (call.finish.empty()) return aggregate;
  ParsedList arguments;
  arguments.push_back(std::move(aggregate));
  for (const auto& literal : call.finish_extra) arguments.push_back(Constant(DuckValue(literal.value, literal.type)));
  arguments.push_back(Constant(duckdb::Value::INTEGER(AddSite(expression.origin))));
  return CallOf(call.finish, std::move(arguments));
}

namespace {

/// The types spark_count_distinct_set has.
bool HasSetForm(const plan::DataType& type) {
  return type.id() == TypeId::kBoolean || type.IsIntegral() || type.id() == TypeId::kFloat || type.id() == TypeId::kDouble ||
         type.id() == TypeId::kDate || type.id() == TypeId::kTimestamp || type.id() == TypeId::kTimestampNtz ||
         (type.id() == TypeId::kString && type.collation().empty());
}

/// max and min of nested values are taken by their keys, and so are max_by and min_by.
void OrderNested(const analysis::TypedExpressions& written, std::string& name, ParsedList& arguments, ParsedPtr& filter) {
  if ((name == "arg_max_null" || name == "arg_min_null") && written.size() == 2 && written[1]->type.IsNested()) {
    ParsedPtr present = IsPresent(arguments.at(1)->Copy());
    filter = filter ? And(std::move(filter), std::move(present)) : std::move(present);
    arguments[1] = NestedKey(std::move(arguments[1]), written[1]->type);
    return;
  }
  if ((name != "max" && name != "min") || written.size() != 1 || !written[0]->type.IsNested()) return;
  ParsedPtr present = IsPresent(arguments.at(0)->Copy());
  filter = filter ? And(std::move(filter), std::move(present)) : std::move(present);
  arguments.push_back(NestedKey(arguments.at(0)->Copy(), written[0]->type));
  name = "arg_" + name;
}

bool IsNullLiteral(const TypedPtr& expression) {
  const auto* literal = As<analysis::TypedLiteral>(expression);
  return literal != nullptr && literal->value.is_null();
}

/// An argument CASE WHEN condition THEN value END needs no short circuit where the value is a column: DuckDB's CASE takes rows
/// apart and puts them together again, which is dear in a grouping with many of them.
void SimplifyCondition(const analysis::TypedAggregateCall& call, std::string& name, ParsedList& arguments) {
  const auto* typed = call.arguments.size() == 1 ? As<analysis::TypedCase>(call.arguments[0]) : nullptr;
  if (typed == nullptr || typed->branches.size() != 1 || (typed->otherwise && !IsNullLiteral(typed->otherwise))) return;
  if (arguments[0]->GetExpressionClass() != duckdb::ExpressionClass::CASE) return;
  auto& [when, then] = arguments[0]->Cast<duckdb::CaseExpression>().case_checks.at(0);
  const plan::DataType& type = call.arguments[0]->type;
  if (As<analysis::TypedLiteral>(typed->branches[0].second)) {
    if (name != "count" || call.distinct || IsNullLiteral(typed->branches[0].second)) return;
    name = "spark_count_if";
    arguments[0] = ParsedPtr(std::move(when));
  } else if (then->GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF && typed->branches[0].second->type == type &&
             (type.IsNumeric() || type.IsDatetime() || type.id() == plan::TypeId::kBoolean)) {
    arguments[0] = CallOf("spark_where", ListOf(ParsedPtr(std::move(then)), ParsedPtr(std::move(when))));
  }
}

}  // namespace

ParsedPtr Lowering::Node(const analysis::TypedExpression& expression, const analysis::TypedAggregateCall& node) {
  ParsedList arguments = CallArguments(node.arguments, node.extra);
  duckdb::unique_ptr<duckdb::OrderModifier> order;
  if (!node.order_by.empty()) {
    order = make_uniq<duckdb::OrderModifier>();
    for (const auto& key : node.order_by) order->orders.push_back(SortKey(key));
  }
  std::string name = node.lowering.empty() ? node.function->name : node.lowering;
  ParsedPtr filter = node.filter ? LowerInner(node.filter) : nullptr;
  if (node.ignore_nulls) {
    ParsedPtr present =
        make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_IS_NOT_NULL, arguments.at(0)->Copy());
    filter = filter ? And(std::move(filter), std::move(present)) : std::move(present);
  }
  OrderNested(node.arguments, name, arguments, filter);
  SimplifyCondition(node, name, arguments);
  // Of several rows with the extreme Spark keeps the last, DuckDB the first: of the rows the other way round.
  bool extreme = node.function != nullptr && (node.function->name == "max_by" || node.function->name == "min_by");
  if (!order && aggregate_order_ != nullptr && small_ && extreme) {
    order = make_uniq<duckdb::OrderModifier>();
    for (const auto& key : *aggregate_order_) {
      bool ascending = key.type != duckdb::OrderType::DESCENDING, first = key.null_order == duckdb::OrderByNullType::NULLS_FIRST;
      order->orders.emplace_back(ascending ? duckdb::OrderType::DESCENDING : duckdb::OrderType::ASCENDING,
                                 first ? duckdb::OrderByNullType::NULLS_LAST : duckdb::OrderByNullType::NULLS_FIRST,
                                 key.expression->Copy());
    }
  }
  if (!order && aggregate_order_ != nullptr && IsOrderSensitive(node)) {
    order = make_uniq<duckdb::OrderModifier>();
    // Of values that come once each, which row gave one is not known: they are put in their own order.
    if (node.distinct)
      order->orders.push_back(Ascending(arguments.at(0)->Copy()));
    else
      for (const auto& key : *aggregate_order_) order->orders.emplace_back(key.type, key.null_order, key.expression->Copy());
  }
  if (name == "count" && node.arguments.empty()) name = "count_star";
  if (name == "count" && node.arguments.size() > 1) {
    // count(a, b) counts the rows in which no argument is null.
    ParsedPtr some_null;
    for (auto& argument : arguments) {
      ParsedPtr null = IsNull(argument->Copy());
      some_null = some_null ? ParsedPtr(make_uniq<duckdb::ConjunctionExpression>(duckdb::ExpressionType::CONJUNCTION_OR,
                                                                                 std::move(some_null), std::move(null)))
                            : std::move(null);
    }
    ParsedPtr row = CallOf("row", std::move(arguments));
    arguments.clear();
    arguments.push_back(IfThenElse(std::move(some_null), Constant(duckdb::Value()), std::move(row)));
  }
  bool distinct = node.distinct;
  if (distinct && distinct_sets_ && name == "count" && node.arguments.size() == 1 && HasSetForm(node.arguments[0]->type)) {
    name = "spark_count_distinct_set";
    distinct = false;
  }
  auto call = make_uniq<duckdb::FunctionExpression>(SYSTEM_CATALOG, DEFAULT_SCHEMA, name, std::move(arguments), std::move(filter),
                                                    std::move(order), distinct);
  return FinishAggregate(expression, node, std::move(call));
}

ParsedPtr Lowering::FrameBound(const analysis::TypedFrameBound& bound, const analysis::TypedWindowCall& window, bool is_start,
                               duckdb::WindowBoundary& kind) {
  using plan::WindowFrame;
  bool rows = window.unit == WindowFrame::Unit::kRows;
  switch (bound.kind) {
    case WindowFrame::BoundKind::kUnboundedPreceding:
      kind = duckdb::WindowBoundary::UNBOUNDED_PRECEDING;
      return nullptr;
    case WindowFrame::BoundKind::kUnboundedFollowing:
      kind = duckdb::WindowBoundary::UNBOUNDED_FOLLOWING;
      return nullptr;
    case WindowFrame::BoundKind::kCurrentRow:
      kind = rows ? duckdb::WindowBoundary::CURRENT_ROW_ROWS : duckdb::WindowBoundary::CURRENT_ROW_RANGE;
      return nullptr;
    case WindowFrame::BoundKind::kValue:
      break;
  }
  const auto* literal = As<analysis::TypedLiteral>(bound.value);
  if (literal == nullptr) ThrowUnsupported("window frame bounds that are not constant");
  plan::Value magnitude = literal->value;
  bool negative = false;
  if (auto* integer = std::get_if<int64_t>(&magnitude.data)) {
    negative = *integer < 0;
    if (negative) *integer = -*integer;
  } else if (auto* real = std::get_if<double>(&magnitude.data)) {
    negative = *real < 0;
    if (negative) *real = -*real;
  } else if (auto* decimal = std::get_if<plan::Int128>(&magnitude.data)) {
    negative = *decimal < 0;
    if (negative) *decimal = -*decimal;
  } else if (auto* interval = std::get_if<plan::Value::CalendarInterval>(&magnitude.data)) {
    negative = interval->months < 0 || interval->days < 0 || interval->micros < 0;
    if (negative) *interval = {-interval->months, -interval->days, -interval->micros};
  }
  if (rows) {
    kind = negative ? duckdb::WindowBoundary::EXPR_PRECEDING_ROWS : duckdb::WindowBoundary::EXPR_FOLLOWING_ROWS;
  } else {
    kind = negative ? duckdb::WindowBoundary::EXPR_PRECEDING_RANGE : duckdb::WindowBoundary::EXPR_FOLLOWING_RANGE;
  }
  const plan::DataType& type = bound.value->type;
  bool key_is_time = !rows && !window.order_by.empty() && window.order_by[0].child->type.IsDatetime();
  if (key_is_time && type.id() == TypeId::kDayTimeInterval) {
    int64_t micros = std::get<int64_t>(magnitude.data);
    return Constant(duckdb::Value::INTERVAL(0, 0, micros));
  }
  if (key_is_time && type.id() == TypeId::kYearMonthInterval) {
    return Constant(duckdb::Value::INTERVAL(static_cast<int32_t>(std::get<int64_t>(magnitude.data)), 0, 0));
  }
  if (key_is_time && type.IsIntegral()) {
    return Constant(duckdb::Value::INTERVAL(0, static_cast<int32_t>(std::get<int64_t>(magnitude.data)), 0));
  }
  (void)is_start;
  return Constant(DuckValue(magnitude, type));
}

ParsedPtr Lowering::Node(const analysis::TypedExpression& expression, const analysis::TypedWindowCall& node) {
  const auto* call = As<analysis::TypedAggregateCall>(node.function);
  if (call == nullptr) ThrowInternal("a window without a function");
  std::string name = call->lowering.empty() ? call->function->name : call->lowering;
  bool is_window_function = call->function->kind == functions::Kind::kWindow;
  // DuckDB's own window functions have their own node types; everything else is an aggregate.
  auto type = duckdb::WindowExpression::WindowToExpressionType(name);
  if (call->ignore_nulls && type == duckdb::ExpressionType::WINDOW_AGGREGATE) name += "_ignore_nulls";
  if (name == "count" && call->arguments.empty()) name = "count_star";
  ParsedList arguments = CallArguments(call->arguments, call->extra);
  ParsedPtr filter = call->filter ? LowerInner(call->filter) : nullptr;
  OrderNested(call->arguments, name, arguments, filter);
  auto window = make_uniq<duckdb::WindowExpression>(type, SYSTEM_CATALOG, DEFAULT_SCHEMA, name);
  if (type == duckdb::ExpressionType::WINDOW_LEAD || type == duckdb::ExpressionType::WINDOW_LAG) {
    window->children.push_back(std::move(arguments.at(0)));
    if (arguments.size() > 1) window->offset_expr = std::move(arguments[1]);
    if (arguments.size() > 2) window->default_expr = std::move(arguments[2]);
  } else {
    window->children = std::move(arguments);
  }
  if (type != duckdb::ExpressionType::WINDOW_AGGREGATE) window->ignore_nulls = call->ignore_nulls;
  window->distinct = call->distinct;
  window->filter_expr = std::move(filter);
  for (const auto& partition : node.partition_by) window->partitions.push_back(LowerInner(partition));
  for (const auto& key : node.order_by) window->orders.push_back(SortKey(key));
  for (const auto& key : call->order_by) window->arg_orders.push_back(SortKey(key));
  window->start_expr = FrameBound(node.lower, node, true, window->start);
  window->end_expr = FrameBound(node.upper, node, false, window->end);
  if (is_window_function && type != duckdb::ExpressionType::WINDOW_NTH_VALUE &&
      type != duckdb::ExpressionType::WINDOW_FIRST_VALUE && type != duckdb::ExpressionType::WINDOW_LAST_VALUE) {
    // Ranking functions and lag/lead look at the whole partition; DuckDB refuses or ignores a frame for them.
    window->start = duckdb::WindowBoundary::UNBOUNDED_PRECEDING;
    window->end = duckdb::WindowBoundary::CURRENT_ROW_RANGE;
    window->start_expr = nullptr;
    window->end_expr = nullptr;
  }
  if (is_window_function && expression.type.IsIntegral()) {
    // DuckDB counts ranks as BIGINT, Spark as INT.
    return make_uniq<duckdb::CastExpression>(DuckType(expression.type), std::move(window));
  }
  return FinishAggregate(*node.function, *call, std::move(window));
}

}  // namespace headrace::engine
