#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/functions/calendar.h"
#include "engine/functions/date_pattern.h"
#include "plan/relation.h"

namespace headrace::engine {

/// Options by name without case.
class OptionMap {
 public:
  /// Keeps a pointer to the options.
  explicit OptionMap(const plan::Options& options) : options_(options) {}
  const std::string* Find(std::string_view name) const;
  std::string Text(std::string_view name, const std::string& fallback) const;
  bool Bool(std::string_view name, bool fallback) const;
  int64_t Long(std::string_view name, int64_t fallback) const;

 private:
  const plan::Options& options_;
};

/// Java's error of an argument that does not hold: "requirement failed: ...".
[[noreturn]] void ThrowRequirement(const std::string& message);
/// Refuses, by name, an option that changes what is read and is not there.
void RefuseOption(const OptionMap& options, const char* name);
/// Refuses an `enableDateTimeParsingFallback` that is not its default, which the option `timestampFormat` decides.
void CheckParsingFallback(const OptionMap& options);
/// Refuses an `encoding` (or `charset`) that Spark does not know; `reader` as its error names it.
void CheckEncoding(const OptionMap& options, const char* reader);
/// Whether the option `locale` names another language or country than Spark's own, en-US.
bool IsForeignLocale(const OptionMap& options);
/// Refuses a foreign locale where columns of these types are read by its rules: decimals.
void CheckLocale(const OptionMap& options, const plan::Schema& schema);

enum class ParseMode { kPermissive, kDropMalformed, kFailFast };
ParseMode ParseModeOf(const OptionMap& options);

/// How dates and times stand in text: by a pattern, or as Spark's casts read them.
struct TimeFormats {
  TimeFormats(const OptionMap& options, const std::string& session_zone);

  std::optional<int64_t> Date(std::string_view text) const;
  std::optional<int64_t> Timestamp(std::string_view text) const;
  std::optional<int64_t> TimestampNtz(std::string_view text) const;

  Zone zone;
  std::optional<DatePattern> date;
  std::optional<DatePattern> timestamp;
  std::optional<DatePattern> timestamp_ntz;
};

/// Numbers in text as Java's parsers read them: the whole of the text, an optional sign.
std::optional<int64_t> ParseLong(std::string_view text, int64_t min, int64_t max);
std::optional<double> ParseDouble(std::string_view text);
/// Java's Double.parseDouble: spaces around, a trailing d or f, NaN and Infinity too.
std::optional<double> ParseJavaDouble(std::string_view text);

}  // namespace headrace::engine
