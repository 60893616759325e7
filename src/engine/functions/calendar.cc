#include "engine/functions/calendar.h"

#include <date/tz.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <mutex>

#include "base/known_years.h"

namespace headrace::engine {

int64_t DaysOf(int64_t year, int month, int day) {
  year -= month <= 2;
  int64_t era = FloorDivide(year, 400);
  int64_t yoe = year - era * 400;
  int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

Civil CivilOf(int64_t days) {
  days += 719468;
  int64_t era = FloorDivide(days, 146097);
  int64_t doe = days - era * 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int64_t mp = (5 * doy + 2) / 153;
  int day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2), month, day};
}

bool IsLeap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int DaysInMonth(int64_t year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[month - 1];
}

int64_t AddMonths(int64_t days, int64_t months) {
  Civil civil = CivilOf(days);
  int64_t total = civil.year * 12 + civil.month - 1 + months;
  int64_t year = FloorDivide(total, 12);
  int month = static_cast<int>(FloorModulo(total, 12)) + 1;
  return DaysOf(year, month, std::min(civil.day, DaysInMonth(year, month)));
}

int IsoWeekday(int64_t days) { return static_cast<int>(FloorModulo(days + 3, 7)) + 1; }

int IsoWeek(int64_t days, int64_t* week_year) {
  int64_t thursday = days - IsoWeekday(days) + 4;
  Civil civil = CivilOf(thursday);
  if (week_year != nullptr) *week_year = civil.year;
  return static_cast<int>((thursday - DaysOf(civil.year, 1, 1)) / 7) + 1;
}

namespace {

/// java.time.ZoneId.SHORT_IDS.
struct ShortId {
  std::string_view id, zone;
};
constexpr ShortId kShortIds[] = {{"ACT", "Australia/Darwin"},
                                 {"AET", "Australia/Sydney"},
                                 {"AGT", "America/Argentina/Buenos_Aires"},
                                 {"ART", "Africa/Cairo"},
                                 {"AST", "America/Anchorage"},
                                 {"BET", "America/Sao_Paulo"},
                                 {"BST", "Asia/Dhaka"},
                                 {"CAT", "Africa/Harare"},
                                 {"CNT", "America/St_Johns"},
                                 {"CST", "America/Chicago"},
                                 {"CTT", "Asia/Shanghai"},
                                 {"EAT", "Africa/Addis_Ababa"},
                                 {"ECT", "Europe/Paris"},
                                 {"IET", "America/Indiana/Indianapolis"},
                                 {"IST", "Asia/Kolkata"},
                                 {"JST", "Asia/Tokyo"},
                                 {"MIT", "Pacific/Apia"},
                                 {"NET", "Asia/Yerevan"},
                                 {"NST", "Pacific/Auckland"},
                                 {"PLT", "Asia/Karachi"},
                                 {"PNT", "America/Phoenix"},
                                 {"PRT", "America/Puerto_Rico"},
                                 {"PST", "America/Los_Angeles"},
                                 {"SST", "Pacific/Guadalcanal"},
                                 {"VST", "Asia/Ho_Chi_Minh"},
                                 {"EST", "-05:00"},
                                 {"MST", "-07:00"},
                                 {"HST", "-10:00"}};

/// +h, +hh, +hh:mm, +hhmm, +hh:mm:ss, +h:m as Spark allows.
std::optional<int64_t> ParseOffset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  int64_t sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  int parts[3] = {0, 0, 0};
  if (text.find(':') == std::string_view::npos) {
    for (char c : text) {
      if (c < '0' || c > '9') return std::nullopt;
    }
    if (text.size() > 6 || text.size() == 3 || text.size() == 5) return std::nullopt;
    for (size_t i = 0, p = 0; i < text.size() && p < 3; p++) {
      size_t width = text.size() == 1 ? 1 : 2;
      for (size_t k = 0; k < width; k++) parts[p] = parts[p] * 10 + (text[i++] - '0');
    }
  } else {
    size_t part = 0, digits = 0;
    for (char c : text) {
      if (c == ':') {
        if (digits == 0 || ++part > 2) return std::nullopt;
        digits = 0;
      } else if (c >= '0' && c <= '9' && digits < 2) {
        parts[part] = parts[part] * 10 + (c - '0');
        digits++;
      } else {
        return std::nullopt;
      }
    }
    if (digits == 0) return std::nullopt;
  }
  if (parts[0] > 18 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
}

std::string OffsetId(int64_t seconds) {
  if (seconds == 0) return "Z";
  char text[16];
  int64_t magnitude = std::abs(seconds);
  std::snprintf(text, sizeof(text), "%c%02d:%02d", seconds < 0 ? '-' : '+', static_cast<int>(magnitude / 3600),
                static_cast<int>(magnitude / 60 % 60));
  return text;
}

/// The last period looked up: timestamps of a column lie close together.
struct Period {
  const date::time_zone* zone = nullptr;
  int64_t begin = 0, end = 0, offset = 0;
};

}  // namespace

