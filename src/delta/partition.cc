#include "delta/partition.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "storage/object_store.h"

namespace headrace::delta {

namespace {

constexpr std::string_view kNullFolder = "__HIVE_DEFAULT_PARTITION__";

[[noreturn]] void ThrowBadValue(const DataType& type, const std::string& text) {
  throw Error(ErrorKind::kRuntime, "DELTA_INVALID_PARTITION_VALUE",
              fmt::format("The partition value '{}' is no {}.", text, type.SqlName()),
              {{"value", text}, {"type", type.SqlName()}})
      .WithSqlState("XXKDS");
}

bool IsInteger(const std::string& name) { return name == "integer" || name == "long" || name == "short" || name == "byte"; }

/// Control characters and those Hive escapes in a folder's name.
bool NeedsEscape(char c) {
  static constexpr std::string_view kSpecial = "\"#%'*/:=?\\\x7f{[]^";
  return static_cast<unsigned char>(c) < 0x20 || kSpecial.find(c) != std::string_view::npos;
}

}  // namespace

Value ParsePartitionValue(const DataType& type, const std::optional<std::string>& text, int64_t offset_micros) {
  if (!text || text->empty()) return {};
  const std::string& name = type.name;
  if (name == "string" || name.rfind("char", 0) == 0 || name.rfind("varchar", 0) == 0 || name == "binary") return *text;
  if (IsInteger(name)) {
    int64_t value;
    auto result = std::from_chars(text->data(), text->data() + text->size(), value);
    if (result.ec != std::errc() || result.ptr != text->data() + text->size()) ThrowBadValue(type, *text);
    return value;
  }
  if (name == "double" || name == "float") {
    if (*text == "NaN") return std::nan("");
    if (*text == "Infinity" || *text == "+Infinity") return std::numeric_limits<double>::infinity();
    if (*text == "-Infinity") return -std::numeric_limits<double>::infinity();
    double value;
    auto result = std::from_chars(text->data(), text->data() + text->size(), value);
    if (result.ec != std::errc() || result.ptr != text->data() + text->size()) ThrowBadValue(type, *text);
    return value;
  }
  if (name == "boolean") {
    if (EqualsIgnoreCase(*text, "true")) return true;
    if (EqualsIgnoreCase(*text, "false")) return false;
    ThrowBadValue(type, *text);
  }
  if (name == "date") {
    // Old writers may have a time behind the date.
    auto days = ParseDate(std::string_view(*text).substr(0, text->find_first_of(" T")));
    if (!days) ThrowBadValue(type, *text);
    return Date{*days};
  }
  if (name == "timestamp" || name == "timestamp_ntz") {
    auto micros = ParseTimestamp(*text, name == "timestamp" ? offset_micros : 0);
    if (!micros) ThrowBadValue(type, *text);
    return Timestamp{*micros};
  }
  if (type.DecimalShape()) {
    auto decimal = ParseDecimal(*text);
    if (!decimal) ThrowBadValue(type, *text);
    return *decimal;
  }
  ThrowBadValue(type, *text);
}

std::optional<std::string> FormatPartitionValue(const DataType& type, const Value& value) {
  if (IsNull(value)) return std::nullopt;
  if (const auto* timestamp = std::get_if<Timestamp>(&value)) {
    if (type.name == "timestamp") return FormatIsoTimestamp(timestamp->micros);
    return FormatTimestamp(timestamp->micros);
  }
  if (const auto* number = std::get_if<double>(&value)) {
    if (std::isnan(*number)) return "NaN";
    if (std::isinf(*number)) return *number > 0 ? "Infinity" : "-Infinity";
    std::string text = type.name == "float" ? fmt::format("{}", static_cast<float>(*number)) : fmt::format("{}", *number);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
  }
  std::string text = ToText(value);
  if (text.empty()) return std::nullopt;  // The protocol has one text for "" and NULL.
  return text;
}

std::string EscapePartitionName(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    if (NeedsEscape(c)) {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string UnescapePartitionName(std::string_view text) { return storage::DecodePath(text); }

std::string PartitionFolder(const std::vector<std::string>& columns, const PartitionValues& values) {
  std::string folder;
  for (const auto& column : columns) {
    auto found = values.find(column);
    bool null = found == values.end() || !found->second || found->second->empty();
    if (!folder.empty()) folder += '/';
    folder += EscapePartitionName(column) + "=" + (null ? std::string(kNullFolder) : EscapePartitionName(*found->second));
  }
  return folder;
}

}  // namespace headrace::delta
