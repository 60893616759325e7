#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::DataType;
using plan::DayTimeField;
using plan::ExpressionPtr;
using plan::YearMonthField;

namespace {

constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kMicrosPerDay = 86400 * kMicrosPerSecond;

struct Unit {
  const char* name;
  bool months;
  int64_t size;  ///< In months or microseconds.
  int field;  ///< YearMonthField or DayTimeField.
};

const Unit kUnits[] = {{"YEAR", true, 12, 0},
                       {"MONTH", true, 1, 1},
                       {"WEEK", false, 7 * kMicrosPerDay, 0},
                       {"DAY", false, kMicrosPerDay, 0},
                       {"HOUR", false, 3600 * kMicrosPerSecond, 1},
                       {"MINUTE", false, 60 * kMicrosPerSecond, 2},
                       {"SECOND", false, kMicrosPerSecond, 3},
                       {"MILLISECOND", false, 1000, 3},
                       {"MICROSECOND", false, 1, 3}};

/// The unit of a name in singular or plural, or null.
const Unit* FindUnit(std::string_view name) {
  std::string upper = UpperText(name);
  if (upper.size() > 1 && upper.back() == 'S') upper.pop_back();
  for (const auto& unit : kUnits) {
    if (upper == unit.name) return &unit;
  }
  return nullptr;
}

struct Total {
  __int128 months = 0;
  __int128 micros = 0;
  int least_month = 9, most_month = -1;
  int least_day = 9, most_day = -1;

  void Cover(const Unit& unit) {
    int& least = unit.months ? least_month : least_day;
    int& most = unit.months ? most_month : most_day;
    least = std::min(least, unit.field);
    most = std::max(most, unit.field);
  }
};

/// A reason why the text is no interval: the sub-condition, its message and parameters.
struct Problem {
  std::string condition;
  std::string message;
  Error::Parameters parameters;
};

/// Adds "[+-]digits[.digits]" of a unit.
std::optional<Problem> Add(std::string_view number, const Unit& unit, Total* total) {
  std::string_view rest = number;
  bool negative = false;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
    while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.front()))) rest.remove_prefix(1);
  }
  auto unrecognized = [&] {
    return Problem{
        "UNRECOGNIZED_NUMBER", fmt::format("Unrecognized number '{}'.", number), {{"number", "'" + std::string(number) + "'"}}};
  };
  __int128 whole = 0;
  int digits = 0;
  while (!rest.empty() && std::isdigit(static_cast<unsigned char>(rest.front()))) {
    if (++digits > 19) return unrecognized();
    whole = whole * 10 + (rest.front() - '0');
    rest.remove_prefix(1);
  }
  __int128 micros = 0;
  if (!rest.empty() && rest.front() == '.') {
    if (std::string_view(unit.name) != "SECOND") {
      return Problem{"INVALID_FRACTION",
                     fmt::format("'{}' cannot have fractional part.", unit.name),
                     {{"unit", "'" + std::string(unit.name) + "'"}}};
    }
    rest.remove_prefix(1);
    int fraction_digits = 0;
    __int128 nanos = 0;
    while (!rest.empty() && std::isdigit(static_cast<unsigned char>(rest.front()))) {
      if (++fraction_digits > 9) {
        return Problem{"INVALID_PRECISION",
                       fmt::format("Interval can only support nanosecond precision, '{}' is out of range.", number),
                       {{"value", "'" + std::string(number) + "'"}}};
      }
      nanos = nanos * 10 + (rest.front() - '0');
      rest.remove_prefix(1);
    }
    if (digits == 0 && fraction_digits == 0) return unrecognized();
    for (; fraction_digits < 9; ++fraction_digits) nanos *= 10;
    micros = nanos / 1000;
    digits = 1;
  }
  if (digits == 0 || !rest.empty()) return unrecognized();
  __int128 amount = whole * unit.size + micros;
  (unit.months ? total->months : total->micros) += negative ? -amount : amount;
  total->Cover(unit);
  return std::nullopt;
}

std::optional<ExpressionPtr> Literal(const Total& total, const plan::Origin& origin) {
  if (total.most_month >= 0) {
    if (total.months > INT32_MAX || total.months < INT32_MIN) return std::nullopt;
    return plan::Make(plan::Literal{plan::Value(static_cast<int64_t>(total.months)),
                                    DataType::YearMonthInterval(static_cast<YearMonthField>(total.least_month),
                                                                static_cast<YearMonthField>(total.most_month))},
                      origin);
  }
  if (total.micros > INT64_MAX || total.micros < INT64_MIN) return std::nullopt;
  return plan::Make(plan::Literal{plan::Value(static_cast<int64_t>(total.micros)),
                                  DataType::DayTimeInterval(static_cast<DayTimeField>(total.least_day),
                                                            static_cast<DayTimeField>(total.most_day))},
                    origin);
}

