#include "base/known_years.h"

#include <chrono>

namespace headrace {

KnownYear KnownYearOf(int64_t seconds) {
  constexpr int64_t kDay = 86400, kBegin2037 = 2114380800, kYears400 = 146097 * kDay;
  if (seconds < kBegin2037) return {};
  // Calendars repeat every 400 years, which keeps the years small.
  int64_t rounds = (seconds - kBegin2037) / kYears400;
  int64_t day = (seconds - rounds * kYears400) / kDay;
  auto first_day = [](int year) {
    std::chrono::sys_days first = std::chrono::year(year) / std::chrono::January / 1;
    return static_cast<int64_t>(first.time_since_epoch().count());
  };
  std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  int year = static_cast<int>(date.year());
  int64_t first = first_day(year), next = first_day(year + 1);
  for (int other = 2036;; --other) {
    int64_t days = first_day(other);
    bool same = first_day(other + 1) - days == next - first && (first - days) % 7 == 0;
    if (same)
      return {rounds * kYears400 + (first - days) * kDay, rounds * kYears400 + first * kDay, rounds * kYears400 + next * kDay};
  }
}

}  // namespace headrace
