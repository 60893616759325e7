#include "base/error.h"
#include "functions/typing_internal.h"

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

/// How an arithmetic kernel treats what does not fit.
enum class Overflow { kBySession, kNull };

bool Is(const Argument& argument, TypeId id) { return argument.type.id() == id; }
bool IsAnsiInterval(const DataType& type) {
  return type.id() == TypeId::kDayTimeInterval || type.id() == TypeId::kYearMonthInterval;
}

Resolution Make(std::vector<DataType> arguments, DataType type, bool nullable, std::string lowering) {
  Resolution answer;
  answer.argument_types = std::move(arguments);
  answer.type = std::move(type);
  answer.nullable = nullable;
  answer.lowering = std::move(lowering);
  return answer;
}

std::string Prefix(const CallSite& call, Overflow overflow) {
  if (overflow == Overflow::kNull) return "spark_try_";
  return call.environment.ansi ? "spark_" : "spark_wrap_";
}

/// + - * / % div pmod of two numbers.
Resolution NumericBinary(const CallSite& call, const std::string& op, const std::string& kernel, Overflow overflow) {
  const auto& left = call.arguments[0];
  const auto& right = call.arguments[1];
  auto is_float = [](const Argument& a) { return a.type.id() == TypeId::kFloat || a.type.id() == TypeId::kDouble; };
  if (op == "div" && left.type.IsNumeric() && right.type.IsNumeric() && (is_float(left) || is_float(right))) {
    bool decimal = left.type.id() == TypeId::kDecimal || right.type.id() == TypeId::kDecimal;
    if (left.type == right.type || decimal) {
      ThrowBinaryWrongType(call, "(\"BIGINT\" or \"DECIMAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")",
                           decimal ? DataType(TypeId::kDouble) : left.type);
    }
    // Spark makes whole numbers long before it compares the sides.
    CallSite longs = call;
    for (auto& argument : longs.arguments) {
      if (argument.type.IsIntegral()) argument.type = TypeId::kLong;
    }
    ThrowDifferentTypes(longs);
  }
  auto operands = ArithmeticOperands(op, left, right, call.environment.ansi);
  if (!operands) {
    if (left.type == right.type) {
      ThrowBinaryWrongType(call,
                           op == "+" || op == "-"
                               ? "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")"
                           : op == "/" ? "(\"DOUBLE\" or \"DECIMAL\")"
                                       : "\"NUMERIC\"",
                           left.type);
    }
    ThrowDifferentTypes(call);
  }
  bool divides = op == "/" || op == "%" || op == "div" || op == "pmod";
  bool by_null = overflow == Overflow::kNull || (!call.environment.ansi && divides);
  bool nullable = left.nullable || right.nullable || by_null || divides;
  if (operands->left.id() == TypeId::kDecimal) {
    DataType type = DecimalResult(op, operands->left, operands->right);
    auto answer = Make({operands->left, operands->right}, op == "div" ? DataType(TypeId::kLong) : type,
                       nullable || !call.environment.ansi, "spark_decimal_" + kernel);
    bool ansi = overflow == Overflow::kBySession && call.environment.ansi;
    answer.extra = {IntExtra(ansi ? 1 : 0), NullOf(answer.type)};
    return answer;
  }
  DataType type = op == "/" ? DataType(TypeId::kDouble) : op == "div" ? DataType(TypeId::kLong) : operands->left;
  return Make({operands->left, operands->right}, type, nullable, Prefix(call, overflow) + kernel);
}

