#include "analysis/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <unordered_map>
#include <unordered_set>

#include "analysis/time_text_internal.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;
using plan::Value;

namespace {

std::string Escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string Hex(const std::string& bytes) {
  std::string out;
  for (unsigned char c : bytes) out += fmt::format("{:02X}", c);
  return out;
}

std::string JoinTexts(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : separator) + parts[i];
  return text;
}

/// The digits of a literal's interval and its units: '1 02:03:04' DAY TO SECOND.
std::string DayTimeText(int64_t micros, plan::DayTimeField start, plan::DayTimeField end) {
  static const char* kNames[] = {"DAY", "HOUR", "MINUTE", "SECOND"};
  static const int64_t kMicros[] = {86400000000LL, 3600000000LL, 60000000LL, 1000000LL};
  std::string sign = micros < 0 ? "-" : "";
  unsigned long long rest = micros < 0 ? 0ULL - static_cast<unsigned long long>(micros) : static_cast<unsigned long long>(micros);
  std::string text;
  for (int unit = static_cast<int>(start); unit <= static_cast<int>(end); ++unit) {
    unsigned long long count = rest / static_cast<unsigned long long>(kMicros[unit]);
    rest %= static_cast<unsigned long long>(kMicros[unit]);
    bool first = unit == static_cast<int>(start);
    if (!first) text += unit == 1 ? " " : ":";
    text += unit == 0 ? fmt::format("{}", count) : fmt::format("{:02}", count);
    if (unit == 3 && rest != 0) {
      std::string fraction = fmt::format(".{:06}", rest);
      while (fraction.back() == '0') fraction.pop_back();
      text += fraction;
    }
  }
  std::string units = kNames[static_cast<int>(start)];
  if (start != end) units += std::string(" TO ") + kNames[static_cast<int>(end)];
  return fmt::format("INTERVAL '{}{}' {}", sign, text, units);
}

std::string YearMonthText(int64_t months, plan::YearMonthField start, plan::YearMonthField end) {
  std::string sign = months < 0 ? "-" : "";
  int64_t rest = std::abs(months);
  if (start == plan::YearMonthField::kYear && end == plan::YearMonthField::kYear) {
    return fmt::format("INTERVAL '{}{}' YEAR", sign, rest / 12);
  }
  if (start == plan::YearMonthField::kMonth) return fmt::format("INTERVAL '{}{}' MONTH", sign, rest);
  return fmt::format("INTERVAL '{}{}-{}' YEAR TO MONTH", sign, rest / 12, rest % 12);
}

std::string CalendarText(const Value::CalendarInterval& interval) {
  std::vector<std::string> parts;
  auto add = [&](int64_t count, const char* unit) {
    if (count != 0) parts.push_back(fmt::format("{} {}", count, unit));
  };
  add(interval.months / 12, "years");
  add(interval.months % 12, "months");
  add(interval.days, "days");
  int64_t rest = interval.micros;
  add(rest / 3600000000LL, "hours");
  add(rest % 3600000000LL / 60000000LL, "minutes");
  rest %= 60000000LL;
  if (rest % 1000000 == 0) {
    add(rest / 1000000, "seconds");
  } else {
    std::string text = plan::DecimalText(rest, 6);
    while (text.back() == '0') text.pop_back();
    parts.push_back(text + " seconds");
  }
  return fmt::format("INTERVAL '{}'", parts.empty() ? std::string("0 seconds") : JoinTexts(parts, " "));
}

std::string NestedText(const std::vector<Value>& values, const DataType& type, const std::string& zone,
                       std::string (*text)(const Value&, const DataType&, const std::string&)) {
  std::vector<std::string> parts;
  if (type.id() == TypeId::kArray) {
    for (const auto& value : values) parts.push_back(text(value, type.element(), zone));
    return "ARRAY(" + JoinTexts(parts, ", ") + ")";
  }
  if (type.id() == TypeId::kMap) {
    for (size_t i = 0; i < values.size(); ++i) {
      parts.push_back(text(values[i], i % 2 == 0 ? type.key() : type.value(), zone));
    }
    return "MAP(" + JoinTexts(parts, ", ") + ")";
  }
  for (size_t i = 0; i < values.size() && i < type.fields().size(); ++i) {
    parts.push_back(fmt::format("'{}', {}", type.fields()[i].name, text(values[i], type.fields()[i].type, zone)));
  }
  return "NAMED_STRUCT(" + JoinTexts(parts, ", ") + ")";
}

