#include "engine/precompiled.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/statement/select_statement.hpp>

#include "analysis/analyzer.h"
#include "base/error.h"
#include "engine/duck_types.h"
#include "engine/lowering.h"
#include "engine/typed_build.h"

namespace headrace::engine {

using analysis::As;
using analysis::TypedPtr;
using duckdb::make_uniq;
using plan::TypeId;

ParsedPtr ColumnOf(const std::string& table, const std::string& column) {
  return make_uniq<duckdb::ColumnRefExpression>(column, table);
}

ParsedPtr Constant(duckdb::Value value) {
  // The binder treats bare string and integer constants as literals of any type; the cast pins the type.
  auto type = value.type();
  return make_uniq<duckdb::CastExpression>(type, make_uniq<duckdb::ConstantExpression>(std::move(value)));
}

ParsedPtr CallOf(const std::string& name, ParsedList arguments) {
  return make_uniq<duckdb::FunctionExpression>(SYSTEM_CATALOG, DEFAULT_SCHEMA, name, std::move(arguments));
}

ParsedPtr CompareOf(duckdb::ExpressionType type, ParsedPtr left, ParsedPtr right) {
  return make_uniq<duckdb::ComparisonExpression>(type, std::move(left), std::move(right));
}

ParsedPtr And(ParsedPtr left, ParsedPtr right) {
  return make_uniq<duckdb::ConjunctionExpression>(duckdb::ExpressionType::CONJUNCTION_AND, std::move(left), std::move(right));
}

ParsedPtr IsNull(ParsedPtr child) {
  return make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_IS_NULL, std::move(child));
}

ParsedPtr IfThenElse(ParsedPtr condition, ParsedPtr then, ParsedPtr otherwise) {
  auto made = make_uniq<duckdb::CaseExpression>();
  duckdb::CaseCheck check;
  check.when_expr = std::move(condition);
  check.then_expr = std::move(then);
  made->case_checks.push_back(std::move(check));
  made->else_expr = std::move(otherwise);
  return made;
}

namespace {

/// Calls `visit` on each direct child.
template <typename Visit>
void ForEachChild(const analysis::TypedExpression& expression, Visit visit) {
  auto all = [&](const analysis::TypedExpressions& children) {
    for (const auto& child : children) visit(child);
  };
  auto keys = [&](const std::vector<analysis::TypedSortKey>& order) {
    for (const auto& key : order) visit(key.child);
  };
  if (const auto* call = std::get_if<analysis::TypedCall>(&expression.node)) {
    all(call->arguments);
  } else if (const auto* cast = std::get_if<analysis::TypedCast>(&expression.node)) {
    visit(cast->child);
  } else if (const auto* cases = std::get_if<analysis::TypedCase>(&expression.node)) {
    for (const auto& [when, then] : cases->branches) {
      visit(when);
      visit(then);
    }
    if (cases->otherwise) visit(cases->otherwise);
  } else if (const auto* field = std::get_if<analysis::TypedFieldAccess>(&expression.node)) {
    visit(field->child);
  } else if (const auto* made = std::get_if<analysis::TypedStruct>(&expression.node)) {
    all(made->fields);
  } else if (const auto* lambda = std::get_if<analysis::TypedLambda>(&expression.node)) {
    visit(lambda->body);
  } else if (const auto* aggregate = std::get_if<analysis::TypedAggregateCall>(&expression.node)) {
    all(aggregate->arguments);
    if (aggregate->filter) visit(aggregate->filter);
    keys(aggregate->order_by);
  } else if (const auto* window = std::get_if<analysis::TypedWindowCall>(&expression.node)) {
    visit(window->function);
    all(window->partition_by);
    keys(window->order_by);
  } else if (const auto* subquery = std::get_if<analysis::TypedSubquery>(&expression.node)) {
    all(subquery->in_values);
  }
}

/// Whether a cast between these types never fails, in any mode.
bool IsSafeCast(const plan::DataType& from, const plan::DataType& to) {
  if (from == to || from.id() == TypeId::kNull) return true;
  if (to.IsString() && !from.IsNested()) return true;
  if (from.IsIntegral() && (to.id() == TypeId::kDouble || to.id() == TypeId::kFloat)) return true;
  if (from.IsIntegral() && to.IsIntegral()) return from.id() <= to.id();
  if (from.IsIntegral() && to.id() == TypeId::kDecimal) {
    int digits = from.id() == TypeId::kByte ? 3 : from.id() == TypeId::kShort ? 5 : from.id() == TypeId::kInteger ? 10 : 19;
    return to.precision() - to.scale() >= digits;
  }
  if (from.id() == TypeId::kDecimal && to.id() == TypeId::kDecimal) {
    return to.scale() >= from.scale() && to.precision() - to.scale() >= from.precision() - from.scale();
  }
  if (from.id() == TypeId::kDecimal && (to.id() == TypeId::kDouble || to.id() == TypeId::kFloat)) return true;
  if (from.id() == TypeId::kFloat && to.id() == TypeId::kDouble) return true;
  return from.id() == TypeId::kDate && to.IsDatetime();
}

}  // namespace

