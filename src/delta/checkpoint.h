#pragma once

#include <functional>
#include <string>
#include <vector>

#include "delta/actions.h"
#include "delta/log_files.h"
#include "delta/snapshot.h"
#include "storage/object_store.h"

namespace headrace::delta {

/// Gives every action of a checkpoint to `sink`, in file order: one file, several parts, or a V2 checkpoint with its
/// sidecars. Throws Error(kRuntime, "DELTA_CHECKPOINT_CORRUPTED") naming the file that does not read.
void ReadCheckpoint(storage::ObjectStore& store, const std::string& log_path, const CheckpointFiles& checkpoint,
                    const std::function<void(Action&&)>& sink);

/// The Parquet file of a classic checkpoint. Tombstones older than `tombstone_cutoff_ms` are left out.
struct CheckpointData {
  std::string parquet;
  int64_t rows = 0;
  int64_t adds = 0;
};
CheckpointData EncodeCheckpoint(const Snapshot& snapshot, int64_t tombstone_cutoff_ms);

}  // namespace headrace::delta
