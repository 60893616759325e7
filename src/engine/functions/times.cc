#include <algorithm>

#include "engine/functions/calendar.h"
#include "engine/functions/date_pattern.h"
#include "engine/functions/decimal_math.h"
#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;
using View = std::string_view;

const LogicalType kTime = LogicalType::TIME;
const LogicalType kStamp = LogicalType::TIMESTAMP_TZ;
const LogicalType kWall = LogicalType::TIMESTAMP;
const LogicalType kText = LogicalType::VARCHAR;

/// "[h]h:[m]m[:[s]s[.ffffff]]" with surrounding spaces; nothing when it is no time of a day.
std::optional<int64_t> ParseTime(View text) {
  text = TrimAll(text);
  size_t at = 0;
  auto number = [&](size_t most) -> std::optional<int64_t> {
    size_t start = at;
    int64_t value = 0;
    while (at < text.size() && at - start < most && text[at] >= '0' && text[at] <= '9') value = value * 10 + (text[at++] - '0');
    return at == start ? std::nullopt : std::optional<int64_t>(value);
  };
  auto colon = [&] { return at < text.size() && text[at] == ':' && ++at > 0; };
  auto hour = number(2);
  if (!hour || !colon()) return std::nullopt;
  auto minute = number(2);
  std::optional<int64_t> second = 0;
  int64_t micros = 0;
  if (!minute) return std::nullopt;
  if (colon()) {
    second = number(2);
    if (second && at < text.size() && text[at] == '.') {
      size_t start = ++at;
      auto fraction = number(6);
      if (!fraction) return std::nullopt;
      micros = *fraction;
      for (size_t digits = at - start; digits < 6; digits++) micros *= 10;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9') at++;
    }
  }
  if (!second || at != text.size() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return *hour * kMicrosPerHour + *minute * kMicrosPerMinute + *second * kMicrosPerSecond + micros;
}

/// The micros of a unit of the day; nothing for other units.
std::optional<int64_t> UnitMicros(View unit) {
  std::string name(unit);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (name == "HOUR") return kMicrosPerHour;
  if (name == "MINUTE") return kMicrosPerMinute;
  if (name == "SECOND") return kMicrosPerSecond;
  if (name == "MILLISECOND") return 1000;
  if (name == "MICROSECOND") return 1;
  return std::nullopt;
}

int64_t RequireUnit(const Call& call, View unit, const char* function) {
  if (auto micros = UnitMicros(unit)) return *micros;
  std::string shown = "'" + std::string(unit) + "'";
  ThrowInvalidParameter(
      call.site(), "TIME_UNIT", function, {{"parameter", "`unit`"}, {"invalidValue", shown}},
      std::string("The value of parameter(s) `unit` in `") + function +
          "` is invalid: expects one of the units 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND', but got " + shown +
          ".");
}

int64_t CheckedTime(const Call& call, Int128 micros, const char* function) {
  if (micros >= 0 && micros < kMicrosPerDay) return static_cast<int64_t>(micros);
  ThrowSpark(call.site(), "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", {{"rangeMessage", "Invalid TIME value"}},
             std::string("Invalid TIME value in `") + function + "`: it must be between 00:00:00 and 23:59:59.999999.",
             ErrorKind::kDateTime);
}

std::optional<int64_t> ToTime(const Call& call, View text, std::optional<View> format) {
  std::optional<int64_t> micros;
  if (format) {
    DatePattern pattern(*format);
    size_t index = 0;
    if (auto parsed = pattern.problem().empty() ? pattern.Parse(text, &index) : std::nullopt) {
      micros = FloorModulo(parsed->local_micros, kMicrosPerDay);
    }
  } else {
    micros = ParseTime(text);
  }
  if (micros || call.Long(0) == 0) return micros;
  std::string input = "'" + std::string(text) + "'";
  ThrowSpark(call.site(), format ? "CANNOT_PARSE_TIME" : "CAST_INVALID_INPUT",
             {{"input", input},
              {"format", format ? "'" + std::string(*format) + "'" : ""},
              {"expression", input},
              {"sourceType", "\"STRING\""},
              {"targetType", "\"TIME(6)\""},
              {"ansiConfig", "\"spark.sql.ansi.enabled\""}},
             "The input string " + input + " cannot be parsed to a TIME value" +
                 (format ? " because it does not match the datetime format '" + std::string(*format) + "'." : "."),
             ErrorKind::kDateTime);
}

int64_t MicrosOf(const Value& value) { return value.GetValueUnsafe<int64_t>(); }

/// make_timestamp(date, time[, zone]).
Value TimestampOfParts(const Call& call, std::vector<Value>& a) {
  int64_t local = a[0].GetValueUnsafe<int32_t>() * kMicrosPerDay + MicrosOf(a[1]);
  if (a.size() < 3) return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(Zone::Of(call.time_zone()).ToUtc(local)));
  const auto& name = duckdb::StringValue::Get(a[2]);
  auto zone = Zone::Find(name);
  if (!zone) {
    ThrowSpark(call.site(), "INVALID_TIMEZONE", {{"timeZone", name}},
               "The timezone: " + name + " is invalid. The timezone must be either a region-based zone ID or a zone offset.",
               ErrorKind::kDateTime);
  }
  return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(zone->ToUtc(local)));
}