bool IsOrderSensitive(const analysis::TypedAggregateCall& call) {
  static const std::unordered_set<std::string> names = {"first", "last", "any_value", "collect_list", "listagg"};
  return call.function != nullptr && names.count(call.function->name) != 0;
}

namespace {

/// LIKE fails only for a pattern with a misplaced escape.
bool IsPlainLike(const analysis::TypedCall& call) {
  if (call.function->name != "like" && call.function->name != "ilike") return false;
  const auto* pattern = call.arguments.size() > 1 ? As<analysis::TypedLiteral>(call.arguments[1]) : nullptr;
  const auto* text = pattern != nullptr ? std::get_if<std::string>(&pattern->value.data) : nullptr;
  return text != nullptr && call.arguments.size() == 2 && text->find('\\') == std::string::npos;
}

/// Sums and products of decimals whose type was not cut to 38 digits have room for every value.
bool HasRoom(const analysis::TypedCall& call, const plan::DataType& type) {
  if (type.id() != TypeId::kDecimal || call.arguments.size() != 2) return false;
  const plan::DataType& a = call.arguments[0]->type;
  const plan::DataType& b = call.arguments[1]->type;
  if (a.id() != TypeId::kDecimal || b.id() != TypeId::kDecimal) return false;
  int scale = 0, digits = 0;
  if (call.function->name == "*") {
    scale = a.scale() + b.scale();
    digits = a.precision() + b.precision() + 1;
  } else if (call.function->name == "+" || call.function->name == "-") {
    scale = std::max(a.scale(), b.scale());
    digits = std::max(a.precision() - a.scale(), b.precision() - b.scale()) + scale + 1;
  } else {
    return false;
  }
  return type.scale() == scale && type.precision() >= digits;
}

/// A constant date or time and a constant interval, both far from the ends of their types: their sum has a value.
bool IsPlainShift(const analysis::TypedCall& call) {
  if (call.arguments.size() != 2 || (call.function->name != "+" && call.function->name != "-")) return false;
  constexpr int64_t kDays = 1'000'000, kMicrosADay = 86'400'000'000, kMonths = 12'000;
  return std::all_of(call.arguments.begin(), call.arguments.end(), [](const TypedPtr& argument) {
    TypeId type = argument->type.id();
    int64_t limit = type == TypeId::kDate                                             ? kDays
                    : type == TypeId::kYearMonthInterval                              ? kMonths
                    : argument->type.IsDatetime() || type == TypeId::kDayTimeInterval ? kDays * kMicrosADay
                                                                                      : 0;
    auto value = analysis::FoldConstant(argument);
    const auto* number = value ? std::get_if<int64_t>(&value->data) : nullptr;
    return number != nullptr && -limit < *number && *number < limit;
  });
}

}  // namespace

