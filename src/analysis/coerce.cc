#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "analysis/analyzer_internal.h"
#include "analysis/time_text_internal.h"
#include "sql/datetime.h"

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
      if (auto folded = FoldConstant(cast)) {
        bool nullable = functions::CastNullable(value->type, false, type, mode);
        return MakeTyped(TypedLiteral{*folded}, type, nullable, value->origin);
      }
    }
  }
  bool nullable = functions::CastNullable(value->type, value->nullable, type, mode);
  if (auto moment = SpecialTime(value, type)) return MakeTyped(TypedLiteral{*moment}, type, nullable, value->origin);
  return MakeTyped(TypedCast{value, mode}, type, nullable, value->origin);
}

std::optional<plan::Value> Analyzer::Impl::SpecialTime(const TypedPtr& value, const DataType& type) {
  const bool is_date = type.id() == TypeId::kDate, is_instant = type.id() == TypeId::kTimestamp;
  if (!value->type.IsString() || (!is_date && !is_instant && type.id() != TypeId::kTimestampNtz)) return std::nullopt;
  auto text = FoldConstant(value);
  if (!text || text->is_null()) return std::nullopt;
  auto word = sql::SpecialTimeWord(std::get<std::string>(text->data));
  if (!word) return std::nullopt;
  if (*word == "epoch") return plan::Value(plan::Value::Data(int64_t{0}));
  constexpr int64_t kDay = 86400000000LL;
  const int64_t now = context_.NowMicros();
  const int64_t local = now + ZoneOffsetMicros(now, environment_.time_zone);
  int64_t day = local / kDay - (local % kDay < 0 ? 1 : 0);
  if (*word == "tomorrow") ++day;
  if (*word == "yesterday") --day;
  if (is_date) return plan::Value(plan::Value::Data(day));
  if (*word == "now") return plan::Value(plan::Value::Data(is_instant ? now : local));
  return plan::Value(
      plan::Value::Data(is_instant ? sql::ToInstant(day * kDay, environment_.time_zone).value_or(day * kDay) : day * kDay));
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

bool Analyzer::Impl::IsNullConstant(const TypedPtr& expression) const {
  if (const auto* literal = As<TypedLiteral>(expression)) return literal->value.is_null();
  if (const auto* cast = As<TypedCast>(expression)) return IsNullConstant(cast->child);
  const auto* column = As<TypedColumn>(expression);
  return column != nullptr && null_columns_.contains(column->id);
}

namespace {

/// Functions that Spark replaces by null when an argument is the constant null: what the other arguments would raise is
/// never raised.
bool PropagatesNull(const functions::Function& function) {
  static constexpr std::array kNames = std::to_array<std::string_view>({
      "%",
      "&",
      "*",
      "+",
      "-",
      "/",
      "<",
      "<=",
      "=",
      ">",
      ">=",
      "^",
      "abs",
      "acos",
      "add_months",
      "array_contains",
      "array_distinct",
      "array_except",
      "array_intersect",
      "array_position",
      "array_remove",
      "array_union",
      "arrays_overlap",
      "ascii",
      "asin",
      "atan",
      "atan2",
      "base64",
      "bin",
      "bit_count",
      "bit_length",
      "bround",
      "cbrt",
      "ceil",
      "char",
      "contains",
      "conv",
      "cos",
      "cosh",
      "cot",
      "crc32",
      "csc",
      "date_add",
      "date_format",
      "date_from_unix_date",
      "date_sub",
      "datediff",
      "day",
      "dayofweek",
      "dayofyear",
      "degrees",
      "div",
      "element_at",
      "encode",
      "endswith",
      "exp",
      "expm1",
      "factorial",
      "find_in_set",
      "floor",
      "format_number",
      "from_unixtime",
      "from_utc_timestamp",
      "get",
      "getarrayitem",
      "getmapvalue",
      "hex",
      "hour",
      "hypot",
      "ilike",
      "initcap",
      "instr",
      "last_day",
      "left",
      "length",
      "levenshtein",
      "like",
      "ln",
      "log",
      "log10",
      "log1p",
      "log2",
      "lower",
      "lpad",
      "make_date",
      "make_timestamp",
      "map_contains_key",
      "md5",
      "minute",
      "month",
      "months_between",
      "negative",
      "next_day",
      "not",
      "octet_length",
      "overlay",
      "pmod",
      "positive",
      "pow",
      "quarter",
      "radians",
      "regexp_count",
      "regexp_extract",
      "regexp_extract_all",
      "regexp_instr",
      "regexp_replace",
      "regexp_substr",
      "repeat",
      "replace",
      "rint",
      "rlike",
      "round",
      "rpad",
      "sec",
      "second",
      "sha1",
      "sha2",
      "shiftleft",
      "shiftright",
      "shiftrightunsigned",
      "signum",
      "sin",
      "sinh",
      "slice",
      "soundex",
      "space",
      "split",
      "split_part",
      "sqrt",
      "startswith",
      "substring",
      "substring_index",
      "tan",
      "tanh",
      "timestamp_micros",
      "timestamp_millis",
      "timestamp_seconds",
      "timestampadd",
      "timestampdiff",
      "to_utc_timestamp",
      "translate",
      "try_add",
      "try_divide",
      "try_element_at",
      "try_multiply",
      "try_subtract",
      "unbase64",
      "unhex",
      "unix_date",
      "unix_micros",
      "upper",
      "weekday",
      "weekofyear",
      "year",
      "|",
      "~",
  });
  static_assert(std::is_sorted(kNames.begin(), kNames.end()));
  return function.kind == functions::Kind::kScalar && std::binary_search(kNames.begin(), kNames.end(), function.name);
}

/// Whether evaluating it cannot raise an error.
bool NeverRaises(const TypedPtr& expression) {
  if (As<TypedLiteral>(expression) != nullptr || As<TypedColumn>(expression) != nullptr) return true;
  if (const auto* cast = As<TypedCast>(expression)) {
    return NeverRaises(cast->child) && functions::CanUpCast(cast->child->type, expression->type);
  }
  const auto* call = As<TypedCall>(expression);
  return call != nullptr && call->function != nullptr && !call->function->fallible &&
         std::all_of(call->arguments.begin(), call->arguments.end(), NeverRaises);
}

/// Functions that ask these arguments one after the other and give null at the first null.
struct AskedInOrder {
  std::string_view name;
  std::array<int, 3> arguments;  ///< Filled up with -1.
};
constexpr AskedInOrder kAskedInOrder[] = {
    {"array_append", {0, -1, -1}}, {"array_insert", {0, 1, -1}}, {"array_join", {0, 1, -1}},
    {"array_repeat", {1, -1, -1}}, {"btrim", {0, 1, -1}},        {"date_trunc", {0, 1, -1}},
    {"in", {0, -1, -1}},           {"locate", {0, 1, -1}},       {"nanvl", {0, -1, -1}},
    {"right", {0, 1, -1}},         {"sequence", {0, 1, 2}},      {"to_date", {0, 1, -1}},
    {"to_timestamp", {0, 1, -1}},  {"trunc", {1, 0, -1}},        {"unix_timestamp", {0, 1, -1}},
};

/// Gives the arithmetic of two decimals the type that it has when no scale may be lost.
void KeepScale(std::string_view name, functions::Resolution& resolution) {
  constexpr std::pair<std::string_view, std::string_view> kOperations[] = {
      {"try_add", "+"}, {"try_subtract", "-"}, {"try_multiply", "*"}, {"try_divide", "/"}, {"try_mod", "%"}};
  for (const auto& [function, operation] : kOperations) {
    if (name == function) name = operation;
  }
  bool arithmetic = name == "+" || name == "-" || name == "*" || name == "/" || name == "%" || name == "pmod";
  const auto& types = resolution.argument_types;
  if (!arithmetic || types.size() != 2 || types[0].id() != TypeId::kDecimal || types[1].id() != TypeId::kDecimal) return;
  resolution.type = functions::DecimalResult(name, types[0], types[1], false);
  resolution.extra.back().type = resolution.type;
}

}  // namespace

bool Analyzer::Impl::MeetsNull(const functions::Function& function, const TypedExpressions& arguments) const {
  if (PropagatesNull(function)) {
    return std::any_of(arguments.begin(), arguments.end(), [&](const TypedPtr& a) { return IsNullConstant(a); });
  }
  if (function.name == "size" && !environment_.legacy_size_of_null) return IsNullConstant(arguments[0]);
  if (function.first_lambda > 0) {
    // A lambda runs over nothing; what aggregate starts from may be null.
    auto last = arguments.begin() + (function.name == "aggregate" ? 1 : function.first_lambda);
    return std::any_of(arguments.begin(), last, [&](const TypedPtr& a) { return IsNullConstant(a); });
  }
  for (const auto& entry : kAskedInOrder) {
    if (entry.name != function.name) continue;
    for (int index : entry.arguments) {
      if (index < 0 || static_cast<size_t>(index) >= arguments.size()) return false;
      const TypedPtr& argument = arguments[static_cast<size_t>(index)];
      if (IsNullConstant(argument)) return true;
      if (!NeverRaises(argument)) return false;
    }
  }
  return false;
}

TypedPtr Analyzer::Impl::BuildCall(const functions::Function& function, const functions::CallSite& site,
                                   TypedExpressions arguments, const plan::Origin& origin) {
  functions::Resolution resolution;
  try {
    resolution = function.typing(site);
    // Casts of arguments may give nulls: the rule is asked again with what the casts are.
    functions::CallSite cast = site;
    bool changed = false;
    for (size_t i = 0; i < cast.arguments.size() && i < resolution.argument_types.size(); ++i) {
      auto& argument = cast.arguments[i];
      if (argument.nullable || argument.is_lambda) continue;
      argument.nullable = CastTo(arguments[i], resolution.argument_types[i])->nullable;
      changed |= argument.nullable;
    }
    if (changed) {
      resolution = function.typing(cast);
    }
  } catch (Error& error) {
    if (error.contexts().empty()) {
      QueryContext context = plan::ContextOf(origin);
      if (!context.summary.empty()) error.WithContext(std::move(context));
    }
    throw;
  }
  if (!decimal_precision_loss_) KeepScale(function.name, resolution);
  for (size_t i = 0; i < arguments.size() && i < resolution.argument_types.size(); ++i) {
    const auto& type = resolution.argument_types[i];
    if (const auto* lambda = As<TypedLambda>(arguments[i])) {
      TypedPtr body = CastTo(lambda->body, type);
      if (body != lambda->body)
        arguments[i] = MakeTyped(TypedLambda{body, lambda->variables}, body->type, body->nullable, origin);
    } else {
      TypedPtr cast = CastTo(arguments[i], type);
      // What such a cast raises is told at the call.
      if (cast != arguments[i] && As<TypedCast>(cast) != nullptr && origin.text) {
        TypedExpression placed = *cast;
        placed.origin = origin;
        cast = std::make_shared<const TypedExpression>(std::move(placed));
      }
      arguments[i] = std::move(cast);
    }
  }
  if (MeetsNull(function, arguments)) return NullValue(resolution.type);
  if (resolution.lowering == "@null") {
    // Null, but no constant that makes calls around it null unevaluated.
    return MakeTyped(TypedCall{&function, "@identity", {NullValue(resolution.type)}, {}}, resolution.type, true, origin);
  }
  // Whether a function that never gives null did so is not asked.
  bool asks = function.name == "isnull" || function.name == "isnotnull";
  if (asks && As<TypedCall>(arguments[0]) != nullptr && !arguments[0]->nullable && origin.text) {
    return MakeTyped(TypedLiteral{plan::Value(plan::Value::Data(function.name == "isnotnull"))}, TypeId::kBoolean, false, origin);
  }
  // Nor is a value evaluated whose type is asked; aggregates in it still make the query one.
  if (function.name == "typeof" && !ContainsAggregate(arguments[0]) && !ContainsWindow(arguments[0]) &&
      !ContainsGenerator(arguments[0])) {
    return MakeTyped(TypedLiteral{resolution.extra.at(0).value}, TypeId::kString, false, origin);
  }
  if (resolution.keep_arguments >= 0 && arguments.size() > static_cast<size_t>(resolution.keep_arguments)) {
    arguments.resize(static_cast<size_t>(resolution.keep_arguments));
  }
  std::string lowering = resolution.lowering.empty() ? function.name : resolution.lowering;
  static const std::set<std::string_view> kMakersOfMaps = {
      "spark_map", "spark_map_concat", "spark_map_from_arrays", "spark_map_from_entries", "spark_str_to_map", "@transform_keys"};
  if (kMakersOfMaps.contains(lowering) && LowerName(context_.Setting("spark.sql.mapKeyDedupPolicy")) == "last_win")
    lowering += "_last";
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
  // Delta stores whatever ANSI's CAST accepts; what does not fit fails when the rows are written.
  bool allowed = policy == "legacy" ? functions::CanCast(value->type, type, plan::EvalMode::kLegacy)
                 : strict           ? functions::CanUpCast(value->type, type)
                                    : functions::CanCast(value->type.AsNullable(), type.AsNullable(), plan::EvalMode::kAnsi);
  if (!allowed && !strict) {
    std::string text = QuotedExpression(value_sql);
    throw AnalysisError("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
                        fmt::format("Cannot resolve {} due to data type mismatch: cannot cast {} to {}.", text,
                                    QuotedType(value->type), QuotedType(type)),
                        {{"sqlExpr", text}, {"srcType", QuotedType(value->type)}, {"targetType", QuotedType(type)}});
  }
  if (!allowed) {
    throw AnalysisError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
                        fmt::format("Cannot write incompatible data for the table {}: Cannot safely cast {} {} to {}.", table,
                                    plan::QuotedName(target.name), QuotedType(value->type), QuotedType(type)),
                        {{"tableName", table},
                         {"colName", plan::QuotedName(target.name)},
                         {"srcType", QuotedType(value->type)},
                         {"targetType", QuotedType(type)}},
                        value->origin)
        .WithSqlState("KD000");
  }
  TypedPtr cast = CastTo(value, type, policy == "legacy" ? plan::EvalMode::kLegacy : plan::EvalMode::kAnsi);
  bool narrows = policy != "legacy" && value->type.IsNumeric() && type.IsNumeric() && type.id() != TypeId::kDecimal &&
                 !functions::CanUpCast(value->type, type);
  if (!narrows || As<TypedCast>(cast) == nullptr) return cast;
  // A number that the column cannot hold is told with the column's name.
  bool insert = table != "``";
  TypedExpressions parameters = {StringValue("sourceType"), StringValue(QuotedType(value->type)),
                                 StringValue("targetType"), StringValue(QuotedType(type)),
                                 StringValue("columnName"), StringValue(plan::QuotedName(target.name))};
  if (!insert) {
    for (const auto& [name, setting] : {std::pair{"updateAndMergeCastingFollowsAnsiEnabledFlag",
                                                  "spark.databricks.delta.updateAndMergeCastingFollowsAnsiEnabledFlag"},
                                        {"ansiEnabledFlag", "spark.sql.ansi.enabled"},
                                        {"storeAssignmentPolicyFlag", "spark.sql.storeAssignmentPolicy"}}) {
      parameters.push_back(StringValue(name));
      parameters.push_back(StringValue(setting));
    }
  }
  TypedPtr condition = StringValue(insert ? "CAST_OVERFLOW_IN_TABLE_INSERT" : "DELTA_CAST_OVERFLOW_IN_TABLE_WRITE");
  TypedPtr raise = CastTo(CallTyped("raise_error", {condition, CallTyped("map", std::move(parameters))}), type);
  TypedPtr tried = MakeTyped(TypedCast{value, plan::EvalMode::kTry}, type, true, value->origin);
  TypedPtr lost = CallTyped("and", {CallTyped("isnotnull", {value}), CallTyped("isnull", {tried})});
  return MakeTyped(TypedCase{{{lost, raise}}, tried}, type, value->nullable, value->origin);
}

}  // namespace headrace::analysis
