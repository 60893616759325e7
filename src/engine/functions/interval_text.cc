#include "engine/functions/interval_text.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "engine/functions/calendar.h"
#include "engine/functions/decimal_math.h"
#include "engine/functions/kernel_error.h"

namespace headrace::engine {

namespace {

constexpr const char* kDayTimeNames[] = {"DAY", "HOUR", "MINUTE", "SECOND"};
constexpr int64_t kUnits[] = {kMicrosPerDay, kMicrosPerHour, kMicrosPerMinute, kMicrosPerSecond};

std::string Seconds(uint64_t micros, bool padded) {
  char text[40];
  int size = std::snprintf(text, sizeof(text), padded ? "%02llu" : "%llu", static_cast<unsigned long long>(micros / 1000000));
  if (micros % 1000000 != 0) {
    size += std::snprintf(text + size, sizeof(text) - size, ".%06d", static_cast<int>(micros % 1000000));
    while (text[size - 1] == '0') size--;
  }
  return std::string(text, size);
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

std::string DayTimeUnits(int start, int end) {
  return kDayTimeNames[start] + (start == end ? std::string() : std::string(" TO ") + kDayTimeNames[end]);
}

std::string YearMonthUnits(int start, int end) {
  if (start != end) return "YEAR TO MONTH";
  return start == 0 ? "YEAR" : "MONTH";
}

std::string DayTimeText(int64_t micros, int start, int end) {
  uint64_t rest = micros < 0 ? 0 - static_cast<uint64_t>(micros) : static_cast<uint64_t>(micros);
  std::string body = micros < 0 ? "-" : "";
  for (int unit = start; unit <= end; unit++) {
    uint64_t size = kUnits[unit];
    if (unit == 3) {
      body += Seconds(rest, true);
      break;
    }
    char text[32];
    std::snprintf(text, sizeof(text), unit == 0 ? "%llu" : "%02llu", static_cast<unsigned long long>(rest / size));
    rest %= size;
    body += text;
    if (unit < end) body += unit == 0 ? " " : ":";
  }
  return "INTERVAL '" + body + "' " + DayTimeUnits(start, end);
}

std::string YearMonthText(int64_t months, int start, int end) {
  int64_t magnitude = months < 0 ? -months : months;
  std::string sign = months < 0 ? "-" : "";
  if (start == end)
    return "INTERVAL '" + sign + std::to_string(start == 0 ? magnitude / 12 : magnitude) + "' " + (start == 0 ? "YEAR" : "MONTH");
  return "INTERVAL '" + sign + std::to_string(magnitude / 12) + "-" + std::to_string(magnitude % 12) + "' YEAR TO MONTH";
}

std::string CalendarIntervalText(int32_t months, int32_t days, int64_t micros) {
  std::string text;
  auto add = [&](int64_t value, const char* unit) {
    if (value != 0) text += (text.empty() ? "" : " ") + std::to_string(value) + " " + unit;
  };
  add(months / 12, "years");
  add(months % 12, "months");
  add(days, "days");
  add(micros / kMicrosPerHour, "hours");
  add(micros / kMicrosPerMinute % 60, "minutes");
  int64_t rest = micros % kMicrosPerMinute;
  if (rest != 0)
    text += (text.empty() ? "" : " ") + std::string(rest < 0 ? "-" : "") + Seconds(rest < 0 ? -rest : rest, false) + " seconds";
  return text.empty() ? "0 seconds" : text;
}

namespace {

/// Takes "interval '...' unit to unit" apart; plain text stays as it is.
std::string_view Body(std::string_view text, const std::string& units, std::string* holder) {
  *holder = std::string(TrimAll(text));
  std::string lower = Lower(*holder);
  if (lower.rfind("interval", 0) != 0) return *holder;
  auto first = holder->find('\''), last = holder->rfind('\'');
  if (first == std::string::npos || last == first) return {};
  std::string written;
  for (char c : TrimAll(std::string_view(lower).substr(last + 1))) {
    if (c != ' ' || written.back() != ' ') written += c;
  }
  if (written != Lower(units)) return {};
  bool negative = holder->substr(8, first - 8).find('-') != std::string::npos;
  *holder = (negative ? "-" : "") + holder->substr(first + 1, last - first - 1);
  return *holder;
}

}  // namespace

std::optional<int64_t> ParseDayTime(std::string_view text, int start, int end) {
  std::string holder;
  std::string_view body = Body(text, DayTimeUnits(start, end), &holder);
  if (body.empty()) return std::nullopt;
  bool negative = body[0] == '-';
  if (body[0] == '-' || body[0] == '+') body.remove_prefix(1);
  Int128 total = 0;
  size_t at = 0;
  for (int unit = start; unit <= end; unit++) {
    size_t begin = at;
    int64_t value = 0;
    while (at < body.size() && body[at] >= '0' && body[at] <= '9') value = value * 10 + (body[at++] - '0');
    static constexpr int64_t kLimits[] = {0, 23, 59, 59};
    if (at == begin || at - begin > 18 || (unit != start && value > kLimits[unit])) return std::nullopt;
    total += static_cast<Int128>(value) * kUnits[unit];
    if (unit == 3 && at < body.size() && body[at] == '.') {
      int64_t size = 100000;
      for (at++; at < body.size() && body[at] >= '0' && body[at] <= '9'; at++) total += (body[at] - '0') * size, size /= 10;
    }
    if (unit < end) {
      if (at >= body.size() || body[at] != (unit == 0 ? ' ' : ':')) return std::nullopt;
      at++;
    }
  }
  if (negative) total = -total;
  if (at != body.size() || total != static_cast<int64_t>(total)) return std::nullopt;
  return static_cast<int64_t>(total);
}

std::optional<int64_t> ParseYearMonth(std::string_view text, int start, int end) {
  std::string holder;
  std::string_view body = Body(text, YearMonthUnits(start, end), &holder);
  if (body.empty()) return std::nullopt;
  bool negative = body[0] == '-';
  if (body[0] == '-' || body[0] == '+') body.remove_prefix(1);
  int64_t parts[2] = {0, 0};
  size_t at = 0;
  for (int unit = start; unit <= end; unit++) {
    size_t begin = at;
    while (at < body.size() && body[at] >= '0' && body[at] <= '9') parts[unit] = parts[unit] * 10 + (body[at++] - '0');
    if (at == begin || at - begin > 10 || (unit != start && parts[unit] > 11)) return std::nullopt;
    if (unit < end && (at >= body.size() || body[at++] != '-')) return std::nullopt;
  }
  if (at != body.size()) return std::nullopt;
  int64_t months = parts[0] * 12 + parts[1];
  if (negative) months = -months;
  if (months != static_cast<int32_t>(months)) return std::nullopt;
  return months;
}

namespace {

[[noreturn]] void ThrowFormat(std::string_view text, const char* kind, const std::string& format, const std::string& units,
                              bool day_time) {
  std::string input(text), type = "interval " + Lower(units);
  std::string supported = "`" + format + "`, `INTERVAL [+|-]'" + format + "' " + units + "`";
  std::string notice =
      day_time ? " Set \"spark.sql.legacy.fromDayTimeString.enabled\" to \"true\" to restore the behavior before Spark 3.0." : "";
  ThrowSpark(-1,
             day_time ? "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE"
                      : "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING",
             {{"intervalStr", kind}, {"supportedFormat", supported}, {"typeName", type}, {"input", input}},
             "Error parsing '" + input +
                 "' to interval. Please ensure that the value provided is in a valid format for defining an interval. You can "
                 "reference the documentation for the correct format. Interval string does not match " +
                 kind + " format of " + supported + " when cast to " + type + ": " + input + "." + notice,
             ErrorKind::kIllegalArgument);
}

}  // namespace

void ThrowDayTimeFormat(std::string_view text, int start, int end) {
  static const char* const kLetters[] = {"d", "h", "m", "s.n"};
  std::string format = "[+|-]";
  for (int unit = start; unit <= end; unit++) {
    format += unit == start ? "" : unit == 1 ? " " : ":";
    format += kLetters[unit];
  }
  ThrowFormat(text, "day-time", format, DayTimeUnits(start, end), true);
}

void ThrowYearMonthFormat(std::string_view text, int start, int end) {
  std::string format = start != end ? "[+|-]y-m" : start == 0 ? "[+|-]y" : "[+|-]m";
  ThrowFormat(text, "year-month", format, YearMonthUnits(start, end), false);
}

bool ParseCalendarInterval(std::string_view text, int32_t* months, int32_t* days, int64_t* micros) {
  *months = *days = 0;
  *micros = 0;
  std::string lower = Lower(TrimAll(text));
  std::string_view rest = lower;
  if (rest.rfind("interval", 0) == 0) rest = TrimAll(rest.substr(8));
  bool any = false;
  while (!rest.empty()) {
    size_t at = 0;
    bool negative = false;
    while (at < rest.size() && (rest[at] == '+' || rest[at] == '-' || rest[at] == ' '))
      negative = negative != (rest[at++] == '-');
    size_t begin = at;
    int64_t whole = 0, fraction = 0, unit = 100000;
    while (at < rest.size() && std::isdigit(static_cast<unsigned char>(rest[at]))) whole = whole * 10 + (rest[at++] - '0');
    if (at == begin && (at >= rest.size() || rest[at] != '.')) return false;
    bool has_fraction = at < rest.size() && rest[at] == '.';
    if (has_fraction) {
      for (at++; at < rest.size() && std::isdigit(static_cast<unsigned char>(rest[at])); at++)
        fraction += (rest[at] - '0') * unit, unit /= 10;
    }
    while (at < rest.size() && rest[at] == ' ') at++;
    begin = at;
    while (at < rest.size() && std::isalpha(static_cast<unsigned char>(rest[at]))) at++;
    std::string name(rest.substr(begin, at - begin));
    if (name.size() > 1 && name.back() == 's') name.pop_back();
    int64_t sign = negative ? -1 : 1;
    if (has_fraction && name != "second") return false;
    if (name == "year")
      *months += static_cast<int32_t>(sign * whole * 12);
    else if (name == "month")
      *months += static_cast<int32_t>(sign * whole);
    else if (name == "week")
      *days += static_cast<int32_t>(sign * whole * 7);
    else if (name == "day")
      *days += static_cast<int32_t>(sign * whole);
    else if (name == "hour")
      *micros += sign * whole * kMicrosPerHour;
    else if (name == "minute")
      *micros += sign * whole * kMicrosPerMinute;
    else if (name == "second")
      *micros += sign * (whole * kMicrosPerSecond + fraction);
    else if (name == "millisecond")
      *micros += sign * whole * 1000;
    else if (name == "microsecond")
      *micros += sign * whole;
    else
      return false;
    any = true;
    rest = TrimAll(rest.substr(at));
  }
  return any;
}

}  // namespace headrace::engine
