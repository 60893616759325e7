#include "delta/snapshot.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "delta/partition.h"
#include "delta/snapshot_builder.h"

namespace headrace::delta {

namespace {

bool IsAbsolute(const std::string& path) {
  if (!path.empty() && path[0] == '/') return true;
  size_t colon = path.find(":/");
  return colon != std::string::npos && path.find('/') > colon;
}

std::optional<std::string> MetadataText(const Field& field, const char* key) {
  const auto* value = field.metadata.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->as_string());
}

/// `delta.invariants` holds {"expression":{"expression":"x > 3"}}.
std::string InvariantExpression(const std::string& text) {
  try {
    return std::string(ParseJson(text).at("expression").at("expression").as_string());
  } catch (const std::exception&) {
    throw Error(ErrorKind::kAnalysis, "DELTA_UNRECOGNIZED_INVARIANT", "Unrecognized invariant: " + text + ".",
                {{"invariant", text}})
        .WithSqlState("56038");
  }
}

void CollectRules(const std::vector<Field>& fields, std::vector<std::string> path, std::vector<ColumnRule>* rules) {
  using Kind = ColumnRule::Kind;
  for (const auto& field : fields) {
    path.push_back(field.name);
    if (!field.nullable) rules->push_back({Kind::kNotNull, path, ""});
    if (auto text = MetadataText(field, "delta.invariants")) {
      rules->push_back({Kind::kInvariant, path, InvariantExpression(*text)});
    }
    if (auto text = MetadataText(field, "delta.generationExpression")) rules->push_back({Kind::kGenerated, path, *text});
    if (auto text = MetadataText(field, "CURRENT_DEFAULT")) rules->push_back({Kind::kDefault, path, *text});
    if (field.metadata.contains("delta.identity.start")) rules->push_back({Kind::kIdentity, path, ""});
    CollectRules(field.type->fields, path, rules);
    path.pop_back();
  }
}

}  // namespace

FileRef Snapshot::FindFile(const std::string& key) const {
  auto found = index_.find(key);
  return found == index_.end() ? nullptr : files_[found->second];
}

std::shared_ptr<const FileStats> Snapshot::StatsOf(const AddFile& file) const {
  if (!file.stats) return nullptr;
  if (auto known = file.lazy_stats.Load(); known && known->columns.size() == layout_->leaves().size()) return known;
  auto parsed = std::make_shared<FileStats>(ParseStats(*file.stats, *layout_));
  parsed->columns.resize(layout_->leaves().size());
  file.lazy_stats.Store(parsed);
  return parsed;
}

std::optional<int64_t> Snapshot::LiveRowsOf(const AddFile& file) const {
  auto stats = StatsOf(file);
  if (!stats || !stats->num_records) return std::nullopt;
  return *stats->num_records - (file.deletion_vector ? file.deletion_vector->cardinality : 0);
}

std::vector<FileRef> Snapshot::Prune(const Predicate& predicate) const {
  if (predicate.kind() == Predicate::Kind::kTrue || predicate.kind() == Predicate::Kind::kUnknown) return files_;
  bool only_partitions = predicate.OnlyUses(metadata_->partition_columns);
  std::vector<FileRef> kept;
  for (const auto& file : files_) {
    auto stats = only_partitions ? nullptr : StatsOf(*file);
    if (MayMatch(predicate, *layout_, file->partition_values, stats.get())) kept.push_back(file);
  }
  return kept;
}

std::string Snapshot::AbsolutePath(const std::string& log_path) const {
  if (IsAbsolute(log_path)) return storage::Resolve(log_path).path;
  return storage::JoinPath(location_.path, storage::DecodePath(log_path));
}

std::string Snapshot::FileUri(const std::string& log_path) const { return location_.store->Uri(AbsolutePath(log_path)); }

std::vector<std::string> Snapshot::PhysicalPartitionColumns() const {
  std::vector<std::string> names;
  for (const auto& column : metadata_->partition_columns) {
    const Field* field = schema_->Find(column);
    names.push_back(field == nullptr ? column : field->PhysicalName());
  }
  return names;
}

std::vector<Value> Snapshot::PartitionValuesOf(const AddFile& file) const {
  std::vector<Value> values;
  for (const auto& column : metadata_->partition_columns) {
    const Field* field = schema_->Find(column);
    if (field == nullptr) ThrowInternal("partition column " + column + " is not in the table's schema");
    auto found = file.partition_values.find(field->PhysicalName());
    values.push_back(found == file.partition_values.end() ? Value() : ParsePartitionValue(*field->type, found->second));
  }
  return values;
}

std::vector<ColumnRule> Snapshot::Rules() const {
  std::vector<ColumnRule> rules;
  CollectRules(schema_->fields(), {}, &rules);
  for (const auto& [name, expression] : properties_->CheckConstraints()) {
    rules.push_back({ColumnRule::Kind::kCheck, {name}, expression});
  }
  return rules;
}

const std::optional<storage::ObjectInfo>& CommitFileOf(const Snapshot& snapshot) { return snapshot.commit_file_; }

