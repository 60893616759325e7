#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>

#include "base/error.h"
#include "base/json.h"
#include "delta/actions_json.h"
#include "delta/checkpoint.h"
#include "delta/value.h"

namespace headrace::delta {

namespace {

[[noreturn]] void ThrowCorrupted(const std::string& path, const std::string& what) {
  throw Error(ErrorKind::kRuntime, "DELTA_CHECKPOINT_CORRUPTED",
              fmt::format("The Delta checkpoint {} cannot be read: {}.", path, what), {{"file", path}, {"reason", what}})
      .WithSqlState("XXKDS");
}

void Check(const arrow::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}
template <typename T>
T Take(arrow::Result<T> result) {
  Check(result.status());
  return std::move(result).ValueOrDie();
}

std::string_view TextAt(const arrow::Array& array, int64_t i) {
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return static_cast<const arrow::BinaryArray&>(array).GetView(i);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return static_cast<const arrow::LargeBinaryArray&>(array).GetView(i);
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
      return static_cast<const arrow::BinaryViewArray&>(array).GetView(i);
    case arrow::Type::DICTIONARY: {
      const auto& dictionary = static_cast<const arrow::DictionaryArray&>(array);
      return TextAt(*dictionary.dictionary(), dictionary.GetValueIndex(i));
    }
    default:
      throw std::runtime_error("text expected, found " + array.type()->ToString());
  }
}

int64_t IntegerAt(const arrow::Array& array, int64_t i) {
  switch (array.type_id()) {
    case arrow::Type::INT64:
      return static_cast<const arrow::Int64Array&>(array).Value(i);
    case arrow::Type::INT32:
      return static_cast<const arrow::Int32Array&>(array).Value(i);
    case arrow::Type::INT16:
      return static_cast<const arrow::Int16Array&>(array).Value(i);
    case arrow::Type::INT8:
      return static_cast<const arrow::Int8Array&>(array).Value(i);
    default:
      throw std::runtime_error("an integer expected, found " + array.type()->ToString());
  }
}

/// A struct column's fields by name, looked up once a batch.
class StructView {
 public:
  StructView() = default;
  explicit StructView(std::shared_ptr<arrow::Array> array) {
    if (array == nullptr) return;
    if (array->type_id() != arrow::Type::STRUCT) throw std::runtime_error("a struct expected");
    array_ = std::static_pointer_cast<arrow::StructArray>(array);
  }
  bool Has(int64_t i) const { return array_ != nullptr && array_->IsValid(i); }
  std::shared_ptr<arrow::Array> Field(const char* name) const {
    return array_ == nullptr ? nullptr : array_->GetFieldByName(name);
  }

 private:
  std::shared_ptr<arrow::StructArray> array_;
};

/// One field of an action; absent columns read as null.
class Column {
 public:
  Column() = default;
  Column(const StructView& parent, const char* name) : array_(parent.Field(name)) {}
  bool Has(int64_t i) const { return array_ != nullptr && array_->IsValid(i); }
  bool exists() const { return array_ != nullptr; }
  const std::shared_ptr<arrow::Array>& array() const { return array_; }
  std::string Text(int64_t i) const { return Has(i) ? std::string(TextAt(*array_, i)) : std::string(); }
  std::optional<std::string> OptionalText(int64_t i) const {
    return Has(i) ? std::optional<std::string>(TextAt(*array_, i)) : std::nullopt;
  }
  std::optional<int64_t> Integer(int64_t i) const { return Has(i) ? std::optional(IntegerAt(*array_, i)) : std::nullopt; }
  bool Bool(int64_t i, bool otherwise) const {
    return Has(i) ? static_cast<const arrow::BooleanArray&>(*array_).Value(i) : otherwise;
  }
  template <typename Sink>
  void EachText(int64_t i, Sink&& sink) const {
    if (!Has(i)) return;
    const auto& list = static_cast<const arrow::ListArray&>(*array_);
    for (int64_t at = list.value_offset(i); at < list.value_offset(i + 1); ++at) sink(std::string(TextAt(*list.values(), at)));
  }
  template <typename Sink>
  void EachEntry(int64_t i, Sink&& sink) const {
    if (!Has(i)) return;
    const auto& map = static_cast<const arrow::MapArray&>(*array_);
    const arrow::Array& items = *map.items();
    for (int64_t at = map.value_offset(i); at < map.value_offset(i + 1); ++at) {
      sink(std::string(TextAt(*map.keys(), at)),
           items.IsValid(at) ? std::optional<std::string>(TextAt(items, at)) : std::nullopt);
    }
  }
  PartitionValues Values(int64_t i) const {
    PartitionValues values;
    EachEntry(i, [&](std::string key, std::optional<std::string> value) { values[std::move(key)] = std::move(value); });
    return values;
  }
  std::map<std::string, std::string> Texts(int64_t i) const {
    std::map<std::string, std::string> texts;
    EachEntry(i, [&](std::string key, std::optional<std::string> value) { texts[std::move(key)] = value.value_or(""); });
    return texts;
  }
  std::optional<std::map<std::string, std::string>> OptionalTexts(int64_t i) const {
    return Has(i) ? std::optional(Texts(i)) : std::nullopt;
  }

