#include "features/delta_table_reader.h"

#include <arrow/api.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/decimal.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include <cstring>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "delta/deletion_vector.h"
#include "delta/snapshot.h"
#include "delta/table.h"
#include "delta/value.h"

namespace headrace::features {
namespace {

constexpr int64_t kBatchRows = 8192;

void Check(const arrow::Status& status, const std::string& path) {
  if (status.ok()) return;
  throw Error(ErrorKind::kRuntime, "FAILED_READ_FILE.NO_HINT",
              "Encountered error while reading file " + path + ": " + status.ToString());
}

template <typename T>
T Value(arrow::Result<T> result, const std::string& path) {
  Check(result.status(), path);
  return std::move(result).ValueUnsafe();
}

/// A file of an object store as Arrow reads it.
class StoreFile : public arrow::io::RandomAccessFile {
 public:
  StoreFile(std::shared_ptr<storage::ObjectStore> store, std::string path, int64_t size)
      : store_(std::move(store)), path_(std::move(path)), size_(size) {}
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> GetSize() override { return size_; }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t bytes) override {
    try {
      return arrow::Buffer::FromString(store_->ReadRange(path_, position, bytes));
    } catch (const Error& error) {
      return arrow::Status::IOError(error.message());
    }
  }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position, bytes));
    std::memcpy(out, buffer->data(), buffer->size());
    return buffer->size();
  }
  arrow::Result<int64_t> Read(int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position_, bytes, out));
    position_ += read;
    return read;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, bytes));
    position_ += buffer->size();
    return buffer;
  }

 private:
  std::shared_ptr<storage::ObjectStore> store_;
  std::string path_;
  int64_t size_;
  int64_t position_ = 0;
  bool closed_ = false;
};

OnlineType TypeOf(const delta::DataType& type) {
  if (!type.IsPrimitive()) return OnlineType::kJson;
  static const std::map<std::string, OnlineType> kTypes = {{"boolean", OnlineType::kBoolean},
                                                           {"byte", OnlineType::kInteger},
                                                           {"short", OnlineType::kInteger},
                                                           {"integer", OnlineType::kInteger},
                                                           {"long", OnlineType::kLong},
                                                           {"float", OnlineType::kFloat},
                                                           {"double", OnlineType::kDouble},
                                                           {"date", OnlineType::kDate},
                                                           {"timestamp", OnlineType::kTimestamp},
                                                           {"string", OnlineType::kString},
                                                           {"timestamp_ntz", OnlineType::kTimestamp},
                                                           {"binary", OnlineType::kBinary}};
  if (const auto it = kTypes.find(type.name); it != kTypes.end()) return it->second;
  if (type.DecimalShape()) return OnlineType::kDecimal;
  ThrowUnsupported("publishing columns of type " + type.SqlName());
}

int64_t ToMicros(int64_t value, arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return value * 1'000'000;
    case arrow::TimeUnit::MILLI:
      return value * 1000;
    case arrow::TimeUnit::MICRO:
      return value;
    case arrow::TimeUnit::NANO:
      return value >= 0 ? value / 1000 : (value - 999) / 1000;
  }
  ThrowInternal("an unknown Arrow time unit");
}

int64_t IntAt(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanArray&>(array).Value(row);
    case arrow::Type::INT8:
      return static_cast<const arrow::Int8Array&>(array).Value(row);
    case arrow::Type::INT16:
      return static_cast<const arrow::Int16Array&>(array).Value(row);
    case arrow::Type::INT32:
      return static_cast<const arrow::Int32Array&>(array).Value(row);
    case arrow::Type::INT64:
      return static_cast<const arrow::Int64Array&>(array).Value(row);
    case arrow::Type::DATE32:
      return static_cast<const arrow::Date32Array&>(array).Value(row);
    case arrow::Type::TIMESTAMP:
      return ToMicros(static_cast<const arrow::TimestampArray&>(array).Value(row),
                      static_cast<const arrow::TimestampType&>(*array.type()).unit());
    default:
      ThrowUnsupported("publishing from Parquet columns of type " + array.type()->ToString());
  }
}

double DoubleAt(const arrow::Array& array, int64_t row) {
  if (array.type_id() == arrow::Type::DOUBLE) return static_cast<const arrow::DoubleArray&>(array).Value(row);
  if (array.type_id() == arrow::Type::FLOAT) return static_cast<const arrow::FloatArray&>(array).Value(row);
  return static_cast<double>(IntAt(array, row));
}

std::string TextAt(const arrow::Array& array, int64_t row);

