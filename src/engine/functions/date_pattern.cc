#include "engine/functions/date_pattern.h"

#include <cctype>
#include <cstdio>

namespace headrace::engine {

namespace {

constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                   "July",    "August",   "September", "October", "November", "December"};
constexpr const char* kDays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr const char* kQuarters[] = {"1st quarter", "2nd quarter", "3rd quarter", "4th quarter"};

std::string Padded(int64_t value, int width) {
  char text[32];
  return std::string(text,
                     static_cast<size_t>(std::snprintf(text, sizeof(text), "%0*lld", width, static_cast<long long>(value))));
}

std::string OffsetText(int64_t seconds, char letter, int count) {
  if (letter == 'O') {
    if (seconds == 0) return "GMT";
    std::string sign = seconds < 0 ? "-" : "+";
    int64_t m = std::abs(seconds);
    if (count == 4) return "GMT" + sign + Padded(m / 3600, 2) + ":" + Padded(m / 60 % 60, 2);
    return "GMT" + sign + std::to_string(m / 3600) + (m / 60 % 60 ? ":" + Padded(m / 60 % 60, 2) : "");
  }
  if (letter == 'X' && seconds == 0) return "Z";
  if (letter == 'Z' && count == 4) return OffsetText(seconds, 'O', 4);
  if (letter == 'Z' && count == 5) return seconds == 0 ? "Z" : OffsetText(seconds, 'x', 3);
  if (letter == 'Z') return OffsetText(seconds, 'x', 2);
  int64_t m = std::abs(seconds);
  std::string text = (seconds < 0 ? "-" : "+") + Padded(m / 3600, 2);
  if (count == 1) return m / 60 % 60 ? text + Padded(m / 60 % 60, 2) : text;
  const char* colon = count == 3 || count == 5 ? ":" : "";
  text += colon + Padded(m / 60 % 60, 2);
  if (count >= 4 && m % 60) text += colon + Padded(m % 60, 2);
  return text;
}

bool SameWord(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (size_t i = 0; i < word.size(); i++) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != std::tolower(static_cast<unsigned char>(word[i]))) return false;
  }
  return true;
}

}  // namespace

struct DatePattern::Fields {
  int64_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, micros = 0, quarter = 0;
  int day_of_year = 0, half_day = -1, hour12 = -1;
  bool before_christ = false;
  std::optional<Zone> zone;
};

DatePattern::DatePattern(std::string_view pattern) {
  for (size_t i = 0; i < pattern.size();) {
    char c = pattern[i];
    if (c == '\'') {
      std::string literal;
      size_t at = i + 1;
      if (at < pattern.size() && pattern[at] == '\'') {
        literal = "'";
        at++;
      } else {
        while (at < pattern.size()) {
          if (pattern[at] == '\'') {
            if (at + 1 < pattern.size() && pattern[at + 1] == '\'') {
              literal += '\'';
              at += 2;
              continue;
            }
            break;
          }
          literal += pattern[at++];
        }
        if (at >= pattern.size()) {
          problem_ = std::string(pattern);
          return;
        }
        at++;
      }
      parts_.push_back({0, 0, literal});
      i = at;
    } else if (c == '[' || c == ']') {
      parts_.push_back({c, 1, ""});
      i++;
    } else if (std::isalpha(static_cast<unsigned char>(c))) {
      size_t end = i;
      while (end < pattern.size() && pattern[end] == c) end++;
      int count = static_cast<int>(end - i);
      static constexpr std::string_view kKnown = "GyMLdDQqEahHkKmsSVzOXxZF";
      if (kKnown.find(c) == std::string_view::npos) {
        problem_ = std::string(1, c);
        return;
      }
      parts_.push_back({c, count, ""});
      i = end;
    } else if (c == '#' || c == '{' || c == '}') {
      problem_ = std::string(1, c);
      return;
    } else {
      parts_.push_back({0, 0, std::string(1, c)});
      i++;
    }
  }
}

