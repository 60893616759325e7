#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"
#include "analysis/time_text_internal.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;

const std::unordered_map<std::string, Analyzer::Impl::Special>& Analyzer::Impl::Specials() {
  static const std::unordered_map<std::string, Special> specials = [] {
    std::unordered_map<std::string, Special> made = {{"when", &Impl::Case},
                                                     {"case", &Impl::Case},
                                                     {"if", &Impl::If},
                                                     {"struct", &Impl::StructOf},
                                                     {"named_struct", &Impl::NamedStruct},
                                                     {"grouping", &Impl::Grouping},
                                                     {"grouping_id", &Impl::Grouping},
                                                     {"!=", &Impl::NotEqual},
                                                     {"<>", &Impl::NotEqual},
                                                     {"likeany", &Impl::LikePatterns},
                                                     {"likeall", &Impl::LikePatterns},
                                                     {"notlikeany", &Impl::LikePatterns},
                                                     {"notlikeall", &Impl::LikePatterns},
                                                     {"window", &Impl::TimeWindow},
                                                     {"session_window", &Impl::SessionWindow}};
    for (const char* name :
         {"current_date", "curdate", "current_timestamp", "now", "localtimestamp", "current_user", "user", "session_user",
          "current_catalog", "current_database", "current_schema", "current_timezone", "input_file_name"}) {
      made[name] = &Impl::Constant;
    }
    for (const char* name : {"boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "date", "timestamp",
                             "binary", "string"}) {
      made[name] = &Impl::CastFunction;
    }
    return made;
  }();
  return specials;
}

Resolved Analyzer::Impl::NotEqual(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  plan::FunctionCall equal = call;
  equal.name = {"="};
  return Resolve(plan::Operator("not", {plan::Make(std::move(equal), origin)}, origin), scope);
}

TypedPtr Analyzer::Impl::AsBoolean(const Resolved& condition, const char* where) {
  if (condition.typed->type.id() == TypeId::kBoolean) return condition.typed;
  std::string clause = where;
  if (clause != "WHERE" && condition.typed->type.id() == TypeId::kNull) return CastTo(condition.typed, TypeId::kBoolean);
  if (clause == "JOIN") {
    throw AnalysisError(
        "JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE",
        fmt::format("The join condition {} has the invalid type {}, expected \"BOOLEAN\".", QuotedExpression(condition.sql),
                    QuotedType(condition.typed->type)),
        {{"joinCondition", QuotedExpression(condition.sql)}, {"conditionType", QuotedType(condition.typed->type)}},
        condition.typed->origin)
        .WithSqlState("42K0E");
  }
  if (clause == "WHEN") {
    throw AnalysisError(
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        fmt::format("Cannot resolve {} due to data type mismatch: The first parameter requires the \"BOOLEAN\" type, "
                    "however {} has the type {}.",
                    QuotedExpression(condition.sql), QuotedExpression(condition.sql), QuotedType(condition.typed->type)),
        {{"sqlExpr", QuotedExpression(condition.sql)},
         {"paramIndex", "first"},
         {"requiredType", "\"BOOLEAN\""},
         {"inputSql", QuotedExpression(condition.sql)},
         {"inputType", QuotedType(condition.typed->type)}},
        condition.typed->origin);
  }
  throw AnalysisError(
      "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
      fmt::format("Cannot resolve {} due to data type mismatch: Filter expression {} of type {} is not a boolean.",
                  QuotedExpression(condition.sql), QuotedExpression(condition.sql), QuotedType(condition.typed->type)),
      {{"sqlExpr", QuotedExpression(condition.sql)},
       {"filter", QuotedExpression(condition.sql)},
       {"type", QuotedType(condition.typed->type)}},
      condition.typed->origin);
}