/// date + days, days + date, date - days, date - date; nothing when the other side is an instant, an interval or null.
std::optional<Resolution> DateAndDays(const CallSite& call, bool subtract, bool nullable) {
  Argument l = call.arguments[0], r = call.arguments[1];
  // A string beside a date is read as a date; without ANSI as a number, which then has to be of days.
  if (l.type.IsString()) l.type = call.environment.ansi || subtract ? TypeId::kDate : TypeId::kDouble;
  if (r.type.IsString()) r.type = call.environment.ansi ? TypeId::kDate : TypeId::kDouble;
  if (subtract && Is(l, TypeId::kDate) && Is(r, TypeId::kDate)) {
    return Make({l.type, r.type}, DataType::DayTimeInterval(plan::DayTimeField::kDay, plan::DayTimeField::kDay), nullable,
                "spark_subtract_dates");
  }
  bool swapped = !Is(l, TypeId::kDate);
  const Argument& date = swapped ? r : l;
  const Argument& days = swapped ? l : r;
  bool stamp = Is(days, TypeId::kTimestamp) || Is(days, TypeId::kTimestampNtz);
  if (days.type.IsInterval() || Is(days, TypeId::kNull) || (subtract && (swapped || stamp))) return std::nullopt;
  if (!days.type.IsIntegral() || Is(days, TypeId::kLong)) {
    ThrowUnexpectedType({call.environment, subtract ? "date_sub" : "date_add", {date, days}}, 1, kDaysTypes);
  }
  if (swapped) return Make({TypeId::kInteger, date.type}, TypeId::kDate, nullable, "spark_date_add_swapped");
  return Make({date.type, TypeId::kInteger}, TypeId::kDate, nullable, subtract ? "spark_date_sub" : "spark_date_add");
}

/// date and timestamp and interval arithmetic; nothing when both sides are numbers.
std::optional<Resolution> DatetimeAdd(const CallSite& call, bool subtract, Overflow overflow) {
  const auto& l = call.arguments[0];
  const auto& r = call.arguments[1];
  bool nullable = l.nullable || r.nullable || overflow == Overflow::kNull;
  std::string sign = subtract ? "subtract" : "add";
  auto binary = [&](const DataType& a, const DataType& b, DataType type, const std::string& kernel) {
    return Make({a, b}, std::move(type), nullable, kernel);
  };
  if (IsAnsiInterval(l.type) && l.type.id() == r.type.id()) {
    auto type = *TightestCommonType(l.type, r.type, true);
    return binary(type, type, type, (overflow == Overflow::kNull ? "spark_try_" : "spark_") + sign + "_interval");
  }
  if (Is(l, TypeId::kCalendarInterval) && Is(r, TypeId::kCalendarInterval)) {
    return binary(l.type, r.type, l.type, "spark_" + sign + "_calendar");
  }
  if (Is(l, TypeId::kDate) || Is(r, TypeId::kDate)) {
    if (auto answer = DateAndDays(call, subtract, nullable)) return answer;
  }
  bool l_stamp = Is(l, TypeId::kTimestamp) || Is(l, TypeId::kTimestampNtz);
  bool r_stamp = Is(r, TypeId::kTimestamp) || Is(r, TypeId::kTimestampNtz);
  if (subtract && ((l_stamp && (r_stamp || Is(r, TypeId::kDate) || r.type.IsString())) ||
                   (r_stamp && (Is(l, TypeId::kDate) || l.type.IsString())))) {
    bool ntz = Is(l, TypeId::kTimestampNtz) && Is(r, TypeId::kTimestampNtz);
    DataType stamp = ntz ? TypeId::kTimestampNtz : TypeId::kTimestamp;
    return binary(stamp, stamp, DataType::DayTimeInterval(), ntz ? "spark_subtract_ntz" : "spark_subtract_timestamps");
  }
  // interval on the right, or (for +) on the left.
  bool swapped = !subtract && l.type.IsInterval() && (r.type.IsDatetime() || r.type.IsString());
  const auto& when = swapped ? r : l;
  const auto& interval = swapped ? l : r;
  if (!interval.type.IsInterval()) return std::nullopt;
  DataType when_type = when.type.IsString() ? DataType(TypeId::kTimestamp) : when.type;
  if (!when_type.IsDatetime()) return std::nullopt;
  std::string family = Is(interval, TypeId::kYearMonthInterval) ? "months"
                       : Is(interval, TypeId::kDayTimeInterval) ? "micros"
                                                                : "calendar";
  DataType type = when_type;
  bool days_only = Is(interval, TypeId::kDayTimeInterval) && interval.type.day_time_end() == plan::DayTimeField::kDay;
  if (when_type.id() == TypeId::kDate) {
    if (family == "micros" && !days_only) {
      when_type = type = TypeId::kTimestamp;
    }
  }
  std::string suffix = when_type.id() == TypeId::kDate           ? "date_"
                       : when_type.id() == TypeId::kTimestampNtz ? "ntz_"
                                                                 : "timestamp_";
  std::string kernel = "spark_" + sign + "_" + suffix + family + (swapped ? "_swapped" : "");
  return swapped ? binary(interval.type, when_type, type, kernel) : binary(when_type, interval.type, type, kernel);
}

