#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "delta/snapshot.h"
#include "storage/object_store.h"

namespace headrace::delta {

class Transaction;
struct LogListing;
struct CheckpointFiles;

/// One line of DESCRIBE HISTORY: a version, its (monotone) time and the commit's provenance.
struct HistoryEntry {
  int64_t version = 0;
  int64_t timestamp_ms = 0;
  CommitInfo info;  ///< Empty when the commit has none.
};

/// How time travel by timestamp treats its edges.
struct TimestampRule {
  bool can_return_last = false;  ///< A time after the last commit gives the last version.
  bool can_return_earliest = false;  ///< A time before the first gives the first.
  /// Text of a time for error messages, in the session's time zone; UTC when empty.
  std::function<std::string(int64_t ms)> format;
};

/// Commits in the log that can be read, as `[earliest, latest]`.
struct VersionRange {
  int64_t earliest = 0;  ///< The first version a snapshot can be made of.
  int64_t latest = 0;
};

/// A Delta table at a location: the entry point. Keeps the newest snapshot it has seen and reads only the commits that
/// came since. Thread-safe; a server keeps one for each location.
class Table : public std::enable_shared_from_this<Table> {
 public:
  static std::shared_ptr<Table> Open(storage::Location location, std::shared_ptr<const Clock> clock = SystemClock());

  const storage::Location& location() const { return location_; }
  const std::shared_ptr<const Clock>& clock() const { return clock_; }
  std::string LogPath() const { return storage::JoinPath(location_.path, "_delta_log"); }

  /// Whether there is a Delta log with a commit or checkpoint.
  bool Exists();
  /// The newest snapshot. Throws DELTA_PATH_DOES_NOT_EXIST or DELTA_TABLE_NOT_FOUND where there is no table,
  /// DELTA_UNSUPPORTED_FEATURES_FOR_READ when Headrace cannot read it.
  SnapshotPtr Update();
  /// As Update, but null when there is no table.
  SnapshotPtr UpdateIfExists();
  /// Throws DELTA_VERSION_NOT_FOUND with the range there is.
  SnapshotPtr SnapshotAt(int64_t version);
  /// The last version committed at or before a time; throws DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION or
  /// DELTA_TIMESTAMP_GREATER_THAN_COMMIT.
  int64_t VersionAt(int64_t timestamp_ms, const TimestampRule& rule = {});
  VersionRange Versions();

  /// Newest first; `limit` entries at most.
  std::vector<HistoryEntry> History(std::optional<int64_t> limit = std::nullopt);
  /// The commit a request made (Operation::operation_id), among those between two times; nullopt when it made none.
  std::optional<HistoryEntry> FindOperation(const std::string& operation_id, int64_t since_ms, int64_t until_ms);
  /// All actions of one commit.
  std::vector<Action> ReadCommit(int64_t version);

  /// Starts a transaction on the newest snapshot, or on an empty table when there is none yet.
  Transaction Begin();
  /// Starts one on a snapshot read before; conflicts since then are found at commit.
  Transaction Begin(SnapshotPtr snapshot);

  /// Writes a checkpoint of a snapshot and _last_checkpoint; then removes expired commits if the table asks for that.
  void Checkpoint(const Snapshot& snapshot);
  /// Removes commits and checkpoints older than the table's log retention that no reader needs; how many were removed.
  int64_t CleanUpLog(const Snapshot& snapshot);

  /// Takes over the snapshot that a commit of ours led to (called by Transaction). Older ones are ignored.
  void Publish(SnapshotPtr snapshot);
  /// The snapshot after applying one commit to `base` (null: the first commit).
  SnapshotPtr Apply(const SnapshotPtr& base, int64_t version, const storage::ObjectInfo& commit_file,
                    std::vector<Action> actions);

 private:
  Table(storage::Location location, std::shared_ptr<const Clock> clock)
      : location_(std::move(location)), clock_(std::move(clock)) {}
  SnapshotPtr Load(std::optional<int64_t> version);
  SnapshotPtr LoadFrom(const LogListing& listing, const CheckpointFiles* checkpoint, int64_t version);
  /// The snapshot after the commits that follow `base`; null when only a full load can tell.
  SnapshotPtr Refresh(const SnapshotPtr& base);
  [[noreturn]] void ThrowNoTable() const;

  storage::Location location_;
  std::shared_ptr<const Clock> clock_;
  std::mutex update_mutex_;  ///< One reader of the log at a time; others wait and share its result.
  std::mutex mutex_;
  SnapshotPtr newest_;
  int64_t loaded_ms_ = 0;  ///< When the log was last listed as a whole.
};

}  // namespace headrace::delta
