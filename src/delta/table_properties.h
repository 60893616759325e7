#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::delta {

enum class IsolationLevel { kSerializable, kWriteSerializable, kSnapshotIsolation };
std::string_view ToString(IsolationLevel level);

enum class ColumnMappingMode { kNone, kName, kId };

/// Typed view of a table's configuration, with Delta's defaults. A value that does not parse throws
/// Error(kIllegalArgument, "DELTA_VIOLATE_TABLE_PROPERTY_VALIDATION_FAILED") when it is asked for.
class TableProperties {
 public:
  TableProperties() = default;
  explicit TableProperties(std::map<std::string, std::string> configuration) : configuration_(std::move(configuration)) {}

  bool AppendOnly() const { return Boolean("delta.appendOnly", false); }
  int64_t CheckpointInterval() const { return Integer("delta.checkpointInterval", 10, 1); }
  int64_t LogRetentionMillis() const { return Interval("delta.logRetentionDuration", int64_t{30} * 86400000); }
  int64_t DeletedFileRetentionMillis() const { return Interval("delta.deletedFileRetentionDuration", int64_t{7} * 86400000); }
  bool ExpiredLogCleanup() const { return Boolean("delta.enableExpiredLogCleanup", true); }
  int64_t DataSkippingNumIndexedCols() const { return Integer("delta.dataSkippingNumIndexedCols", 32, -1); }
  std::optional<std::string> DataSkippingStatsColumns() const { return Text("delta.dataSkippingStatsColumns"); }
  bool DeletionVectorsEnabled() const { return Boolean("delta.enableDeletionVectors", false); }
  bool ChangeDataFeedEnabled() const { return Boolean("delta.enableChangeDataFeed", false); }
  bool RowTrackingEnabled() const { return Boolean("delta.enableRowTracking", false); }
  bool InCommitTimestampsEnabled() const { return Boolean("delta.enableInCommitTimestamps", false); }
  bool CheckpointStatsAsJson() const { return Boolean("delta.checkpoint.writeStatsAsJson", true); }
  bool V2Checkpoints() const;
  ColumnMappingMode ColumnMapping() const;
  /// `delta.isolationLevel`; Delta's default outside Databricks is Serializable.
  IsolationLevel Isolation() const;
  /// `delta.targetFileSize` in bytes ("128mb" is understood).
  std::optional<int64_t> TargetFileSize() const;
  /// CHECK constraints: name → SQL (`delta.constraints.NAME`).
  std::map<std::string, std::string> CheckConstraints() const;

  bool Boolean(const std::string& key, bool otherwise) const;
  int64_t Integer(const std::string& key, int64_t otherwise, int64_t minimum) const;
  /// Milliseconds of "interval 2 weeks", "7 days", "INTERVAL 1 day 12 hours"; months and years are refused.
  int64_t Interval(const std::string& key, int64_t otherwise) const;
  std::optional<std::string> Text(const std::string& key) const;
  const std::map<std::string, std::string>& configuration() const { return configuration_; }

 private:
  std::map<std::string, std::string> configuration_;
};

/// Checks and normalises properties a user sets: known `delta.` keys get their canonical case and a checked value,
/// unknown `delta.` keys throw DELTA_UNKNOWN_CONFIGURATION unless they are allowed, everything else is kept.
std::map<std::string, std::string> ValidateProperties(const std::map<std::string, std::string>& properties,
                                                      bool allow_unknown = false);
/// Whether the key, in its canonical case, is a known one or names a feature: `delta.feature.…`.
bool IsKnownProperty(const std::string& key);

/// Milliseconds of an interval text; nullopt when it is none.
std::optional<int64_t> ParseIntervalMillis(std::string_view text);

}  // namespace headrace::delta