bool IsFallible(const TypedPtr& expression) {
  // What has a value without any row cannot fail for one.
  if (analysis::FoldConstant(expression)) return false;
  if (const auto* call = As<analysis::TypedCall>(expression)) {
    if (call->function != nullptr && call->function->fallible && !IsPlainLike(*call) && !IsPlainShift(*call) &&
        !HasRoom(*call, expression->type)) {
      return true;
    }
  } else if (const auto* cast = As<analysis::TypedCast>(expression)) {
    if (cast->mode == plan::EvalMode::kAnsi && !As<analysis::TypedLiteral>(cast->child) &&
        !IsSafeCast(cast->child->type, expression->type)) {
      return true;
    }
  }
  bool fallible = false;
  ForEachChild(*expression, [&](const TypedPtr& child) { fallible = fallible || IsFallible(child); });
  return fallible;
}

bool IsStable(const TypedPtr& expression) {
  if (const auto* call = As<analysis::TypedCall>(expression)) {
    if (call->function != nullptr && !call->function->deterministic) return false;
  }
  bool stable = true;
  ForEachChild(*expression, [&](const TypedPtr& child) { stable = stable && IsStable(child); });
  return stable;
}

namespace {

/// A call that draws random numbers from a seed, which is its last argument.
bool IsSeededDraw(const analysis::TypedCall& call) {
  static const std::map<std::string_view, size_t> with_seed = {{"spark_rand", 1},    {"spark_randn", 1},   {"spark_uuid", 1},
                                                               {"spark_randstr", 2}, {"spark_shuffle", 2}, {"spark_uniform", 3}};
  auto found = with_seed.find(call.lowering);
  return found != with_seed.end() && call.arguments.size() == found->second;
}

}  // namespace

bool DrawsFromSeed(const TypedPtr& expression) {
  const auto* call = As<analysis::TypedCall>(expression);
  if (call != nullptr && IsSeededDraw(*call)) return true;
  bool found = false;
  ForEachChild(*expression, [&](const TypedPtr& child) { found = found || DrawsFromSeed(child); });
  return found;
}

bool HasSubquery(const TypedPtr& expression) {
  if (As<analysis::TypedSubquery>(expression)) return true;
  bool found = false;
  ForEachChild(*expression, [&](const TypedPtr& child) { found = found || HasSubquery(child); });
  return found;
}

ParsedPtr Lowering::Expression(const TypedPtr& expression, const Columns& columns) {
  Scope scope{&columns, scope_ ? scope_->outer : nullptr};
  const Scope* saved = scope_;
  scope_ = &scope;
  ParsedPtr lowered = LowerInner(expression);
  scope_ = saved;
  return lowered;
}

ParsedPtr Lowering::LowerInner(const TypedPtr& expression) {
  return std::visit([&](const auto& node) { return Node(*expression, node); }, expression->node);
}

ParsedPtr Lowering::Hidden(analysis::AttributeId id) const {
  if (scope_ == nullptr || scope_->columns == nullptr) return nullptr;
  auto found = scope_->columns->find(id);
  return found == scope_->columns->end() ? nullptr : found->second.expression->Copy();
}

int32_t Lowering::AddSite(const plan::Origin& origin) {
  query_.sites.push_back(origin);
  return static_cast<int32_t>(query_.sites.size()) - 1;
}

ParsedPtr Lowering::Node(const analysis::TypedExpression& expression, const analysis::TypedLiteral& node) {
  return Constant(DuckValue(node.value, expression.type));
}

ParsedPtr Lowering::Node(const analysis::TypedExpression&, const analysis::TypedColumn& node) {
  for (const Scope* scope = scope_; scope != nullptr; scope = scope->outer) {
    auto found = scope->columns->find(node.id);
    if (found != scope->columns->end()) return found->second.expression->Copy();
  }
  ThrowInternal("attribute " + std::to_string(node.id) + " is not in the input of its expression");
}

