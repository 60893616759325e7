#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/arrow/writer.h>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "delta/checkpoint.h"
#include "delta/table.h"
#include "delta/table_features.h"

namespace headrace::delta {

namespace {

using arrow::field;
using Fields = std::vector<std::shared_ptr<arrow::Field>>;

void Check(const arrow::Status& status) {
  if (!status.ok()) ThrowInternal("writing a Delta checkpoint failed: " + status.ToString());
}

std::shared_ptr<arrow::DataType> TextMapType() { return arrow::map(arrow::utf8(), arrow::utf8()); }

/// The columns of a classic checkpoint ("Checkpoint Schema"), without parsed statistics.
std::shared_ptr<arrow::Schema> CheckpointSchema() {
  auto text = arrow::utf8();
  auto integer = arrow::int64();
  auto vector =
      arrow::struct_(Fields{field("storageType", text), field("pathOrInlineDv", text), field("offset", arrow::int32()),
                            field("sizeInBytes", arrow::int32()), field("cardinality", integer), field("maxRowIndex", integer)});
  auto txn = arrow::struct_(Fields{field("appId", text), field("version", integer), field("lastUpdated", integer)});
  auto add =
      arrow::struct_(Fields{field("path", text), field("partitionValues", TextMapType()), field("size", integer),
                            field("modificationTime", integer), field("dataChange", arrow::boolean()),
                            field("tags", TextMapType()), field("deletionVector", vector), field("baseRowId", integer),
                            field("defaultRowCommitVersion", integer), field("clusteringProvider", text), field("stats", text)});
  auto remove = arrow::struct_(
      Fields{field("path", text), field("deletionTimestamp", integer), field("dataChange", arrow::boolean()),
             field("extendedFileMetadata", arrow::boolean()), field("partitionValues", TextMapType()), field("size", integer),
             field("deletionVector", vector), field("baseRowId", integer), field("defaultRowCommitVersion", integer)});
  auto format = arrow::struct_(Fields{field("provider", text), field("options", TextMapType())});
  auto metadata = arrow::struct_(Fields{
      field("id", text), field("name", text), field("description", text), field("format", format), field("schemaString", text),
      field("partitionColumns", arrow::list(text)), field("configuration", TextMapType()), field("createdTime", integer)});
  auto protocol = arrow::struct_(Fields{field("minReaderVersion", arrow::int32()), field("minWriterVersion", arrow::int32()),
                                        field("readerFeatures", arrow::list(text)), field("writerFeatures", arrow::list(text))});
  auto domain = arrow::struct_(Fields{field("domain", text), field("configuration", text), field("removed", arrow::boolean())});
  return arrow::schema(Fields{field("txn", txn), field("add", add), field("remove", remove), field("metaData", metadata),
                              field("protocol", protocol), field("domainMetadata", domain)});
}

/// Appends one struct's fields in the order of its schema.
class RowAppender {
 public:
  explicit RowAppender(arrow::ArrayBuilder* builder) : builder_(static_cast<arrow::StructBuilder*>(builder)) {
    Check(builder_->Append());
  }
  RowAppender& Text(const std::string& value) {
    Check(Next<arrow::StringBuilder>()->Append(value));
    return *this;
  }
  RowAppender& Text(const std::optional<std::string>& value) {
    auto* to = Next<arrow::StringBuilder>();
    Check(value ? to->Append(*value) : to->AppendNull());
    return *this;
  }
  RowAppender& Integer(const std::optional<int64_t>& value) {
    auto* to = Next<arrow::Int64Builder>();
    Check(value ? to->Append(*value) : to->AppendNull());
    return *this;
  }
  RowAppender& Int32(const std::optional<int32_t>& value) {
    auto* to = Next<arrow::Int32Builder>();
    Check(value ? to->Append(*value) : to->AppendNull());
    return *this;
  }
  RowAppender& Bool(bool value) {
    Check(Next<arrow::BooleanBuilder>()->Append(value));
    return *this;
  }
  template <typename Map>
  RowAppender& TextMap(const Map* map) {
    auto* to = Next<arrow::MapBuilder>();
    if (map == nullptr) {
      Check(to->AppendNull());
      return *this;
    }
    Check(to->Append());
    auto* keys = static_cast<arrow::StringBuilder*>(to->key_builder());
    auto* items = static_cast<arrow::StringBuilder*>(to->item_builder());
    for (const auto& [key, value] : *map) {
      Check(keys->Append(key));
      AppendItem(items, value);
    }
    return *this;
  }
  RowAppender& Texts(const std::optional<std::vector<std::string>>& list) {
    auto* to = Next<arrow::ListBuilder>();
    if (!list) {
      Check(to->AppendNull());
      return *this;
    }
    Check(to->Append());
    for (const auto& value : *list) Check(static_cast<arrow::StringBuilder*>(to->value_builder())->Append(value));
    return *this;
  }
  RowAppender& Vector(const std::optional<DeletionVectorDescriptor>& vector) {
    auto* to = Next<arrow::StructBuilder>();
    if (!vector) {
      Check(to->AppendNull());
      return *this;
    }
    RowAppender(to)
        .Text(vector->storage_type)
        .Text(vector->path_or_inline)
        .Int32(vector->offset)
        .Int32(vector->size_in_bytes)
        .Integer(vector->cardinality)
        .Integer(vector->max_row_index);
    return *this;
  }
  arrow::ArrayBuilder* NextBuilder() { return builder_->field_builder(next_++); }