const std::unordered_set<std::string_view>& UpperNames() {
  static const std::unordered_set<std::string_view> names = {"acos",        "acosh",
                                                             "asin",        "asinh",
                                                             "atan",        "atan2",
                                                             "atanh",       "cbrt",
                                                             "ceil",        "cos",
                                                             "cosh",        "cot",
                                                             "csc",         "degrees",
                                                             "exp",         "expm1",
                                                             "floor",       "hypot",
                                                             "log10",       "log1p",
                                                             "log2",        "power",
                                                             "pow",         "radians",
                                                             "sec",         "signum",
                                                             "sin",         "sinh",
                                                             "sqrt",        "tan",
                                                             "tanh",        "rlike",
                                                             "regexp_like", "regexp",
                                                             "e",           "pi",
                                                             "log",         "spark_partition_id",
                                                             "rank",        "dense_rank",
                                                             "percent_rank"};
  return names;
}

}  // namespace

std::string JavaDoubleText(double value, bool is_float) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  char buffer[64];
  auto end = is_float ? std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(value), std::chars_format::scientific)
                      : std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  std::string text(buffer, end.ptr);
  std::string sign;
  if (text[0] == '-') {
    sign = "-";
    text.erase(0, 1);
  }
  size_t e = text.find('e');
  if (e == 1) {
    // Java writes two digits at least, the nearest ones that read back as the value: 4.9E-324.
    std::string two = fmt::format("{:.1e}", std::abs(value));
    bool same = is_float ? std::strtof(two.c_str(), nullptr) == static_cast<float>(std::abs(value))
                         : std::strtod(two.c_str(), nullptr) == std::abs(value);
    if (same && two[2] != '0') text = two;
    e = text.find('e');
  }
  int exponent = std::stoi(text.substr(e + 1));
  std::string digits = text.substr(0, 1) + (e > 2 ? text.substr(2, e - 2) : "");
  int count = static_cast<int>(digits.size());
  if (exponent >= -3 && exponent < 7) {
    if (exponent < 0) return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
    if (count <= exponent + 1) return sign + digits + std::string(static_cast<size_t>(exponent + 1 - count), '0') + ".0";
    return sign + digits.substr(0, static_cast<size_t>(exponent + 1)) + "." + digits.substr(static_cast<size_t>(exponent + 1));
  }
  return sign + digits.substr(0, 1) + "." + (count > 1 ? digits.substr(1) : "0") + "E" + std::to_string(exponent);
}

namespace {

/// java.math.BigDecimal.toString: an exponent only for what begins far behind the point.
std::string JavaDecimalText(plan::Int128 unscaled, int scale) {
  std::string digits = plan::DecimalText(unscaled, 0), sign;
  if (digits[0] == '-') sign = "-", digits.erase(0, 1);
  int exponent = static_cast<int>(digits.size()) - 1 - scale;
  if (exponent >= -6) return plan::DecimalText(unscaled, scale);
  return sign + digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "") + "E" + std::to_string(exponent);
}

}  // namespace

std::string LiteralText(const Value& value, const DataType& type, const std::string& time_zone) {
  if (value.is_null()) return "NULL";
  if (type.IsString()) return std::get<std::string>(value.data);
  if (type.IsIntegral()) return std::to_string(std::get<int64_t>(value.data));
  if (type.id() == TypeId::kDecimal) return JavaDecimalText(std::get<plan::Int128>(value.data), type.scale());
  if (type.id() == TypeId::kDouble || type.id() == TypeId::kFloat) {
    return JavaDoubleText(std::get<double>(value.data), type.id() == TypeId::kFloat);
  }
  return LiteralSql(value, type, time_zone);
}