 private:
  std::shared_ptr<arrow::Array> array_;
};

struct VectorColumns {
  explicit VectorColumns(const StructView& parent)
      : view(parent.Field("deletionVector")),
        storage_type(view, "storageType"),
        path(view, "pathOrInlineDv"),
        offset(view, "offset"),
        size(view, "sizeInBytes"),
        cardinality(view, "cardinality"),
        max_row(view, "maxRowIndex") {}
  std::optional<DeletionVectorDescriptor> At(int64_t i) const {
    if (!view.Has(i) || !storage_type.Has(i)) return std::nullopt;
    DeletionVectorDescriptor descriptor;
    descriptor.storage_type = storage_type.Text(i);
    descriptor.path_or_inline = path.Text(i);
    if (auto value = offset.Integer(i)) descriptor.offset = static_cast<int32_t>(*value);
    descriptor.size_in_bytes = static_cast<int32_t>(size.Integer(i).value_or(0));
    descriptor.cardinality = cardinality.Integer(i).value_or(0);
    descriptor.max_row_index = max_row.Integer(i);
    return descriptor;
  }
  StructView view;
  Column storage_type, path, offset, size, cardinality, max_row;
};

/// A value of stats_parsed as its JSON in `stats`.
json::value StatsValue(const arrow::Array& array, int64_t i) {
  if (array.IsNull(i)) return nullptr;
  switch (array.type_id()) {
    case arrow::Type::STRUCT: {
      const auto& row = static_cast<const arrow::StructArray&>(array);
      json::object object;
      for (int f = 0; f < row.num_fields(); ++f) {
        json::value value = StatsValue(*row.field(f), i);
        if (!value.is_null()) object[row.type()->field(f)->name()] = std::move(value);
      }
      return object;
    }
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanArray&>(array).Value(i);
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
      return IntegerAt(array, i);
    case arrow::Type::FLOAT:
      return static_cast<double>(static_cast<const arrow::FloatArray&>(array).Value(i));
    case arrow::Type::DOUBLE:
      return static_cast<const arrow::DoubleArray&>(array).Value(i);
    case arrow::Type::DATE32:
      return json::value(FormatDate(static_cast<const arrow::Date32Array&>(array).Value(i)));
    case arrow::Type::TIMESTAMP: {
      const auto& type = static_cast<const arrow::TimestampType&>(*array.type());
      int64_t value = static_cast<const arrow::TimestampArray&>(array).Value(i);
      int64_t micros = type.unit() == arrow::TimeUnit::MILLI   ? value * 1000
                       : type.unit() == arrow::TimeUnit::NANO  ? value / 1000
                       : type.unit() == arrow::TimeUnit::MICRO ? value
                                                               : value * 1000000;
      std::string text = FormatIsoTimestamp(micros);
      if (type.timezone().empty()) text.pop_back();
      return json::value(text);
    }
    case arrow::Type::DECIMAL128:
      return json::value(static_cast<const arrow::Decimal128Array&>(array).FormatValue(i));
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
      return json::value(std::string(TextAt(array, i)));
    default:
      return nullptr;  // Not a type that bounds anything.
  }
}

using Sink = std::function<void(Action&&)>;

void EmitAdds(const StructView& view, int64_t rows, const Sink& sink) {
  Column path(view, "path"), values(view, "partitionValues"), size(view, "size"), time(view, "modificationTime"),
      change(view, "dataChange"), stats(view, "stats"), parsed(view, "stats_parsed"), tags(view, "tags"),
      row_id(view, "baseRowId"), row_version(view, "defaultRowCommitVersion"), clustering(view, "clusteringProvider");
  VectorColumns vectors(view);
  for (int64_t i = 0; i < rows; ++i) {
    if (!view.Has(i) || !path.Has(i)) continue;
    AddFile add;
    add.path = path.Text(i);
    add.partition_values = values.Values(i);
    add.size = size.Integer(i).value_or(0);
    add.modification_time_ms = time.Integer(i).value_or(0);
    add.data_change = change.Bool(i, false);
    add.stats = stats.OptionalText(i);
    if (!add.stats && parsed.Has(i)) add.stats = json::serialize(StatsValue(*parsed.array(), i));
    add.tags = tags.OptionalTexts(i);
    add.deletion_vector = vectors.At(i);
    add.base_row_id = row_id.Integer(i);
    add.default_row_commit_version = row_version.Integer(i);
    add.clustering_provider = clustering.OptionalText(i);
    sink(std::move(add));
  }
}

void EmitRemoves(const StructView& view, int64_t rows, const Sink& sink) {
  Column path(view, "path"), time(view, "deletionTimestamp"), change(view, "dataChange"), extended(view, "extendedFileMetadata"),
      values(view, "partitionValues"), size(view, "size"), tags(view, "tags"), row_id(view, "baseRowId"),
      row_version(view, "defaultRowCommitVersion"), stats(view, "stats");
  VectorColumns vectors(view);
  for (int64_t i = 0; i < rows; ++i) {
    if (!view.Has(i) || !path.Has(i)) continue;
    RemoveFile remove;
    remove.path = path.Text(i);
    remove.deletion_timestamp_ms = time.Integer(i);
    remove.data_change = change.Bool(i, false);
    remove.extended_file_metadata = extended.Bool(i, false);
    if (values.Has(i)) remove.partition_values = values.Values(i);
    remove.size = size.Integer(i);
    remove.tags = tags.OptionalTexts(i);
    remove.deletion_vector = vectors.At(i);
    remove.base_row_id = row_id.Integer(i);
    remove.default_row_commit_version = row_version.Integer(i);
    remove.stats = stats.OptionalText(i);
    sink(std::move(remove));
  }
}

void EmitMetadata(const StructView& view, int64_t rows, const Sink& sink) {
  Column id(view, "id"), name(view, "name"), description(view, "description"), schema(view, "schemaString"),
      partitions(view, "partitionColumns"), configuration(view, "configuration"), created(view, "createdTime");
  StructView format(view.Field("format"));
  Column provider(format, "provider"), options(format, "options");
  for (int64_t i = 0; i < rows; ++i) {
    if (!view.Has(i) || !id.Has(i)) continue;
    Metadata metadata;
    metadata.id = id.Text(i);
    metadata.name = name.OptionalText(i);
    metadata.description = description.OptionalText(i);
    if (format.Has(i)) {
      metadata.provider = provider.OptionalText(i).value_or("parquet");
      metadata.format_options = options.Texts(i);
    }
    metadata.schema_string = schema.Text(i);
    partitions.EachText(i, [&](std::string column) { metadata.partition_columns.push_back(std::move(column)); });
    metadata.configuration = configuration.Texts(i);
    metadata.created_time_ms = created.Integer(i);
    sink(std::move(metadata));
  }
}

void EmitProtocol(const StructView& view, int64_t rows, const Sink& sink) {
  Column reader(view, "minReaderVersion"), writer(view, "minWriterVersion"), reader_list(view, "readerFeatures"),
      writer_list(view, "writerFeatures");
  auto list = [](const Column& column, int64_t i) -> std::optional<std::vector<std::string>> {
    if (!column.Has(i)) return std::nullopt;
    std::vector<std::string> names;
    column.EachText(i, [&](std::string name) { names.push_back(std::move(name)); });
    return names;
  };
  for (int64_t i = 0; i < rows; ++i) {
    if (!view.Has(i) || !reader.Has(i)) continue;
    Protocol protocol;
    protocol.min_reader_version = static_cast<int>(*reader.Integer(i));
    protocol.min_writer_version = static_cast<int>(writer.Integer(i).value_or(1));
    if (protocol.min_reader_version >= 3) protocol.reader_features = list(reader_list, i);
    if (protocol.min_writer_version >= 7) protocol.writer_features = list(writer_list, i);
    sink(std::move(protocol));
  }
}

void EmitSmall(const arrow::RecordBatch& batch, const Sink& sink) {
  StructView txn(batch.GetColumnByName("txn"));
  Column app(txn, "appId"), version(txn, "version"), updated(txn, "lastUpdated");
  StructView domain(batch.GetColumnByName("domainMetadata"));
  Column domain_name(domain, "domain"), configuration(domain, "configuration"), removed(domain, "removed");
  StructView sidecar(batch.GetColumnByName("sidecar"));
  Column path(sidecar, "path"), size(sidecar, "sizeInBytes"), time(sidecar, "modificationTime");
  for (int64_t i = 0; i < batch.num_rows(); ++i) {
    if (txn.Has(i) && app.Has(i)) sink(SetTransaction{app.Text(i), version.Integer(i).value_or(0), updated.Integer(i)});
    if (domain.Has(i) && domain_name.Has(i)) {
      sink(DomainMetadata{domain_name.Text(i), configuration.Text(i), removed.Bool(i, false)});
    }
    if (sidecar.Has(i) && path.Has(i)) sink(Sidecar{path.Text(i), size.Integer(i).value_or(0), time.Integer(i).value_or(0)});
  }
}

/// Leaf columns to read: parsed statistics only where there are none as text, parsed partition values never.
std::vector<int> ColumnsToRead(const parquet::SchemaDescriptor& schema) {
  bool has_text = false;
  for (int i = 0; i < schema.num_columns(); ++i) has_text |= schema.Column(i)->path()->ToDotString() == "add.stats";
  std::vector<int> columns;
  for (int i = 0; i < schema.num_columns(); ++i) {
    std::string path = schema.Column(i)->path()->ToDotString();
    if (path.rfind("add.partitionValues_parsed.", 0) == 0) continue;
    if (path.rfind("add.stats_parsed.", 0) == 0 && has_text) continue;
    columns.push_back(i);
  }
  return columns;
}

void ReadParquet(storage::ObjectStore& store, const std::string& path, const Sink& sink) {
  auto source = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(store.Read(path)));
  parquet::arrow::FileReaderBuilder builder;
  Check(builder.Open(source));
  auto reader = Take(builder.Build());
  std::vector<int> groups(static_cast<size_t>(reader->num_row_groups()));
  for (size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<int>(i);
  auto columns = ColumnsToRead(*reader->parquet_reader()->metadata()->schema());
  auto batches = Take(reader->GetRecordBatchReader(groups, columns));
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    Check(batches->ReadNext(&batch));
    if (batch == nullptr) break;
    EmitProtocol(StructView(batch->GetColumnByName("protocol")), batch->num_rows(), sink);
    EmitMetadata(StructView(batch->GetColumnByName("metaData")), batch->num_rows(), sink);
    EmitSmall(*batch, sink);
    EmitAdds(StructView(batch->GetColumnByName("add")), batch->num_rows(), sink);
    EmitRemoves(StructView(batch->GetColumnByName("remove")), batch->num_rows(), sink);
  }
}

