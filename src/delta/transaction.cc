#include "delta/transaction.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "delta/actions_json.h"
#include "delta/conflict.h"
#include "delta/log_files.h"
#include "delta/row_tracking.h"
#include "delta/schema_evolution.h"
#include "delta/table_features.h"

namespace headrace::delta {

namespace {

constexpr const char* kEngineInfo = "Headrace/0.1.0";

/// Commits are read again this many times at most before a writer gives up.
constexpr int kMaxAttempts = 10000;

std::string PartitionText(const PartitionValues& values) {
  std::string text;
  for (const auto& [key, value] : values) text += (text.empty() ? "" : ", ") + key + "=" + value.value_or("null");
  return text.empty() ? "" : "[" + text + "]";
}

template <typename T>
const T* FindAction(const std::vector<Action>& actions) {
  for (const auto& action : actions) {
    if (const auto* found = std::get_if<T>(&action)) return found;
  }
  return nullptr;
}

/// By the protocol a commit that does not say so may have read anything.
bool WasBlindAppend(const CommitInfo& info) { return info.Boolean("isBlindAppend").value_or(false); }

std::string LooseStats(const std::optional<std::string>& stats) {
  json::value value = stats ? ParseJson(*stats) : json::value(json::object());
  value.as_object()["tightBounds"] = false;
  return json::serialize(value);
}

}  // namespace

Transaction::Transaction(std::shared_ptr<Table> table, SnapshotPtr snapshot)
    : table_(std::move(table)), snapshot_(std::move(snapshot)), txn_id_(NewUuid()) {}

const Metadata& Transaction::metadata() const {
  if (new_metadata_) return *new_metadata_;
  if (!snapshot_) {
    throw Error(ErrorKind::kAnalysis, "DELTA_SCHEMA_NOT_SET",
                "Table schema is not set. Write data into it or use CREATE TABLE to set the schema.", {})
        .WithSqlState("KD008");
  }
  return snapshot_->metadata();
}

const Protocol& Transaction::protocol() const {
  static const Protocol kNewTable;
  if (new_protocol_) return *new_protocol_;
  return snapshot_ ? snapshot_->protocol() : kNewTable;
}

std::vector<FileRef> Transaction::ReadFiles(const Predicate& predicate) {
  if (!snapshot_) return {};
  NoteRead(predicate);
  auto files = snapshot_->Prune(predicate);
  for (const auto& file : files) read_files_.insert(file->path);
  return files;
}

void Transaction::NoteRead(const Predicate& predicate) { read_predicates_.push_back(predicate); }
void Transaction::NoteFileRead(const AddFile& file) { read_files_.insert(file.path); }

std::optional<int64_t> Transaction::ReadTransactionVersion(const std::string& app_id) {
  read_apps_.insert(app_id);
  if (!snapshot_) return std::nullopt;
  auto found = snapshot_->transactions().find(app_id);
  return found == snapshot_->transactions().end() ? std::nullopt : std::optional(found->second.version);
}

void Transaction::SetTransactionVersion(const std::string& app_id, int64_t version) {
  read_apps_.insert(app_id);
  new_transactions_.push_back({app_id, version, table_->clock()->NowMillis()});
}

void Transaction::SetMetadata(Metadata metadata) {
  TableProperties properties(metadata.configuration);
  Schema schema = Schema::Parse(metadata.schema_string);
  bool existed = snapshot_ != nullptr;
  ColumnMappingMode before = existed ? snapshot_->properties().ColumnMapping() : ColumnMappingMode::kNone;
  ColumnMappingMode after = properties.ColumnMapping();
  if (existed && before != after && !(before == ColumnMappingMode::kNone && after == ColumnMappingMode::kName)) {
    throw Error(ErrorKind::kUnsupported, "DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE",
                "The column mapping mode of an existing table can only change from none to name.", {})
        .WithSqlState("0AKDC");
  }
  if (after != ColumnMappingMode::kNone) {
    int64_t max_id = properties.Integer("delta.columnMapping.maxColumnId", 0, 0);
    schema = AssignColumnMapping(schema, &max_id, existed && before == ColumnMappingMode::kNone);
    metadata.schema_string = schema.ToJson();
    metadata.configuration["delta.columnMapping.maxColumnId"] = std::to_string(max_id);
  }
  CheckSchema(schema, metadata.partition_columns, after != ColumnMappingMode::kNone);
  if (!existed || properties.RowTrackingEnabled() != snapshot_->properties().RowTrackingEnabled()) {
    if (properties.RowTrackingEnabled()) {
      if (existed && !snapshot_->files().empty()) ThrowUnsupported("enabling row tracking on a table that has data");
      NameRowTrackingColumns(&metadata.configuration);
    }
  }
  Protocol wanted = ProtocolFor(&metadata, protocol());
  if (!existed || wanted != protocol()) new_protocol_ = std::move(wanted);
  new_metadata_ = std::move(metadata);
}

void Transaction::SetDeletionVector(const AddFile& file, DeletionVectorDescriptor vector) {
  Remove(file);
  AddFile add = file;
  add.deletion_vector = std::move(vector);
  add.data_change = true;
  add.stats = LooseStats(file.stats);
  Add(std::move(add));
}

bool Transaction::IsBlindAppend() const {
  return removes_.empty() && cdc_.empty() && read_predicates_.empty() && read_files_.empty() && !read_whole_table_;
}

bool Transaction::IsEmpty() const {
  return !new_metadata_ && !new_protocol_ && adds_.empty() && removes_.empty() && cdc_.empty() && new_transactions_.empty() &&
         new_domains_.empty();
}

IsolationLevel Transaction::CommitIsolation() const {
  bool has_files = !adds_.empty() || !removes_.empty();
  auto changes = [](const auto& file) { return file.data_change; };
  bool data_change = std::any_of(adds_.begin(), adds_.end(), changes) || std::any_of(removes_.begin(), removes_.end(), changes);
  if (has_files && !data_change) return IsolationLevel::kSnapshotIsolation;
  if (isolation_) return *isolation_;
  return TableProperties(metadata().configuration).Isolation();
}

void Transaction::CheckAllowed(const Operation& operation) const {
  std::string table = table_->location().Uri();
  CheckWritable(protocol(), table);
  TableProperties properties(metadata().configuration);
  bool removes_data = std::any_of(removes_.begin(), removes_.end(), [](const auto& r) { return r.data_change; });
  if (snapshot_ && snapshot_->properties().AppendOnly() && removes_data) {
    throw Error(ErrorKind::kUnsupported, "DELTA_CANNOT_MODIFY_APPEND_ONLY",
                fmt::format("This table is configured to only allow appends. If you would like to permit updates or "
                            "deletes, use 'ALTER TABLE {} SET TBLPROPERTIES (delta.appendOnly=false)'.",
                            metadata().name.value_or("delta.`" + table_->location().path + "`")),
                {{"table_name", metadata().name.value_or("null")}, {"config", "delta.appendOnly"}})
        .WithSqlState("42809");
  }
  auto features = WriterFeatures(protocol());
  for (const auto& add : adds_) {
    if (!add.deletion_vector) continue;
    if (features.count("deletionVectors") == 0) {
      throw Error(ErrorKind::kInternal, "DELTA_ADDING_DELETION_VECTORS_DISALLOWED",
                  "A deletion vector was added to a table without the feature deletionVectors.", {})
          .WithSqlState("0A000");
    }
    if (!add.stats || add.stats->find("\"numRecords\"") == std::string::npos) {
      throw Error(ErrorKind::kInternal, "DELTA_DELETION_VECTOR_MISSING_NUM_RECORDS",
                  "A file with a deletion vector needs the statistic numRecords: " + add.path + ".", {})
          .WithSqlState("2D521");
    }
  }
  static const std::set<std::string> kRowOperations = {"UPDATE", "MERGE", "DELETE"};
  bool rewrites = !removes_.empty() && !adds_.empty();
  if (properties.ChangeDataFeedEnabled() && rewrites && removes_data && cdc_.empty() && kRowOperations.count(operation.name)) {
    ThrowUnsupported(operation.name + " without change files on a table with delta.enableChangeDataFeed");
  }
  if (properties.RowTrackingEnabled() && rewrites && (kRowOperations.count(operation.name) || !removes_data) &&
      std::any_of(adds_.begin(), adds_.end(), [](const auto& a) { return !a.base_row_id; })) {
    ThrowUnsupported(operation.name + " that rewrites files of a table with delta.enableRowTracking");
  }
}

void Transaction::SyncFiles() {
  std::set<std::string> existing;
  for (const auto& remove : removes_) existing.insert(remove.path);
  std::vector<std::string> paths;
  const auto& location = table_->location();
  auto note = [&](const std::string& path) {
    if (existing.count(path) || path.find(":/") != std::string::npos || (!path.empty() && path[0] == '/')) return;
    paths.push_back(storage::JoinPath(location.path, storage::DecodePath(path)));
  };
  for (const auto& add : adds_) note(add.path);
  for (const auto& cdc : cdc_) note(cdc.path);
  if (!paths.empty()) location.store->Sync(paths, location.path);
}

void Transaction::CheckConflicts(int64_t version, const std::vector<Action>& winner, IsolationLevel level, Rebase* rebase) const {
  WinningCommit commit{table_->location().Uri(), version, {}};
  if (const auto* info = FindAction<CommitInfo>(winner)) commit.info = *info;
  if (auto time = commit.info.Integer("inCommitTimestamp")) {
    rebase->previous_timestamp_ms = std::max(rebase->previous_timestamp_ms, *time);
  }
  if (const auto* protocol = FindAction<Protocol>(winner)) {
    CheckReadable(*protocol, commit.table);
    CheckWritable(*protocol, commit.table);
    if (new_protocol_ || !snapshot_) ThrowProtocolChanged(commit);
  }
  if (FindAction<Metadata>(winner) != nullptr) ThrowMetadataChanged(commit);

  bool check_adds = level == IsolationLevel::kSerializable ||
                    (level == IsolationLevel::kWriteSerializable && (!WasBlindAppend(commit.info) || new_metadata_));
  std::set<std::string> removed_here;
  for (const auto& remove : removes_) removed_here.insert(storage::DecodePath(remove.path));
  // File conflicts are told in Delta's order: added data first, then deleted data that was read, then deleted twice.
  if (check_adds && snapshot_) {
    for (const auto& action : winner) {
      const auto* add = std::get_if<AddFile>(&action);
      if (add == nullptr) continue;
      bool read = read_whole_table_ || std::any_of(read_predicates_.begin(), read_predicates_.end(), [&](const auto& p) {
                    return MayMatch(p, snapshot_->layout(), add->partition_values, nullptr);
                  });
      if (read) ThrowConcurrentAppend(commit, PartitionText(add->partition_values));
    }
  }
  for (const auto& action : winner) {
    const auto* remove = std::get_if<RemoveFile>(&action);
    if (remove == nullptr) continue;
    auto partition = PartitionText(remove->partition_values.value_or(PartitionValues()));
    if (read_whole_table_ || read_files_.count(remove->path)) ThrowConcurrentDeleteRead(commit, partition);
  }
  for (const auto& action : winner) {
    if (const auto* remove = std::get_if<RemoveFile>(&action)) {
      if (removed_here.count(storage::DecodePath(remove->path))) {
        ThrowConcurrentDeleteDelete(commit, PartitionText(remove->partition_values.value_or(PartitionValues())));
      }
    } else if (const auto* txn = std::get_if<SetTransaction>(&action)) {
      if (read_apps_.count(txn->app_id)) ThrowConcurrentTransaction(commit);
    } else if (const auto* domain = std::get_if<DomainMetadata>(&action)) {
      if (domain->domain == kRowTrackingDomain) {
        rebase->row_id_high_water_mark = std::max(rebase->row_id_high_water_mark, RowIdHighWaterMark(*domain));
        continue;
      }
      for (const auto& mine : new_domains_) {
        if (mine.domain == domain->domain) {
          ThrowConcurrentWrite(commit, "A conflicting metadata domain " + mine.domain + " was added.");
        }
      }
    }
  }
}

CommitInfo Transaction::BuildCommitInfo(const Operation& operation, IsolationLevel level, int64_t version, int64_t now_ms,
                                        const Rebase& rebase) const {
  CommitInfo info;
  auto& fields = info.fields;
  if (TableProperties(metadata().configuration).InCommitTimestampsEnabled()) {
    fields["inCommitTimestamp"] = std::max(now_ms, rebase.previous_timestamp_ms + 1);
  }
  fields["timestamp"] = now_ms;
  fields["operation"] = operation.name;
  fields["operationParameters"] = operation.parameters;
  if (snapshot_) fields["readVersion"] = snapshot_->version();
  fields["isolationLevel"] = ToString(level);
  fields["isBlindAppend"] = IsBlindAppend();
  json::object metrics;
  for (const auto& [name, value] : operation.metrics) metrics[name] = value;
  fields["operationMetrics"] = std::move(metrics);
  if (operation.user_metadata) fields["userMetadata"] = *operation.user_metadata;
  if (!operation.operation_id.empty()) fields["operationId"] = operation.operation_id;
  fields["engineInfo"] = kEngineInfo;
  fields["txnId"] = txn_id_;
  return info;
}

std::vector<Action> Transaction::BuildActions(const Operation& operation, IsolationLevel level, int64_t version,
                                              const Rebase& rebase) const {
  int64_t now = table_->clock()->NowMillis();
  std::vector<Action> actions;
  actions.push_back(BuildCommitInfo(operation, level, version, now, rebase));
  if (new_protocol_) actions.push_back(*new_protocol_);
  if (new_metadata_) {
    Metadata metadata = *new_metadata_;
    bool stamps = TableProperties(metadata.configuration).InCommitTimestampsEnabled();
    if (stamps && snapshot_ && !snapshot_->properties().InCommitTimestampsEnabled()) {
      metadata.configuration["delta.inCommitTimestampEnablementVersion"] = std::to_string(version);
      metadata.configuration["delta.inCommitTimestampEnablementTimestamp"] =
          std::to_string(*std::get<CommitInfo>(actions[0]).Integer("inCommitTimestamp"));
    }
    actions.push_back(std::move(metadata));
  }
  for (const auto& txn : new_transactions_) actions.push_back(txn);
  for (const auto& domain : new_domains_) actions.push_back(domain);
  for (auto remove : removes_) {
    remove.deletion_timestamp_ms = now;
    actions.push_back(std::move(remove));
  }
  std::vector<AddFile> adds = adds_;
  if (WriterFeatures(protocol()).count("rowTracking")) {
    if (auto domain = AssignRowIds(&adds, version, rebase.row_id_high_water_mark)) actions.push_back(*domain);
  }
  for (auto& add : adds) actions.push_back(std::move(add));
  for (const auto& cdc : cdc_) actions.push_back(cdc);
  return actions;
}

bool Transaction::Put(const std::string& path, const std::string& text) const {
  auto& store = *table_->location().store;
  try {
    return store.PutIfAbsent(path, text);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUnavailable) throw;
    // The file may be there, only its acknowledgement lost. If it is ours and can be made durable, it was committed.
    bool ours = false;
    try {
      ours = store.Exists(path) && store.Read(path) == text;
      if (ours) store.Sync({path}, table_->LogPath());
    } catch (const Error&) {
      throw error;
    }
    if (!ours) throw;
    return true;
  }
}

