#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headrace::engine {

/// The text forms of intervals. Units are numbered as in Spark: day 0, hour 1, minute 2, second 3; year 0, month 1.
std::string DayTimeUnits(int start, int end);  ///< "DAY TO SECOND"
std::string YearMonthUnits(int start, int end);  ///< "YEAR TO MONTH"
std::string DayTimeText(int64_t micros, int start, int end);  ///< "INTERVAL '1 02:03:04' DAY TO SECOND"
std::string YearMonthText(int64_t months, int start, int end);  ///< "INTERVAL '1-2' YEAR TO MONTH"
std::string CalendarIntervalText(int32_t months, int32_t days, int64_t micros);  ///< "1 years 2 months 3 days"
std::optional<int64_t> ParseDayTime(std::string_view text, int start, int end);
std::optional<int64_t> ParseYearMonth(std::string_view text, int start, int end);
/// What a cast says of a text that is no such interval.
[[noreturn]] void ThrowDayTimeFormat(std::string_view text, int start, int end);
[[noreturn]] void ThrowYearMonthFormat(std::string_view text, int start, int end);
/// "interval 3 days 2 hours", "10 minutes".
bool ParseCalendarInterval(std::string_view text, int32_t* months, int32_t* days, int64_t* micros);

}  // namespace headrace::engine