void ReadCheckpointFile(storage::ObjectStore& store, const std::string& path, const Sink& sink) {
  try {
    if (path.size() > 5 && path.compare(path.size() - 5, 5, ".json") == 0) {
      for (auto& action : ParseActions(store.Read(path), path)) sink(std::move(action));
    } else {
      ReadParquet(store, path, sink);
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    ThrowCorrupted(path, error.what());
  }
}

}  // namespace

void ReadCheckpoint(storage::ObjectStore& store, const std::string& log_path, const CheckpointFiles& checkpoint,
                    const Sink& sink) {
  std::vector<Sidecar> sidecars;
  for (const auto& file : checkpoint.files) {
    ReadCheckpointFile(store, file.path, [&](Action&& action) {
      if (auto* sidecar = std::get_if<Sidecar>(&action)) {
        sidecars.push_back(std::move(*sidecar));
      } else {
        sink(std::move(action));
      }
    });
  }
  for (const auto& sidecar : sidecars) {
    bool absolute = sidecar.path.find(":/") != std::string::npos || (!sidecar.path.empty() && sidecar.path[0] == '/');
    std::string path = absolute ? storage::Resolve(sidecar.path).path
                                : storage::JoinPath(log_path, "_sidecars/" + storage::DecodePath(sidecar.path));
    ReadCheckpointFile(store, path, sink);
  }
}

}  // namespace headrace::delta
