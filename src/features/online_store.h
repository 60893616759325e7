#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "features/online_row.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class PinnableSlice;
}  // namespace rocksdb

namespace headrace::features {

class OnlineStore;

/// What the store knows of one published table.
struct OnlineTableInfo {
  std::string name;
  uint32_t id = 0;  ///< First part of every row's key; never used twice.
  uint32_t generation = 0;  ///< Second part; a replacing publish writes the next one beside it.
  std::vector<OnlineColumn> primary_keys;  ///< In the order in which keys are encoded.
  std::vector<std::string> timestamp_keys;  ///< With one, a key holds its latest row.
  std::vector<OnlineSchema> schemas;  ///< By schema version; the last one is written now.
  std::string source;  ///< Where the rows come from: the Delta table's location.
  int64_t source_version = -1;  ///< The Delta version that the rows are the state of.
  int64_t published_at = 0;  ///< Microseconds since 1970.

  const OnlineSchema& schema() const { return schemas.back(); }
};

/// A row found in the store. Reusable; holds the store's memory until it is released.
class OnlineRow {
 public:
  OnlineRow();
  ~OnlineRow();
  OnlineRow(OnlineRow&&) noexcept;
  std::string_view bytes() const { return bytes_; }
  /// Lets go of the store's memory; bytes() is invalid then.
  void Release();

 private:
  friend class OnlineTable;
  std::unique_ptr<rocksdb::PinnableSlice> slice_;
  std::string_view bytes_;
};

/// One published state of a table. Immutable and thread-safe; while somebody holds it, the rows of its generation stay
/// readable even when a later publish replaced them.
class OnlineTable {
 public:
  ~OnlineTable();
  const OnlineTableInfo& info() const { return info_; }
  /// Starts a key: AppendKey adds the primary key's values behind it.
  void StartKey(std::string* key) const { key->assign(key_start_); }
  enum class Found {
    kRow,
    kNothing,
    kOnDisk,
    kNewer,  ///< Merged by a later publish with a schema that info() lacks: the store's next state of the table has it.
  };
  /// Reads the row of a full key, from the row cache when it was read before. Without `may_block` a row that is not in memory
  /// is kOnDisk. Throws kInternal when the disk fails.
  Found Get(std::string_view key, OnlineRow* row, bool may_block = true) const;
  /// The rows of this state, counted one by one.
  int64_t CountRows() const;

 private:
  friend class OnlineStore;
  friend class Publication;
  struct Shared;
  struct Generation;
  OnlineTable(OnlineTableInfo info, std::shared_ptr<Shared> store, std::shared_ptr<Generation> generation);
  OnlineTableInfo info_;
  std::string prefix_;
  std::string key_start_;  // The state's own number, by which rows are cached, and the prefix.
  std::shared_ptr<Shared> store_;
  std::shared_ptr<Generation> generation_;
};

/// Rows on their way into one table; nothing of them is visible before Commit, and all of them after it. Destroying it
/// without a commit leaves the table as it was. One at a time per table; used by one thread.
class Publication {
 public:
  enum class Mode {
    kMerge,  ///< Upserts into what is there; columns that are not published keep their values.
    kReplace,  ///< The table holds the published rows and nothing else.
  };
  ~Publication();
  /// The schema rows must be encoded with: that given to OnlineStore::Begin, joined with the table's own in kMerge.
  const OnlineSchema& schema() const { return info_.schemas.back(); }
  uint32_t schema_version() const { return static_cast<uint32_t>(info_.schemas.size() - 1); }
  /// Upserts the row of `key` (the encoded primary key alone). With a timestamp key, a row older than the stored one
  /// is passed over; of two with one timestamp the later Put wins.
  void Put(std::string_view key, std::string_view row);
  void Delete(std::string_view key);
  int64_t rows_written() const { return rows_written_; }
  /// Makes the rows and the watermark durable and visible in one step.
  void Commit(int64_t source_version, int64_t now_micros);

 private:
  friend class OnlineStore;
  Publication(OnlineStore* store, std::shared_ptr<const OnlineTable> base, OnlineTableInfo info, Mode mode,
              std::vector<bool> published, size_t atomic_bytes);
  std::optional<std::string> Current(const std::string& key) const;
  std::string Overlay(std::string_view fresh, std::string_view current) const;
  void Spill();
  void MoveToNewGeneration();
  std::string FullKey(std::string_view key) const;

  OnlineStore* store_;
  std::shared_ptr<const OnlineTable> base_;  // Null for a new table.
  OnlineTableInfo info_;
  bool in_place_;  // Writing into the generation that is being served.
  std::vector<bool> published_;  // By column of schema(): false for those that keep their value.
  bool overlays_ = false;
  int timestamp_column_ = -1;
  size_t atomic_bytes_;
  std::unordered_map<std::string, std::optional<std::string>> pending_;
  size_t pending_bytes_ = 0;
  int64_t rows_written_ = 0;
  bool committed_ = false;
};

struct OnlineStoreOptions {
  size_t block_cache_bytes = 192u << 20;
  /// Rows that were read, each ready by its key: a look-up in RocksDB itself takes twenty times as long.
  size_t row_cache_bytes = 64u << 20;
  /// A merge larger than this is written into a copy of the table that then takes its place.
  size_t atomic_write_bytes = 64u << 20;
};

/// The embedded online store: the latest feature values by primary key, in RocksDB. Thread-safe. A commit that was
/// acknowledged survives kill -9 and loss of power; one that was not leaves nothing visible.
class OnlineStore {
 public:
  /// Opens or creates the store in a folder. Throws kUnavailable when it is locked by another process or damaged.
  static std::unique_ptr<OnlineStore> Open(const std::string& path, OnlineStoreOptions options = {});
  ~OnlineStore();

  /// The published state of a table, null when it was never published. Cheap enough for every request.
  std::shared_ptr<const OnlineTable> Find(const std::string& name) const;
  std::vector<std::shared_ptr<const OnlineTable>> List() const;

  /// Starts a publish, waiting for another one of the same table to end. `info` gives name, primary keys, timestamp
  /// keys, source, and one schema; the rest is the store's. Throws kInvalidParameter when the keys differ from those
  /// of the published table in kMerge, or a column changed its type.
  std::unique_ptr<Publication> Begin(OnlineTableInfo info, Publication::Mode mode);

  /// Forgets a table; false when it was not there.
  bool Drop(const std::string& name);

 private:
  friend class Publication;
  OnlineStore() = default;
  void Load();
  void Install(std::shared_ptr<const OnlineTable> table);
  void Release(const std::string& name);

  using Tables = std::unordered_map<std::string, std::shared_ptr<const OnlineTable>>;
  std::shared_ptr<OnlineTable::Shared> shared_;
  OnlineStoreOptions options_;
  std::atomic<std::shared_ptr<const Tables>> tables_;
  std::mutex mutex_;  // Guards what follows, and changes of tables_.
  std::set<std::string> publishing_;
  std::unique_ptr<class PublishSignal> signal_;
  uint32_t next_id_ = 1;
  std::unordered_map<uint32_t, uint32_t> next_generation_;  // By table id: a failed publish's number is not reused.
};

}  // namespace headrace::features
