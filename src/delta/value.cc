#include "delta/value.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace headrace::delta {

namespace {

constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kMicrosPerDay = 86400 * kMicrosPerSecond;

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Days of a civil date; the era arithmetic counts years from March so that leap days come last.
int64_t DaysOf(int64_t year, int month, int day) {
  year -= month <= 2;
  int64_t era = FloorDiv(year, 400);
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

struct Civil {
  int64_t year;
  int month;
  int day;
};

Civil CivilOf(int64_t days) {
  days += 719468;
  int64_t era = FloorDiv(days, 146097);
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted = (5 * day_of_year + 2) / 153;
  int month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  return {year_of_era + era * 400 + (month <= 2), month, static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1)};
}

/// Reads up to `most` digits at the front of `text`; false when there are fewer than `least`.
bool TakeDigits(std::string_view& text, size_t least, size_t most, int64_t* value) {
  size_t n = 0;
  *value = 0;
  while (n < text.size() && n < most && text[n] >= '0' && text[n] <= '9') *value = *value * 10 + (text[n++] - '0');
  if (n < least) return false;
  text.remove_prefix(n);
  return true;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeDate(std::string_view& text, int64_t* days) {
  bool negative = Take(text, '-');
  int64_t year, month, day;
  if (!TakeDigits(text, 4, 6, &year) || !Take(text, '-') || !TakeDigits(text, 1, 2, &month) || !Take(text, '-') ||
      !TakeDigits(text, 1, 2, &day) || month < 1 || month > 12 || day < 1) {
    return false;
  }
  if (negative) year = -year;
  static constexpr int kLength[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (day > kLength[month - 1] + (month == 2 && leap ? 1 : 0)) return false;
  *days = DaysOf(year, static_cast<int>(month), static_cast<int>(day));
  return true;
}

template <typename T>
int Sign(T left, T right) {
  return left < right ? -1 : (right < left ? 1 : 0);
}

int CompareDoubles(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) return Sign(std::isnan(left), std::isnan(right));
  return Sign(left, right);
}

std::optional<Decimal> AsDecimal(const Value& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return Decimal{*integer, 0};
  if (const auto* decimal = std::get_if<Decimal>(&value)) return *decimal;
  return std::nullopt;
}

double AsDouble(const Decimal& decimal) {
  return static_cast<double>(static_cast<long double>(decimal.unscaled) / std::pow(10.0L, decimal.scale));
}

int CompareDecimals(Decimal left, Decimal right) {
  while (left.scale != right.scale) {
    Decimal& lower = left.scale < right.scale ? left : right;
    // Beyond 38 digits the side that cannot be scaled up is the larger in magnitude.
    if (__builtin_mul_overflow(lower.unscaled, static_cast<__int128>(10), &lower.unscaled)) {
      bool left_is_larger = &lower == &left;
      bool negative = (left_is_larger ? left : right).unscaled < 0;
      return left_is_larger != negative ? 1 : -1;
    }
    ++lower.scale;
  }
  return Sign(left.unscaled, right.unscaled);
}

}  // namespace

std::optional<int> Compare(const Value& left, const Value& right) {
  if (IsNull(left) || IsNull(right)) return std::nullopt;
  if (left.index() == right.index()) {
    if (const auto* v = std::get_if<bool>(&left)) return Sign<int>(*v, std::get<bool>(right));
    if (const auto* v = std::get_if<int64_t>(&left)) return Sign(*v, std::get<int64_t>(right));
    if (const auto* v = std::get_if<double>(&left)) return CompareDoubles(*v, std::get<double>(right));
    if (const auto* v = std::get_if<std::string>(&left)) {
      int order = v->compare(std::get<std::string>(right));
      return Sign(order, 0);
    }
    if (const auto* v = std::get_if<Decimal>(&left)) return CompareDecimals(*v, std::get<Decimal>(right));
    if (const auto* v = std::get_if<Date>(&left)) return Sign(v->days, std::get<Date>(right).days);
    if (const auto* v = std::get_if<Timestamp>(&left)) return Sign(v->micros, std::get<Timestamp>(right).micros);
  }
  auto left_decimal = AsDecimal(left);
  auto right_decimal = AsDecimal(right);
  if (left_decimal && right_decimal) return CompareDecimals(*left_decimal, *right_decimal);
  const auto* left_double = std::get_if<double>(&left);
  const auto* right_double = std::get_if<double>(&right);
  if (left_double && right_decimal) return CompareDoubles(*left_double, AsDouble(*right_decimal));
  if (right_double && left_decimal) return CompareDoubles(AsDouble(*left_decimal), *right_double);
  return std::nullopt;
}

std::string ToText(const Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return fmt::format("{}", v); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(const Decimal& v) const { return FormatDecimal(v); }
    std::string operator()(Date v) const { return FormatDate(v.days); }
    std::string operator()(Timestamp v) const { return FormatTimestamp(v.micros); }
  };
  return std::visit(Visitor{}, value);
}

