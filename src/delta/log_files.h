#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/object_store.h"

namespace headrace::delta {

/// "00000000000000000012.json"
std::string CommitName(int64_t version);
/// "00000000000000000012.checkpoint.parquet"
std::string CheckpointName(int64_t version);

/// What a file of _delta_log is, by its name.
struct LogFileName {
  enum class Kind { kCommit, kCheckpoint, kMultipartCheckpoint, kV2Checkpoint, kCompaction, kChecksum, kOther };
  Kind kind = Kind::kOther;
  int64_t version = -1;
  int part = 0;  ///< Of a multi-part checkpoint, from 1.
  int parts = 0;
};
LogFileName ParseLogFileName(std::string_view name);

struct CommitFile {
  int64_t version;
  storage::ObjectInfo info;
};

/// A complete checkpoint: one file, all parts, or a V2 checkpoint's main file.
struct CheckpointFiles {
  int64_t version = -1;
  std::vector<storage::ObjectInfo> files;
};

/// The commits and complete checkpoints a listing shows, both ascending.
struct LogListing {
  std::vector<CommitFile> commits;
  std::vector<CheckpointFiles> checkpoints;
  int64_t latest() const;
  bool empty() const { return commits.empty() && checkpoints.empty(); }
  /// The first version a snapshot can be made of: 0 when its commit is there, else the first checkpoint's. -1: none.
  int64_t EarliestReadable() const;
};

/// Lists the log from `start_version` on. Compacted commits, checksums and unknown files are left out.
LogListing ListLog(storage::ObjectStore& store, const std::string& log_path, int64_t start_version = 0);

/// The version `_last_checkpoint` names; nullopt when it is missing or broken (it is only a hint).
std::optional<int64_t> ReadLastCheckpoint(storage::ObjectStore& store, const std::string& log_path);

}  // namespace headrace::delta
