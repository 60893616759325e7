#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "analysis/analyzer_internal.h"
#include "analysis/named_arguments.h"
#include "analysis/parse_internal.h"
#include "analysis/within_group.h"
#include "functions/internal_functions.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;

namespace {

std::vector<std::string> Texts(const std::vector<Resolved>& arguments) {
  std::vector<std::string> texts;
  for (const auto& argument : arguments) texts.push_back(argument.sql);
  return texts;
}

/// The text of + and - of days, instants and intervals, which Spark turns into other expressions; nothing for the rest.
std::optional<std::string> DatetimeText(const std::string& op, const DataType& l, const DataType& r, const std::string& left,
                                        const std::string& right, bool ansi) {
  bool minus = op == "-";
  auto is_days = [](const DataType& type) {
    return type.id() == TypeId::kDayTimeInterval && type.day_time_end() == plan::DayTimeField::kDay;
  };
  if (l.id() == TypeId::kNull || r.id() == TypeId::kNull) return std::nullopt;
  if (l.id() == TypeId::kDate && is_days(r)) {
    std::string days = fmt::format("extractansiintervaldays({})", right);
    return fmt::format("date_add({}, {})", left, minus ? fmt::format("(- {})", days) : days);
  }
  if (!minus && is_days(l) && r.id() == TypeId::kDate) {
    return fmt::format("date_add({}, extractansiintervaldays({}))", right, left);
  }
  if (r.IsInterval() && !l.IsInterval()) return fmt::format("{} {} {}", left, op, right);
  if (!minus && l.IsInterval() && !r.IsInterval()) return fmt::format("{} + {}", right, left);
  bool l_date = l.id() == TypeId::kDate, r_date = r.id() == TypeId::kDate;
  if (minus) {
    bool days = l_date && !r.IsDatetime() && !(r.IsString() && ansi);
    return days ? std::optional(fmt::format("date_sub({}, {})", left, right)) : std::nullopt;
  }
  if (l_date || (r_date && l.IsString() && ansi)) return fmt::format("date_add({}, {})", left, right);
  return r_date ? std::optional(fmt::format("date_add({}, {})", right, left)) : std::nullopt;
}

/// The name of Spark's class behind a function, where it is the function's own name.
std::string ClassOf(std::string name) {
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return "org.apache.spark.sql.catalyst.expressions." + name;
}

/// What a comparison of a whole number with a decimal literal becomes.
struct WholeComparison {
  std::optional<bool> truth;  ///< It is decided: no BIGINT is on the literal's other side.
  size_t literal = 0;  ///< Which side the literal is.
  int64_t bound = 0;  ///< What stands in its place.
};

/// Spark compares whole numbers with decimal literals as whole numbers: i > 2.5 is i > 2.
std::optional<WholeComparison> CompareWhole(std::string_view name, const std::vector<Resolved>& sides) {
  if (sides.size() != 2 || (name != "<" && name != "<=" && name != ">" && name != ">=")) return std::nullopt;
  for (size_t side : {0, 1}) {
    const TypedPtr& written = sides[side].typed;
    const auto* literal = written ? As<TypedLiteral>(written) : nullptr;
    if (literal == nullptr || written->type.id() != TypeId::kDecimal || literal->value.is_null()) continue;
    const TypedPtr& other = sides[1 - side].typed;
    if (!other || !other->type.IsIntegral()) continue;
    WholeComparison found;
    found.literal = side;
    plan::Int128 unit = 1;
    for (int i = 0; i < written->type.scale(); ++i) unit *= 10;
    plan::Int128 value = std::get<plan::Int128>(literal->value.data), floor = value / unit;
    if (value % unit < 0) --floor;
    bool whole = floor * unit == value;
    // The literal is on the side that has to be the greater one.
    bool above = (name[0] == '<') == (side == 1);
    constexpr plan::Int128 kMost = INT64_MAX, kLeast = INT64_MIN;
    if (floor > kMost || (floor == kMost && !whole)) {
      found.truth = above;
    } else if (floor < kLeast) {
      found.truth = !above;
    } else {
      bool up = above == (name.size() == 1);
      found.bound = static_cast<int64_t>(floor + (up && !whole ? 1 : 0));
    }
    return found;
  }
  return std::nullopt;
}

[[noreturn]] void ThrowUnresolvedRoutine(const plan::NameParts& name, AnalysisContext& context, const plan::Origin& origin) {
  std::string path = fmt::format("[`system`.`builtin`, `system`.`session`, {}.{}]", plan::QuotedName(context.CurrentCatalog()),
                                 plan::QuotedName(context.CurrentSchema()));
  throw AnalysisError("UNRESOLVED_ROUTINE",
                      fmt::format("Cannot resolve routine {} on search path {}.", plan::QuotedName(name), path),
                      {{"routineName", plan::QuotedName(name)}, {"searchPath", path}}, origin);
}

}  // namespace