ParsedList Lowering::CallArguments(const analysis::TypedExpressions& arguments, const std::vector<plan::Literal>& extra) {
  ParsedList lowered;
  for (const auto& argument : arguments) lowered.push_back(LowerInner(argument));
  for (const auto& literal : extra) lowered.push_back(Constant(DuckValue(literal.value, literal.type)));
  return lowered;
}

void Lowering::AppendContext(const functions::Function& function, const plan::Origin& origin, ParsedList& arguments) {
  if (function.time_zone) arguments.push_back(Constant(duckdb::Value(context_.time_zone)));
  if (function.fallible) arguments.push_back(Constant(duckdb::Value::INTEGER(AddSite(origin))));
}

namespace {

/// The members of a chain of ANDs, or of ORs, from left to right.
void Members(const analysis::TypedCall& call, analysis::TypedExpressions& members) {
  for (const auto& argument : call.arguments) {
    const auto* inner = As<analysis::TypedCall>(argument);
    if (inner != nullptr && inner->lowering == call.lowering) {
      Members(*inner, members);
    } else {
      members.push_back(argument);
    }
  }
}

bool HoldsInSubquery(const TypedPtr& expression) {
  if (const auto* in = As<analysis::TypedSubquery>(expression)) return in->kind == plan::Subquery::Kind::kIn;
  const auto* call = As<analysis::TypedCall>(expression);
  return call != nullptr && (call->lowering == "@and" || call->lowering == "@or" || call->lowering == "@not") &&
         std::any_of(call->arguments.begin(), call->arguments.end(), HoldsInSubquery);
}

}  // namespace

ParsedPtr Lowering::Connective(const analysis::TypedCall& call) {
  analysis::TypedExpressions members;
  Members(call, members);
  ParsedList lowered;
  size_t last = 0;  // The last that can fail.
  for (size_t i = 0; i < members.size(); ++i) {
    lowered.push_back(LowerInner(members[i]));
    if (IsFallible(members[i])) last = i;
  }
  bool is_and = call.lowering == "@and";
  auto type = is_and ? duckdb::ExpressionType::CONJUNCTION_AND : duckdb::ExpressionType::CONJUNCTION_OR;
  // Spark evaluates a member only when no earlier one decides; DuckDB may reorder, so all before one that can fail are asked
  // one by one whether they decide.
  auto guard = make_uniq<duckdb::CaseExpression>();
  for (size_t i = 0; i < last; ++i) {
    duckdb::CaseCheck check;
    check.when_expr = CompareOf(duckdb::ExpressionType::COMPARE_NOT_DISTINCT_FROM, lowered[i]->Copy(),
                                Constant(duckdb::Value::BOOLEAN(!is_and)));
    check.then_expr = Constant(duckdb::Value::BOOLEAN(!is_and));
    guard->case_checks.push_back(std::move(check));
  }
  ParsedPtr all = make_uniq<duckdb::ConjunctionExpression>(type, std::move(lowered));
  if (last == 0) return all;
  guard->else_expr = std::move(all);
  return guard;
}

