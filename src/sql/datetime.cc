#include "sql/datetime.h"

#include <date/date.h>
#include <date/tz.h>

#include <cctype>
#include "base/known_years.h"

namespace headrace::sql {

namespace {

constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kMicrosPerDay = 86400 * kMicrosPerSecond;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes between `least` and `most` digits from the front.
std::optional<int64_t> TakeNumber(std::string_view* text, int least, int most) {
  int64_t value = 0;
  int digits = 0;
  while (!text->empty() && IsDigit(text->front())) {
    if (++digits > most) return std::nullopt;
    value = value * 10 + (text->front() - '0');
    text->remove_prefix(1);
  }
  if (digits < least) return std::nullopt;
  return value;
}

bool Take(std::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

/// Takes the date from the front; what is left begins after it. `complete` tells whether month and day were there.
std::optional<int32_t> TakeDate(std::string_view* text, bool* complete) {
  bool negative = false;
  if (!text->empty() && (text->front() == '-' || text->front() == '+')) {
    negative = text->front() == '-';
    text->remove_prefix(1);
  }
  auto year = TakeNumber(text, 4, 7);
  if (!year) return std::nullopt;
  int64_t month = 1;
  int64_t day = 1;
  *complete = false;
  if (Take(text, '-')) {
    auto m = TakeNumber(text, 1, 2);
    if (!m) return std::nullopt;
    month = *m;
    if (Take(text, '-')) {
      auto d = TakeNumber(text, 1, 2);
      if (!d) return std::nullopt;
      day = *d;
      *complete = true;
    }
  }
  return DaysOf(negative ? -*year : *year, static_cast<int>(month), static_cast<int>(day));
}

/// Takes "h:m[:s[.f]]" from the front, in nanoseconds; fractions beyond nine digits are cut.
std::optional<int64_t> TakeTime(std::string_view* text, bool hours_alone) {
  auto hour = TakeNumber(text, 1, 2);
  if (!hour) return std::nullopt;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t nanos = 0;
  if (Take(text, ':')) {
    auto m = TakeNumber(text, 1, 2);
    if (!m) return std::nullopt;
    minute = *m;
    if (Take(text, ':')) {
      auto s = TakeNumber(text, 1, 2);
      if (!s) return std::nullopt;
      second = *s;
      if (Take(text, '.')) {
        int digits = 0;
        while (!text->empty() && IsDigit(text->front())) {
          if (digits < 9) nanos = nanos * 10 + (text->front() - '0');
          ++digits;
          text->remove_prefix(1);
        }
        for (; digits < 9; ++digits) nanos *= 10;
      }
    }
  } else if (!hours_alone) {
    return std::nullopt;
  }
  if (*hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return ((*hour * 60 + minute) * 60 + second) * 1000000000 + nanos;
}

/// The difference, unless 64 bits do not hold it.
std::optional<int64_t> Minus(int64_t micros, int64_t offset) {
  int64_t difference = 0;
  if (__builtin_sub_overflow(micros, offset, &difference)) return std::nullopt;
  return difference;
}

std::optional<int64_t> FixedOffset(std::string_view zone) {
  bool negative = zone.front() == '-';
  zone.remove_prefix(1);
  auto hours = TakeNumber(&zone, 1, 6);
  if (!hours) return std::nullopt;
  int64_t minutes = 0;
  int64_t seconds = 0;
  if (*hours > 9999) {
    seconds = *hours % 100;
    hours = *hours / 100;
  }
  if (*hours > 99) {
    minutes = *hours % 100;
    hours = *hours / 100;
  }
  if (Take(&zone, ':')) {
    auto m = TakeNumber(&zone, 1, 2);
    if (!m) return std::nullopt;
    minutes = *m;
    if (Take(&zone, ':')) {
      auto s = TakeNumber(&zone, 2, 2);
      if (!s) return std::nullopt;
      seconds = *s;
    }
  }
  int64_t total = (*hours * 60 + minutes) * 60 + seconds;
  if (!zone.empty() || minutes > 59 || seconds > 59 || total > 18 * 3600) return std::nullopt;
  return (negative ? -total : total) * kMicrosPerSecond;
}

}  // namespace

std::optional<int32_t> DaysOf(int64_t year, int month, int day) {
  // The library's years are 16 bits wide; the calendar repeats every 400 years of 146,097 days.
  int64_t cycles = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_cycle = year - cycles * 400;
  date::year_month_day ymd{date::year(static_cast<int>(year_of_cycle)), date::month(static_cast<unsigned>(month)),
                           date::day(static_cast<unsigned>(day))};
  if (!ymd.ok()) return std::nullopt;
  int64_t days = date::sys_days(ymd).time_since_epoch().count() + cycles * 146097;
  if (days > INT32_MAX || days < INT32_MIN) return std::nullopt;
  return static_cast<int32_t>(days);
}

std::optional<int32_t> ParseDateText(std::string_view text) {
  text = Trim(text);
  bool complete = false;
  auto days = TakeDate(&text, &complete);
  if (!days) return std::nullopt;
  if (text.empty()) return days;
  if (!complete || (text.front() != ' ' && text.front() != 'T')) return std::nullopt;
  return days;
}

std::optional<TimestampText> ParseTimestampText(std::string_view text) {
  text = Trim(text);
  TimestampText result;
  std::string_view rest = text;
  bool complete = false;
  auto days = TakeDate(&rest, &complete);
  int64_t nanos = 0;
  if (days) {
    if (__builtin_mul_overflow(*days, kMicrosPerDay, &result.local_micros)) return std::nullopt;
    if (rest.empty()) return result;
    if (!complete || !(Take(&rest, ' ') || Take(&rest, 'T'))) return std::nullopt;
  } else {
    rest = text;
    result.has_date = false;
    Take(&rest, 'T');
  }
  auto time = TakeTime(&rest, days.has_value() || text.front() == 'T');
  if (!time) return std::nullopt;
  nanos = *time;
  rest = Trim(rest);
  if (!rest.empty()) result.zone = std::string(rest);
  if (__builtin_add_overflow(result.local_micros, nanos / 1000, &result.local_micros)) return std::nullopt;
  return result;
}

std::optional<int64_t> ParseTimeText(std::string_view text) {
  text = Trim(text);
  auto nanos = TakeTime(&text, false);
  if (!nanos || !text.empty()) return std::nullopt;
  return *nanos / 1000;
}

std::optional<int64_t> ToInstant(int64_t local_micros, const std::string& zone) {
  if (zone.empty()) return std::nullopt;
  if (zone == "Z" || zone == "UTC" || zone == "GMT" || zone == "UT") return local_micros;
  std::string_view rest = zone;
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (rest.size() > prefix.size() && rest.substr(0, prefix.size()) == prefix &&
        (rest[prefix.size()] == '+' || rest[prefix.size()] == '-')) {
      rest.remove_prefix(prefix.size());
      break;
    }
  }
  if (rest.front() == '+' || rest.front() == '-') {
    auto offset = FixedOffset(rest);
    if (!offset) return std::nullopt;
    return Minus(local_micros, *offset);
  }
  try {
    const date::time_zone* found = date::locate_zone(zone);
    int64_t shift = KnownYearOf(local_micros / kMicrosPerSecond).shift;
    auto local = date::local_time<std::chrono::microseconds>(std::chrono::microseconds(local_micros - shift * kMicrosPerSecond));
    date::local_info info = found->get_info(date::floor<std::chrono::seconds>(local));
    // As Java does: in a gap the clock moves on by the gap's length, in an overlap the earlier offset counts. Both are
    // the offset from before the change.
    return Minus(local_micros, info.first.offset.count() * kMicrosPerSecond);
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::optional<std::string> SpecialTimeWord(std::string_view text) {
  text = Trim(text);
  std::string word;
  while (!text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0) {
    word += static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
    text.remove_prefix(1);
  }
  if (word != "epoch" && word != "now" && word != "today" && word != "tomorrow" && word != "yesterday") return std::nullopt;
  const std::string zone(Trim(text));
  if (!zone.empty() && (word == "now" || !ToInstant(0, zone))) return std::nullopt;
  return word;
}

}  // namespace headrace::sql
