#include <algorithm>
#include <cctype>
#include <chrono>
#include <memory>
#include <unordered_map>

#include "engine/functions/calendar.h"
#include "engine/functions/date_pattern.h"
#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using View = std::string_view;

/// The letters of a pattern, without what stands in quotes.
std::string Letters(View pattern) {
  std::string letters;
  bool quoted = false;
  for (char c : pattern) {
    if (c == '\'') quoted = !quoted;
    if (!quoted && std::isalpha(static_cast<unsigned char>(c))) letters += c;
  }
  return letters;
}

/// Whether Java's old SimpleDateFormat reads the pattern, in which case Spark speaks of an upgrade.
bool IsLegacyPattern(View pattern) {
  std::string letters = Letters(pattern);
  return letters.find_first_not_of("GyYMLwWDdFEuaHkKhmsSzZX") == std::string::npos && letters.find("XXXX") == std::string::npos &&
         std::count(pattern.begin(), pattern.end(), '\'') % 2 == 0;
}

[[noreturn]] void ThrowPattern(const Call& call, View pattern, char letter) {
  std::string text(pattern), docroot = "https://spark.apache.org/docs/latest", c(letter == 0 ? 0 : 1, letter);
  std::string upgraded = "You may get a different result due to the upgrading to Spark >= 3.0:\n";
  if (IsLegacyPattern(pattern)) {
    std::string config = "\"spark.sql.legacy.timeParserPolicy\"";
    ThrowSpark(call.site(), "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
               {{"pattern", "'" + text + "'"}, {"config", config}, {"docroot", docroot}},
               upgraded + "Fail to recognize '" + text + "' pattern in the DateTimeFormatter.\n1) You can set " + config +
                   " to \"LEGACY\" to restore the behavior before Spark 3.0.\n2) You can form a valid datetime pattern with the "
                   "guide from '" +
                   docroot + "/sql-ref-datetime-pattern.html'.",
               ErrorKind::kIllegalArgument);
  }
  if (letter != 0 && View("YwWec").find(letter) != View::npos) {
    ThrowSpark(call.site(), "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", {{"c", c}},
               upgraded + "All week-based patterns are unsupported since Spark 3.0, detected week-based character: " + c +
                   ".\nPlease use the SQL function EXTRACT instead.",
               ErrorKind::kIllegalArgument);
  }
  if (letter != 0) {
    ThrowSpark(call.site(), "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", {{"c", c}, {"pattern", text}},
               "Unrecognized datetime pattern: " + text + ". Illegal pattern character found in datetime pattern: " + c +
                   ". Please provide legal character.",
               ErrorKind::kIllegalArgument);
  }
  ThrowSpark(call.site(), "INVALID_DATETIME_PATTERN.WITH_SUGGESTION", {{"pattern", text}, {"docroot", docroot}},
             "Unrecognized datetime pattern: " + text + ".", ErrorKind::kIllegalArgument);
}

const DatePattern& PatternOf(const Call& call, View text, bool parsing) {
  thread_local std::unordered_map<std::string, std::unique_ptr<DatePattern>> cache;
  if (cache.size() > 256) cache.clear();
  auto& entry = cache[std::string(text)];
  if (!entry) entry = std::make_unique<DatePattern>(text);
  const auto& problem = entry->problem();
  if (!problem.empty()) ThrowPattern(call, text, problem.size() == 1 ? problem[0] : 0);
  if (parsing) {
    // Spark shows weekdays and quarters but reads none.
    std::string letters = Letters(text);
    if (size_t at = letters.find_first_of("EFqQ"); at != std::string::npos) ThrowPattern(call, text, letters[at]);
  }
  return *entry;
}

[[noreturn]] void ThrowParse(const Call& call, View text, size_t index, bool matched, const char* suggestion) {
  std::string message = "Text '" + std::string(text) + "' could not be parsed" + (matched ? ", unparsed text found" : "") +
                        " at index " + std::to_string(index);
  ThrowSpark(call.site(), "CANNOT_PARSE_TIMESTAMP", {{"message", message}, {"func", std::string("`") + suggestion + "`"}},
             message + ". Use `" + suggestion + "` to tolerate invalid input string and return NULL instead.",
             ErrorKind::kDateTime);
}