std::vector<Resolved> Analyzer::Impl::ResolveArguments(const plan::Expressions& arguments, Scope& scope) {
  std::vector<Resolved> resolved;
  for (const auto& argument : arguments) {
    if (plan::As<plan::Star>(argument)) {
      for (auto& column : ExpandStar(*argument, scope)) resolved.push_back(std::move(column));
    } else {
      resolved.push_back(Resolve(argument, scope));
    }
  }
  return resolved;
}

Resolved Analyzer::Impl::ResolveCall(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  if (call.name.size() > 1) {
    bool builtin = EqualNames(call.name[call.name.size() - 2], "builtin");
    if (!builtin) ThrowUnresolvedRoutine(call.name, context_, origin);
  }
  std::string name = LowerName(call.name.back());
  if (!call.is_operator && functions::IsInternalFunction(name)) ThrowUnresolvedRoutine(call.name, context_, origin);
  auto special = Specials().find(name);
  if (special != Specials().end()) return (this->*special->second)(call, origin, scope);
  const functions::Function* function = table_.Find(name);
  if (function == nullptr && functions::IsMissing(name)) ThrowUnsupported("the function " + name);
  if (function == nullptr) ThrowUnresolvedRoutine(call.name, context_, origin);
  CheckWithinGroup(call, name, origin);
  if (!call.within_group.empty() && IsInverseDistribution(name)) {
    return InverseDistribution(*function, call, name, origin, scope);
  }
  plan::FunctionCall placed = PlaceNamedArguments(call, name, origin);
  if (function->expansion) return ExpandCall(*function, placed, origin, scope);
  Resolved resolved = MakeCall(*function, placed, name, origin, scope);
  // to_date('today') is a cast.
  const auto* made = As<TypedCall>(resolved.typed);
  if (made != nullptr && made->arguments.size() == 1 && made->lowering.rfind("spark_cast_string_", 0) == 0) {
    if (auto moment = SpecialTime(made->arguments[0], resolved.typed->type)) {
      resolved.typed = MakeTyped(TypedLiteral{*moment}, resolved.typed->type, resolved.typed->nullable, origin);
    }
  }
  return resolved;
}

Resolved Analyzer::Impl::LikePatterns(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  Resolved value = Resolve(call.arguments.at(0), scope);
  std::string sql = value.sql;
  int64_t id = kBoundBase - static_cast<int64_t>(bound_.size());
  bound_.push_back(std::move(value));
  auto bound = plan::Make(plan::UnresolvedAttribute{{"bound"}, id, false}, call.arguments[0]->origin);
  const std::string& name = call.name.back();
  plan::Expressions parts;
  for (size_t i = 1; i < call.arguments.size(); ++i) {
    auto like = plan::Operator("like", {bound, call.arguments[i]}, origin);
    parts.push_back(name.starts_with("not") ? plan::Operator("not", {like}, origin) : like);
  }
  // In pairs, so that many patterns make no deep tree.
  while (parts.size() > 1) {
    plan::Expressions halved;
    for (size_t i = 0; i + 1 < parts.size(); i += 2) {
      halved.push_back(plan::Operator(name.ends_with("any") ? "or" : "and", {parts[i], parts[i + 1]}, origin));
    }
    if (parts.size() % 2 == 1) halved.push_back(parts.back());
    parts = std::move(halved);
  }
  TypedExpression typed = *Resolve(parts.at(0), scope).typed;
  typed.nullable = true;
  Resolved resolved;
  resolved.typed = std::make_shared<const TypedExpression>(std::move(typed));
  resolved.sql = CallText(name, {sql}, false, false);
  return resolved;
}