/// time_bucket(width, instant, origin).
int64_t Bucket(const Call& call, int64_t width, int64_t at, int64_t origin) {
  if (width <= 0) {
    ThrowInvalidParameter(call.site(), "BUCKET_WIDTH", "time_bucket",
                          {{"parameter", "`bucketWidth`"}, {"invalidValue", std::to_string(width)}},
                          "The value of parameter(s) `bucketWidth` in `time_bucket` is invalid: expects a positive interval.");
  }
  return FloorDivide(at - origin, width) * width + origin;
}

}  // namespace

void RegisterTimes(KernelRegistry& registry) {
  KernelTraits parsing{.extra = 1, .time_zone = true, .fallible = true};
  registry.Add(
      "spark_time_to_seconds", [](const Call&, int64_t v) -> int64_t { return v; }, kPlain, {kTime}, LogicalType::DECIMAL(14, 6));
  registry.Add("spark_time_to_millis", [](const Call&, int64_t v) -> int64_t { return v / 1000; }, kPlain, {kTime});
  registry.Add("spark_time_to_micros", [](const Call&, int64_t v) -> int64_t { return v; }, kPlain, {kTime});
  registry.Add(
      "spark_time_from_millis",
      [](const Call& c, int64_t v) -> int64_t { return CheckedTime(c, Int128{v} * 1000, "time_from_millis"); }, kFallible,
      {LogicalType::BIGINT}, kTime);
  registry.Add(
      "spark_time_from_micros", [](const Call& c, int64_t v) -> int64_t { return CheckedTime(c, v, "time_from_micros"); },
      kFallible, {LogicalType::BIGINT}, kTime);
  registry.AddBoxed(
      "spark_time_from_seconds", 1,
      [](const Call& c, std::vector<Value>& a) {
        auto exact = ToInt128(duckdb::HugeIntValue::Get(a[0].DefaultCastAs(LogicalType::DECIMAL(38, 6))));
        return Value::TIME(duckdb::dtime_t(CheckedTime(c, exact, "time_from_seconds")));
      },
      kFallible, kTime);
  registry.Add("spark_time_diff",
               [](const Call& c, View unit, int64_t start, int64_t end) -> int64_t {
                 return (end - start) / RequireUnit(c, unit, "time_diff");
               },
               kFallible, {kText, kTime, kTime});
  registry.Add(
      "spark_time_trunc",
      [](const Call& c, View unit, int64_t v) -> int64_t {
        int64_t micros = RequireUnit(c, unit, "time_trunc");
        return v / micros * micros;
      },
      kFallible, {kText, kTime}, kTime);
  registry.Add(
      "spark_to_time", [](const Call& c, View v) { return ToTime(c, v, std::nullopt); }, parsing, {}, kTime);
  registry.Add(
      "spark_to_time", [](const Call& c, View v, View format) { return ToTime(c, v, format); }, parsing, {}, kTime);
  registry.Add(
      "spark_cast_string_time",
      [](const Call& c, View v) -> std::optional<int64_t> {
        auto micros = ParseTime(v);
        if (!micros && c.Long(0) == 1) ThrowCastInput(c.site(), "'" + std::string(v) + "'", "STRING", "TIME(6)");
        return micros;
      },
      {.extra = 1, .fallible = true}, {kText}, kTime);
  for (int arity : {2, 3}) registry.AddBoxed("spark_timestamp_of_parts", arity, TimestampOfParts, parsing, kStamp);
  registry.Add(
      "spark_timestamp_ntz_of_parts",
      [](const Call&, int32_t day, int64_t time) -> int64_t { return day * kMicrosPerDay + time; }, parsing,
      {LogicalType::DATE, kTime}, kWall);
  for (const auto& type : {kStamp, kWall}) {
    registry.Add(
        "spark_time_bucket", [](const Call& c, int64_t width, int64_t v) -> int64_t { return Bucket(c, width, v, 0); }, kFallible,
        {LogicalType::BIGINT, type}, type);
    registry.Add(
        "spark_time_bucket",
        [](const Call& c, int64_t width, int64_t v, int64_t origin) -> int64_t { return Bucket(c, width, v, origin); }, kFallible,
        {LogicalType::BIGINT, type, type}, type);
  }
}

}  // namespace headrace::engine