CommitResult Transaction::Commit(Operation operation) {
  if (committed_) ThrowInternal("a Delta transaction was committed twice");
  metadata();  // A table that is not there needs SetMetadata first.
  if (IsEmpty() && !keep_empty_ && snapshot_) return {snapshot_->version(), snapshot_};
  CheckAllowed(operation);
  committed_ = true;
  SyncFiles();
  auto& store = *table_->location().store;
  IsolationLevel level = CommitIsolation();
  Rebase rebase;
  if (snapshot_) {
    rebase.previous_timestamp_ms = snapshot_->timestamp_ms();
    if (auto found = snapshot_->domains().find(kRowTrackingDomain); found != snapshot_->domains().end()) {
      rebase.row_id_high_water_mark = RowIdHighWaterMark(found->second);
    }
  }
  int64_t version = read_version() + 1;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    std::vector<Action> actions = BuildActions(operation, level, version, rebase);
    if (Put(storage::JoinPath(table_->LogPath(), CommitName(version)), ToJsonLines(actions))) {
      return Finish(version, std::move(actions));
    }
    // Everything that was committed meanwhile is checked before the next try.
    do {
      CheckConflicts(version, table_->ReadCommit(version), level, &rebase);
      ++version;
    } while (store.Exists(storage::JoinPath(table_->LogPath(), CommitName(version))));
  }
  ThrowConcurrentWrite({table_->location().Uri(), version, {}}, fmt::format("{} attempts lost the race.", kMaxAttempts));
}

CommitResult Transaction::Finish(int64_t version, std::vector<Action> actions) {
  // From here on the commit stands: nothing that fails may look like its failure.
  SnapshotPtr snapshot;
  try {
    auto& store = *table_->location().store;
    if (version == read_version() + 1) {
      auto info = store.Stat(storage::JoinPath(table_->LogPath(), CommitName(version)));
      if (info) snapshot = table_->Apply(snapshot_, version, *info, std::move(actions));
    }
    if (snapshot) {
      table_->Publish(snapshot);
    } else {
      snapshot = table_->Update();
    }
    if (version > 0 && version % snapshot->properties().CheckpointInterval() == 0) table_->Checkpoint(*snapshot);
  } catch (const std::exception& error) {
    Log(LogLevel::kWarning, "delta", "work after a commit failed; the commit stands",
        {{"table", table_->location().Uri()}, {"version", std::to_string(version)}, {"reason", error.what()}});
  }
  return {version, std::move(snapshot)};
}

}  // namespace headrace::delta