Resolved Analyzer::Impl::InverseDistribution(const functions::Function& function, const plan::FunctionCall& call,
                                             const std::string& name, const plan::Origin& origin, Scope& scope) {
  const auto& order = call.within_group.front();
  plan::FunctionCall plain = call;
  plain.within_group.clear();
  if (name == "mode") {
    // The first of the most frequent values in the order; Spark writes the order the other way round.
    plain.arguments = {order.child};
    if (order.ascending) {
      plain.arguments.push_back(plan::Make(plan::Literal{plan::Value(plan::Value::Data(true)), TypeId::kBoolean}, origin));
    }
  } else {
    auto percentage = call.arguments.empty() ? nullptr : call.arguments[0];
    if (percentage && !order.ascending) {
      auto one = plan::Make(plan::Literal{plan::Value(plan::Value::Data(1.0)), TypeId::kDouble}, origin);
      percentage = plan::Operator("-", {one, percentage}, origin);
    }
    plain.arguments = {order.child};
    if (percentage) plain.arguments.push_back(percentage);
  }
  const functions::Function& placed = name == "mode" && !order.ascending ? *table_.Find("mode_largest") : function;
  Resolved resolved = MakeCall(placed, plain, name, origin, scope);
  bool descending = name == "mode" ? order.ascending : !order.ascending;
  std::string percentage = call.arguments.empty() ? "" : Resolve(call.arguments[0], scope).sql;
  resolved.sql = fmt::format("{}({}) WITHIN GROUP (ORDER BY {}{})", name, percentage, Resolve(order.child, scope).sql,
                             descending ? " DESC" : "");
  return resolved;
}

void Analyzer::Impl::ThrowWrongCount(const std::string& name, const std::string& expected, size_t count,
                                     const plan::Origin& origin) {
  Error error = functions::WrongArgumentCount(name, expected, count);
  throw AnalysisError(error.condition(), error.message(), error.parameters(), origin);
}

void Analyzer::Impl::CheckArgumentCount(const functions::Function& function, const std::string& name, size_t count,
                                        const plan::Origin& origin) {
  int given = static_cast<int>(count);
  if (given >= function.min_arguments && (function.max_arguments < 0 || given <= function.max_arguments)) return;
  std::string expected;
  if (function.max_arguments < 0) {
    expected = fmt::format("> {}", function.min_arguments - 1);
  } else if (function.min_arguments == function.max_arguments) {
    expected = std::to_string(function.min_arguments);
  } else {
    for (int i = function.min_arguments; i <= function.max_arguments; ++i)
      expected += (expected.empty() ? "" : ", ") + std::to_string(i);
    expected = "[" + expected + "]";
  }
  ThrowWrongCount(name, expected, count, origin);
}

Resolved Analyzer::Impl::ExpandCall(const functions::Function& function, const plan::FunctionCall& call,
                                    const plan::Origin& origin, Scope& scope) {
  bool over = std::exchange(scope.over, false);
  plan::FunctionCall bound = call;
  bound.arguments.clear();
  std::vector<std::string> texts;
  for (const auto& argument : call.arguments) {
    bool keep = plan::As<plan::Literal>(argument) || plan::As<plan::LambdaFunction>(argument);
    if (keep) {
      bound.arguments.push_back(argument);
      if (const auto* literal = plan::As<plan::Literal>(argument)) texts.push_back(ResolveLiteral(*literal, origin).sql);
      continue;
    }
    plan::Expressions one = {argument};
    for (auto& resolved : ResolveArguments(one, scope)) {
      texts.push_back(resolved.sql);
      int64_t id = kBoundBase - static_cast<int64_t>(bound_.size());
      bound_.push_back(std::move(resolved));
      bound.arguments.push_back(plan::Make(plan::UnresolvedAttribute{{"bound"}, id, false}, argument->origin));
    }
  }
  CheckArgumentCount(function, LowerName(call.name.back()), bound.arguments.size(), origin);
  scope.over = over;
  Resolved resolved = Resolve(function.expansion(bound, origin), scope);
  scope.over = false;
  resolved.sql = CallText(LowerName(call.name.back()), texts, call.distinct, call.is_operator);
  resolved.name.reset();
  resolved.is_named = false;
  resolved.has_alias = false;
  resolved.is_literal = false;
  resolved.attribute = nullptr;
  return resolved;
}

