#include "engine/precompiled.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "delta/clustering.h"
#include "delta/deletion_vector.h"
#include "delta/maintenance.h"
#include "delta/partition.h"
#include "delta/table_features.h"
#include "delta/value.h"
#include "engine/commands_delta.h"
#include "engine/delta_write.h"
#include "engine/identity.h"

namespace headrace::engine {

namespace {

bool Setting(CommandContext& context, const char* key, bool otherwise) {
  auto text = context.session->conf().Find(key);
  return text ? duckdb::StringUtil::CIEquals(*text, "true") : otherwise;
}

/// VACUUM LITE: only files the log knows as removed.
void KeepTombstones(const delta::Snapshot& snapshot, delta::VacuumPlan& plan) {
  std::set<std::string> known;
  for (const auto& [key, remove] : snapshot.tombstones()) {
    known.insert(snapshot.AbsolutePath(remove->path));
    if (remove->deletion_vector && remove->deletion_vector->storage_type != "i") {
      known.insert(delta::DeletionVectorPath(snapshot.location().path, *remove->deletion_vector));
    }
  }
  std::erase_if(plan.files, [&](const std::string& path) { return known.count(path) == 0; });
  plan.directories.clear();
}

/// A commit that only tells of maintenance.
void CommitNote(delta::Table& table, const std::string& name, json::object parameters,
                const std::map<std::string, std::string>& metrics) {
  delta::Transaction txn = table.Begin();
  txn.SetIsolation(delta::IsolationLevel::kSnapshotIsolation);
  delta::Operation operation;
  operation.name = name;
  operation.parameters = std::move(parameters);
  operation.metrics.assign(metrics.begin(), metrics.end());
  txn.Commit(std::move(operation));
}

}  // namespace

CommandAnswer Vacuum(CommandContext& context, const plan::DeltaCommand& command) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  DeltaTarget target = FindDeltaTarget(context, analysis, command.target, "VACUUM");
  std::optional<int64_t> retention_ms;
  if (command.retention_hours) retention_ms = static_cast<int64_t>(std::llround(*command.retention_hours * 3600000));
  bool check = Setting(context, "spark.databricks.delta.retentionDurationCheck.enabled", true);
  delta::VacuumPlan plan = delta::PlanVacuum(*target.table, retention_ms, check);
  std::string mode = Argument(command, "mode");
  if (mode == "lite") KeepTombstones(*target.snapshot, plan);
  const delta::Snapshot& snapshot = *target.snapshot;
  auto uri = [&](const std::string& path) { return snapshot.location().store->Uri(path); };
  std::vector<std::vector<plan::Value>> rows;
  if (Argument(command, "dry_run") == "true") {
    constexpr size_t kMaxShown = 1000;
    for (const auto& path : plan.files) {
      if (rows.size() < kMaxShown) rows.push_back({TextValue(uri(path))});
    }
    return context.engine.Rows(context.session, AnswerSchema(command), std::move(rows), context.options);
  }
  if (Setting(context, "spark.databricks.delta.vacuum.logging.enabled", true)) {
    json::object parameters;
    parameters["retentionCheckEnabled"] = check ? "true" : "false";
    if (retention_ms) parameters["specifiedRetentionMillis"] = std::to_string(*retention_ms);
    parameters["defaultRetentionMillis"] = std::to_string(snapshot.properties().DeletedFileRetentionMillis());
    CommitNote(*target.table, "VACUUM START", std::move(parameters),
               {{"numFilesToDelete", std::to_string(plan.files.size())}, {"sizeOfDataToDelete", std::to_string(plan.bytes)}});
    int64_t deleted = delta::RunVacuum(*target.table, plan);
    json::object status;
    status["status"] = "COMPLETED";
    CommitNote(
        *target.table, "VACUUM END", std::move(status),
        {{"numDeletedFiles", std::to_string(deleted)}, {"numVacuumedDirectories", std::to_string(plan.directories.size() + 1)}});
  } else {
    delta::RunVacuum(*target.table, plan);
  }
  rows.push_back({TextValue(uri(snapshot.location().path))});
  return context.engine.Rows(context.session, AnswerSchema(command), std::move(rows), context.options);
}