ParsedPtr Lowering::Node(const analysis::TypedExpression& expression, const analysis::TypedCall& node) {
  const std::string& name = node.lowering.empty() ? node.function->name : node.lowering;
  if (name == "@and" || name == "@or") return Connective(node);
  if (name == "@not") {
    const auto* in = As<analysis::TypedSubquery>(node.arguments.at(0));
    if (in != nullptr && in->kind == plan::Subquery::Kind::kIn) {
      analysis::TypedSubquery negated = *in;
      negated.negated = !in->negated;
      return Node(expression, negated);
    }
    // As Spark does: what is not known of a sub-query is false behind the NOT, not before it.
    const auto* inner = As<analysis::TypedCall>(node.arguments.at(0));
    if (inner != nullptr && inner->lowering == "@not" && HoldsInSubquery(node.arguments[0]))
      return LowerInner(inner->arguments.at(0));
    if (inner != nullptr && HoldsInSubquery(node.arguments[0])) {
      analysis::TypedCall changed = *inner;
      changed.lowering = inner->lowering == "@and" ? "@or" : "@and";
      for (auto& argument : changed.arguments) {
        analysis::TypedExpression negated = expression;
        std::get<analysis::TypedCall>(negated.node).arguments = {argument};
        argument = std::make_shared<const analysis::TypedExpression>(std::move(negated));
      }
      return Connective(changed);
    }
  }
  if (name == "@show_text") {
    return Text(LowerInner(node.arguments.at(0)), node.arguments[0]->type, true, expression.origin);
  }
  if (name == "spark_monotonic_id" || name == "spark_partition_id" || name == "spark_sequence_id") {
    ParsedPtr hidden = Hidden(name == "spark_partition_id" ? kPartition : name == "spark_sequence_id" ? kSequence : kRowId);
    if (hidden) return hidden;
    if (name != "spark_partition_id") ThrowUnsupported("monotonically_increasing_id outside of a select list");
  }
  ParsedList arguments = CallArguments(node.arguments, node.extra);
  if (!name.empty() && name[0] == '@') {
    const SpecialForm* form = FindSpecialForm(name);
    if (form == nullptr) ThrowInternal("no special form " + name);
    if (node.function != nullptr) AppendContext(*node.function, expression.origin, arguments);
    return (*form)(expression, node, std::move(arguments));
  }
  if (node.function != nullptr) AppendContext(*node.function, expression.origin, arguments);
  if (IsSeededDraw(node)) {
    ParsedPtr place = Hidden(kPartition);
    const char* by = place ? "_at" : "_row";
    if (!place) place = Hidden(kSequence);
    if (place) {
      arguments.insert(arguments.begin(), std::move(place));
      return CallOf(name + by, std::move(arguments));
    }
  }
  return CallOf(name, std::move(arguments));
}

ParsedPtr Lowering::Node(const analysis::TypedExpression& expression, const analysis::TypedCase& node) {
  auto made = make_uniq<duckdb::CaseExpression>();
  for (const auto& [when, then] : node.branches) {
    duckdb::CaseCheck check;
    check.when_expr = LowerInner(when);
    check.then_expr = LowerInner(then);
    made->case_checks.push_back(std::move(check));
  }
  made->else_expr = node.otherwise ? LowerInner(node.otherwise) : Constant(duckdb::Value(DuckType(expression.type)));
  return made;
}

ParsedPtr Lowering::Node(const analysis::TypedExpression&, const analysis::TypedFieldAccess& node) {
  return CallOf("struct_extract_at",
                ListOf(LowerInner(node.child), Constant(duckdb::Value::BIGINT(static_cast<int64_t>(node.index) + 1))));
}

ParsedPtr Lowering::Node(const analysis::TypedExpression& expression, const analysis::TypedStruct& node) {
  ParsedList fields;
  auto names = DuckFieldNames(expression.type);
  for (size_t i = 0; i < node.fields.size(); ++i) {
    ParsedPtr field = LowerInner(node.fields[i]);
    field->SetAlias(names.at(i));
    fields.push_back(std::move(field));
  }
  return CallOf("struct_pack", std::move(fields));
}