std::optional<Zone> Zone::Find(std::string_view name) {
  Zone zone;
  zone.id_ = std::string(name);
  for (const auto& entry : kShortIds) {
    if (entry.id == name) name = entry.zone;
  }
  if (name == "Z" || name == "UTC" || name == "GMT" || name == "UT") return zone;
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (name.size() > prefix.size() && name.substr(0, prefix.size()) == prefix) {
      if (auto offset = ParseOffset(name.substr(prefix.size()))) {
        zone.fixed_ = *offset;
        return zone;
      }
    }
  }
  if (auto offset = ParseOffset(name)) {
    zone.fixed_ = *offset;
    zone.id_ = OffsetId(*offset);
    return zone;
  }
  static std::mutex mutex;
  static std::map<std::string, const date::time_zone*, std::less<>> known;
  std::lock_guard lock(mutex);
  auto found = known.find(name);
  if (found == known.end()) {
    const date::time_zone* located = nullptr;
    try {
      located = date::locate_zone(std::string(name));
    } catch (const std::runtime_error&) {
      located = nullptr;  // Not a zone: remembered as such.
    }
    found = known.emplace(std::string(name), located).first;
  }
  if (found->second == nullptr) return std::nullopt;
  zone.zone_ = found->second;
  return zone;
}

Zone Zone::Of(const std::string& name) { return Find(name).value_or(Zone()); }

int64_t Zone::OffsetSeconds(int64_t utc_micros) const {
  if (zone_ == nullptr) return fixed_;
  thread_local Period last;
  int64_t seconds = FloorDivide(utc_micros, kMicrosPerSecond);
  if (last.zone != zone_ || seconds < last.begin || seconds >= last.end) {
    KnownYear year = KnownYearOf(seconds);
    auto info = zone_->get_info(date::sys_seconds(std::chrono::seconds(seconds - year.shift)));
    int64_t begin = info.begin.time_since_epoch().count(), end = info.end.time_since_epoch().count();
    if (year.shift == 0) {
      static const int64_t known = DaysOf(2037, 1, 1) * 86400;
      last = {zone_, begin, std::min(end, known), info.offset.count()};
    } else {
      last = {zone_, std::max(begin + year.shift, year.begin), std::min(end + year.shift, year.end), info.offset.count()};
    }
  }
  return last.offset;
}

int64_t Zone::ToUtc(int64_t local_micros) const {
  if (zone_ == nullptr) return local_micros - fixed_ * kMicrosPerSecond;
  // Unambiguous well inside the period of the guess; the rest asks for the local period.
  int64_t guess = local_micros - OffsetSeconds(local_micros) * kMicrosPerSecond;
  int64_t offset = OffsetSeconds(guess);
  int64_t utc = local_micros - offset * kMicrosPerSecond;
  constexpr int64_t kMargin = 26 * kMicrosPerHour;
  if (OffsetSeconds(utc - kMargin) == offset && OffsetSeconds(utc + kMargin) == offset) return utc;
  int64_t seconds = FloorDivide(local_micros, kMicrosPerSecond);
  auto info = zone_->get_info(date::local_seconds(std::chrono::seconds(seconds - KnownYearOf(seconds).shift)));
  return local_micros - info.first.offset.count() * kMicrosPerSecond;
}