enum class Wanted { kTimestamp, kWallClock, kDay };

std::optional<int64_t> Parse(const Call& call, View text, View pattern, Wanted wanted) {
  const auto& compiled = PatternOf(call, pattern, true);
  size_t index = 0;
  auto parsed = compiled.Parse(text, &index);
  if (!parsed) {
    size_t end = 0;
    bool matched = index < text.size() && compiled.Parse(text.substr(0, index), &end);
    if (call.Long(0) == 1) ThrowParse(call, text, index, matched, wanted == Wanted::kDay ? "try_to_date" : "try_to_timestamp");
    return std::nullopt;
  }
  if (wanted == Wanted::kDay) return FloorDivide(parsed->local_micros, kMicrosPerDay);
  if (wanted == Wanted::kWallClock) return parsed->local_micros;
  return (parsed->zone ? *parsed->zone : Zone::Of(call.time_zone())).ToUtc(parsed->local_micros);
}

constexpr View kDefault = "yyyy-MM-dd HH:mm:ss";

std::string Format(const Call& call, int64_t micros, View pattern) {
  return PatternOf(call, pattern, false).Format(micros, Zone::Of(call.time_zone()));
}

}  // namespace

void RegisterDateFormats(KernelRegistry& registry) {
  const auto kText = LogicalType::VARCHAR, kStamp = LogicalType::TIMESTAMP_TZ;
  KernelTraits parsing{.extra = 1, .time_zone = true, .fallible = true};
  registry.Add("spark_date_format", [](const Call& c, int64_t v, View p) { return Format(c, v, p); }, kZonedFallible,
               {kStamp, kText});
  registry.Add(
      "spark_from_unixtime", [](const Call& c, int64_t v) { return Format(c, v * kMicrosPerSecond, kDefault); }, kZonedFallible);
  registry.Add(
      "spark_from_unixtime", [](const Call& c, int64_t v, View p) { return Format(c, v * kMicrosPerSecond, p); }, kZonedFallible);
  registry.Add(
      "spark_to_timestamp", [](const Call& c, View v, View p) { return Parse(c, v, p, Wanted::kTimestamp); }, parsing, {},
      kStamp);
  registry.Add(
      "spark_to_timestamp_ntz", [](const Call& c, View v, View p) { return Parse(c, v, p, Wanted::kWallClock); }, parsing, {},
      LogicalType::TIMESTAMP);
  registry.Add(
      "spark_to_date",
      [](const Call& c, View v, View p) -> std::optional<int32_t> {
        auto days = Parse(c, v, p, Wanted::kDay);
        return days ? std::optional<int32_t>(static_cast<int32_t>(*days)) : std::nullopt;
      },
      parsing, {}, LogicalType::DATE);
  auto seconds = [](std::optional<int64_t> micros) {
    return micros ? std::optional<int64_t>(FloorDivide(*micros, kMicrosPerSecond)) : std::nullopt;
  };
  registry.Add(
      "spark_unix_timestamp", [seconds](const Call& c, View v) { return seconds(Parse(c, v, kDefault, Wanted::kTimestamp)); },
      parsing);
  registry.Add(
      "spark_unix_timestamp", [seconds](const Call& c, View v, View p) { return seconds(Parse(c, v, p, Wanted::kTimestamp)); },
      parsing);
  registry.Add("spark_unix_of_timestamp", [](const Call&, int64_t v) -> int64_t { return FloorDivide(v, kMicrosPerSecond); },
               kZonedFallible, {kStamp});
  registry.Add("spark_unix_of_timestamp",
               [](const Call&, int64_t v, View) -> int64_t { return FloorDivide(v, kMicrosPerSecond); }, kZonedFallible,
               {kStamp, kText});
  registry.Put(
      "spark_unix_now", {}, LogicalType::BIGINT,
      [](duckdb::DataChunk&, duckdb::ExpressionState&, duckdb::Vector& out) {
        out.Reference(duckdb::Value::BIGINT(
            std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count()));
      },
      kZonedFallible, false);
}

}  // namespace headrace::engine