Typing AddLike(bool subtract, Overflow overflow) {
  return [=](const CallSite& call) {
    if (call.arguments.size() == 1) {
      DataType type = Accept(call, 0, "n|P|Y|c");
      std::string decimal = subtract ? "spark_decimal_negative" : "@identity";
      auto answer = Make({type}, type, call.arguments[0].nullable,
                         type.id() == TypeId::kDecimal ? decimal : Prefix(call, overflow) + (subtract ? "negative" : "positive"));
      return answer;
    }
    if (auto datetime = DatetimeAdd(call, subtract, overflow)) return *datetime;
    return NumericBinary(call, subtract ? "-" : "+", subtract ? "subtract" : "add", overflow);
  };
}

Typing Multiply(Overflow overflow) {
  return [=](const CallSite& call) {
    for (int i : {0, 1}) {
      const auto& interval = call.arguments[i];
      const auto& number = call.arguments[1 - i];
      if (!interval.type.IsInterval() || !(number.type.IsNumeric() || number.type.IsString())) continue;
      std::string kernel = Is(interval, TypeId::kYearMonthInterval) ? "months"
                           : Is(interval, TypeId::kDayTimeInterval) ? "micros"
                                                                    : "calendar";
      std::vector<DataType> types(2);
      types[i] = interval.type;
      types[1 - i] = number.type.IsIntegral() && kernel != "calendar" ? DataType(TypeId::kLong) : DataType(TypeId::kDouble);
      DataType type = kernel == "months"   ? DataType::YearMonthInterval()
                      : kernel == "micros" ? DataType::DayTimeInterval()
                                           : interval.type;
      return Make(types, type, AnyNullable(call), "spark_multiply_" + kernel + (i ? "_swapped" : ""));
    }
    return NumericBinary(call, "*", "multiply", overflow);
  };
}

Typing Divide(Overflow overflow) {
  return [=](const CallSite& call) {
    const auto& interval = call.arguments[0];
    if (interval.type.IsInterval()) {
      std::string kernel = Is(interval, TypeId::kYearMonthInterval) ? "months"
                           : Is(interval, TypeId::kDayTimeInterval) ? "micros"
                                                                    : "calendar";
      DataType number =
          call.arguments[1].type.IsIntegral() && kernel != "calendar" ? DataType(TypeId::kLong) : DataType(TypeId::kDouble);
      DataType type = kernel == "months"   ? DataType::YearMonthInterval()
                      : kernel == "micros" ? DataType::DayTimeInterval()
                                           : interval.type;
      return Make({interval.type, number}, type, AnyNullable(call) || overflow == Overflow::kNull,
                  (overflow == Overflow::kNull ? "spark_try_divide_" : "spark_divide_") + kernel);
    }
    return NumericBinary(call, "/", "divide", overflow);
  };
}

Typing Numeric(const char* op, const char* kernel, Overflow overflow = Overflow::kBySession) {
  return [=](const CallSite& call) {
    if (std::string_view(op) == "div" && IsAnsiInterval(call.arguments[0].type)) {
      const auto& type = call.arguments[0].type;
      return Make({type, type}, TypeId::kLong, AnyNullable(call), "spark_div_interval");
    }
    return NumericBinary(call, op, kernel, overflow);
  };
}

