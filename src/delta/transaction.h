#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "delta/actions.h"
#include "delta/snapshot.h"
#include "delta/table.h"

namespace headrace::delta {

/// What a commit is called in the table's history.
struct Operation {
  std::string name;  ///< "WRITE", "MERGE", "CREATE TABLE AS SELECT", … as Delta names it.
  json::object parameters;  ///< In order. Delta writes lists and maps as JSON inside strings: {"partitionBy": "[]"}.
  std::vector<std::pair<std::string, std::string>> metrics;  ///< "numOutputRows" → "3", in the history's order.
  std::optional<std::string> user_metadata;
  /// Identifies the client's request: Table::FindOperation tells whether it was committed. "" for none.
  std::string operation_id;
};

struct CommitResult {
  int64_t version = 0;
  SnapshotPtr snapshot;  ///< Of that version, or of a later one when others committed meanwhile.
};

/// One optimistic write to a table. Collect what was read and the actions, then Commit. When another writer took the
/// version, what it did is checked against what this one read: either the commit moves up or Commit throws Delta's own
/// exception (io.delta.exceptions.…, kind kConcurrent). Not thread-safe.
class Transaction {
 public:
  Transaction(std::shared_ptr<Table> table, SnapshotPtr snapshot);

  const std::shared_ptr<Table>& table() const { return table_; }
  /// What it started from; null for a table that does not exist yet.
  const SnapshotPtr& snapshot() const { return snapshot_; }
  int64_t read_version() const { return snapshot_ ? snapshot_->version() : -1; }
  /// Of the snapshot, or as set here.
  const Metadata& metadata() const;
  const Protocol& protocol() const;

  /// The files that may satisfy `predicate`; notes that they and the predicate were read.
  std::vector<FileRef> ReadFiles(const Predicate& predicate);
  /// Notes a read without pruning.
  void NoteRead(const Predicate& predicate);
  void NoteFileRead(const AddFile& file);
  void NoteWholeTableRead() { read_whole_table_ = true; }
  /// How far an application has written; notes the dependency.
  std::optional<int64_t> ReadTransactionVersion(const std::string& app_id);

  /// Sets the table's metadata: creation, schema or property change. Derives the protocol it needs; assigns column
  /// mapping ids and physical names when mapping is on. Checks names and partition columns.
  void SetMetadata(Metadata metadata);
  void SetProtocol(Protocol protocol) { new_protocol_ = std::move(protocol); }
  void Add(AddFile file) { adds_.push_back(std::move(file)); }
  void Remove(const AddFile& file, bool data_change = true) { removes_.push_back(RemoveOf(file, data_change)); }
  void Remove(RemoveFile file) { removes_.push_back(std::move(file)); }
  /// Marks more rows of an active file as deleted: removes it and adds it again with `vector`, its statistics' bounds
  /// loose. The vector must contain the rows of the one the file has.
  void SetDeletionVector(const AddFile& file, DeletionVectorDescriptor vector);
  void AddCdc(AddCdcFile file) { cdc_.push_back(std::move(file)); }
  void SetTransactionVersion(const std::string& app_id, int64_t version);
  void SetDomain(DomainMetadata domain) { new_domains_.push_back(std::move(domain)); }

  /// Stricter or laxer than the table's `delta.isolationLevel`. A commit that changes no data uses SnapshotIsolation.
  void SetIsolation(IsolationLevel level) { isolation_ = level; }
  /// Keeps the commit even when it has no action but commitInfo (the default). When false, such a commit is left out
  /// and the result is the snapshot it started from.
  void SetKeepEmpty(bool keep) { keep_empty_ = keep; }

  /// Writes the next version. Added files and deletion vectors are made durable first. Throws Delta's conflict
  /// exceptions, DELTA_CANNOT_MODIFY_APPEND_ONLY, DELTA_UNSUPPORTED_FEATURES_FOR_WRITE, or the storage's errors; after
  /// any throw but STORAGE_FAILURE nothing was committed. A transaction commits once.
  CommitResult Commit(Operation operation);

 private:
  /// What other writers committed since the snapshot, as far as a rebase needs it.
  struct Rebase {
    int64_t previous_timestamp_ms = 0;  ///< Of the version before the one tried, for in-commit timestamps.
    int64_t row_id_high_water_mark = -1;
  };

  void CheckAllowed(const Operation& operation) const;
  void SyncFiles();
  void CheckConflicts(int64_t version, const std::vector<Action>& winner, IsolationLevel level, Rebase* rebase) const;
  IsolationLevel CommitIsolation() const;
  bool IsBlindAppend() const;
  bool IsEmpty() const;
  std::vector<Action> BuildActions(const Operation& operation, IsolationLevel level, int64_t version, const Rebase& rebase) const;
  CommitInfo BuildCommitInfo(const Operation& operation, IsolationLevel level, int64_t version, int64_t now_ms,
                             const Rebase& rebase) const;
  /// Puts the commit's file; true when it is there and ours, even when the acknowledgement was lost on the way.
  bool Put(const std::string& path, const std::string& text) const;
  CommitResult Finish(int64_t version, std::vector<Action> actions);

  std::shared_ptr<Table> table_;
  SnapshotPtr snapshot_;
  std::optional<Metadata> new_metadata_;
  std::optional<Protocol> new_protocol_;
  std::vector<AddFile> adds_;
  std::vector<RemoveFile> removes_;
  std::vector<AddCdcFile> cdc_;
  std::vector<SetTransaction> new_transactions_;
  std::vector<DomainMetadata> new_domains_;
  std::vector<Predicate> read_predicates_;
  std::set<std::string> read_files_;  ///< Paths.
  std::set<std::string> read_apps_;
  bool read_whole_table_ = false;
  bool keep_empty_ = true;
  bool committed_ = false;
  std::optional<IsolationLevel> isolation_;
  std::string txn_id_;
};

}  // namespace headrace::delta