Error Invalid(const Problem& problem, const std::string& input, Error at) {
  Error::Parameters parameters = problem.parameters;
  parameters["input"] = input;
  Error error(ErrorKind::kParse, "INVALID_INTERVAL_FORMAT." + problem.condition,
              fmt::format("Error parsing '{}' to interval. Please ensure that the value provided is in a valid format for "
                          "defining an interval. You can reference the documentation for the correct format. {}",
                          input, problem.message),
              std::move(parameters));
  for (const auto& context : at.contexts()) error.WithContext(context);
  return error;
}

}  // namespace

bool Parser::AtInterval() const {
  if (!AtWord("INTERVAL")) return false;
  size_t value = AtSymbol("-", 1) || AtSymbol("+", 1) ? 2 : 1;
  bool number = Peek(value).kind == Token::Kind::kInteger || Peek(value).kind == Token::Kind::kDecimal;
  if (!number && !AtString(value)) return false;
  const Token& unit = Peek(value + 1);
  if (unit.kind == Token::Kind::kWord && (FindUnit(unit.upper) != nullptr || EqualsIgnoreCase(unit.upper, "NANOSECONDS")))
    return true;
  return number;
}

ExpressionPtr Parser::Interval() {
  size_t first = at_;
  ExpectWord("INTERVAL");
  Total total;
  std::string text;
  bool any = false;
  while (true) {
    size_t value_at = AtSymbol("-") || AtSymbol("+") ? 1 : 0;
    bool number = Peek(value_at).kind == Token::Kind::kInteger || Peek(value_at).kind == Token::Kind::kDecimal;
    const Token& unit_token = Peek(value_at + 1);
    if (!number && !AtString(value_at)) break;
    const Unit* unit = unit_token.kind == Token::Kind::kWord ? FindUnit(unit_token.upper) : nullptr;
    if (unit == nullptr) {
      if (any) break;
      Next();
      Fail();
    }
    bool negative = AtSymbol("-");
    if (value_at == 1) Next();
    std::string value = number ? std::string(Next().text) : Unquote(Next());
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front()))) value.erase(0, 1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back()))) value.pop_back();
    if (negative) value = !value.empty() && value[0] == '-' ? value.substr(1) : "-" + value;
    std::string from(Next().upper);
    if (!any && AtWord("TO") && Peek(1).kind == Token::Kind::kWord && FindUnit(Peek(1).upper) != nullptr) {
      Next();
      std::string to(Next().upper);
      return UnitToUnit(value, from, to, first);
    }
    if (std::any_of(value.begin(), value.end(), [](unsigned char c) { return std::isalpha(c) != 0; })) {
      throw At(first + 1, "_LEGACY_ERROR_TEMP_0026",
               fmt::format("Can only use numbers in the interval value part for multiple unit value pairs interval form, but got "
                           "invalid value: {}.",
                           value),
               {{"value", value}});
    }
    text += (text.empty() ? "" : " ") + value + " " + from;
    if (auto problem = Add(value, *unit, &total)) throw Invalid(*problem, text, At(first, "", ""));
    any = true;
  }
  if (!any) Fail();
  if (total.most_month >= 0 && total.most_day >= 0) {
    std::string written = TextOf(first, at_);
    throw At(first, "_LEGACY_ERROR_TEMP_0029", fmt::format("Cannot mix year-month and day-time fields: {}.", written),
             {{"literal", written}});
  }
  auto literal = Literal(total, Where(first));
  if (!literal)
    throw Invalid({"ARITHMETIC_EXCEPTION", fmt::format("Uncaught arithmetic exception while parsing '{}'.", text), {}}, text,
                  At(first, "", ""));
  return *literal;
}

ExpressionPtr Parser::IntervalFromText(const std::string& text, size_t first) {
  auto invalid = [&] {
    return At(first, "INVALID_TYPED_LITERAL", fmt::format("The value of the typed literal \"INTERVAL\" is invalid: '{}'.", text),
              {{"valueType", "\"INTERVAL\""}, {"value", "'" + text + "'"}});
  };
  std::vector<std::string> words;
  size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at]))) ++at;
    size_t end = at;
    while (end < text.size() && !std::isspace(static_cast<unsigned char>(text[end]))) ++end;
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end;
  }
  size_t word = !words.empty() && EqualsIgnoreCase(words[0], "interval") ? 1 : 0;
  Total total;
  bool any = false;
  while (word < words.size()) {
    std::string number = words[word++];
    if ((number == "-" || number == "+") && word < words.size()) number += words[word++];
    if (word >= words.size()) throw invalid();
    const Unit* unit = FindUnit(words[word++]);
    if (unit == nullptr || Add(number, *unit, &total)) throw invalid();
    any = true;
  }
  if (!any) throw invalid();
  if (total.most_month >= 0 && total.most_day >= 0) {
    std::string written = TextOf(first, at_);
    throw At(first, "_LEGACY_ERROR_TEMP_0029", fmt::format("Cannot mix year-month and day-time fields: {}.", written),
             {{"literal", written}});
  }
  auto literal = Literal(total, Where(first));
  if (!literal) throw invalid();
  return *literal;
}

