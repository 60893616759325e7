#include "delta/maintenance.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_set>

#include "base/error.h"
#include "delta/deletion_vector.h"

namespace headrace::delta {

namespace {

constexpr int64_t kHour = 3600000;

/// Files and folders that are no data: the log, other hidden names. Change data and partitions named like "_p=1" are data.
bool IsHidden(std::string_view relative) {
  while (!relative.empty()) {
    size_t slash = relative.find('/');
    std::string_view name = relative.substr(0, slash);
    bool hidden = name[0] == '.' || (name[0] == '_' && name != "_change_data" && name.find('=') == std::string_view::npos);
    if (hidden) return true;
    relative = slash == std::string_view::npos ? std::string_view() : relative.substr(slash + 1);
  }
  return false;
}

class Needed {
 public:
  explicit Needed(const Snapshot& snapshot) : snapshot_(snapshot) {}
  template <typename File>
  void Keep(const File& file) {
    paths_.insert(snapshot_.AbsolutePath(file.path));
    if (file.deletion_vector && file.deletion_vector->storage_type != "i") {
      paths_.insert(DeletionVectorPath(snapshot_.location().path, *file.deletion_vector));
    }
  }
  bool Contains(const std::string& path) const { return paths_.count(path) > 0; }

 private:
  const Snapshot& snapshot_;
  std::unordered_set<std::string> paths_;
};

void CheckRetention(int64_t retention_ms, int64_t configured_ms, bool check) {
  if (retention_ms < 0) {
    throw Error(ErrorKind::kIllegalArgument, "DELTA_VACUUM_RETENTION_PERIOD_NEGATIVE",
                "Retention period for Vacuum can't be less than 0 hours.", {})
        .WithSqlState("22003");
  }
  if (!check || retention_ms >= configured_ms) return;
  throw Error(ErrorKind::kIllegalArgument, "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT",
              fmt::format("The specified VACUUM retention period is too low and may corrupt this Delta table if any writes "
                          "are in progress.\n\nIf no operations (insert, upsert, delete, optimize) are running, you can "
                          "disable this safety check by setting:\ndelta.retentionDurationCheck.enabled = "
                          "false\n\nOtherwise, use a retention period of at least {} hours.",
                          configured_ms / kHour),
              {{"configuredRetentionHours", std::to_string(configured_ms / kHour)}})
      .WithSqlState("22003");
}

/// Folders that hold nothing but files of the plan, deepest first.
std::vector<std::string> EmptiedFolders(const std::string& root, const std::vector<std::string>& deleted,
                                        const std::vector<std::string>& kept) {
  auto add_parents = [&](const std::string& path, std::set<std::string>* folders) {
    for (size_t slash = path.find_last_of('/'); slash != std::string::npos && slash > root.size();
         slash = path.find_last_of('/', slash - 1)) {
      folders->insert(path.substr(0, slash));
    }
  };
  std::set<std::string> emptied, alive;
  for (const auto& path : kept) add_parents(path, &alive);
  for (const auto& path : deleted) add_parents(path, &emptied);
  std::vector<std::string> result;
  for (const auto& folder : emptied) {
    if (!alive.count(folder)) result.push_back(folder);
  }
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return result;
}

}  // namespace

VacuumPlan PlanVacuum(Table& table, std::optional<int64_t> retention_ms, bool check_retention) {
  SnapshotPtr snapshot = table.Update();
  int64_t configured = snapshot->properties().DeletedFileRetentionMillis();
  VacuumPlan plan;
  plan.retention_ms = retention_ms.value_or(configured);
  CheckRetention(plan.retention_ms, configured, check_retention);
  plan.cutoff_ms = table.clock()->NowMillis() - plan.retention_ms;
  Needed needed(*snapshot);
  for (const auto& file : snapshot->files()) needed.Keep(*file);
  for (const auto& [key, remove] : snapshot->tombstones()) {
    if (remove->deletion_timestamp_ms.value_or(0) >= plan.cutoff_ms) needed.Keep(*remove);
  }
  const std::string& root = snapshot->location().path;
  std::vector<std::string> kept;
  for (const auto& info : snapshot->location().store->ListRecursive(root)) {
    std::string_view relative = std::string_view(info.path).substr(root.size() + 1);
    if (IsHidden(relative) || info.modified_ms >= plan.cutoff_ms || needed.Contains(info.path)) {
      kept.push_back(info.path);
      continue;
    }
    plan.files.push_back(info.path);
    plan.bytes += info.size;
  }
  std::sort(plan.files.begin(), plan.files.end());
  plan.directories = EmptiedFolders(root, plan.files, kept);
  return plan;
}

int64_t RunVacuum(Table& table, const VacuumPlan& plan) {
  auto& store = *table.location().store;
  for (const auto& path : plan.files) store.Delete(path);
  for (const auto& folder : plan.directories) store.DeleteEmptyDirectory(folder);
  return static_cast<int64_t>(plan.files.size());
}

RestorePlan PlanRestore(Table& table, const Snapshot& current, const Snapshot& target, bool ignore_missing) {
  RestorePlan plan;
  int64_t restored_bytes = 0, removed_bytes = 0;
  std::vector<std::string> missing;
  auto& store = *table.location().store;
  for (const auto& file : target.files()) {
    if (current.FindFile(file->Key())) continue;
    if (!ignore_missing && !store.Exists(target.AbsolutePath(file->path))) missing.push_back(file->path);
    AddFile add = *file;
    add.data_change = true;
    restored_bytes += add.size;
    plan.adds.push_back(std::move(add));
  }
  if (!missing.empty()) {
    std::string names;
    for (size_t i = 0; i < std::min<size_t>(missing.size(), 100); ++i) names += (i ? ", " : "") + missing[i];
    throw Error(ErrorKind::kIllegalArgument, "DELTA_RESTORE_MISSED_DATA_FILES",
                fmt::format("Not all files from version {} are available in file system. Missed files (top 100 files): {}. "
                            "Please use more recent version or timestamp for restoring. To disable check update option "
                            "spark.sql.files.ignoreMissingFiles",
                            target.version(), names),
                {{"version", std::to_string(target.version())}, {"files", names}})
        .WithSqlState("42K03");
  }
  for (const auto& file : current.files()) {
    if (target.FindFile(file->Key())) continue;
    removed_bytes += file->size;
    plan.removes.push_back(RemoveOf(*file));
  }
  plan.metrics = {{"tableSizeAfterRestore", std::to_string(target.size_in_bytes())},
                  {"numOfFilesAfterRestore", std::to_string(target.files().size())},
                  {"numRemovedFiles", std::to_string(plan.removes.size())},
                  {"numRestoredFiles", std::to_string(plan.adds.size())},
                  {"removedFilesSize", std::to_string(removed_bytes)},
                  {"restoredFilesSize", std::to_string(restored_bytes)}};
  return plan;
}

std::vector<OptimizeBin> PlanOptimize(const Snapshot& snapshot, const Predicate& predicate, const OptimizeOptions& options) {
  if (predicate.kind() != Predicate::Kind::kTrue && !predicate.OnlyUses(snapshot.metadata().partition_columns)) {
    throw Error(ErrorKind::kAnalysis, "DELTA_UNSUPPORTED_OPTIMIZE_PREDICATE",
                "The predicate of OPTIMIZE may only use partition columns: " + predicate.ToString() + ".",
                {{"predicate", predicate.ToString()}})
        .WithSqlState("0AKDC");
  }
  std::map<PartitionValues, std::vector<FileRef>> partitions;
  for (const auto& file : snapshot.Prune(predicate)) {
    if (options.cluster || file->deletion_vector || file->size < options.min_file_size) {
      partitions[file->partition_values].push_back(file);
    }
  }
  std::vector<OptimizeBin> bins;
  for (auto& [values, files] : partitions) {
    std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a->size < b->size; });
    OptimizeBin bin{values, {}, 0};
    auto close = [&] {
      bool worth = bin.files.size() > 1 || (bin.files.size() == 1 && (options.cluster || bin.files[0]->deletion_vector));
      if (worth) bins.push_back(bin);
      bin = OptimizeBin{values, {}, 0};
    };
    for (const auto& file : files) {
      if (!options.cluster && !bin.files.empty() && bin.bytes + file->size > options.max_file_size) close();
      bin.files.push_back(file);
      bin.bytes += file->size;
    }
    close();
  }
  return bins;
}

}  // namespace headrace::delta
