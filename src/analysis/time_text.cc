#include <date/tz.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "analysis/error_context.h"
#include "analysis/time_text_internal.h"
#include "base/known_years.h"

namespace headrace::analysis {

namespace {

/// "+08:00", "UTC-3", "GMT+1:30" → microseconds; nothing for region names.
bool FixedOffset(std::string zone, int64_t* micros) {
  if (zone == "Z" || zone == "UTC" || zone == "GMT" || zone == "UT" || zone.empty()) {
    *micros = 0;
    return true;
  }
  for (const char* prefix : {"UTC", "GMT", "UT"}) {
    std::string text = prefix;
    if (zone.rfind(text, 0) == 0 && zone.size() > text.size() && (zone[text.size()] == '+' || zone[text.size()] == '-')) {
      zone = zone.substr(text.size());
    }
  }
  if (zone[0] != '+' && zone[0] != '-') return false;
  int hours = 0, minutes = 0, seconds = 0;
  int read = std::sscanf(zone.c_str() + 1, "%d:%d:%d", &hours, &minutes, &seconds);
  if (read < 1) return false;
  int64_t total = (hours * 3600LL + minutes * 60LL + seconds) * 1000000LL;
  *micros = zone[0] == '-' ? -total : total;
  return true;
}

}  // namespace

int64_t ZoneOffsetMicros(int64_t micros, const std::string& zone) {
  int64_t fixed = 0;
  if (FixedOffset(zone, &fixed)) return fixed;
  try {
    const date::time_zone* found = date::locate_zone(zone);
    int64_t known = micros - KnownYearOf(micros / 1000000).shift * 1000000;
    auto info = found->get_info(
        date::floor<std::chrono::seconds>(date::sys_time<std::chrono::microseconds>(std::chrono::microseconds(known))));
    return std::chrono::duration_cast<std::chrono::microseconds>(info.offset).count();
  } catch (const std::runtime_error&) {
    throw AnalysisError("INVALID_TIMEZONE", fmt::format("The timezone: {} is invalid.", zone), {{"timeZone", zone}});
  }
}

std::string DateText(int64_t days) {
  date::year_month_day day{date::sys_days{date::days{days}}};
  int year = static_cast<int>(day.year());
  std::string text = year < 0      ? fmt::format("-{:04}", -year)
                     : year > 9999 ? fmt::format("+{}", year)
                                   : fmt::format("{:04}", year);
  return fmt::format("{}-{:02}-{:02}", text, static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string TimestampText(int64_t micros, const std::string& zone) {
  if (!zone.empty()) micros += ZoneOffsetMicros(micros, zone);
  constexpr int64_t kDay = 86400000000LL;
  int64_t days = micros / kDay - (micros % kDay < 0 ? 1 : 0);
  int64_t rest = micros - days * kDay;
  std::string text =
      fmt::format("{} {:02}:{:02}:{:02}", DateText(days), rest / 3600000000LL, rest / 60000000LL % 60, rest / 1000000 % 60);
  if (rest % 1000000 != 0) {
    std::string fraction = fmt::format(".{:06}", rest % 1000000);
    while (fraction.back() == '0') fraction.pop_back();
    text += fraction;
  }
  return text;
}

}  // namespace headrace::analysis