std::string Zone::Abbreviation(int64_t utc_micros) const {
  if (zone_ == nullptr) return fixed_ == 0 ? "UTC" : "GMT" + OffsetId(fixed_);
  int64_t seconds = FloorDivide(utc_micros, kMicrosPerSecond);
  return zone_->get_info(date::sys_seconds(std::chrono::seconds(seconds - KnownYearOf(seconds).shift))).abbrev;
}

std::string DateText(int64_t days) {
  Civil civil = CivilOf(days);
  char text[40];
  if (civil.year > 9999)
    std::snprintf(text, sizeof(text), "+%lld-%02d-%02d", static_cast<long long>(civil.year), civil.month, civil.day);
  else if (civil.year < 0)
    std::snprintf(text, sizeof(text), "-%04lld-%02d-%02d", static_cast<long long>(-civil.year), civil.month, civil.day);
  else
    std::snprintf(text, sizeof(text), "%04lld-%02d-%02d", static_cast<long long>(civil.year), civil.month, civil.day);
  return text;
}

std::string TimeText(int64_t micros) {
  char text[32];
  int seconds = static_cast<int>(micros / kMicrosPerSecond), fraction = static_cast<int>(micros % kMicrosPerSecond);
  int size = std::snprintf(text, sizeof(text), "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction != 0) {
    size += std::snprintf(text + size, sizeof(text) - size, ".%06d", fraction);
    while (text[size - 1] == '0') size--;
  }
  return std::string(text, size);
}

std::string WallClockText(int64_t micros) {
  int64_t days = FloorDivide(micros, kMicrosPerDay);
  return DateText(days) + " " + TimeText(micros - days * kMicrosPerDay);
}

namespace {

template <class T>
std::string JavaText(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  char buffer[64];
  T magnitude = std::fabs(value);
  auto end = std::to_chars(buffer, buffer + sizeof(buffer), magnitude, std::chars_format::scientific).ptr;
  std::string text(buffer, end);
  auto e = text.find('e');
  if (e == 1) {
    // Java writes two digits at least, the nearest ones that read back as the value: 4.9E-324.
    std::string two(buffer, std::to_chars(buffer, buffer + sizeof(buffer), magnitude, std::chars_format::scientific, 1).ptr);
    T back = 0;
    std::from_chars(two.data(), two.data() + two.size(), back);
    if (back == magnitude && two[2] != '0') text = two;
    e = text.find('e');
  }
  std::string digits = text.substr(0, 1) + (e > 1 ? text.substr(2, e - 2) : "");
  int exponent = std::atoi(text.c_str() + e + 1);
  std::string out = std::signbit(value) ? "-" : "";
  if (magnitude >= T(1e-3) && magnitude < T(1e7)) {
    if (exponent < 0) return out + "0." + std::string(-exponent - 1, '0') + digits;
    if (digits.size() <= static_cast<size_t>(exponent) + 1)
      return out + digits + std::string(exponent + 1 - digits.size(), '0') + ".0";
    return out + digits.substr(0, exponent + 1) + "." + digits.substr(exponent + 1);
  }
  return out + digits.substr(0, 1) + "." + (digits.size() > 1 ? digits.substr(1) : "0") + "E" + std::to_string(exponent);
}

}  // namespace

std::string DoubleText(double value) { return JavaText(value); }
std::string FloatText(float value) { return JavaText(value); }

std::string_view TrimAll(std::string_view text) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