ExpressionPtr Parser::UnitToUnit(const std::string& value, const std::string& from, const std::string& to, size_t first) {
  const Unit* begin = FindUnit(from);
  const Unit* end = FindUnit(to);
  if (begin == nullptr || end == nullptr || begin->months != end->months || begin->field >= end->field) {
    throw Invalid({"UNSUPPORTED_FROM_TO_EXPRESSION",
                   fmt::format("Cannot support (interval '{}' {} to {}) expression.", value, from, to),
                   {{"from", from}, {"to", to}}},
                  value, At(first, "", ""));
  }
  static const char* kFormats[4][4] = {
      {"", "d h", "d h:m", "d h:m:s.n"}, {"", "", "h:m", "h:m:s.n"}, {"", "", "", "m:s.n"}, {"", "", "", ""}};
  auto unmatched = [&] {
    std::string type = fmt::format("interval {} to {}", from, to);
    for (char& c : type) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::string format = begin->months
                             ? "`[+|-]y-m`, `INTERVAL [+|-]'[+|-]y-m' YEAR TO MONTH`"
                             : fmt::format("`[+|-]{}`, `INTERVAL [+|-]'[+|-]{}' {} TO {}`", kFormats[begin->field][end->field],
                                           kFormats[begin->field][end->field], UpperText(from), UpperText(to));
    return Invalid(
        {"UNMATCHED_FORMAT_STRING",
         fmt::format("Interval string does not match {} format of {} when cast to {}: {}.",
                     begin->months ? "year-month" : "day-time", format, type, value),
         {{"intervalStr", begin->months ? "year-month" : "day-time"}, {"supportedFormat", format}, {"typeName", type}}},
        value, At(first, "", ""));
  };
  // The parts from the first unit to the last, each after its separator: y-m and d h:m:s.n.
  bool negative = !value.empty() && value[0] == '-';
  std::string_view rest = value;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) rest.remove_prefix(1);
  Total total;
  static const int64_t kSizes[] = {kMicrosPerDay, 3600 * kMicrosPerSecond, 60 * kMicrosPerSecond, kMicrosPerSecond};
  static const int64_t kLimits[] = {INT64_MAX, 23, 59, 59};
  for (int field = begin->field; field <= end->field; ++field) {
    if (field != begin->field) {
      char separator = begin->months ? '-' : field == 1 ? ' ' : ':';
      if (rest.empty() || rest[0] != separator) throw unmatched();
      while (!rest.empty() && rest[0] == separator) {
        rest.remove_prefix(1);
        if (separator != ' ') break;
      }
    }
    __int128 number = 0;
    size_t digits = 0;
    while (digits < rest.size() && std::isdigit(static_cast<unsigned char>(rest[digits])) && digits < 18) {
      number = number * 10 + (rest[digits++] - '0');
    }
    if (digits == 0) throw unmatched();
    rest.remove_prefix(digits);
    if (begin->months) {
      if (field == 1 && number > 11) throw unmatched();
      total.months += number * (field == 0 ? 12 : 1);
      continue;
    }
    if (field != begin->field && number > kLimits[field]) throw unmatched();
    total.micros += number * kSizes[field];
    if (field == 3 && !rest.empty() && rest[0] == '.') {
      rest.remove_prefix(1);
      int64_t nanos = 0;
      int count = 0;
      for (; !rest.empty() && std::isdigit(static_cast<unsigned char>(rest[0])) && count < 9; ++count) {
        nanos = nanos * 10 + (rest[0] - '0');
        rest.remove_prefix(1);
      }
      for (; count < 9; ++count) nanos *= 10;
      total.micros += nanos / 1000;
    }
  }
  if (!rest.empty()) throw unmatched();
  if (negative) {
    total.months = -total.months;
    total.micros = -total.micros;
  }
  total.Cover(*begin);
  total.Cover(*end);
  auto literal = Literal(total, Where(first));
  if (!literal) throw unmatched();
  return *literal;
}

}  // namespace headrace::sql