 private:
  template <typename Builder>
  Builder* Next() {
    return static_cast<Builder*>(NextBuilder());
  }
  static void AppendItem(arrow::StringBuilder* to, const std::string& value) { Check(to->Append(value)); }
  static void AppendItem(arrow::StringBuilder* to, const std::optional<std::string>& value) {
    Check(value ? to->Append(*value) : to->AppendNull());
  }
  arrow::StructBuilder* builder_;
  int next_ = 0;
};

/// Rows of the checkpoint: each fills one of the top-level columns.
class CheckpointRows {
 public:
  enum Column { kTxn, kAdd, kRemove, kMetadata, kProtocol, kDomain };

  CheckpointRows() : schema_(CheckpointSchema()) {
    for (const auto& column : schema_->fields()) {
      std::unique_ptr<arrow::ArrayBuilder> builder;
      Check(arrow::MakeBuilder(arrow::default_memory_pool(), column->type(), &builder));
      builders_.push_back(std::move(builder));
    }
  }

  RowAppender Row(Column column) {
    for (size_t i = 0; i < builders_.size(); ++i) {
      if (i != static_cast<size_t>(column)) Check(builders_[i]->AppendNull());
    }
    ++rows_;
    return RowAppender(builders_[column].get());
  }

  int64_t rows() const { return rows_; }

  std::string Encode() {
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (auto& builder : builders_) {
      std::shared_ptr<arrow::Array> array;
      Check(builder->Finish(&array));
      arrays.push_back(std::move(array));
    }
    auto sink = arrow::io::BufferOutputStream::Create(1 << 16).ValueOrDie();
    auto properties = parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->build();
    Check(parquet::arrow::WriteTable(*arrow::Table::Make(schema_, arrays, rows_), arrow::default_memory_pool(), sink, 1 << 17,
                                     properties));
    auto buffer = sink->Finish();
    Check(buffer.status());
    return (*buffer)->ToString();
  }