Resolved Analyzer::Impl::ResolveLambda(const plan::LambdaFunction& lambda,
                                       const std::vector<functions::LambdaParameter>& parameters, Scope& scope,
                                       const plan::Origin& origin) {
  if (lambda.arguments.size() != parameters.size()) {
    throw AnalysisError(
        "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
        fmt::format("Invalid lambda function call. A higher order function expects {} arguments, but got {}.",
                    lambda.arguments.size(), parameters.size()),
        {{"expectedNumArgs", std::to_string(lambda.arguments.size())}, {"actualNumArgs", std::to_string(parameters.size())}},
        origin)
        .WithSqlState("42K0D");
  }
  std::vector<int64_t> ids;
  size_t before = scope.lambdas.size();
  for (size_t i = 0; i < parameters.size(); ++i) {
    ids.push_back(next_lambda_);
    scope.lambdas.push_back({lambda.arguments[i], next_lambda_++, parameters[i].type, parameters[i].nullable});
  }
  Resolved body;
  try {
    body = Resolve(lambda.body, scope);
  } catch (...) {
    scope.lambdas.resize(before);
    throw;
  }
  scope.lambdas.resize(before);
  Resolved resolved;
  resolved.typed = MakeTyped(TypedLambda{body.typed, std::move(ids)}, body.typed->type, body.typed->nullable, origin);
  resolved.sql = "lambdafunction(" + body.sql;
  for (size_t i = 0; i < parameters.size(); ++i) resolved.sql += ", namedlambdavariable()";
  resolved.sql += ")";
  return resolved;
}