json::value JsonAt(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return nullptr;
  switch (array.type_id()) {
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      json::array out;
      for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) out.push_back(JsonAt(*list.values(), i));
      return out;
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      json::object out;
      for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
        const json::value key = JsonAt(*map.keys(), i);
        out[key.is_string() ? std::string(key.get_string()) : json::serialize(key)] = JsonAt(*map.items(), i);
      }
      return out;
    }
    case arrow::Type::STRUCT: {
      const auto& fields = static_cast<const arrow::StructArray&>(array);
      json::object out;
      for (int i = 0; i < fields.num_fields(); ++i) out[fields.struct_type()->field(i)->name()] = JsonAt(*fields.field(i), row);
      return out;
    }
    case arrow::Type::BOOL:
      return IntAt(array, row) != 0;
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
      return DoubleAt(array, row);
    case arrow::Type::DATE32:
      return json::value(FormatDate(IntAt(array, row)));
    case arrow::Type::TIMESTAMP:
      return json::value(FormatTimestamp(IntAt(array, row)));
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::BINARY:
    case arrow::Type::DECIMAL128:
      return json::value(TextAt(array, row));
    default:
      return IntAt(array, row);
  }
}

std::string TextAt(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return std::string(static_cast<const arrow::BinaryArray&>(array).GetView(row));
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return std::string(static_cast<const arrow::LargeBinaryArray&>(array).GetView(row));
    case arrow::Type::DECIMAL128:
      return static_cast<const arrow::Decimal128Array&>(array).FormatValue(row);
    default:
      return json::serialize(JsonAt(array, row));
  }
}

/// A batch of a file's live rows. A column is an array of the file or one value for all rows.
class FileBatch : public RowBatch {
 public:
  struct Column {
    std::shared_ptr<arrow::Array> array;
    delta::Value constant;
  };
  FileBatch(std::vector<Column> columns, std::vector<int64_t> live) : columns_(std::move(columns)), live_(std::move(live)) {}
  size_t rows() const override { return live_.size(); }
  bool IsNull(size_t column, size_t row) const override {
    const Column& source = columns_[column];
    return source.array ? source.array->IsNull(live_[row]) : delta::IsNull(source.constant);
  }
  int64_t Int(size_t column, size_t row) const override {
    const Column& source = columns_[column];
    if (source.array) return IntAt(*source.array, live_[row]);
    if (const auto* date = std::get_if<delta::Date>(&source.constant)) return date->days;
    if (const auto* time = std::get_if<delta::Timestamp>(&source.constant)) return time->micros;
    if (const auto* flag = std::get_if<bool>(&source.constant)) return *flag;
    return std::get<int64_t>(source.constant);
  }
  double Double(size_t column, size_t row) const override {
    const Column& source = columns_[column];
    return source.array ? DoubleAt(*source.array, live_[row]) : std::get<double>(source.constant);
  }
  std::string Text(size_t column, size_t row) const override {
    const Column& source = columns_[column];
    return source.array ? TextAt(*source.array, live_[row]) : delta::ToText(source.constant);
  }

 private:
  std::vector<Column> columns_;
  std::vector<int64_t> live_;
};

/// Reads one file of a snapshot.
class FileScan {
 public:
  FileScan(const delta::Snapshot& snapshot, const delta::AddFile& file, const OnlineSchema& columns)
      : snapshot_(snapshot), file_(file), columns_(columns), path_(snapshot.AbsolutePath(file.path)) {}

