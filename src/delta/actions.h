#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"

namespace headrace::delta {

struct FileStats;

/// The actions of the Delta protocol ("Actions"), as values. `actions_json.h` has their wire form. Optional fields are
/// absent in the log when they are nullopt.

/// nullopt is a null partition value.
using PartitionValues = std::map<std::string, std::optional<std::string>>;

/// Protocol "Deletion Vector Descriptor Schema".
struct DeletionVectorDescriptor {
  std::string storage_type;  ///< "u" relative file named by a UUID, "i" inline, "p" absolute path.
  std::string path_or_inline;
  std::optional<int32_t> offset;
  int32_t size_in_bytes = 0;
  int64_t cardinality = 0;
  std::optional<int64_t> max_row_index;
  /// Identifies the vector: with the path it is a logical file's key.
  std::string UniqueId() const;
  bool operator==(const DeletionVectorDescriptor&) const = default;
};

struct Protocol {
  int min_reader_version = 1;
  int min_writer_version = 2;
  std::optional<std::vector<std::string>> reader_features;  ///< Present exactly when min_reader_version is 3.
  std::optional<std::vector<std::string>> writer_features;  ///< Present exactly when min_writer_version is 7.
  bool operator==(const Protocol&) const = default;
};

struct Metadata {
  std::string id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::string provider = "parquet";
  std::map<std::string, std::string> format_options;
  std::string schema_string;
  std::vector<std::string> partition_columns;  ///< Logical names.
  std::map<std::string, std::string> configuration;
  std::optional<int64_t> created_time_ms;
  bool operator==(const Metadata&) const = default;
};

/// Parsed statistics, made on first use and then shared; a copy of a file starts without them.
class LazyStats {
 public:
  LazyStats() = default;
  LazyStats(const LazyStats&) {}
  LazyStats& operator=(const LazyStats&) {
    value_.store(nullptr);
    return *this;
  }
  std::shared_ptr<const FileStats> Load() const { return value_.load(); }
  void Store(std::shared_ptr<const FileStats> stats) const { value_.store(std::move(stats)); }

 private:
  mutable std::atomic<std::shared_ptr<const FileStats>> value_;
};

struct AddFile {
  std::string path;  ///< As in the log: percent-encoded, relative to the table's root or an absolute URI.
  PartitionValues partition_values;  ///< By physical column name.
  int64_t size = 0;
  int64_t modification_time_ms = 0;
  bool data_change = true;
  std::optional<std::string> stats;  ///< JSON.
  std::optional<std::map<std::string, std::string>> tags;
  std::optional<DeletionVectorDescriptor> deletion_vector;
  std::optional<int64_t> base_row_id;
  std::optional<int64_t> default_row_commit_version;
  std::optional<std::string> clustering_provider;
  LazyStats lazy_stats;  ///< Use Snapshot::StatsOf.

  std::string Key() const;  ///< Path and deletion vector: what identifies a logical file.
};
/// Files of a snapshot are shared and immutable.
using FileRef = std::shared_ptr<const AddFile>;

struct RemoveFile {
  std::string path;
  std::optional<int64_t> deletion_timestamp_ms;
  bool data_change = true;
  bool extended_file_metadata = false;
  std::optional<PartitionValues> partition_values;
  std::optional<int64_t> size;
  std::optional<std::string> stats;
  std::optional<std::map<std::string, std::string>> tags;
  std::optional<DeletionVectorDescriptor> deletion_vector;
  std::optional<int64_t> base_row_id;
  std::optional<int64_t> default_row_commit_version;
  std::string Key() const;
};

/// The tombstone of an active file. The time is set when the transaction commits.
RemoveFile RemoveOf(const AddFile& file, bool data_change = true);

/// A change data file.
struct AddCdcFile {
  std::string path;
  PartitionValues partition_values;
  int64_t size = 0;
  bool data_change = false;
  std::optional<std::map<std::string, std::string>> tags;
};

/// Action `txn`: how far an application has written.
struct SetTransaction {
  std::string app_id;
  int64_t version = 0;
  std::optional<int64_t> last_updated_ms;
};

struct DomainMetadata {
  std::string domain;
  std::string configuration;
  bool removed = false;
  bool operator==(const DomainMetadata&) const = default;
};

/// Provenance of a commit. Free-form by the protocol, so it is kept as the JSON it is.
struct CommitInfo {
  json::object fields;
  std::optional<int64_t> Integer(std::string_view name) const;
  std::optional<std::string> Text(std::string_view name) const;
  std::optional<bool> Boolean(std::string_view name) const;
};

/// A part of a V2 checkpoint.
struct Sidecar {
  std::string path;
  int64_t size = 0;
  int64_t modification_time_ms = 0;
};
struct CheckpointMetadata {
  int64_t version = 0;
};

using Action = std::variant<Protocol, Metadata, AddFile, RemoveFile, AddCdcFile, SetTransaction, DomainMetadata, CommitInfo,
                            Sidecar, CheckpointMetadata>;

}  // namespace headrace::delta
