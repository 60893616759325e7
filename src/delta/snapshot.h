#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "delta/actions.h"
#include "delta/predicate.h"
#include "delta/schema.h"
#include "delta/statistics.h"
#include "delta/table_properties.h"
#include "storage/object_store.h"

namespace headrace::delta {

/// The state of a table at one version. Immutable and thread-safe; made by Table.
class Snapshot {
 public:
  const storage::Location& location() const { return location_; }
  int64_t version() const { return version_; }
  /// Of the commit: in-commit timestamp when the table has them, else the commit file's modification time.
  int64_t timestamp_ms() const { return timestamp_ms_; }

  const Protocol& protocol() const { return *protocol_; }
  const Metadata& metadata() const { return *metadata_; }
  const Schema& schema() const { return *schema_; }
  const TableProperties& properties() const { return *properties_; }
  const StatsLayout& layout() const { return *layout_; }

  /// Active files, in the order their adds were read.
  const std::vector<FileRef>& files() const { return files_; }
  FileRef FindFile(const std::string& key) const;  ///< By AddFile::Key(); null when it is not active.
  /// Removed files that are not active again, by key.
  const std::unordered_map<std::string, std::shared_ptr<const RemoveFile>>& tombstones() const { return tombstones_; }
  const std::map<std::string, SetTransaction>& transactions() const { return transactions_; }
  /// Live domains only.
  const std::map<std::string, DomainMetadata>& domains() const { return domains_; }
  int64_t size_in_bytes() const { return size_in_bytes_; }
  /// The version of the checkpoint it was made from; -1 when there was none.
  int64_t checkpoint_version() const { return checkpoint_version_; }

  /// The files that may hold rows satisfying `predicate`.
  std::vector<FileRef> Prune(const Predicate& predicate) const;
  /// A file's statistics, parsed once; null when it has none.
  std::shared_ptr<const FileStats> StatsOf(const AddFile& file) const;
  /// Rows of a file less those its deletion vector marks; nullopt when the statistics do not say.
  std::optional<int64_t> LiveRowsOf(const AddFile& file) const;

  /// Where a path of the log lies in the store ("/data/t/p=1/part-0.parquet").
  std::string AbsolutePath(const std::string& log_path) const;
  /// As users see it: "file:/data/t/p=1/part-0.parquet".
  std::string FileUri(const std::string& log_path) const;
  /// A file's partition values in the order of metadata().partition_columns, typed. Throws on text that does not fit.
  std::vector<Value> PartitionValuesOf(const AddFile& file) const;
  /// Physical names of the partition columns, in order.
  std::vector<std::string> PhysicalPartitionColumns() const;

  /// What a writer must check or compute: NOT NULL columns, column invariants, CHECK constraints, generated columns,
  /// identity columns, defaults.
  std::vector<ColumnRule> Rules() const;

 private:
  friend class SnapshotBuilder;
  friend const std::optional<storage::ObjectInfo>& CommitFileOf(const Snapshot& snapshot);
  storage::Location location_;
  int64_t version_ = -1;
  int64_t timestamp_ms_ = 0;
  std::shared_ptr<const Protocol> protocol_;
  std::shared_ptr<const Metadata> metadata_;
  std::shared_ptr<const Schema> schema_;
  std::shared_ptr<const TableProperties> properties_;
  std::shared_ptr<const StatsLayout> layout_;
  std::vector<FileRef> files_;
  std::unordered_map<std::string, size_t> index_;
  std::unordered_map<std::string, std::shared_ptr<const RemoveFile>> tombstones_;
  std::map<std::string, SetTransaction> transactions_;
  std::map<std::string, DomainMetadata> domains_;
  int64_t size_in_bytes_ = 0;
  int64_t checkpoint_version_ = -1;
  /// The commit file it ends with, to notice a table that was deleted and made anew; nullopt when it is gone.
  std::optional<storage::ObjectInfo> commit_file_;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace headrace::delta