  void Run(const TableReader::Sink& sink) {
    Plan();
    const auto& store = snapshot_.location().store;
    auto source = std::make_shared<StoreFile>(store, path_, file_.size);
    std::unique_ptr<parquet::arrow::FileReader> reader = Open(source);
    const auto* schema = reader->parquet_reader()->metadata()->schema();
    std::vector<int> leaves;
    for (int i = 0; i < schema->num_columns(); ++i) {
      if (wanted_.contains(schema->Column(i)->path()->ToDotVector()[0])) leaves.push_back(i);
    }
    std::optional<delta::RowIndexSet> deleted;
    if (file_.deletion_vector) {
      deleted = delta::ReadDeletionVector(*store, snapshot_.location().path, *file_.deletion_vector);
    }
    std::vector<int> groups(reader->num_row_groups());
    for (size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<int>(i);
    auto batches = Value(reader->GetRecordBatchReader(groups, leaves), path_);
    int64_t position = 0;
    while (true) {
      std::shared_ptr<arrow::RecordBatch> batch;
      Check(batches->ReadNext(&batch), path_);
      if (!batch) return;
      Emit(*batch, position, deleted, sink);
      position += batch->num_rows();
    }
  }

 private:
  static std::unique_ptr<parquet::arrow::FileReader> Open(const std::shared_ptr<StoreFile>& source) {
    parquet::ArrowReaderProperties properties;
    properties.set_batch_size(kBatchRows);
    properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
    parquet::arrow::FileReaderBuilder builder;
    Check(builder.Open(source), "");
    builder.properties(properties);
    std::unique_ptr<parquet::arrow::FileReader> reader;
    Check(builder.Build(&reader), "");
    return reader;
  }

  void Plan() {
    const auto values = snapshot_.PartitionValuesOf(file_);
    const auto& partitions = snapshot_.metadata().partition_columns;
    for (const auto& column : columns_.columns) {
      FileBatch::Column constant;
      std::string physical;
      bool is_partition = false;
      for (size_t i = 0; i < partitions.size(); ++i) {
        if (partitions[i] != column.name) continue;
        is_partition = true;
        constant.constant = values[i];
      }
      if (!is_partition) {
        const delta::Field* field = snapshot_.schema().Find(column.name);
        // A column that this version does not have, or a file from before it, reads as null.
        physical = field ? field->PhysicalName() : "";
        wanted_.insert(physical);
      }
      constants_.push_back(std::move(constant));
      physical_.push_back(std::move(physical));
    }
  }

  void Emit(const arrow::RecordBatch& batch, int64_t position, const std::optional<delta::RowIndexSet>& deleted,
            const TableReader::Sink& sink) {
    std::vector<int64_t> live;
    live.reserve(batch.num_rows());
    const auto gone = deleted ? deleted->Range(position, position + batch.num_rows()) : std::vector<uint64_t>();
    size_t next = 0;
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      if (next < gone.size() && gone[next] == static_cast<uint64_t>(position + row)) {
        ++next;
        continue;
      }
      live.push_back(row);
    }
    std::vector<FileBatch::Column> sources = constants_;
    for (size_t i = 0; i < sources.size(); ++i) {
      if (!physical_[i].empty()) sources[i].array = batch.GetColumnByName(physical_[i]);
    }
    if (!live.empty()) sink(FileBatch(std::move(sources), std::move(live)));
  }

  const delta::Snapshot& snapshot_;
  const delta::AddFile& file_;
  const OnlineSchema& columns_;
  std::string path_;
  std::set<std::string> wanted_;
  std::vector<std::string> physical_;  // By column; "" for partition columns.
  std::vector<FileBatch::Column> constants_;
};

}  // namespace

DeltaTableReader::DeltaTableReader() = default;
DeltaTableReader::~DeltaTableReader() = default;

std::shared_ptr<delta::Table> DeltaTableReader::TableAt(const std::string& location) {
  std::lock_guard lock(mutex_);
  auto& table = tables_[location];
  if (!table) table = delta::Table::Open(storage::Resolve(location));
  return table;
}

int64_t DeltaTableReader::LatestVersion(const std::string& location) { return TableAt(location)->Update()->version(); }

OnlineSchema DeltaTableReader::SchemaAt(const std::string& location, int64_t version) {
  const auto snapshot = TableAt(location)->SnapshotAt(version);
  OnlineSchema schema;
  for (const auto& field : snapshot->schema().fields()) schema.columns.push_back({field.name, TypeOf(*field.type)});
  return schema;
}

void DeltaTableReader::Scan(const std::string& location, int64_t version, const OnlineSchema& columns, const Sink& sink) {
  const auto snapshot = TableAt(location)->SnapshotAt(version);
  for (const auto& file : snapshot->files()) FileScan(*snapshot, *file, columns).Run(sink);
}

bool DeltaTableReader::Changes(const std::string& location, int64_t from, int64_t to, const OnlineSchema& columns,
                               const Sink& removed, const Sink& added) {
  const auto table = TableAt(location);
  const auto after = table->SnapshotAt(to);
  delta::SnapshotPtr before;
  try {
    before = table->SnapshotAt(from);
  } catch (const Error&) {
    return false;  // The log no longer reaches back so far.
  }
  if (before->metadata().id != after->metadata().id) return false;  // Another table at the same place.
  for (const auto& file : before->files()) {
    if (after->FindFile(file->Key())) continue;
    if (!before->location().store->Exists(before->AbsolutePath(file->path))) return false;
    FileScan(*before, *file, columns).Run(removed);
  }
  for (const auto& file : after->files()) {
    if (!before->FindFile(file->Key())) FileScan(*after, *file, columns).Run(added);
  }
  return true;
}

}  // namespace headrace::features
