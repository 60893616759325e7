#include "engine/functions/kernel_error.h"

#include <string_view>

#include "duckdb.hpp"

namespace headrace::engine {

namespace {

/// Spark says where in the query an error arose for these only.
bool NamesPlace(std::string_view condition) {
  for (std::string_view placed : {"ARITHMETIC_OVERFLOW", "CAST_INVALID_INPUT", "DIVIDE_BY_ZERO", "INTERVAL_ARITHMETIC_OVERFLOW",
                                  "INTERVAL_DIVIDED_BY_ZERO", "INVALID_ARRAY_INDEX", "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
                                  "INVALID_INDEX_OF_ZERO", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "REMAINDER_BY_ZERO"}) {
    if (condition.substr(0, placed.size()) == placed) return true;
  }
  return false;
}

}  // namespace

void ThrowSpark(int site, const char* condition, const std::map<std::string, std::string>& parameters, const std::string& message,
                ErrorKind kind) {
  std::unordered_map<std::string, std::string> extra;
  extra["headrace_condition"] = condition;
  extra["headrace_kind"] = std::to_string(static_cast<int>(kind));
  extra["headrace_site"] = std::to_string(NamesPlace(condition) ? site : -1);
  extra["headrace_message"] = message;
  for (const auto& [name, value] : parameters) extra["p_" + name] = value;
  throw duckdb::Exception(extra, duckdb::ExceptionType::INVALID_INPUT, message);
}

namespace {
constexpr const char* kAnsi = "\"spark.sql.ansi.enabled\"";
}

void ThrowArithmeticOverflow(int site, const std::string& what, const char* alternative) {
  std::string hint =
      *alternative ? std::string(" Use '") + alternative + "' to tolerate overflow and return NULL instead." : std::string();
  ThrowSpark(site, "ARITHMETIC_OVERFLOW", {{"message", what}, {"alternative", hint}, {"config", kAnsi}},
             what + "." + hint + " If necessary set " + kAnsi + " to \"false\" to bypass this error.", ErrorKind::kArithmetic);
}

void ThrowBinaryOverflow(int site, const std::string& left, const std::string& right, const char* symbol,
                         const char* alternative) {
  ThrowSpark(site, "BINARY_ARITHMETIC_OVERFLOW",
             {{"value1", left}, {"symbol", symbol}, {"value2", right}, {"functionName", std::string("`") + alternative + "`"}},
             left + " " + symbol + " " + right + " caused overflow. Use `" + alternative +
                 "` to ignore overflow problem and return NULL.",
             ErrorKind::kArithmetic);
}

void ThrowDivideByZero(int site) {
  ThrowSpark(site, "DIVIDE_BY_ZERO", {{"config", kAnsi}},
             std::string("Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. If "
                         "necessary set ") +
                 kAnsi + " to \"false\" to bypass this error.",
             ErrorKind::kArithmetic);
}

void ThrowRemainderByZero(int site) {
  ThrowSpark(site, "REMAINDER_BY_ZERO", {{"config", kAnsi}},
             std::string("Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return NULL instead. If "
                         "necessary set ") +
                 kAnsi + " to \"false\" to bypass this error.",
             ErrorKind::kArithmetic);
}

void ThrowDecimalOutOfRange(int site, const std::string& value, int precision, int scale) {
  std::string p = std::to_string(precision), s = std::to_string(scale);
  ThrowSpark(site, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
             {{"value", value}, {"precision", p}, {"scale", s}, {"config", kAnsi}},
             " " + value + " cannot be represented as Decimal(" + p + ", " + s + "). If necessary set " + kAnsi +
                 " to \"false\" to bypass this error, and return NULL instead.",
             ErrorKind::kArithmetic);
}

void ThrowCastInput(int site, const std::string& expression, const char* source, const std::string& target) {
  std::string from = std::string("\"") + source + "\"", to = "\"" + target + "\"";
  bool is_date = target.rfind("TIMESTAMP", 0) == 0 || target == "DATE" || target.rfind("TIME", 0) == 0;
  bool is_boolean = target == "BOOLEAN";
  ThrowSpark(site, "CAST_INVALID_INPUT",
             {{"expression", expression}, {"sourceType", from}, {"targetType", to}, {"ansiConfig", kAnsi}},
             "The value " + expression + " of the type " + from + " cannot be cast to " + to +
                 " because it is malformed. Correct the value as per the syntax, or change its target type. Use "
                 "`try_cast` to tolerate malformed input and return NULL instead.",
             is_date      ? ErrorKind::kDateTime
             : is_boolean ? ErrorKind::kRuntime
                          : ErrorKind::kNumberFormat);
}

void ThrowCastOverflow(int site, const std::string& value, const std::string& source, const std::string& target) {
  std::string from = "\"" + source + "\"", to = "\"" + target + "\"";
  ThrowSpark(site, "CAST_OVERFLOW", {{"value", value}, {"sourceType", from}, {"targetType", to}, {"ansiConfig", kAnsi}},
             "The value " + value + " of the type " + from + " cannot be cast to " + to +
                 " due to an overflow. Use `try_cast` to tolerate overflow and return NULL instead.",
             ErrorKind::kArithmetic);
}

void ThrowInvalidParameter(int site, const char* subclass, const std::string& function,
                           std::map<std::string, std::string> parameters, const std::string& message) {
  parameters["functionName"] = "`" + function + "`";
  std::string condition = std::string("INVALID_PARAMETER_VALUE.") + subclass;
  ThrowSpark(site, condition.c_str(), parameters, message, ErrorKind::kRuntime);
}

}  // namespace headrace::engine