Resolved Analyzer::Impl::CaseOf(std::vector<std::pair<Resolved, Resolved>> branches, std::optional<Resolved> otherwise,
                                const plan::Origin& origin, std::string sql, const std::string& function) {
  std::vector<DataType> types;
  bool nullable = !otherwise || otherwise->typed->nullable;
  for (const auto& [when, then] : branches) {
    types.push_back(then.typed->type);
    nullable |= then.typed->nullable;
  }
  if (otherwise) types.push_back(otherwise->typed->type);
  bool same = std::all_of(types.begin(), types.end(), [&](const DataType& t) { return t == types[0]; });
  std::optional<DataType> common = same ? types[0] : functions::WiderType(types, environment_.ansi);
  if (!common) {
    std::string list;
    for (const auto& type : types) list += (list.empty() ? "" : ", ") + QuotedType(type);
    throw AnalysisError(
        "DATATYPE_MISMATCH.DATA_DIFF_TYPES",
        fmt::format("Cannot resolve {} due to data type mismatch: Input to `{}` should all be the same type, but "
                    "it's [{}].",
                    QuotedExpression(sql), function, list),
        {{"sqlExpr", QuotedExpression(sql)}, {"functionName", "`" + function + "`"}, {"dataType", "[" + list + "]"}}, origin);
  }
  TypedCase node;
  for (auto& [when, then] : branches) {
    TypedPtr value = CastTo(then.typed, *common);
    nullable |= value->nullable;
    try {
      node.branches.emplace_back(AsBoolean(when, "WHEN"), value);
    } catch (const Error& error) {
      throw WithCallText(error, sql);
    }
  }
  if (otherwise) {
    node.otherwise = CastTo(otherwise->typed, *common);
    nullable |= node.otherwise->nullable;
  }
  Resolved resolved;
  resolved.sql = std::move(sql);
  resolved.typed = MakeTyped(std::move(node), *common, nullable, origin);
  return resolved;
}

Resolved Analyzer::Impl::Case(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  std::vector<std::string> texts;
  std::vector<std::pair<Resolved, Resolved>> branches;
  std::optional<Resolved> otherwise;
  size_t count = call.arguments.size();
  if (count < 2) {
    functions::Function shape;
    shape.min_arguments = 2;
    CheckArgumentCount(shape, LowerName(call.name.back()), count, origin);
  }
  for (size_t i = 0; i + 1 < count; i += 2) {
    branches.emplace_back(Resolve(call.arguments[i], scope), Resolve(call.arguments[i + 1], scope));
    texts.push_back(branches.back().first.sql);
    texts.push_back(branches.back().second.sql);
  }
  if (count % 2 == 1) {
    otherwise = Resolve(call.arguments.back(), scope);
    texts.push_back(otherwise->sql);
  }
  return CaseOf(std::move(branches), std::move(otherwise), origin, CallText("when", texts, false, false), "casewhen");
}

Resolved Analyzer::Impl::If(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  if (call.arguments.size() != 3) {
    functions::Function shape;
    shape.min_arguments = shape.max_arguments = 3;
    CheckArgumentCount(shape, LowerName(call.name.back()), call.arguments.size(), origin);
  }
  Resolved condition = Resolve(call.arguments[0], scope);
  Resolved yes = Resolve(call.arguments[1], scope);
  Resolved no = Resolve(call.arguments[2], scope);
  std::string sql = CallText("if", {condition.sql, yes.sql, no.sql}, false, false);
  return CaseOf({{condition, yes}}, no, origin, std::move(sql), "if");
}

Resolved Analyzer::Impl::StructOf(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  std::vector<Resolved> arguments = ResolveArguments(call.arguments, scope);
  if (arguments.empty()) ThrowWrongCount("struct", "2n (n > 0)", 0, origin);
  std::vector<plan::StructField> fields;
  TypedStruct node;
  std::vector<std::string> texts;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    std::string name = argument.is_named              ? argument.OutputName()
                       : !argument.field_name.empty() ? argument.field_name
                                                      : fmt::format("col{}", i + 1);
    fields.push_back({name, argument.typed->type, argument.typed->nullable, argument.metadata});
    node.fields.push_back(argument.typed);
    texts.push_back(argument.sql);
  }
  Resolved resolved;
  resolved.sql = CallText("struct", texts, false, false);
  resolved.typed = MakeTyped(std::move(node), DataType::Struct(std::move(fields)), false, origin);
  return resolved;
}