bool Orderable(const DataType& type) {
  switch (type.id()) {
    case TypeId::kMap:
    case TypeId::kCalendarInterval:
    case TypeId::kVariant:
      return false;
    case TypeId::kArray:
      return Orderable(type.element());
    case TypeId::kStruct:
      for (const auto& field : type.fields()) {
        if (!Orderable(field.type)) return false;
      }
      return true;
    default:
      return true;
  }
}

Typing Compare(const char* lowering, bool null_safe = false) {
  return [=](const CallSite& call) {
    auto type = ComparisonType(call.arguments[0].type, call.arguments[1].type, call.environment.ansi);
    if (!type) ThrowDifferentTypes(call);
    bool equality = std::string_view(lowering).starts_with("@eq") || std::string_view(lowering) == "@ne";
    if (!Orderable(*type) && !(equality && type->id() == TypeId::kCalendarInterval)) {
      std::string text = Quoted(type->Sql()), name = "`" + call.name + "`";
      ThrowMismatch(call, "INVALID_ORDERING_TYPE", {{"functionName", name}, {"dataType", text}},
                    "The " + name + " does not support ordering on type " + text + ".");
    }
    // The engine's own order puts the nulls inside of values last.
    std::string kernel = equality || !type->IsNested() ? lowering : std::string("spark_nested_") + (lowering + 1);
    return Make({*type, *type}, TypeId::kBoolean, !null_safe && AnyNullable(call), std::move(kernel));
  };
}

Resolution Logical(const CallSite& call, const char* lowering) {
  std::vector<DataType> types;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const auto& type = call.arguments[i].type;
    bool fits = Is(call.arguments[i], TypeId::kBoolean) || Is(call.arguments[i], TypeId::kNull) || type.IsString();
    if (!fits && call.arguments.size() == 2) {
      if (call.arguments[0].type.id() == call.arguments[1].type.id()) ThrowBinaryWrongType(call, "\"BOOLEAN\"", type);
      ThrowDifferentTypes(call);
    }
    if (!fits) ThrowUnexpectedType(call, i, "\"BOOLEAN\"");
    types.push_back(TypeId::kBoolean);
  }
  return Make(types, TypeId::kBoolean, AnyNullable(call), lowering);
}

Resolution In(const CallSite& call) {
  std::optional<DataType> rows = call.arguments[0].type;
  for (const auto& argument : call.arguments) {
    if (rows) rows = rows->IsNested() ? PositionalType(*rows, argument.type) : std::nullopt;
  }
  DataType type = rows ? *rows : CommonType(call);
  return Make(std::vector<DataType>(call.arguments.size(), type), TypeId::kBoolean, AnyNullable(call), "@in");
}

/// The call with a whole number beside a decimal as the decimal that Spark makes of it before it looks further.
CallSite WithDecimals(CallSite call) {
  for (size_t i : {0, 1}) {
    if (call.arguments[1 - i].type.id() != TypeId::kDecimal || !call.arguments[i].type.IsIntegral()) continue;
    if (!call.arguments[i].is_literal) call.arguments[i].type = DecimalForType(call.arguments[i].type);
  }
  return call;
}

Resolution Bitwise(const CallSite& call, const char* kernel) {
  if (call.arguments.size() == 1) {
    auto type = Accept(call, 0, "I");
    return Make({type}, type, AnyNullable(call), kernel);
  }
  const auto& l = call.arguments[0].type;
  const auto& r = call.arguments[1].type;
  auto common = TightestCommonType(l, r, call.environment.ansi);
  if (common && common->id() == TypeId::kNull) common = TypeId::kInteger;
  if (l.IsString() && r.IsIntegral()) common = TypeId::kLong;
  if (r.IsString() && l.IsIntegral()) common = TypeId::kLong;
  if (!common) ThrowDifferentTypes(WithDecimals(call));
  if (!common->IsIntegral()) {
    if (l == r || l.IsString() || r.IsString()) ThrowBinaryWrongType(call, "\"INTEGRAL\"", *common);
    ThrowDifferentTypes(WithDecimals(call));
  }
  return Make({*common, *common}, *common, AnyNullable(call), kernel);
}