ParsedPtr Lowering::Node(const analysis::TypedExpression&, const analysis::TypedLambda& node) {
  duckdb::vector<std::string> names;
  for (int64_t id : node.variables) names.push_back("v" + std::to_string(id));
  // DuckDB's lambdas know the columns of their own query alone.
  VisitExpression(node.body, [&](const analysis::TypedExpression& inner) {
    const auto* column = std::get_if<analysis::TypedColumn>(&inner.node);
    if (column == nullptr || scope_ == nullptr || scope_->columns->count(column->id) > 0) return;
    for (const Scope* scope = scope_->outer; scope != nullptr; scope = scope->outer) {
      if (scope->columns != nullptr && scope->columns->count(column->id) > 0) {
        ThrowUnsupported("columns of an outer query in a lambda function");
      }
    }
  });
  auto lambda = make_uniq<duckdb::LambdaExpression>(std::move(names), LowerInner(node.body));
  lambda->syntax_type = duckdb::LambdaSyntaxType::LAMBDA_KEYWORD;
  return lambda;
}

ParsedPtr Lowering::Node(const analysis::TypedExpression&, const analysis::TypedLambdaVariable& node) {
  return make_uniq<duckdb::ColumnRefExpression>("v" + std::to_string(node.id));
}

ParsedPtr Lowering::Node(const analysis::TypedExpression&, const analysis::TypedSubquery& node) {
  if (!node.plan) ThrowInternal("a sub-query without a plan");
  ParsedList values;
  for (const auto& value : node.in_values) values.push_back(LowerInner(value));
  // The sub-query's own columns hide the outer ones; whatever it does not have is looked up outside.
  Scope outer = scope_ ? *scope_ : Scope{};
  Scope inner{nullptr, &outer};
  const Scope* saved = scope_;
  Columns none;
  inner.columns = &none;
  scope_ = &inner;
  auto select = make_uniq<duckdb::SelectStatement>();
  bool small = std::exchange(small_, false);
  Block block = LowerRelation(node.plan);
  // DuckDB takes two rows with a null at one place for equal: rows are compared field by field.
  bool by_field = node.kind == plan::Subquery::Kind::kIn && values.size() > 1;
  bool nullable = false;
  if (by_field) block = Seal(std::move(block), node.plan->output);
  for (size_t i = 0; i < values.size(); ++i) {
    bool may_be_null = node.in_values[i]->nullable || node.plan->output.at(i).nullable;
    nullable = nullable || may_be_null;
    if (!by_field) continue;
    ParsedPtr equal = CompareOf(duckdb::ExpressionType::COMPARE_EQUAL, std::move(values[i]),
                                block.columns.at(node.plan->output[i].id).expression->Copy());
    if (may_be_null && node.negated) {
      // What may be equal is in the way of NOT IN.
      equal = make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE, std::move(equal),
                                                    Constant(duckdb::Value::BOOLEAN(true)));
    }
    block.where.emplace_back(std::move(equal));
  }
  auto finished = Finish(std::move(block), node.plan->output);
  small_ = small;
  scope_ = saved;
  auto made = make_uniq<duckdb::SubqueryExpression>();
  if (node.kind == plan::Subquery::Kind::kExists || by_field) {
    made->subquery_type = duckdb::SubqueryType::EXISTS;
  } else if (node.kind == plan::Subquery::Kind::kIn) {
    made->subquery_type = duckdb::SubqueryType::ANY;
    made->comparison_type = duckdb::ExpressionType::COMPARE_EQUAL;
    made->child = std::move(values.at(0));
  } else if (node.kind == plan::Subquery::Kind::kScalar) {
    made->subquery_type = duckdb::SubqueryType::SCALAR;
  } else {
    ThrowUnsupported("table arguments of table-valued functions");
  }
  select->node = std::move(finished);
  made->subquery = std::move(select);
  ParsedPtr answer = std::move(made);
  if (node.negated) answer = make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_NOT, std::move(answer));
  // As a value, what is not known is false in Spark, of NOT IN too: it makes an existence join of both.
  if (node.kind == plan::Subquery::Kind::kIn && nullable && !by_field) {
    answer = make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE, std::move(answer),
                                                   Constant(duckdb::Value::BOOLEAN(false)));
  }
  return answer;
}

}  // namespace headrace::engine