namespace {

/// Reads at most `most` digits; fewer than `least` is a failure.
bool Digits(std::string_view text, size_t* at, size_t least, size_t most, int64_t* value) {
  size_t start = *at;
  *value = 0;
  while (*at < text.size() && *at - start < most && text[*at] >= '0' && text[*at] <= '9')
    *value = *value * 10 + (text[(*at)++] - '0');
  return *at - start >= least;
}

bool DatePart(std::string_view text, size_t* at, int64_t* days) {
  int64_t year, month = 1, day = 1;
  bool negative = false;
  if (*at < text.size() && (text[*at] == '+' || text[*at] == '-')) negative = text[(*at)++] == '-';
  if (!Digits(text, at, 4, 7, &year)) return false;
  if (negative) year = -year;
  if (*at < text.size() && text[*at] == '-') {
    ++*at;
    if (!Digits(text, at, 1, 2, &month)) return false;
    if (*at < text.size() && text[*at] == '-') {
      ++*at;
      if (!Digits(text, at, 1, 2, &day)) return false;
    }
  }
  if (month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, static_cast<int>(month))) return false;
  *days = DaysOf(year, static_cast<int>(month), static_cast<int>(day));
  return true;
}

}  // namespace

std::optional<int64_t> ParseDate(std::string_view text) {
  text = TrimAll(text);
  size_t at = 0;
  int64_t days;
  if (text.empty() || !DatePart(text, &at, &days)) return std::nullopt;
  if (at != text.size() && text[at] != ' ' && text[at] != 'T') return std::nullopt;
  // After a space or T anything may follow, but only a whole date.
  if (at != text.size() && std::count(text.begin() + 1, text.begin() + at, '-') != 2) return std::nullopt;
  return days;
}

namespace {

/// A wall clock's micros, in UTC when there is a zone, unless 64 bits do not hold them.
std::optional<int64_t> InstantOf(int64_t days, int64_t of_day, const Zone* zone) {
  __int128 micros = static_cast<__int128>(days) * kMicrosPerDay + of_day;
  if (zone != nullptr) {
    constexpr int64_t kLast = std::numeric_limits<int64_t>::max() - 2 * kMicrosPerDay;
    auto near = static_cast<int64_t>(std::clamp<__int128>(micros, -kLast, kLast));
    micros += zone->ToUtc(near) - near;
  }
  if (micros != static_cast<int64_t>(micros)) return std::nullopt;
  return static_cast<int64_t>(micros);
}

}  // namespace

std::optional<int64_t> ParseTimestamp(std::string_view text, const Zone& session, bool ntz) {
  text = TrimAll(text);
  size_t at = 0;
  int64_t days = 0;
  if (text.empty()) return std::nullopt;
  bool time_only = text[0] == 'T' || (text.size() > 1 && text[1] == ':') || (text.size() > 2 && text[2] == ':');
  if (time_only) {
    if (ntz) return std::nullopt;
    int64_t now =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    days = FloorDivide(session.ToLocal(now), kMicrosPerDay);
    if (text[0] == 'T') at = 1;
  } else {
    if (!DatePart(text, &at, &days)) return std::nullopt;
    if (at == text.size()) return InstantOf(days, 0, ntz ? nullptr : &session);
    if (text[at] != ' ' && text[at] != 'T') return std::nullopt;
    if (std::count(text.begin() + 1, text.begin() + at, '-') != 2) return std::nullopt;
    at++;
  }
  int64_t hour, minute = 0, second = 0, micros = 0;
  if (!Digits(text, &at, 1, 2, &hour)) return std::nullopt;
  if (at < text.size() && text[at] == ':') {
    at++;
    if (!Digits(text, &at, 1, 2, &minute)) return std::nullopt;
    if (at < text.size() && text[at] == ':') {
      at++;
      if (!Digits(text, &at, 1, 2, &second)) return std::nullopt;
      if (at < text.size() && text[at] == '.') {
        at++;
        int64_t unit = 100000;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
          micros += (text[at++] - '0') * unit;
          unit /= 10;
        }
      }
    }
  }
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  int64_t of_day = hour * kMicrosPerHour + minute * kMicrosPerMinute + second * kMicrosPerSecond + micros;
  std::string_view rest = TrimAll(text.substr(at));
  if (rest.empty()) return InstantOf(days, of_day, ntz ? nullptr : &session);
  auto zone = Zone::Find(rest);
  if (!zone) return std::nullopt;
  return InstantOf(days, of_day, ntz ? nullptr : &*zone);
}

}  // namespace headrace::engine