std::string DatePattern::Format(int64_t utc, const Zone& zone) const {
  int64_t local = zone.ToLocal(utc), days = FloorDivide(local, kMicrosPerDay), micros = local - days * kMicrosPerDay;
  Civil civil = CivilOf(days);
  int64_t hour = micros / kMicrosPerHour;
  std::string out;
  for (const auto& part : parts_) {
    int n = part.count;
    switch (part.letter) {
      case 0:
        out += part.literal;
        break;
      case 'G':
        out += n >= 4 ? (civil.year > 0 ? "Anno Domini" : "Before Christ") : civil.year > 0 ? "AD" : "BC";
        break;
      case 'y':
      case 'u': {
        int64_t year = part.letter == 'y' && civil.year <= 0 ? 1 - civil.year : civil.year;
        if (n == 2)
          out += Padded(FloorModulo(year, 100), 2);
        else
          out += (n >= 4 && year > 9999 ? "+" : "") + Padded(year, n);
        break;
      }
      case 'M':
      case 'L':
        out += n >= 4 ? kMonths[civil.month - 1] : n == 3 ? std::string(kMonths[civil.month - 1], 3) : Padded(civil.month, n);
        break;
      case 'd':
        out += Padded(civil.day, n);
        break;
      case 'D':
        out += Padded(days - DaysOf(civil.year, 1, 1) + 1, n);
        break;
      case 'Q':
      case 'q': {
        int quarter = (civil.month - 1) / 3;
        out += n >= 4 ? kQuarters[quarter] : n == 3 ? "Q" + std::to_string(quarter + 1) : Padded(quarter + 1, n);
        break;
      }
      case 'E':
        out += n >= 4 ? kDays[IsoWeekday(days) - 1] : std::string(kDays[IsoWeekday(days) - 1], 3);
        break;
      case 'F':
        out += Padded((civil.day - 1) % 7 + 1, n);
        break;
      case 'a':
        out += hour < 12 ? "AM" : "PM";
        break;
      case 'h':
        out += Padded(hour % 12 == 0 ? 12 : hour % 12, n);
        break;
      case 'H':
        out += Padded(hour, n);
        break;
      case 'k':
        out += Padded(hour == 0 ? 24 : hour, n);
        break;
      case 'K':
        out += Padded(hour % 12, n);
        break;
      case 'm':
        out += Padded(micros / kMicrosPerMinute % 60, n);
        break;
      case 's':
        out += Padded(micros / kMicrosPerSecond % 60, n);
        break;
      case 'S':
        out += (Padded(micros % kMicrosPerSecond, 6) + "000").substr(0, static_cast<size_t>(n));
        break;
      case 'V':
        out += zone.id();
        break;
      case 'z':
        out += zone.Abbreviation(utc);
        break;
      case 'O':
      case 'X':
      case 'x':
      case 'Z':
        out += OffsetText(zone.OffsetSeconds(utc), part.letter, n);
        break;
      default:
        break;  // '[' and ']' show nothing.
    }
  }
  return out;
}