CommandAnswer Restore(CommandContext& context, const plan::DeltaCommand& command) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  DeltaTarget target = FindDeltaTarget(context, analysis, command.target, "RESTORE");
  json::object parameters;
  int64_t version = 0;
  if (command.version.version) {
    version = *command.version.version;
    delta::VersionRange range = target.table->Versions();
    if (version > range.latest || version < range.earliest) {
      throw Error(ErrorKind::kAnalysis, "DELTA_CANNOT_RESTORE_TABLE_VERSION",
                  "Cannot restore table to version " + std::to_string(version) + ". Available versions: [" +
                      std::to_string(range.earliest) + ", " + std::to_string(range.latest) + "].",
                  {{"version", std::to_string(version)},
                   {"startVersion", std::to_string(range.earliest)},
                   {"endVersion", std::to_string(range.latest)}})
          .WithSqlState("22003");
    }
    parameters["version"] = version;
    parameters["timestamp"] = nullptr;
  } else {
    int64_t time = TravelMillis(context.engine, context.session, command.version.timestamp);
    try {
      version = target.table->VersionAt(time);
    } catch (const Error& error) {
      bool early = error.condition() == "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION";
      if (!early && error.condition() != "DELTA_TIMESTAMP_GREATER_THAN_COMMIT") throw;
      std::string asked = delta::FormatTimestamp(time * 1000);
      throw Error(ErrorKind::kAnalysis,
                  early ? "DELTA_CANNOT_RESTORE_TIMESTAMP_EARLIER" : "DELTA_CANNOT_RESTORE_TIMESTAMP_GREATER",
                  "Cannot restore table to timestamp (" + asked + ") as it is " +
                      (early ? "before the earliest" : "after the latest") + " version available.",
                  {{"requestedTimestamp", asked}})
          .WithSqlState("22003")
          .WithCause(std::make_shared<const Error>(error));
    }
    parameters["version"] = nullptr;
    const auto* literal = plan::As<plan::Literal>(command.version.timestamp);
    const std::string* text = literal ? std::get_if<std::string>(&literal->value.data) : nullptr;
    parameters["timestamp"] = text ? *text : analysis::ExpressionName(command.version.timestamp);
  }
  if (version == target.snapshot->version()) {
    return context.engine.Rows(context.session, AnswerSchema(command), {}, context.options);
  }
  delta::SnapshotPtr earlier = target.table->SnapshotAt(version);
  bool ignore_missing = Setting(context, "spark.sql.files.ignoreMissingFiles", false);
  delta::RestorePlan plan = delta::PlanRestore(*target.table, *target.snapshot, *earlier, ignore_missing);
  delta::Transaction txn = target.table->Begin(target.snapshot);
  txn.NoteWholeTableRead();
  delta::Metadata metadata = WithNumbersOf(target.snapshot->metadata(), earlier->metadata());
  if (metadata != target.snapshot->metadata()) txn.SetMetadata(std::move(metadata));
  auto clustering = delta::ClusteringColumns(*earlier);
  if (clustering != delta::ClusteringColumns(*target.snapshot)) {
    delta::SetClusteringColumns(txn, clustering.value_or(std::vector<delta::ColumnPath>()));
  }
  for (auto& add : plan.adds) txn.Add(std::move(add));
  for (auto& remove : plan.removes) txn.Remove(std::move(remove));
  delta::Operation operation;
  operation.name = "RESTORE";
  operation.parameters = std::move(parameters);
  operation.metrics.assign(plan.metrics.begin(), plan.metrics.end());
  delta::CommitResult done = txn.Commit(std::move(operation));
  if (!target.catalog_id.empty()) UpdateCatalogEntry(context, target.catalog_id, *done.snapshot);
  std::vector<plan::Value> row;
  for (const char* name : {"tableSizeAfterRestore", "numOfFilesAfterRestore", "numRemovedFiles", "numRestoredFiles",
                           "removedFilesSize", "restoredFilesSize"}) {
    row.push_back(LongValue(std::stoll(plan.metrics.at(name))));
  }
  return context.engine.Rows(context.session, AnswerSchema(command), {std::move(row)}, context.options);
}

CommandAnswer Generate(CommandContext& context, const plan::DeltaCommand& command) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  DeltaTarget target = FindDeltaTarget(context, analysis, command.target, "GENERATE");
  std::string mode = Argument(command, "mode");
  if (!duckdb::StringUtil::CIEquals(mode, "symlink_format_manifest")) {
    throw Error(ErrorKind::kIllegalArgument, "DELTA_MODE_NOT_SUPPORTED",
                "Specified mode '" + mode + "' is not supported. Supported modes are: symlink_format_manifest.",
                {{"mode", mode}, {"supportedModes", "symlink_format_manifest"}})
        .WithSqlState("0AKDC");
  }
  const delta::Snapshot& snapshot = *target.snapshot;
  std::map<std::string, std::string> manifests;
  auto columns = snapshot.PhysicalPartitionColumns();
  for (const auto& file : snapshot.files()) {
    if (file->deletion_vector) {
      throw Error(ErrorKind::kUnsupported, "DELTA_UNSUPPORTED_GENERATE_WITH_DELETION_VECTORS",
                  "The 'GENERATE symlink_format_manifest' command is not supported on table versions with deletion "
                  "vectors.\nIn order to produce a version of the table without deletion vectors, run 'REORG TABLE table "
                  "APPLY (PURGE)'. Then re-run the 'GENERATE' command.")
          .WithSqlState("0A000");
    }
    manifests[delta::PartitionFolder(columns, file->partition_values)] += snapshot.FileUri(file->path) + "\n";
  }
  std::string root = storage::JoinPath(snapshot.location().path, "_symlink_format_manifest");
  auto& store = *snapshot.location().store;
  std::set<std::string> written;
  for (const auto& [folder, lines] : manifests) {
    std::string path = storage::JoinPath(folder.empty() ? root : storage::JoinPath(root, folder), "manifest");
    store.Put(path, lines);
    written.insert(path);
  }
  for (const auto& old : store.ListRecursive(root)) {
    if (written.count(old.path) == 0) store.Delete(old.path);
  }
  return nullptr;
}