std::string LiteralSql(const Value& value, const DataType& type, const std::string& time_zone) {
  if (value.is_null()) return type.id() == TypeId::kNull ? "NULL" : fmt::format("CAST(NULL AS {})", type.Sql());
  switch (type.id()) {
    case TypeId::kBoolean:
      return std::get<bool>(value.data) ? "true" : "false";
    case TypeId::kByte:
      return LiteralText(value, type, time_zone) + "Y";
    case TypeId::kShort:
      return LiteralText(value, type, time_zone) + "S";
    case TypeId::kLong:
      return LiteralText(value, type, time_zone) + "L";
    case TypeId::kInteger:
      return LiteralText(value, type, time_zone);
    case TypeId::kDecimal:
      return LiteralText(value, type, time_zone) + "BD";
    case TypeId::kDouble: {
      double number = std::get<double>(value.data);
      if (!std::isfinite(number)) return fmt::format("CAST('{}' AS DOUBLE)", JavaDoubleText(number, false));
      return JavaDoubleText(number, false) + "D";
    }
    case TypeId::kFloat:
      return fmt::format("CAST({} AS FLOAT)", JavaDoubleText(std::get<double>(value.data), true));
    case TypeId::kString:
    case TypeId::kChar:
    case TypeId::kVarchar:
      return "'" + Escaped(std::get<std::string>(value.data)) + "'";
    case TypeId::kBinary:
      return "X'" + Hex(std::get<std::string>(value.data)) + "'";
    case TypeId::kDate:
      return fmt::format("DATE '{}'", DateText(std::get<int64_t>(value.data)));
    case TypeId::kTimestamp:
      return fmt::format("TIMESTAMP '{}'", TimestampText(std::get<int64_t>(value.data), time_zone));
    case TypeId::kTimestampNtz:
      return fmt::format("TIMESTAMP_NTZ '{}'", TimestampText(std::get<int64_t>(value.data), ""));
    case TypeId::kTime: {
      std::string text = TimestampText(std::get<int64_t>(value.data), "");
      return fmt::format("TIME '{}'", text.substr(11));
    }
    case TypeId::kDayTimeInterval:
      return DayTimeText(std::get<int64_t>(value.data), type.day_time_start(), type.day_time_end());
    case TypeId::kYearMonthInterval:
      return YearMonthText(std::get<int64_t>(value.data), type.year_month_start(), type.year_month_end());
    case TypeId::kCalendarInterval:
      return CalendarText(std::get<Value::CalendarInterval>(value.data));
    case TypeId::kArray:
    case TypeId::kMap:
    case TypeId::kStruct:
      return NestedText(std::get<std::vector<Value>>(value.data), type, time_zone, &LiteralSql);
    default:
      return "NULL";
  }
}

