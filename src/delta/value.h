#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace headrace::delta {

struct Decimal {
  __int128 unscaled = 0;
  int scale = 0;  ///< Digits behind the point, at least 0.
};
/// Days since 1970-01-01 in the proleptic Gregorian calendar.
struct Date {
  int32_t days = 0;
};
/// Microseconds since the epoch: an instant for `timestamp`, a wall clock for `timestamp_ntz`.
struct Timestamp {
  int64_t micros = 0;
};

/// One typed value: of a partition column, a statistic, or a predicate's literal. monostate is NULL; every integer
/// width is int64_t; float and double are double; string and binary are std::string.
using Value = std::variant<std::monostate, bool, int64_t, double, std::string, Decimal, Date, Timestamp>;

inline bool IsNull(const Value& value) { return std::holds_alternative<std::monostate>(value); }

/// <0, 0, >0; nullopt when the two cannot be compared (a null, a number with a string). Numbers of different kinds
/// compare by value; -0.0 equals 0.0, NaN equals itself and is above every number, as in Spark. Strings by bytes.
std::optional<int> Compare(const Value& left, const Value& right);

/// Spark's text of a value: "2024-01-31", "2024-01-31 10:00:00.5" (in UTC), "1.50", "true".
std::string ToText(const Value& value);

/// "2024-01-31" → days. nullopt when it is not a date.
std::optional<int32_t> ParseDate(std::string_view text);
/// "2024-01-31 10:00:00[.123456]", with 'T' or blank, with or without zone ("Z", "+02:00"); a text without a zone is
/// taken as `offset_micros` east of UTC. nullopt when it is none of that.
std::optional<int64_t> ParseTimestamp(std::string_view text, int64_t offset_micros = 0);
/// Micros as "2024-01-31T10:00:00.123456Z"; `digits` of the fraction are kept (truncated).
std::string FormatIsoTimestamp(int64_t micros, int digits = 6);
/// Micros as "2024-01-31 10:00:00[.123456]" in UTC, trailing zeros of the fraction left out.
std::string FormatTimestamp(int64_t micros);
std::string FormatDate(int32_t days);
/// "12.50" → {1250, 2}; accepts exponents. nullopt when it is not a decimal of at most 38 digits.
std::optional<Decimal> ParseDecimal(std::string_view text);
std::string FormatDecimal(const Decimal& decimal);

}  // namespace headrace::delta