std::optional<int32_t> ParseDate(std::string_view text) {
  int64_t days;
  if (!TakeDate(text, &days) || !text.empty()) return std::nullopt;
  return static_cast<int32_t>(days);
}

std::optional<int64_t> ParseTimestamp(std::string_view text, int64_t offset_micros) {
  int64_t days, hour = 0, minute = 0, second = 0, micros = 0;
  if (!TakeDate(text, &days)) return std::nullopt;
  if (Take(text, 'T') || Take(text, ' ')) {
    if (!TakeDigits(text, 1, 2, &hour) || !Take(text, ':') || !TakeDigits(text, 1, 2, &minute)) return std::nullopt;
    if (Take(text, ':')) {
      if (!TakeDigits(text, 1, 2, &second)) return std::nullopt;
      if (Take(text, '.')) {
        size_t before = text.size();
        std::string_view fraction = text;
        if (!TakeDigits(text, 1, 18, &micros)) return std::nullopt;
        size_t digits = before - text.size();
        micros = 0;
        for (size_t i = 0; i < 6; ++i) micros = micros * 10 + (i < digits ? fraction[i] - '0' : 0);
      }
    }
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    while (Take(text, ' ')) {
    }
    if (Take(text, 'Z')) {
      offset_micros = 0;
    } else if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
      bool west = text[0] == '-';
      text.remove_prefix(1);
      int64_t zone_hour, zone_minute = 0;
      if (!TakeDigits(text, 1, 2, &zone_hour)) return std::nullopt;
      Take(text, ':');
      if (!text.empty() && !TakeDigits(text, 2, 2, &zone_minute)) return std::nullopt;
      offset_micros = (zone_hour * 60 + zone_minute) * 60 * kMicrosPerSecond * (west ? -1 : 1);
    }
  }
  if (!text.empty()) return std::nullopt;
  return days * kMicrosPerDay + ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond + micros - offset_micros;
}

std::string FormatDate(int32_t days) {
  Civil civil = CivilOf(days);
  return fmt::format("{}{:04}-{:02}-{:02}", civil.year < 0 ? "-" : "", std::abs(civil.year), civil.month, civil.day);
}

namespace {

std::string FormatClock(int64_t micros, char separator) {
  int64_t days = FloorDiv(micros, kMicrosPerDay);
  int64_t seconds = (micros - days * kMicrosPerDay) / kMicrosPerSecond;
  return fmt::format("{}{}{:02}:{:02}:{:02}", FormatDate(static_cast<int32_t>(days)), separator, seconds / 3600,
                     seconds / 60 % 60, seconds % 60);
}

std::string FractionDigits(int64_t micros) {
  return fmt::format("{:06}", micros - FloorDiv(micros, kMicrosPerSecond) * kMicrosPerSecond);
}

}  // namespace

std::string FormatIsoTimestamp(int64_t micros, int digits) {
  std::string text = FormatClock(micros, 'T');
  if (digits > 0) text += "." + FractionDigits(micros).substr(0, static_cast<size_t>(digits));
  return text + "Z";
}

std::string FormatTimestamp(int64_t micros) {
  std::string fraction = FractionDigits(micros);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return FormatClock(micros, ' ') + (fraction.empty() ? "" : "." + fraction);
}

std::optional<Decimal> ParseDecimal(std::string_view text) {
  Decimal decimal;
  bool negative = Take(text, '-');
  if (!negative) Take(text, '+');
  int digits = 0;
  bool point = false, any = false;
  while (!text.empty() && ((text[0] >= '0' && text[0] <= '9') || (text[0] == '.' && !point))) {
    if (text[0] == '.') {
      point = true;
    } else {
      any = true;
      if (decimal.unscaled != 0 || text[0] != '0') ++digits;
      if (digits > 38) return std::nullopt;
      decimal.unscaled = decimal.unscaled * 10 + (text[0] - '0');
      if (point) ++decimal.scale;
    }
    text.remove_prefix(1);
  }
  if (!any) return std::nullopt;
  if (Take(text, 'e') || Take(text, 'E')) {
    bool down = Take(text, '-');
    if (!down) Take(text, '+');
    int64_t exponent;
    if (!TakeDigits(text, 1, 4, &exponent)) return std::nullopt;
    decimal.scale += static_cast<int>(down ? exponent : -exponent);
  }
  if (!text.empty() || decimal.scale > 100) return std::nullopt;
  while (decimal.scale < 0) {
    if (++digits > 38 && decimal.unscaled != 0) return std::nullopt;
    decimal.unscaled *= 10;
    ++decimal.scale;
  }
  if (negative) decimal.unscaled = -decimal.unscaled;
  return decimal;
}

std::string FormatDecimal(const Decimal& decimal) {
  bool negative = decimal.unscaled < 0;
  __int128 rest = negative ? -decimal.unscaled : decimal.unscaled;
  std::string digits;
  while (rest != 0) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  }
  auto scale = static_cast<size_t>(decimal.scale);
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - scale, ".");
  return negative ? "-" + digits : digits;
}

}  // namespace headrace::delta
