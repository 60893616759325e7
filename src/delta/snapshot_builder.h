#pragma once

#include <memory>
#include <vector>

#include "delta/snapshot.h"

namespace headrace::delta {

/// Replays actions, oldest first, into a Snapshot ("Action Reconciliation" of the protocol).
class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(storage::Location location);
  explicit SnapshotBuilder(const Snapshot& base);

  void Apply(Action&& action);
  void Apply(std::vector<Action>&& actions);
  void SetCheckpointVersion(int64_t version) { snapshot_->checkpoint_version_ = version; }
  /// Throws DELTA_STATE_RECOVER_ERROR when no protocol or metadata was seen.
  SnapshotPtr Finish(int64_t version, int64_t commit_file_ms, std::optional<storage::ObjectInfo> commit_file);
  /// A snapshot with some of another's files and none of its tombstones: for reading these alone.
  static SnapshotPtr Restrict(const Snapshot& base, std::vector<FileRef> files);

 private:
  void Remove(const std::string& key);

  std::shared_ptr<Snapshot> snapshot_;
  bool metadata_changed_ = false;
  size_t holes_ = 0;
  std::optional<int64_t> in_commit_timestamp_ms_;
};

/// Internal access of Table to the commit a snapshot ends with.
const std::optional<storage::ObjectInfo>& CommitFileOf(const Snapshot& snapshot);

}  // namespace headrace::delta