bool DatePattern::ParsePart(const Part& part, size_t part_index, std::string_view text, size_t* at, Fields* f) const {
  // A number of one letter takes all digits; of more letters exactly so many.
  auto number = [&](int least, int most, int64_t* value) {
    size_t end = *at;
    while (end < text.size() && end - *at < static_cast<size_t>(most) && std::isdigit(static_cast<unsigned char>(text[end])))
      end++;
    if (end - *at < static_cast<size_t>(least)) return false;
    *value = 0;
    for (size_t i = *at; i < end; i++) *value = *value * 10 + (text[i] - '0');
    *at = end;
    return true;
  };
  auto fixed = [&](int64_t* value, int64_t low, int64_t high) {
    return number(part.count, part.count == 1 ? 19 : part.count, value) && *value >= low && *value <= high;
  };
  auto word = [&](const char* const* names, int count, size_t cut, int64_t* value) {
    for (int i = 0; i < count; i++) {
      std::string_view name = names[i];
      if (cut > 0) name = name.substr(0, cut);
      if (!SameWord(text.substr(*at), name)) continue;
      *at += name.size();
      *value = i + 1;
      return true;
    }
    return false;
  };
  int64_t value = 0;
  switch (part.letter) {
    case 0:
      if (text.substr(*at, part.literal.size()) != part.literal) return false;
      *at += part.literal.size();
      return true;
    case 'G':
      if (SameWord(text.substr(*at), "AD")) return *at += 2, true;
      if (SameWord(text.substr(*at), "BC")) return *at += 2, f->before_christ = true, true;
      return false;
    case 'y':
    case 'u': {
      bool negative = false, sign = false;
      if (*at < text.size() && (text[*at] == '+' || text[*at] == '-')) {
        sign = true;
        negative = text[(*at)++] == '-';
      }
      if (part.count == 2) {
        if (!number(2, 2, &value)) return false;
        value += 2000;
      } else if (!number(part.count, part.count == 1 || sign ? 10 : part.count, &value)) {
        return false;
      }
      f->year = negative ? -value : value;
      return true;
    }
    case 'M':
    case 'L':
      if (part.count == 3) return word(kMonths, 12, 3, &f->month);
      if (part.count >= 4) return word(kMonths, 12, 0, &f->month);
      return fixed(&f->month, 1, 12);
    case 'd':
      return fixed(&f->day, 1, 31);
    case 'D':
      if (!fixed(&value, 1, 366)) return false;
      f->day_of_year = static_cast<int>(value);
      return true;
    case 'Q':
    case 'q':
      if (part.count == 3) {
        if (*at >= text.size() || text[*at] != 'Q') return false;
        ++*at;
        if (!number(1, 1, &f->quarter)) return false;
      } else if (!fixed(&f->quarter, 1, 4)) {
        return false;
      }
      f->month = (f->quarter - 1) * 3 + 1;
      return true;
    case 'E':
      return word(kDays, 7, part.count >= 4 ? 0 : 3, &value);
    case 'F':
      return fixed(&value, 1, 7);
    case 'a':
      if (SameWord(text.substr(*at), "AM") || SameWord(text.substr(*at), "PM")) {
        f->half_day = (text[*at] | 0x20) == 'p';
        *at += 2;
        return true;
      }
      return false;
    case 'h':
      if (!fixed(&value, 1, 12)) return false;
      f->hour12 = static_cast<int>(value % 12);
      return true;
    case 'K':
      if (!fixed(&value, 0, 11)) return false;
      f->hour12 = static_cast<int>(value);
      return true;
    case 'H':
      return fixed(&f->hour, 0, 23);
    case 'k':
      if (!fixed(&value, 1, 24)) return false;
      f->hour = value % 24;
      return true;
    case 'm':
      return fixed(&f->minute, 0, 59);
    case 's':
      return fixed(&f->second, 0, 59);
    case 'S': {
      size_t start = *at;
      if (!number(1, part.count, &value)) return false;
      for (size_t digits = *at - start; digits < 6; digits++) value *= 10;
      for (size_t digits = *at - start; digits > 6; digits--) value /= 10;
      f->micros = value;
      return true;
    }
    default: {  // A zone: the longest name or offset that there is.
      if ((part.letter == 'X' || part.letter == 'Z') && *at < text.size() && text[*at] == 'Z' &&
          (part.letter == 'X' || part.count == 5)) {
        ++*at;
        f->zone = Zone();
        return true;
      }
      size_t end = *at;
      while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '/' || text[end] == '_' ||
                                   text[end] == '+' || text[end] == '-' || text[end] == ':'))
        end++;
      for (; end > *at; end--) {
        if (auto zone = Zone::Find(text.substr(*at, end - *at))) {
          f->zone = zone;
          *at = end;
          return true;
        }
      }
      return false;
    }
  }
}

bool DatePattern::ParseFrom(size_t first, size_t last, std::string_view text, size_t* at, Fields* fields) const {
  for (size_t i = first; i < last; i++) {
    if (parts_[i].letter == ']') continue;
    if (parts_[i].letter != '[') {
      if (!ParsePart(parts_[i], i, text, at, fields)) return false;
      continue;
    }
    size_t depth = 1, close = i + 1;
    while (close < last && depth > 0) {
      if (parts_[close].letter == '[') depth++;
      if (parts_[close].letter == ']') depth--;
      close++;
    }
    size_t tried = *at;
    Fields copy = *fields;
    if (ParseFrom(i + 1, close - 1, text, &tried, &copy)) {
      *at = tried;
      *fields = copy;
    }
    i = close - 1;
  }
  return true;
}

std::optional<DatePattern::Parsed> DatePattern::Parse(std::string_view text, size_t* index) const {
  Fields f;
  *index = 0;
  if (!ParseFrom(0, parts_.size(), text, index, &f) || *index != text.size()) return std::nullopt;
  if (f.before_christ) f.year = 1 - f.year;
  if (f.hour12 >= 0) f.hour = f.hour12 + (f.half_day == 1 ? 12 : 0);
  int64_t days;
  if (f.day_of_year > 0) {
    if (f.day_of_year > 365 + IsLeap(f.year)) return std::nullopt;
    days = DaysOf(f.year, 1, 1) + f.day_of_year - 1;
  } else {
    if (f.day > DaysInMonth(f.year, static_cast<int>(f.month))) return std::nullopt;
    days = DaysOf(f.year, static_cast<int>(f.month), static_cast<int>(f.day));
  }
  Parsed out;
  out.local_micros =
      days * kMicrosPerDay + f.hour * kMicrosPerHour + f.minute * kMicrosPerMinute + f.second * kMicrosPerSecond + f.micros;
  out.zone = f.zone;
  return out;
}

}  // namespace headrace::engine