Resolution Like(const CallSite& call, const char* kernel) {
  std::vector<DataType> types;
  for (size_t i = 0; i < call.arguments.size(); ++i) types.push_back(Accept(call, i, "s"));
  std::string lowering = kernel;
  const auto* constant = call.arguments[1].constant;
  const auto* pattern = constant != nullptr ? std::get_if<std::string>(&constant->data) : nullptr;
  // DuckDB's LIKE has no escape character: the same when the pattern has none.
  if (lowering == "spark_like" && call.arguments.size() == 2 && pattern != nullptr && pattern->find('\\') == std::string::npos) {
    lowering = "@like";
  }
  return Make(types, TypeId::kBoolean, AnyNullable(call), lowering);
}

}  // namespace

void AddOperators(FunctionTable& table) {
  auto add = [&](const char* name, int min, int max, Typing typing, unsigned flags = kNoFlags) {
    table.Add(MakeFunction(name, min, max, std::move(typing), flags));
  };
  constexpr unsigned kArithmetic = kFails | kZone;
  add("+", 1, 2, AddLike(false, Overflow::kBySession), kArithmetic);
  add("-", 1, 2, AddLike(true, Overflow::kBySession), kArithmetic);
  add("*", 2, 2, Multiply(Overflow::kBySession), kArithmetic);
  add("/", 2, 2, Divide(Overflow::kBySession), kArithmetic);
  add("%", 2, 2, Numeric("%", "mod"), kArithmetic);
  add("div", 2, 2, Numeric("div", "div"), kArithmetic);
  add("pmod", 2, 2, Numeric("pmod", "pmod"), kArithmetic);
  add("try_add", 2, 2, AddLike(false, Overflow::kNull), kArithmetic);
  add("try_subtract", 2, 2, AddLike(true, Overflow::kNull), kArithmetic);
  add("try_multiply", 2, 2, Multiply(Overflow::kNull), kArithmetic);
  add("try_divide", 2, 2, Divide(Overflow::kNull), kArithmetic);
  add("try_mod", 2, 2, Numeric("%", "mod", Overflow::kNull), kArithmetic);
  add("negative", 1, 1, AddLike(true, Overflow::kBySession), kArithmetic);
  add("positive", 1, 1, AddLike(false, Overflow::kBySession), kArithmetic);
  add(
      "abs", 1, 1,
      [](const CallSite& call) {
        DataType type = Accept(call, 0, "n|P|Y");
        return Make({type}, type, AnyNullable(call),
                    type.id() == TypeId::kDecimal ? "spark_decimal_abs" : Prefix(call, Overflow::kBySession) + "abs");
      },
      kArithmetic);
  AddAliases(table, {{"mod", "%"}});

  add("=", 2, 2, Compare("@eq"));
  add("!=", 2, 2, Compare("@ne"));
  add("<", 2, 2, Compare("@lt"));
  add("<=", 2, 2, Compare("@le"));
  add(">", 2, 2, Compare("@gt"));
  add(">=", 2, 2, Compare("@ge"));
  add("<=>", 2, 2, Compare("@eq_null_safe", true));
  AddAliases(table, {{"==", "="}, {"<>", "!="}, {"equal_null", "<=>"}});

  add("and", 2, 2, [](const CallSite& call) { return Logical(call, "@and"); });
  add("or", 2, 2, [](const CallSite& call) { return Logical(call, "@or"); });
  add("not", 1, 1, [](const CallSite& call) { return Logical(call, "@not"); });
  AddAliases(table, {{"!", "not"}});
  AddRows(table, {
                     {"isnull", "y->b", "@isnull", kNotNull},
                     {"isnotnull", "y->b", "@isnotnull", kNotNull},
                     {"isnan", "d|f->b", "spark_isnan", kNotNull},
                     {"istrue", "b->b", "spark_is_true", kNotNull},
                     {"isfalse", "b->b", "spark_is_false", kNotNull},
                 });
  add("in", 1, -1, In);
  table.Add(MakeExpansion("between", 3, 3, [](const plan::FunctionCall& call, const plan::Origin& origin) {
    const auto& a = call.arguments;
    return plan::Operator("and", {plan::Operator(">=", {a[0], a[1]}, origin), plan::Operator("<=", {a[0], a[2]}, origin)},
                          origin);
  }));

  add("&", 2, 2, [](const CallSite& call) { return Bitwise(call, "spark_bit_and"); });
  add("|", 2, 2, [](const CallSite& call) { return Bitwise(call, "spark_bit_or"); });
  add("^", 2, 2, [](const CallSite& call) { return Bitwise(call, "spark_bit_xor"); });
  add("~", 1, 1, [](const CallSite& call) { return Bitwise(call, "spark_bit_not"); });
  AddAliases(table, {{"bitwisenot", "~"}});
  AddRows(table, {{"shiftleft", "i|l,i->$0", "spark_shift_left"},
                  {"shiftright", "i|l,i->$0", "spark_shift_right"},
                  {"shiftrightunsigned", "i|l,i->$0", "spark_shift_right_unsigned"},
                  {"bit_count", "I|b->i", "spark_bit_count"},
                  {"bit_get", "I,i->t", "spark_bit_get", kFails}});
  AddAliases(table, {{"<<", "shiftleft"}, {">>", "shiftright"}, {">>>", "shiftrightunsigned"}, {"getbit", "bit_get"}});

  add(
      "like", 2, 3, [](const CallSite& call) { return Like(call, "spark_like"); }, kFails);
  add(
      "ilike", 2, 3, [](const CallSite& call) { return Like(call, "spark_ilike"); }, kFails);
}