 private:
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;
  int64_t rows_ = 0;
};

void AppendAdd(CheckpointRows* rows, const AddFile& file, bool with_stats) {
  rows->Row(CheckpointRows::kAdd)
      .Text(file.path)
      .TextMap(&file.partition_values)
      .Integer(file.size)
      .Integer(file.modification_time_ms)
      .Bool(false)  // A checkpoint's files are state, not change.
      .TextMap(file.tags ? &*file.tags : nullptr)
      .Vector(file.deletion_vector)
      .Integer(file.base_row_id)
      .Integer(file.default_row_commit_version)
      .Text(file.clustering_provider)
      .Text(with_stats ? file.stats : std::nullopt);
}

void AppendRemove(CheckpointRows* rows, const RemoveFile& file) {
  rows->Row(CheckpointRows::kRemove)
      .Text(file.path)
      .Integer(file.deletion_timestamp_ms)
      .Bool(false)
      .Bool(file.extended_file_metadata)
      .TextMap(file.partition_values ? &*file.partition_values : nullptr)
      .Integer(file.size)
      .Vector(file.deletion_vector)
      .Integer(file.base_row_id)
      .Integer(file.default_row_commit_version);
}

void AppendHead(CheckpointRows* rows, const Snapshot& snapshot) {
  const Protocol& protocol = snapshot.protocol();
  rows->Row(CheckpointRows::kProtocol)
      .Int32(protocol.min_reader_version)
      .Int32(protocol.min_writer_version)
      .Texts(protocol.reader_features)
      .Texts(protocol.writer_features);
  const Metadata& metadata = snapshot.metadata();
  RowAppender row = rows->Row(CheckpointRows::kMetadata);
  row.Text(metadata.id).Text(metadata.name).Text(metadata.description);
  RowAppender(row.NextBuilder()).Text(metadata.provider).TextMap(&metadata.format_options);
  row.Text(metadata.schema_string)
      .Texts(metadata.partition_columns)
      .TextMap(&metadata.configuration)
      .Integer(metadata.created_time_ms);
  for (const auto& [app, txn] : snapshot.transactions()) {
    rows->Row(CheckpointRows::kTxn).Text(txn.app_id).Integer(txn.version).Integer(txn.last_updated_ms);
  }
  for (const auto& [name, domain] : snapshot.domains()) {
    rows->Row(CheckpointRows::kDomain).Text(domain.domain).Text(domain.configuration).Bool(false);
  }
}

}  // namespace

CheckpointData EncodeCheckpoint(const Snapshot& snapshot, int64_t tombstone_cutoff_ms) {
  CheckpointRows rows;
  AppendHead(&rows, snapshot);
  for (const auto& [key, remove] : snapshot.tombstones()) {
    if (remove->deletion_timestamp_ms.value_or(0) > tombstone_cutoff_ms) AppendRemove(&rows, *remove);
  }
  bool with_stats = snapshot.properties().CheckpointStatsAsJson();
  for (const auto& file : snapshot.files()) AppendAdd(&rows, *file, with_stats);
  return {rows.Encode(), rows.rows(), static_cast<int64_t>(snapshot.files().size())};
}

void Table::Checkpoint(const Snapshot& snapshot) {
  auto& store = *location_.store;
  int64_t cutoff = clock_->NowMillis() - snapshot.properties().DeletedFileRetentionMillis();
  CheckpointData data = EncodeCheckpoint(snapshot, cutoff);
  store.Put(storage::JoinPath(LogPath(), CheckpointName(snapshot.version())), data.parquet);
  // The hint only moves forward: a slow writer must not hide a later checkpoint.
  if (ReadLastCheckpoint(store, LogPath()).value_or(-1) <= snapshot.version()) {
    json::object hint{{"version", snapshot.version()},
                      {"size", data.rows},
                      {"sizeInBytes", static_cast<int64_t>(data.parquet.size())},
                      {"numOfAddFiles", data.adds}};
    store.Put(storage::JoinPath(LogPath(), "_last_checkpoint"), json::serialize(hint));
  }
  if (snapshot.properties().ExpiredLogCleanup()) CleanUpLog(snapshot);
}

int64_t Table::CleanUpLog(const Snapshot& snapshot) {
  if (HasFeature(snapshot.protocol(), "checkpointProtection")) return 0;
  auto& store = *location_.store;
  constexpr int64_t kDay = 86400000;
  int64_t cutoff = clock_->NowMillis() - snapshot.properties().LogRetentionMillis();
  cutoff -= cutoff % kDay;  // By whole days, so that not every commit pays for a clean-up.
  LogListing listing = ListLog(store, LogPath());
  // Versions from the last checkpoint whose successors are young enough stay; what lies before goes.
  int64_t first_young = snapshot.version();
  for (const auto& commit : listing.commits) {
    if (commit.info.modified_ms > cutoff) {
      first_young = std::min(first_young, commit.version);
      break;
    }
  }
  int64_t keep_from = -1;
  for (const auto& checkpoint : listing.checkpoints) {
    if (checkpoint.version <= first_young) keep_from = checkpoint.version;
  }
  int64_t removed = 0;
  if (keep_from <= 0) return removed;
  for (const auto& info : store.List(LogPath(), "")) {
    LogFileName name = ParseLogFileName(std::string_view(info.path).substr(info.path.find_last_of('/') + 1));
    if (name.kind == LogFileName::Kind::kOther || name.version < 0 || name.version >= keep_from) continue;
    if (info.modified_ms > cutoff) continue;
    store.Delete(info.path);
    ++removed;
  }
  return removed;
}

}  // namespace headrace::delta