namespace {

/// As Delta has it in the history: properties that were set.
CommandAnswer CommitProtocol(const DeltaTarget& target, delta::Protocol protocol, const json::object& properties) {
  delta::Transaction txn = target.table->Begin(target.snapshot);
  txn.SetProtocol(std::move(protocol));
  delta::Operation operation;
  operation.name = "SET TBLPROPERTIES";
  operation.parameters["properties"] = json::serialize(properties);
  txn.Commit(std::move(operation));
  return nullptr;
}

}  // namespace

CommandAnswer UpgradeProtocol(CommandContext& context, const plan::DeltaCommand& command) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  DeltaTarget target = FindDeltaTarget(context, analysis, command.target, "UPGRADE PROTOCOL");
  const delta::Protocol& current = target.snapshot->protocol();
  delta::Protocol wanted = current;
  wanted.min_reader_version = std::stoi(Argument(command, "reader_version"));
  wanted.min_writer_version = std::stoi(Argument(command, "writer_version"));
  if (wanted.min_reader_version < 1 || wanted.min_reader_version > 3 || wanted.min_writer_version < 1 ||
      wanted.min_writer_version > 7) {
    throw Error(ErrorKind::kIllegalArgument, "DELTA_INVALID_PROTOCOL_VERSION", "Unsupported Delta protocol version.")
        .WithSqlState("KD004");
  }
  // Versions only rise.
  wanted.min_reader_version = std::max(wanted.min_reader_version, current.min_reader_version);
  wanted.min_writer_version = std::max(wanted.min_writer_version, current.min_writer_version);
  if (wanted == current) return nullptr;
  auto implied = delta::WriterFeatures(current);
  auto readers = delta::ReaderFeatures(current);
  if (wanted.min_writer_version == 7 && !wanted.writer_features) {
    wanted.writer_features = std::vector<std::string>(implied.begin(), implied.end());
  }
  if (wanted.min_reader_version == 3 && !wanted.reader_features) {
    wanted.reader_features = std::vector<std::string>(readers.begin(), readers.end());
  }
  json::object properties;
  properties["delta.minReaderVersion"] = std::to_string(wanted.min_reader_version);
  properties["delta.minWriterVersion"] = std::to_string(wanted.min_writer_version);
  return CommitProtocol(target, std::move(wanted), properties);
}

namespace {

/// Checks a feature's name, in any case.
std::string KnownFeature(const std::string& name, const char* condition, const std::string& message) {
  for (const auto& known : delta::KnownFeatures()) {
    if (duckdb::StringUtil::CIEquals(known, name)) return known;
  }
  throw Error(ErrorKind::kIllegalArgument, condition, message, {{"feature", name}, {"featureName", name}}).WithSqlState("0AKDE");
}

}  // namespace

CommandAnswer AddFeature(CommandContext& context, const plan::DeltaCommand& command) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  DeltaTarget target = FindDeltaTarget(context, analysis, command.target, "ADD FEATURE");
  std::string name = Argument(command, "feature");
  std::string feature = KnownFeature(name, "DELTA_UNSUPPORTED_FEATURES_IN_CONFIG",
                                     "Table feature " + name + " is not supported by this version of Delta.");
  delta::Protocol protocol = delta::WithFeature(target.snapshot->protocol(), feature);
  if (protocol == target.snapshot->protocol()) return nullptr;
  json::object properties;
  properties["delta.feature." + feature] = "supported";
  return CommitProtocol(target, std::move(protocol), properties);
}

CommandAnswer DropFeature(CommandContext& context, const plan::DeltaCommand& command) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  DeltaTarget target = FindDeltaTarget(context, analysis, command.target, "DROP FEATURE");
  std::string name = Argument(command, "feature");
  std::string feature = KnownFeature(name, "DELTA_FEATURE_DROP_UNSUPPORTED_CLIENT_FEATURE",
                                     "Cannot drop " + name + " because it is not supported by this Delta version.");
  if (!delta::HasFeature(target.snapshot->protocol(), feature)) {
    throw Error(ErrorKind::kUnsupported, "DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT",
                "Cannot drop " + feature + " from this table because it is not currently present in the table's protocol.",
                {{"feature", feature}})
        .WithSqlState("0AKDE");
  }
  ThrowUnsupported("DROP FEATURE " + feature);
}

}  // namespace headrace::engine
