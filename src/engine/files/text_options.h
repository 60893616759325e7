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
  explicit OptionMap(const plan::Options& options) : options_(options) {}
  const std::string* Find(std::string_view name) const;
  std::string Text(std::string_view name, const std::string& fallback) const;
  bool Bool(std::string_view name, bool fallback) const;
  int64_t Long(std::string_view name, int64_t fallback) const;

 private:
  const plan::Options& options_;
};

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