std::string CallText(std::string_view name, const std::vector<std::string>& arguments, bool distinct, bool is_operator) {
  static const std::unordered_set<std::string_view> infix = {"+",   "-", "*",  "/", "%",  "&",   "|",  "^",  "=",
                                                             "<=>", "<", "<=", ">", ">=", "and", "or", "div"};
  size_t count = arguments.size();
  if (count == 2 && (name == "==" || name == "=")) return fmt::format("({} = {})", arguments[0], arguments[1]);
  if (count == 2 && (name == "!=" || name == "<>")) return fmt::format("(NOT ({} = {}))", arguments[0], arguments[1]);
  if (count == 2 && name == "||") return fmt::format("concat({}, {})", arguments[0], arguments[1]);
  if (count == 2 && infix.count(name) != 0) {
    std::string op = name == "and" ? "AND" : name == "or" ? "OR" : std::string(name);
    return fmt::format("({} {} {})", arguments[0], op, arguments[1]);
  }
  if (count == 2 && (name == "<<" || name == ">>" || name == ">>>")) {
    return fmt::format("({} {} {})", arguments[0], name, arguments[1]);
  }
  if (count == 1) {
    if (name == "-" || (name == "negative" && is_operator)) return fmt::format("(- {})", arguments[0]);
    if (name == "+" || name == "positive") return fmt::format("(+ {})", arguments[0]);
    if (name == "not" || name == "!") return fmt::format("(NOT {})", arguments[0]);
    if (name == "~") return "~" + arguments[0];
    if (name == "isnull") return fmt::format("({} IS NULL)", arguments[0]);
    if (name == "isnotnull") return fmt::format("({} IS NOT NULL)", arguments[0]);
  }
  if (name == "extract" && count == 2) return fmt::format("extract({} FROM {})", arguments[0], arguments[1]);
  if (name == "array_sort" && count == 1) {
    return fmt::format(
        "array_sort({}, lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, "
        "(IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, (IF((namedlambdavariable() < "
        "namedlambdavariable()), -1, (IF((namedlambdavariable() > namedlambdavariable()), 1, 0)))))))))), "
        "namedlambdavariable(), namedlambdavariable()))",
        arguments[0]);
  }
  if (name == "like" && count >= 2) {
    return fmt::format("{} LIKE {}{}", arguments[0], arguments[1], count == 3 ? fmt::format(" ESCAPE '{}'", arguments[2]) : "");
  }
  if (name == "in" && count >= 1) {
    std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    return fmt::format("({} IN ({}))", arguments[0], JoinTexts(rest, ", "));
  }
  if (name == "if" && count == 3) return fmt::format("(IF({}, {}, {}))", arguments[0], arguments[1], arguments[2]);
  if (name == "when" || name == "case") {
    std::string text = "CASE";
    for (size_t i = 0; i + 1 < count; i += 2) text += fmt::format(" WHEN {} THEN {}", arguments[i], arguments[i + 1]);
    if (count % 2 == 1) text += " ELSE " + arguments.back();
    return text + " END";
  }
  if (count == 2 && (name == "trim" || name == "ltrim" || name == "rtrim")) {
    return fmt::format("TRIM({} {} FROM {})",
                       name == "trim"    ? "BOTH"
                       : name == "ltrim" ? "LEADING"
                                         : "TRAILING",
                       arguments[0], arguments[1]);
  }
  // Arguments that Spark's names leave out: flags of the aggregate, and the time zone of a timestamp's maker.
  static const std::unordered_map<std::string_view, size_t> shown_arguments = {
      {"first", 1}, {"first_value", 1},        {"last", 1},    {"last_value", 1}, {"any_value", 1},
      {"mode", 1},  {"try_make_timestamp", 6}, {"shuffle", 1}, {"uuid", 0}};
  if (auto found = shown_arguments.find(name); found != shown_arguments.end() && count > found->second) {
    if (name != "mode" || arguments[1] == "false") {
      return CallText(name, {arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(found->second)}, distinct,
                      is_operator);
    }
  }
  if (name == "log" && count == 1) return CallText(name, {"E()", arguments[0]}, distinct, is_operator);
  if (name == "assert_true" && count == 1) {
    return fmt::format("assert_true({}, '{}' is not true!)", arguments[0], arguments[0]);
  }
  std::string shown(name == "dateadd"          ? "date_add"
                    : name == "timestamp_add"  ? "timestampadd"
                    : name == "timestamp_diff" ? "timestampdiff"
                    : name == "array_agg"      ? "collect_list"
                                               : name);
  if ((name == "ceil" || name == "floor") && count == 2) return fmt::format("{}({})", shown, JoinTexts(arguments, ", "));
  // Spark writes the defaults of left-out arguments.
  struct Default {
    size_t count;
    std::vector<std::string> rest;
  };
  static const std::unordered_map<std::string_view, Default> defaults = {
      {"sort_array", {1, {"true"}}},
      {"round", {1, {"0"}}},
      {"bround", {1, {"0"}}},
      {"percentile", {2, {"1"}}},
      {"percentile_approx", {2, {"10000"}}},
      {"approx_percentile", {2, {"10000"}}},
      {"str_to_map", {1, {",", ":"}}},
      {"split", {2, {"-1"}}},
      {"regexp_replace", {3, {"1"}}},
      {"regexp_extract", {2, {"1"}}},
      {"regexp_extract_all", {2, {"1"}}},
      {"regexp_instr", {2, {"0"}}},
      {"locate", {2, {"1"}}},
      {"position", {2, {"1"}}},
      {"lpad", {2, {" "}}},
      {"rpad", {2, {" "}}},
      {"substring", {2, {"2147483647"}}},
      {"substr", {2, {"2147483647"}}},
      {"months_between", {2, {"true"}}},
      {"from_unixtime", {1, {"yyyy-MM-dd HH:mm:ss"}}},
      {"unix_timestamp", {1, {"yyyy-MM-dd HH:mm:ss"}}},
      {"to_unix_timestamp", {1, {"yyyy-MM-dd HH:mm:ss"}}},
      {"overlay", {3, {"-1"}}},
      {"lag", {1, {"1", "NULL"}}},
      {"lead", {1, {"1", "NULL"}}},
      {"ntile", {0, {"1"}}},
      {"listagg", {1, {"NULL"}}},
      {"string_agg", {1, {"NULL"}}},
      {"mask", {1, {"X", "x", "n", "NULL"}}},
      {"aggregate", {3, {"lambdafunction(namedlambdavariable(), namedlambdavariable())"}}},
      {"reduce", {3, {"lambdafunction(namedlambdavariable(), namedlambdavariable())"}}},
      {"replace", {2, {""}}},
      {"sentences", {1, {"", ""}}},
      {"make_interval", {0, {"0", "0", "0", "0", "0", "0", "0"}}},
      {"make_dt_interval", {0, {"0", "0", "0", "0"}}},
      {"make_ym_interval", {0, {"0", "0"}}},
      {"aes_encrypt", {2, {"GCM", "DEFAULT", "", ""}}},
      {"aes_decrypt", {2, {"GCM", "DEFAULT", ""}}},
      {"try_aes_decrypt", {2, {"GCM", "DEFAULT", ""}}},
      {"hll_sketch_agg", {1, {"12"}}},
      {"hll_union", {2, {"false"}}},
      {"hll_union_agg", {1, {"false"}}},
      {"theta_sketch_agg", {1, {"12"}}},
      {"theta_union", {2, {"12"}}},
      {"theta_union_agg", {1, {"12"}}},
      {"tuple_sketch_agg_double", {2, {"12", "sum"}}},
      {"tuple_sketch_agg_integer", {2, {"12", "sum"}}},
      {"tuple_sketch_summary_double", {1, {"sum"}}},
      {"tuple_sketch_summary_integer", {1, {"sum"}}},
      {"tuple_union_double", {2, {"12", "sum"}}},
      {"tuple_union_integer", {2, {"12", "sum"}}},
      {"tuple_union_theta_double", {2, {"12", "sum"}}},
      {"tuple_union_theta_integer", {2, {"12", "sum"}}},
      {"tuple_union_agg_double", {1, {"12", "sum"}}},
      {"tuple_union_agg_integer", {1, {"12", "sum"}}},
      {"tuple_intersection_double", {2, {"sum"}}},
      {"tuple_intersection_integer", {2, {"sum"}}},
      {"tuple_intersection_theta_double", {2, {"sum"}}},
      {"tuple_intersection_theta_integer", {2, {"sum"}}},
      {"tuple_intersection_agg_double", {1, {"sum"}}},
      {"tuple_intersection_agg_integer", {1, {"sum"}}},
  };
  if (auto found = defaults.find(name);
      found != defaults.end() && count >= found->second.count && count < found->second.count + found->second.rest.size()) {
    std::vector<std::string> all = arguments;
    for (size_t i = count - found->second.count; i < found->second.rest.size(); ++i) all.push_back(found->second.rest[i]);
    return CallText(name, all, distinct, is_operator);
  }
  if (UpperNames().count(name) != 0) {
    for (char& c : shown) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (name == "pow") shown = "pow";
    if (name == "regexp_like") shown = "REGEXP_LIKE";
    if (name == "regexp") shown = "REGEXP";
  }
  return fmt::format("{}({}{})", shown, distinct ? "DISTINCT " : "", JoinTexts(arguments, ", "));
}

bool EqualNames(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string LowerName(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace headrace::analysis
