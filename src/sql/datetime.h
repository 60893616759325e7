#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headrace::sql {

/// A date as Spark reads it from text: [+-]y…y[-m[m][-d[d][( |T)…]]]; days since 1970-01-01.
std::optional<int32_t> ParseDateText(std::string_view text);

struct TimestampText {
  int64_t local_micros = 0;  ///< The wall clock, as if in UTC.
  std::optional<std::string> zone;  ///< The zone as written.
  bool has_date = true;  ///< False for a time of day alone.
};

/// The parts of a timestamp as Spark reads them: [+-]yyyy…[-[m]m[-[d]d[( |T)[h]h:[m]m:[s]s[.fraction][zone]]]].
std::optional<TimestampText> ParseTimestampText(std::string_view text);

/// The instant of a wall clock in a zone ("UTC", "+02:00", "GMT-3", "America/Los_Angeles"); nothing for an unknown zone.
std::optional<int64_t> ToInstant(int64_t local_micros, const std::string& zone);

/// "epoch", "now", "today", "tomorrow" or "yesterday", in lower case, when the text is that word in any case. A zone may stand
/// behind it (not behind "now"); it means nothing.
std::optional<std::string> SpecialTimeWord(std::string_view text);

/// A time of day "h:m[:s[.ffffff]]" in microseconds.
std::optional<int64_t> ParseTimeText(std::string_view text);

/// Days since 1970-01-01 of a civil date; nothing when the date does not exist.
std::optional<int32_t> DaysOf(int64_t year, int month, int day);

}  // namespace headrace::sql