Resolved Analyzer::Impl::MakeCall(const functions::Function& function, const plan::FunctionCall& call, const std::string& name,
                                  const plan::Origin& origin, Scope& scope) {
  std::vector<Resolved> arguments;
  std::vector<std::pair<size_t, const plan::LambdaFunction*>> lambdas;
  std::deque<plan::LambdaFunction> constant_lambdas;
  bool over = std::exchange(scope.over, false);
  const auto* preferred = scope.preferred;
  if (function.kind == functions::Kind::kAggregate) scope.preferred = nullptr;
  // "*" in count may come as a text of its own (expr("*")).
  plan::ExpressionPtr only = call.arguments.size() == 1 ? call.arguments[0] : nullptr;
  if (const auto* text = plan::As<plan::ExpressionString>(only); text != nullptr && function.name == "count") {
    only = ParseExpressionText(text->text, context_);
  }
  bool count_star = function.name == "count" && call.arguments.size() == 1 && !call.distinct && plan::As<plan::Star>(only) &&
                    plan::As<plan::Star>(only)->target.empty() && plan::As<plan::Star>(only)->except.empty();
  if (count_star) {
    arguments.push_back(ResolveLiteral({plan::Value(plan::Value::Data(int64_t{1})), TypeId::kInteger}, origin));
  } else {
    for (const auto& argument : call.arguments) {
      if (const auto* lambda = plan::As<plan::LambdaFunction>(argument)) {
        lambdas.emplace_back(arguments.size(), lambda);
        arguments.emplace_back();
      } else if (function.first_lambda >= 0 && arguments.size() >= static_cast<size_t>(function.first_lambda)) {
        constant_lambdas.push_back({argument, {}});
        lambdas.emplace_back(arguments.size(), &constant_lambdas.back());
        arguments.emplace_back();
      } else {
        plan::Expressions one = {argument};
        for (auto& resolved : ResolveArguments(one, scope)) arguments.push_back(std::move(resolved));
      }
    }
  }
  scope.preferred = preferred;
  CheckArgumentCount(function, name, arguments.size(), origin);
  if (auto whole = CompareWhole(name, arguments)) {
    if (whole->truth) return ResolveLiteral({plan::Value(plan::Value::Data(*whole->truth)), TypeId::kBoolean}, origin);
    arguments[whole->literal] =
        ResolveLiteral({plan::Value(plan::Value::Data(whole->bound)), TypeId::kLong}, arguments[whole->literal].typed->origin);
  }

  std::vector<std::optional<plan::Value>> constants(arguments.size());
  functions::CallSite site{environment_, name, std::vector<functions::Argument>(arguments.size()), call.distinct};
  auto fill = [&](size_t i) {
    auto& argument = site.arguments[i];
    argument.type = arguments[i].typed->type;
    argument.nullable = arguments[i].typed->nullable;
    argument.sql = arguments[i].sql;
    argument.is_literal = As<TypedLiteral>(arguments[i].typed) != nullptr;
    constants[i] = FoldConstant(arguments[i].typed);
    const auto* maker = As<TypedCall>(arguments[i].typed);
    if (!constants[i] && maker != nullptr && maker->function != nullptr && maker->function->name.rfind("schema_of_", 0) == 0) {
      // A schema that another call reads from an example.
      Attribute schema;
      schema.id = NewId();
      schema.name = "schema";
      schema.type = arguments[i].typed->type;
      TypedProject project;
      project.input = MakeTypedRelation(TypedOneRow{}, {});
      project.expressions = {arguments[i].typed};
      constants[i] = context_.Evaluate(MakeTypedRelation(std::move(project), {schema})).at(0).at(0);
    }
    argument.constant = constants[i] ? &*constants[i] : nullptr;
  };
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].typed) fill(i);
  }
  for (const auto& [index, lambda] : lambdas) site.arguments[index].is_lambda = true;
  for (const auto& [index, lambda] : lambdas) {
    if (!function.lambda_typing) {
      throw AnalysisError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
                          fmt::format("Invalid lambda function call. A lambda function should only be used in a higher order "
                                      "function. However, its class is {}, which is not a higher order function.",
                                      ClassOf(name)),
                          {{"class", ClassOf(name)}}, origin)
          .WithSqlState("42K0D");
    }
    bool is_constant = lambda->arguments.empty();
    // What is wrong with the other arguments is told with the lambda as it was written.
    std::string& written = site.arguments[index].sql;
    written = "lambdafunction(" + ExpressionName(lambda->body);
    for (const auto& argument : lambda->arguments) written += ", " + argument;
    written += ")";
    std::vector<functions::LambdaParameter> parameters;
    try {
      parameters = function.lambda_typing(site, index, is_constant ? 1 : lambda->arguments.size());
    } catch (Error& error) {
      if (QueryContext context = plan::ContextOf(origin); !context.summary.empty()) error.WithContext(std::move(context));
      throw;
    }
    plan::LambdaFunction hidden = *lambda;
    // Names that no column can have.
    while (is_constant && hidden.arguments.size() < parameters.size())
      hidden.arguments.emplace_back(hidden.arguments.size() + 1, '\0');
    arguments[index] = ResolveLambda(hidden, parameters, scope, origin);
    fill(index);
    site.arguments[index].is_lambda = true;
    site.arguments[index].constant = nullptr;
  }

  Resolved resolved;
  std::vector<std::string> texts = Texts(arguments);
  // Schemas and options of these are no part of their text in Spark.
  for (std::string_view reader : {"from_json", "to_json", "schema_of_json", "from_csv", "to_csv", "schema_of_csv"}) {
    if (name == reader) texts.resize(1);
  }
  // Ordered, string_agg forgets how it was called.
  std::string_view shown = name == "string_agg" && !call.within_group.empty() ? "listagg" : std::string_view(name);
  if (name == "random") shown = "rand";
  resolved.sql = CallText(shown, texts, call.distinct, call.is_operator);
  if ((name == "+" || name == "-") && arguments.size() == 2) {
    auto text = DatetimeText(name, arguments[0].typed->type, arguments[1].typed->type, texts[0], texts[1], environment_.ansi);
    if (text) resolved.sql = *text;
  }
  if (name == "mode" && arguments.size() == 2 && constants[1] && constants[1]->data == plan::Value::Data(true)) {
    resolved.sql = fmt::format("mode() WITHIN GROUP (ORDER BY {} DESC)", texts[0]);
  }
  TypedExpressions typed;
  for (const auto& argument : arguments) typed.push_back(argument.typed);
  TypedPtr made;
  try {
    made = BuildCall(function, site, std::move(typed), origin);
  } catch (const Error& error) {
    if (error.parameters().count("sqlExpr") == 0) throw;
    // A generator's rows have no type that a function takes.
    bool generator = std::any_of(arguments.begin(), arguments.end(),
                                 [](const Resolved& argument) { return argument.typed && ContainsGenerator(argument.typed); });
    if (generator && scope.clause == "WHERE") {
      std::string plan = "'Filter " + resolved.sql;
      throw AnalysisError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT",
                          fmt::format("The generator is not supported: outside the SELECT clause, found: {}.", plan),
                          {{"plan", plan}});
    }
    if (generator) {
      std::string text = QuotedExpression(resolved.sql);
      throw AnalysisError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                          fmt::format("The generator is not supported: nested in expressions {}.", text), {{"expression", text}});
    }
    throw WithCallText(error, resolved.sql);
  }
  // Spark's own name for it: it reads a map as a struct with the one field "entries".
  if (name == "from_json" && made->type.id() == TypeId::kMap) resolved.sql = "entries";
  bool aggregate = function.kind == functions::Kind::kAggregate || function.kind == functions::Kind::kWindow;
  if (!aggregate && (call.distinct || call.filter)) {
    throw AnalysisError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                        fmt::format("Invalid SQL syntax: The function {} does not support {}.", plan::QuotedName(name),
                                    call.distinct ? "DISTINCT" : "FILTER clause"),
                        {{"prettyName", plan::QuotedName(name)}, {"syntax", call.distinct ? "DISTINCT" : "FILTER clause"}},
                        origin)
        .WithSqlState("42000");
  }
  if (aggregate) {
    TypedExpression copy = *made;
    auto& node = std::get<TypedAggregateCall>(copy.node);
    node.distinct = call.distinct;
    if (call.ignore_nulls) node.ignore_nulls = *call.ignore_nulls;
    if (call.filter) {
      Resolved filter = Resolve(call.filter, scope);
      node.filter = AsBoolean(filter, "FILTER");
      if (!IsDeterministic(node.filter)) {
        throw AnalysisError("INVALID_AGGREGATE_FILTER.NON_DETERMINISTIC",
                            fmt::format("The FILTER expression {} in an aggregate function is invalid. Expected a deterministic "
                                        "FILTER expression.",
                                        QuotedExpression(filter.sql)),
                            {{"filterExpr", QuotedExpression(filter.sql)}}, origin);
      }
      resolved.sql += fmt::format(" FILTER (WHERE {})", filter.sql);
    }
    if (!call.within_group.empty()) {
      node.order_by = SortKeys(call.within_group, scope, nullptr);
      if (call.distinct) CheckDistinctOrder(name, node, arguments.at(0), Resolve(call.within_group[0].child, scope));
      resolved.sql += " WITHIN GROUP (ORDER BY ";
      for (size_t i = 0; i < call.within_group.size(); ++i) {
        resolved.sql += (i == 0 ? "" : ", ") + Resolve(call.within_group[i].child, scope).sql +
                        (node.order_by[i].ascending ? " ASC" : " DESC") +
                        (node.order_by[i].nulls_first ? " NULLS FIRST" : " NULLS LAST");
      }
      resolved.sql += ")";
    }
    if (function.kind == functions::Kind::kWindow && !over) {
      throw AnalysisError("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE",
                          fmt::format("Window function {} requires an OVER clause.", QuotedExpression(resolved.sql)),
                          {{"funcName", QuotedExpression(resolved.sql)}}, origin);
    }
    for (const auto& argument : node.arguments) {
      if (!over && ContainsAggregate(argument)) {
        throw AnalysisError(
            "NESTED_AGGREGATE_FUNCTION",
            "It is not allowed to use an aggregate function in the argument of another aggregate function. Please "
            "use the inner aggregate function in a sub-query.",
            {}, origin)
            .WithSqlState("42607");
      }
      if (!over && !IsDeterministic(argument)) {
        throw AnalysisError("AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION",
                            fmt::format("Non-deterministic expression {} should not appear in the arguments of an aggregate "
                                        "function.",
                                        QuotedExpression(resolved.sql)),
                            {{"sqlExpr", QuotedExpression(resolved.sql)}}, argument->origin);
      }
    }
    made = std::make_shared<const TypedExpression>(std::move(copy));
  }
  resolved.typed = std::move(made);
  return resolved;
}

}  // namespace headrace::analysis
