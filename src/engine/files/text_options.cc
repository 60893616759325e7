#include "engine/files/text_options.h"

#include <strings.h>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"

namespace headrace::engine {

const std::string* OptionMap::Find(std::string_view name) const {
  for (const auto& [key, value] : options_) {
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), name.size()) == 0) return &value;
  }
  return nullptr;
}

std::string OptionMap::Text(std::string_view name, const std::string& fallback) const {
  const std::string* value = Find(name);
  return value != nullptr ? *value : fallback;
}

bool OptionMap::Bool(std::string_view name, bool fallback) const {
  const std::string* value = Find(name);
  if (value == nullptr) return fallback;
  if (strcasecmp(value->c_str(), "true") == 0) return true;
  if (strcasecmp(value->c_str(), "false") == 0) return false;
  throw Error(ErrorKind::kRuntime, "_LEGACY_ERROR_TEMP_2147", std::string(name) + " flag can be true or false.",
              {{"paramName", std::string(name)}})
      .WithExceptionClass("org.apache.spark.SparkException");
}

int64_t OptionMap::Long(std::string_view name, int64_t fallback) const {
  const std::string* value = Find(name);
  if (value == nullptr) return fallback;
  auto number = ParseLong(*value, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
  if (!number) {
    throw Error(ErrorKind::kIllegalArgument, "INVALID_PARAMETER_VALUE.INTEGER",
                std::string(name) + " should be an integer. Found " + *value, {{"parameter", std::string(name)}});
  }
  return *number;
}

void ThrowRequirement(const std::string& message) {
  throw Error(ErrorKind::kIllegalArgument, "", "requirement failed: " + message);
}

void RefuseOption(const OptionMap& options, const char* name) {
  if (const std::string* value = options.Find(name)) ThrowUnsupported("the option " + std::string(name) + "=" + *value);
}

void CheckParsingFallback(const OptionMap& options) {
  const bool standard = options.Find("timestampFormat") == nullptr;
  if (options.Bool("enableDateTimeParsingFallback", standard) != standard) RefuseOption(options, "enableDateTimeParsingFallback");
}

void CheckEncoding(const OptionMap& options, const char* reader) {
  const std::string* encoding = options.Find("encoding");
  if (encoding == nullptr) encoding = options.Find("charset");
  if (encoding == nullptr) return;
  constexpr const char* kKnown[] = {"iso-8859-1", "us-ascii", "utf-16", "utf-16be", "utf-16le", "utf-32", "utf-8"};
  std::string list;
  for (const char* known : kKnown) {
    if (strcasecmp(encoding->c_str(), known) == 0) return;
    list += (list.empty() ? "" : ", ") + std::string(known);
  }
  throw Error(ErrorKind::kIllegalArgument, "INVALID_PARAMETER_VALUE.CHARSET",
              "The value of parameter(s) `charset` in `" + std::string(reader) + "` is invalid: expects one of the " + list +
                  ", but got " + *encoding + ".",
              {{"functionName", "`" + std::string(reader) + "`"},
               {"parameter", "`charset`"},
               {"charset", *encoding},
               {"charsets", list}});
}

bool IsForeignLocale(const OptionMap& options) {
  const std::string* locale = options.Find("locale");
  return locale != nullptr && strcasecmp(locale->c_str(), "en-US") != 0 && strcasecmp(locale->c_str(), "en") != 0;
}

void CheckLocale(const OptionMap& options, const plan::Schema& schema) {
  if (!IsForeignLocale(options)) return;
  for (const auto& field : schema) {
    if (field.type.id() == plan::TypeId::kDecimal || field.type.IsNested()) RefuseOption(options, "locale");
  }
}

ParseMode ParseModeOf(const OptionMap& options) {
  std::string mode = options.Text("mode", "PERMISSIVE");
  if (strcasecmp(mode.c_str(), "DROPMALFORMED") == 0) return ParseMode::kDropMalformed;
  if (strcasecmp(mode.c_str(), "FAILFAST") == 0) return ParseMode::kFailFast;
  return ParseMode::kPermissive;  // Spark takes any other text for it.
}

namespace {

std::optional<DatePattern> Pattern(const OptionMap& options, const char* name) {
  const std::string* text = options.Find(name);
  if (text == nullptr) return std::nullopt;
  DatePattern pattern(*text);
  if (!pattern.problem().empty()) {
    throw Error(ErrorKind::kIllegalArgument, "INVALID_DATETIME_PATTERN.WITH_SUGGESTION",
                "Unrecognized datetime pattern: '" + *text + "'.", {{"pattern", "'" + *text + "'"}});
  }
  // Names of months, days and eras are those of a language, and the first day of a week is a country's.
  if (IsForeignLocale(options)) {
    bool quoted = false;
    for (size_t i = 0; i < text->size(); ++i) {
      char c = (*text)[i];
      if (c == '\'') quoted = !quoted;
      if (quoted) continue;
      bool named = (c == 'M' || c == 'L') && text->compare(i, 3, std::string(3, c)) == 0;
      if (named || std::string_view("EecuaGBQqVvzO").find(c) != std::string_view::npos) RefuseOption(options, "locale");
    }
  }
  return pattern;
}

Zone ZoneOf(const OptionMap& options, const std::string& session_zone) {
  const std::string* name = options.Find("timeZone");
  if (name == nullptr) return Zone::Of(session_zone);
  if (auto zone = Zone::Find(*name)) return *zone;
  throw Error(ErrorKind::kDateTime, "INVALID_TIMEZONE",
              "The timezone: " + *name + " is invalid. The timezone must be either a region-based zone ID or a zone offset.",
              {{"timeZone", *name}});
}

}  // namespace

TimeFormats::TimeFormats(const OptionMap& options, const std::string& session_zone)
    : zone(ZoneOf(options, session_zone)),
      date(Pattern(options, "dateFormat")),
      timestamp(Pattern(options, "timestampFormat")),
      timestamp_ntz(Pattern(options, "timestampNTZFormat")) {}

std::optional<int64_t> TimeFormats::Date(std::string_view text) const {
  if (!date) return ParseDate(text);
  size_t index = 0;
  auto parsed = date->Parse(text, &index);
  if (!parsed) return std::nullopt;
  return FloorDivide(parsed->local_micros, kMicrosPerDay);
}

std::optional<int64_t> TimeFormats::Timestamp(std::string_view text) const {
  if (!timestamp) return ParseTimestamp(text, zone);
  size_t index = 0;
  auto parsed = timestamp->Parse(text, &index);
  if (!parsed) return std::nullopt;
  return (parsed->zone ? *parsed->zone : zone).ToUtc(parsed->local_micros);
}

std::optional<int64_t> TimeFormats::TimestampNtz(std::string_view text) const {
  if (!timestamp_ntz) return ParseTimestamp(text, zone, true);
  size_t index = 0;
  auto parsed = timestamp_ntz->Parse(text, &index);
  if (!parsed) return std::nullopt;
  return parsed->local_micros;
}

std::optional<int64_t> ParseLong(std::string_view text, int64_t min, int64_t max) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  int64_t value = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < min || value > max) return std::nullopt;
  return value;
}

std::optional<double> ParseDouble(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (code == std::errc::result_out_of_range) {
    // Too large is infinite and too small is zero, as in Java.
    value = std::strtod(std::string(text).c_str(), nullptr);
  } else if (code != std::errc()) {
    return std::nullopt;
  }
  return value;
}

std::optional<double> ParseJavaDouble(std::string_view text) {
  text = TrimAll(text);
  if (text.empty()) return std::nullopt;
  std::string_view magnitude = text;
  double sign = 1;
  if (magnitude[0] == '+' || magnitude[0] == '-') {
    sign = magnitude[0] == '-' ? -1 : 1;
    magnitude.remove_prefix(1);
  }
  if (magnitude == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (magnitude == "Infinity") return sign * std::numeric_limits<double>::infinity();
  if (magnitude.empty() || !(std::isdigit(static_cast<unsigned char>(magnitude[0])) != 0 || magnitude[0] == '.'))
    return std::nullopt;
  char last = static_cast<char>(magnitude.back() | 0x20);
  if (last == 'd' || last == 'f') magnitude.remove_suffix(1);
  auto value = ParseDouble(magnitude);
  if (value) *value *= sign;
  return value;
}

}  // namespace headrace::engine