void AddConditionals(FunctionTable& table) {
  auto add = [&](const char* name, int min, int max, Typing typing, unsigned flags = kNoFlags) {
    table.Add(MakeFunction(name, min, max, std::move(typing), flags));
  };
  auto of_common = [](const char* lowering) {
    return [lowering](const CallSite& call) {
      auto type = CommonType(call);
      bool nullable = true;
      for (const auto& argument : call.arguments) nullable = nullable && argument.nullable;
      return Make(std::vector<DataType>(call.arguments.size(), type), type, nullable, lowering);
    };
  };
  add("coalesce", 1, -1, of_common("@coalesce"));
  add("greatest", 2, -1, of_common("greatest"));
  add("least", 2, -1, of_common("least"));
  AddRows(table, {{"nanvl", "d|f,d|f->$0", "spark_nanvl"}});
  auto expand = [&](const char* name, int min, int max,
                    plan::ExpressionPtr (*make)(const plan::Expressions&, const plan::Origin&)) {
    table.Add(MakeExpansion(name, min, max, [make](const plan::FunctionCall& call, const plan::Origin& origin) {
      return make(call.arguments, origin);
    }));
  };
  using E = plan::Expressions;
  using O = plan::Origin;
  static const auto kNullLiteral = [] { return plan::Make(plan::Literal{plan::Value(), TypeId::kNull}); };
  expand("ifnull", 2, 2, [](const E& a, const O& o) { return plan::Call("coalesce", a, o); });
  expand("nvl", 2, 2, [](const E& a, const O& o) { return plan::Call("coalesce", a, o); });
  expand("nvl2", 3, 3, [](const E& a, const O& o) {
    return plan::Call("if", {plan::Call("isnotnull", {a[0]}, o), a[1], a[2]}, o);
  });
  expand("nullif", 2, 2, [](const E& a, const O& o) {
    return plan::Call("if", {plan::Operator("=", {a[0], a[1]}, o), kNullLiteral(), a[0]}, o);
  });
  expand("nullifzero", 1, 1, [](const E& a, const O& o) {
    return plan::Call("if", {plan::Operator("=", {a[0], plan::IntLiteral(0)}, o), kNullLiteral(), a[0]}, o);
  });
  expand("zeroifnull", 1, 1, [](const E& a, const O& o) { return plan::Call("coalesce", {a[0], plan::IntLiteral(0)}, o); });
}

}  // namespace headrace::functions