Resolved Analyzer::Impl::NamedStruct(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  std::vector<Resolved> arguments = ResolveArguments(call.arguments, scope);
  std::vector<std::string> texts;
  for (const auto& argument : arguments) texts.push_back(argument.sql);
  Resolved resolved;
  resolved.sql = CallText("named_struct", texts, false, false);
  if (arguments.empty() || arguments.size() % 2 != 0) ThrowWrongCount("named_struct", "2n (n > 0)", arguments.size(), origin);
  std::vector<plan::StructField> fields;
  TypedStruct node;
  for (size_t i = 0; i < arguments.size(); i += 2) {
    auto name = FoldConstant(arguments[i].typed);
    if (!name || !std::holds_alternative<std::string>(name->data)) {
      throw AnalysisError(
          "DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING",
          fmt::format("Cannot resolve {} due to data type mismatch: Only foldable `STRING` expressions are allowed to "
                      "appear at odd position, but they are [{}].",
                      QuotedExpression(resolved.sql), QuotedExpression(arguments[i].sql)),
          {{"sqlExpr", QuotedExpression(resolved.sql)}, {"inputExprs", "[" + QuotedExpression(arguments[i].sql) + "]"}}, origin);
    }
    fields.push_back({std::get<std::string>(name->data), arguments[i + 1].typed->type, arguments[i + 1].typed->nullable, {}});
    node.fields.push_back(arguments[i + 1].typed);
  }
  resolved.typed = MakeTyped(std::move(node), DataType::Struct(std::move(fields)), false, origin);
  return resolved;
}

Resolved Analyzer::Impl::Constant(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  std::string name = LowerName(call.name.back());
  Resolved resolved;
  std::string shown = name == "current_database" ? "current_schema" : name == "curdate" ? "current_date" : name;
  resolved.sql = shown + "()";
  int64_t now = context_.NowMicros();
  auto literal = [&](plan::Value::Data data, DataType type) {
    resolved.typed = MakeTyped(TypedLiteral{plan::Value(std::move(data))}, std::move(type), false, origin);
  };
  if (name == "current_timestamp" || name == "now") {
    literal(now, TypeId::kTimestamp);
  } else if (name == "localtimestamp") {
    literal(static_cast<int64_t>(now) + ZoneOffsetMicros(now, environment_.time_zone), TypeId::kTimestampNtz);
  } else if (name == "current_date" || name == "curdate") {
    int64_t local = now + ZoneOffsetMicros(now, environment_.time_zone);
    literal(int64_t{local / 86400000000LL - (local % 86400000000LL < 0 ? 1 : 0)}, TypeId::kDate);
  } else if (name == "current_timezone") {
    literal(environment_.time_zone, TypeId::kString);
  } else if (name == "input_file_name") {
    // What a scan below hides in `_metadata`; nothing where there is no file.
    try {
      Resolved file = ResolveColumn({"_metadata", "file_path"}, -1, origin, scope, false);
      resolved.typed = file.typed;
    } catch (const Error& error) {
      if (error.condition().rfind("UNRESOLVED_COLUMN", 0) != 0) throw;
      literal(std::string(), TypeId::kString);
    }
  } else if (name == "current_catalog") {
    literal(context_.CurrentCatalog(), TypeId::kString);
  } else if (name == "current_database" || name == "current_schema") {
    literal(context_.CurrentSchema(), TypeId::kString);
  } else {
    literal(context_.CurrentUser(), TypeId::kString);
  }
  return resolved;
}

Resolved Analyzer::Impl::CastFunction(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  static const std::unordered_map<std::string, DataType> types = {
      {"boolean", TypeId::kBoolean}, {"tinyint", TypeId::kByte},
      {"smallint", TypeId::kShort},  {"int", TypeId::kInteger},
      {"bigint", TypeId::kLong},     {"float", TypeId::kFloat},
      {"double", TypeId::kDouble},   {"decimal", DataType::Decimal(10, 0)},
      {"date", TypeId::kDate},       {"timestamp", TypeId::kTimestamp},
      {"binary", TypeId::kBinary},   {"string", TypeId::kString}};
  functions::Function shape;
  shape.min_arguments = shape.max_arguments = 1;
  std::string name = LowerName(call.name.back());
  CheckArgumentCount(shape, name, call.arguments.size(), origin);
  return ResolveCast(plan::Cast{call.arguments[0], types.at(name), std::nullopt}, origin, scope, false);
}

Resolved Analyzer::Impl::Grouping(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  std::string name = LowerName(call.name.back());
  if (name == "grouping" && call.arguments.size() != 1) ThrowWrongCount(name, "1", call.arguments.size(), origin);
  TypedCall node;
  node.lowering = "@" + name;
  std::vector<std::string> texts;
  for (const auto& argument : call.arguments) {
    Resolved resolved = Resolve(argument, scope);
    node.arguments.push_back(resolved.typed);
    texts.push_back(resolved.sql);
  }
  Resolved resolved;
  resolved.sql = CallText(name, texts, false, false);
  resolved.typed = MakeTyped(std::move(node), name == "grouping" ? TypeId::kByte : TypeId::kLong, false, origin);
  return resolved;
}

}  // namespace headrace::analysis
