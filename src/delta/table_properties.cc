#include "delta/table_properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "delta/schema.h"

namespace headrace::delta {

namespace {

[[noreturn]] void ThrowBadProperty(const std::string& key, const std::string& value, const std::string& needs) {
  throw Error(ErrorKind::kIllegalArgument, "DELTA_VIOLATE_TABLE_PROPERTY_VALIDATION_FAILED",
              fmt::format("The table property {}={} is not valid: it {}.", key, value, needs),
              {{"configuration", key}, {"value", value}, {"requirement", needs}})
      .WithSqlState("0A000");
}

enum class ValueKind { kBoolean, kInteger, kInterval, kText };
struct Known {
  const char* key;
  ValueKind kind;
  int64_t minimum = 0;
};

/// The properties Delta knows, with what their values must be.
constexpr Known kKnown[] = {
    {"delta.appendOnly", ValueKind::kBoolean},
    {"delta.autoOptimize", ValueKind::kBoolean},
    {"delta.autoOptimize.autoCompact", ValueKind::kText},
    {"delta.autoOptimize.optimizeWrite", ValueKind::kBoolean},
    {"delta.checkpoint.writeStatsAsJson", ValueKind::kBoolean},
    {"delta.checkpoint.writeStatsAsStruct", ValueKind::kBoolean},
    {"delta.checkpointInterval", ValueKind::kInteger, 1},
    {"delta.checkpointPolicy", ValueKind::kText},
    {"delta.checkpointRetentionDuration", ValueKind::kInterval},
    {"delta.columnMapping.maxColumnId", ValueKind::kInteger},
    {"delta.columnMapping.mode", ValueKind::kText},
    {"delta.compatibility.symlinkFormatManifest.enabled", ValueKind::kBoolean},
    {"delta.dataSkippingNumIndexedCols", ValueKind::kInteger, -1},
    {"delta.dataSkippingStatsColumns", ValueKind::kText},
    {"delta.deletedFileRetentionDuration", ValueKind::kInterval},
    {"delta.enableChangeDataCapture", ValueKind::kBoolean},
    {"delta.enableChangeDataFeed", ValueKind::kBoolean},
    {"delta.enableDeletionVectors", ValueKind::kBoolean},
    {"delta.enableExpiredLogCleanup", ValueKind::kBoolean},
    {"delta.enableFullRetentionRollback", ValueKind::kBoolean},
    {"delta.enableIcebergCompatV1", ValueKind::kBoolean},
    {"delta.enableIcebergCompatV2", ValueKind::kBoolean},
    {"delta.enableIcebergCompatV3", ValueKind::kBoolean},
    {"delta.enableInCommitTimestamps", ValueKind::kBoolean},
    {"delta.enableRowTracking", ValueKind::kBoolean},
    {"delta.enableTypeWidening", ValueKind::kBoolean},
    {"delta.enableVariantShredding", ValueKind::kBoolean},
    {"delta.ignoreProtocolDefaults", ValueKind::kBoolean},
    {"delta.inCommitTimestampEnablementTimestamp", ValueKind::kInteger},
    {"delta.inCommitTimestampEnablementVersion", ValueKind::kInteger},
    {"delta.isolationLevel", ValueKind::kText},
    {"delta.logRetentionDuration", ValueKind::kInterval},
    {"delta.minReaderVersion", ValueKind::kInteger, 1},
    {"delta.minWriterVersion", ValueKind::kInteger, 1},
    {"delta.randomPrefixLength", ValueKind::kInteger, 1},
    {"delta.randomizeFilePrefixes", ValueKind::kBoolean},
    {"delta.requireCheckpointProtectionBeforeVersion", ValueKind::kInteger},
    {"delta.sampleRetentionDuration", ValueKind::kInterval},
    {"delta.setTransactionRetentionDuration", ValueKind::kInterval},
    {"delta.targetFileSize", ValueKind::kText},
    {"delta.tuneFileSizesForRewrites", ValueKind::kBoolean},
    {"delta.universalFormat.enabledFormats", ValueKind::kText},
    {"delta.rowTracking.materializedRowIdColumnName", ValueKind::kText},
    {"delta.rowTracking.materializedRowCommitVersionColumnName", ValueKind::kText},
};

bool HasPrefix(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && EqualsIgnoreCase(text.substr(0, prefix.size()), prefix);
}

int64_t UnitMillis(std::string_view unit) {
  static constexpr std::pair<std::string_view, int64_t> kUnits[] = {{"week", 604800000}, {"day", 86400000}, {"hour", 3600000},
                                                                    {"minute", 60000},   {"second", 1000},  {"millisecond", 1}};
  if (!unit.empty() && (unit.back() == 's' || unit.back() == 'S')) unit.remove_suffix(1);
  for (const auto& [name, millis] : kUnits) {
    if (EqualsIgnoreCase(name, unit)) return millis;
  }
  return 0;
}

}  // namespace

std::string_view ToString(IsolationLevel level) {
  switch (level) {
    case IsolationLevel::kSerializable:
      return "Serializable";
    case IsolationLevel::kWriteSerializable:
      return "WriteSerializable";
    case IsolationLevel::kSnapshotIsolation:
      return "SnapshotIsolation";
  }
  return "";
}

std::optional<int64_t> ParseIntervalMillis(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    size_t start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (!words.empty() && EqualsIgnoreCase(words[0], "interval")) words.erase(words.begin());
  if (words.empty() || words.size() % 2 != 0) return std::nullopt;
  int64_t total = 0;
  for (size_t i = 0; i < words.size(); i += 2) {
    int64_t count;
    auto result = std::from_chars(words[i].data(), words[i].data() + words[i].size(), count);
    int64_t unit = UnitMillis(words[i + 1]);
    if (result.ec != std::errc() || result.ptr != words[i].data() + words[i].size() || unit == 0) return std::nullopt;
    total += count * unit;
  }
  return total;
}

std::optional<std::string> TableProperties::Text(const std::string& key) const {
  auto found = configuration_.find(key);
  return found == configuration_.end() ? std::nullopt : std::optional(found->second);
}

bool TableProperties::Boolean(const std::string& key, bool otherwise) const {
  auto text = Text(key);
  if (!text) return otherwise;
  if (EqualsIgnoreCase(*text, "true")) return true;
  if (EqualsIgnoreCase(*text, "false")) return false;
  ThrowBadProperty(key, *text, "needs to be a boolean");
}

int64_t TableProperties::Integer(const std::string& key, int64_t otherwise, int64_t minimum) const {
  auto text = Text(key);
  if (!text) return otherwise;
  int64_t value;
  auto result = std::from_chars(text->data(), text->data() + text->size(), value);
  if (result.ec != std::errc() || result.ptr != text->data() + text->size() || value < minimum) {
    ThrowBadProperty(key, *text, fmt::format("needs to be an integer of at least {}", minimum));
  }
  return value;
}

int64_t TableProperties::Interval(const std::string& key, int64_t otherwise) const {
  auto text = Text(key);
  if (!text) return otherwise;
  auto millis = ParseIntervalMillis(*text);
  if (!millis || *millis < 0) ThrowBadProperty(key, *text, "needs to be an interval such as '2 weeks' without months");
  return *millis;
}

bool TableProperties::V2Checkpoints() const {
  auto text = Text("delta.checkpointPolicy");
  return text && EqualsIgnoreCase(*text, "v2");
}

ColumnMappingMode TableProperties::ColumnMapping() const {
  std::string mode = Text("delta.columnMapping.mode").value_or("none");
  if (EqualsIgnoreCase(mode, "none")) return ColumnMappingMode::kNone;
  if (EqualsIgnoreCase(mode, "name")) return ColumnMappingMode::kName;
  if (EqualsIgnoreCase(mode, "id")) return ColumnMappingMode::kId;
  throw Error(ErrorKind::kIllegalArgument, "DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE",
              fmt::format("The column mapping mode '{}' is not one of none, name, id.", mode), {{"mode", mode}})
      .WithSqlState("0A000");
}

IsolationLevel TableProperties::Isolation() const {
  std::string level = Text("delta.isolationLevel").value_or("Serializable");
  if (EqualsIgnoreCase(level, "Serializable")) return IsolationLevel::kSerializable;
  if (EqualsIgnoreCase(level, "WriteSerializable")) return IsolationLevel::kWriteSerializable;
  throw Error(ErrorKind::kIllegalArgument, "DELTA_INVALID_ISOLATION_LEVEL", fmt::format("invalid isolation level '{}'", level),
              {{"isolationLevel", level}})
      .WithSqlState("25000");
}

std::optional<int64_t> TableProperties::TargetFileSize() const {
  auto text = Text("delta.targetFileSize");
  if (!text) return std::nullopt;
  int64_t value = 0;
  auto result = std::from_chars(text->data(), text->data() + text->size(), value);
  std::string_view unit(result.ptr, static_cast<size_t>(text->data() + text->size() - result.ptr));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  static constexpr std::pair<std::string_view, int> kShifts[] = {{"", 0},   {"b", 0},   {"k", 10}, {"kb", 10},
                                                                 {"m", 20}, {"mb", 20}, {"g", 30}, {"gb", 30}};
  if (result.ec == std::errc() && value > 0) {
    for (const auto& [name, shift] : kShifts) {
      if (EqualsIgnoreCase(name, unit)) return value << shift;
    }
  }
  ThrowBadProperty("delta.targetFileSize", *text, "needs to be a size such as '128mb'");
}

std::map<std::string, std::string> TableProperties::CheckConstraints() const {
  static constexpr std::string_view kPrefix = "delta.constraints.";
  std::map<std::string, std::string> constraints;
  for (const auto& [key, value] : configuration_) {
    if (HasPrefix(key, kPrefix)) constraints[key.substr(kPrefix.size())] = value;
  }
  return constraints;
}

bool IsKnownProperty(const std::string& key) {
  return key.rfind("delta.feature.", 0) == 0 ||
         std::any_of(std::begin(kKnown), std::end(kKnown), [&](const auto& known) { return key == known.key; });
}

std::map<std::string, std::string> ValidateProperties(const std::map<std::string, std::string>& properties, bool allow_unknown) {
  std::map<std::string, std::string> valid;
  for (const auto& [key, value] : properties) {
    if (!HasPrefix(key, "delta.") || HasPrefix(key, "delta.constraints.") || HasPrefix(key, "delta.feature.") ||
        HasPrefix(key, "delta.universalformat.config.")) {
      std::string name = key;
      if (HasPrefix(key, "delta.constraints.")) std::transform(name.begin(), name.end(), name.begin(), ::tolower);
      valid[name] = value;
      continue;
    }
    const auto* known =
        std::find_if(std::begin(kKnown), std::end(kKnown), [&](const auto& p) { return EqualsIgnoreCase(p.key, key); });
    if (known == std::end(kKnown) && allow_unknown) {
      valid[key] = value;
      continue;
    }
    if (known == std::end(kKnown)) {
      throw Error(ErrorKind::kAnalysis, "DELTA_UNKNOWN_CONFIGURATION",
                  fmt::format("Unknown configuration was specified: {}\nTo disable this check, set {}=true in the Spark "
                              "session configuration.",
                              key, "spark.databricks.delta.allowArbitraryProperties.enabled"),
                  {{"config", key}, {"disableCheckConfig", "spark.databricks.delta.allowArbitraryProperties.enabled"}})
          .WithSqlState("F0000");
    }
    TableProperties single({{known->key, value}});
    switch (known->kind) {
      case ValueKind::kBoolean:
        single.Boolean(known->key, false);
        break;
      case ValueKind::kInteger:
        single.Integer(known->key, 0, known->minimum);
        break;
      case ValueKind::kInterval:
        single.Interval(known->key, 0);
        break;
      case ValueKind::kText:
        break;
    }
    valid[known->key] = value;
  }
  TableProperties all(valid);
  all.ColumnMapping();
  all.Isolation();
  all.TargetFileSize();
  return valid;
}

}  // namespace headrace::delta
