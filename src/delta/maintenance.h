#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "delta/predicate.h"
#include "delta/snapshot.h"
#include "delta/table.h"
#include "delta/transaction.h"

namespace headrace::delta {

/// What VACUUM may delete: files below the table's root that no retained version needs.
struct VacuumPlan {
  std::vector<std::string> files;  ///< Absolute paths, ordered.
  std::vector<std::string> directories;  ///< Folders that are empty without them, deepest first.
  int64_t bytes = 0;
  int64_t cutoff_ms = 0;
  int64_t retention_ms = 0;
};

/// Plans a VACUUM. `retention_ms` nullopt uses the table's deletedFileRetentionDuration. Throws
/// DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT (with `check_retention`) or …_NEGATIVE.
VacuumPlan PlanVacuum(Table& table, std::optional<int64_t> retention_ms, bool check_retention = true);
/// Deletes what was planned; how many files are gone.
int64_t RunVacuum(Table& table, const VacuumPlan& plan);

/// RESTORE: how to get from the current snapshot to an earlier one, and the metrics of Delta's history.
struct RestorePlan {
  std::vector<AddFile> adds;
  std::vector<RemoveFile> removes;
  std::map<std::string, std::string> metrics;
};
/// Throws DELTA_CANNOT_RESTORE_TABLE_VERSION-like errors from Table::SnapshotAt; a file that VACUUM took is an error
/// that names it unless `ignore_missing`.
RestorePlan PlanRestore(Table& table, const Snapshot& current, const Snapshot& target, bool ignore_missing = false);

/// A group of one partition's files to be rewritten into about target-size files.
struct OptimizeBin {
  PartitionValues partition_values;
  std::vector<FileRef> files;
  int64_t bytes = 0;
};
struct OptimizeOptions {
  int64_t min_file_size = 1 << 30;  ///< Files at or above are left alone.
  int64_t max_file_size = 1 << 30;  ///< The target.
  bool cluster = false;  ///< ZORDER: all files of the chosen partitions, however large.
};
/// Bin-packs small files by partition (those of `predicate`, which may only use partition columns:
/// DELTA_UNSUPPORTED… otherwise). Bins with one file and no deletion vector are left out.
std::vector<OptimizeBin> PlanOptimize(const Snapshot& snapshot, const Predicate& predicate, const OptimizeOptions& options = {});

}  // namespace headrace::delta