SnapshotBuilder::SnapshotBuilder(storage::Location location) : snapshot_(std::make_shared<Snapshot>()) {
  snapshot_->location_ = std::move(location);
}

SnapshotBuilder::SnapshotBuilder(const Snapshot& base) : snapshot_(std::make_shared<Snapshot>(base)) {}

SnapshotPtr SnapshotBuilder::Restrict(const Snapshot& base, std::vector<FileRef> files) {
  auto made = std::make_shared<Snapshot>();
  made->location_ = base.location_;
  made->version_ = base.version_;
  made->timestamp_ms_ = base.timestamp_ms_;
  made->protocol_ = base.protocol_;
  made->metadata_ = base.metadata_;
  made->schema_ = base.schema_;
  made->properties_ = base.properties_;
  made->layout_ = base.layout_;
  made->files_ = std::move(files);
  for (const auto& file : made->files_) made->size_in_bytes_ += file->size;
  return made;
}

void SnapshotBuilder::Remove(const std::string& key) {
  auto found = snapshot_->index_.find(key);
  if (found == snapshot_->index_.end()) return;
  FileRef& slot = snapshot_->files_[found->second];
  snapshot_->size_in_bytes_ -= slot->size;
  slot = nullptr;
  ++holes_;
  snapshot_->index_.erase(found);
}

void SnapshotBuilder::Apply(Action&& action) {
  Snapshot& s = *snapshot_;
  if (auto* add = std::get_if<AddFile>(&action)) {
    std::string key = add->Key();
    Remove(key);
    if (!s.tombstones_.empty()) s.tombstones_.erase(key);
    s.size_in_bytes_ += add->size;
    s.index_.emplace(std::move(key), s.files_.size());
    s.files_.push_back(std::make_shared<const AddFile>(std::move(*add)));
  } else if (auto* remove = std::get_if<RemoveFile>(&action)) {
    std::string key = remove->Key();
    Remove(key);
    s.tombstones_[std::move(key)] = std::make_shared<const RemoveFile>(std::move(*remove));
  } else if (auto* metadata = std::get_if<Metadata>(&action)) {
    s.metadata_ = std::make_shared<const Metadata>(std::move(*metadata));
    metadata_changed_ = true;
  } else if (auto* protocol = std::get_if<Protocol>(&action)) {
    s.protocol_ = std::make_shared<const Protocol>(std::move(*protocol));
  } else if (auto* txn = std::get_if<SetTransaction>(&action)) {
    s.transactions_[txn->app_id] = *txn;
  } else if (auto* domain = std::get_if<DomainMetadata>(&action)) {
    if (domain->removed) {
      s.domains_.erase(domain->domain);
    } else {
      s.domains_[domain->domain] = *domain;
    }
  } else if (auto* info = std::get_if<CommitInfo>(&action)) {
    in_commit_timestamp_ms_ = info->Integer("inCommitTimestamp");
  }
}

void SnapshotBuilder::Apply(std::vector<Action>&& actions) {
  in_commit_timestamp_ms_.reset();
  for (auto& action : actions) Apply(std::move(action));
}

SnapshotPtr SnapshotBuilder::Finish(int64_t version, int64_t commit_file_ms, std::optional<storage::ObjectInfo> commit_file) {
  Snapshot& s = *snapshot_;
  if (!s.protocol_ || !s.metadata_) {
    const char* what = s.protocol_ ? "metadata" : "protocol";
    throw Error(ErrorKind::kRuntime, "DELTA_STATE_RECOVER_ERROR",
                fmt::format("The {} of your Delta table could not be recovered while Reconstructing version: {}. Did you "
                            "manually delete files in the _delta_log directory?",
                            what, version),
                {{"operation", what}, {"version", std::to_string(version)}})
        .WithSqlState("XXKDS");
  }
  if (holes_ > 0) {
    size_t to = 0;
    for (size_t from = 0; from < s.files_.size(); ++from) {
      if (!s.files_[from]) continue;
      if (to != from) {
        s.files_[to] = std::move(s.files_[from]);
        s.index_[s.files_[to]->Key()] = to;
      }
      ++to;
    }
    s.files_.resize(to);
    holes_ = 0;
  }
  if (metadata_changed_ || !s.schema_) {
    s.schema_ = std::make_shared<const Schema>(Schema::Parse(s.metadata_->schema_string));
    s.properties_ = std::make_shared<const TableProperties>(s.metadata_->configuration);
    auto layout = std::make_shared<const StatsLayout>(*s.schema_, s.metadata_->partition_columns);
    // Statistics parsed for another layout would be read by the wrong columns.
    if (s.layout_ != nullptr) {
      for (auto& file : s.files_) file = std::make_shared<const AddFile>(*file);
    }
    s.layout_ = layout;
  }
  s.version_ = version;
  s.timestamp_ms_ =
      in_commit_timestamp_ms_ && s.properties_->InCommitTimestampsEnabled() ? *in_commit_timestamp_ms_ : commit_file_ms;
  s.commit_file_ = std::move(commit_file);
  return snapshot_;
}

}  // namespace headrace::delta
