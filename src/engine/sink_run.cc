#include "engine/precompiled.h"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/copy_function_catalog_entry.hpp>
#include <duckdb/common/types/column/column_data_collection.hpp>
#include <duckdb/parallel/task_executor.hpp>

#include <filesystem>

#include "base/error.h"
#include "base/ids.h"
#include "delta/partition.h"
#include "engine/delta_values.h"
#include "engine/duck_types.h"
#include "engine/functions/kernel_error.h"
#include "engine/sink_operator.h"

namespace headrace::engine {

namespace {

/// Rows and bytes of a row group: DuckDB's own size, cut short for wide rows.
constexpr duckdb::idx_t kRowGroupRows = 122880;
constexpr duckdb::idx_t kRowGroupBytes = duckdb::idx_t{64} << 20;

/// The type as it is written: the columns' physical names inside structs.
duckdb::LogicalType FileType(const duckdb::LogicalType& type, const delta::DataType& delta) {
  switch (type.id()) {
    case duckdb::LogicalTypeId::STRUCT: {
      duckdb::child_list_t<duckdb::LogicalType> children;
      const auto& fields = duckdb::StructType::GetChildTypes(type);
      for (size_t i = 0; i < delta.fields.size(); ++i) {
        children.emplace_back(delta.fields[i].PhysicalName(), FileType(fields[i].second, *delta.fields[i].type));
      }
      return duckdb::LogicalType::STRUCT(std::move(children));
    }
    case duckdb::LogicalTypeId::LIST:
      return duckdb::LogicalType::LIST(FileType(duckdb::ListType::GetChildType(type), *delta.element));
    case duckdb::LogicalTypeId::MAP:
      return duckdb::LogicalType::MAP(FileType(duckdb::MapType::KeyType(type), *delta.key),
                                      FileType(duckdb::MapType::ValueType(type), *delta.element));
    default:
      return type;
  }
}

/// The writer's field_ids option for one field; nothing when the schema has no ids.
std::optional<duckdb::Value> FieldIds(const delta::DataType& type, std::optional<int64_t> id) {
  duckdb::child_list_t<duckdb::Value> children;
  if (id) children.emplace_back("__duckdb_field_id", duckdb::Value::INTEGER(static_cast<int32_t>(*id)));
  auto add = [&](const std::string& name, const delta::DataType& child, std::optional<int64_t> child_id) {
    if (auto ids = FieldIds(child, child_id)) children.emplace_back(name, std::move(*ids));
  };
  for (const auto& field : type.fields) add(field.PhysicalName(), *field.type, field.ColumnId());
  if (type.kind == delta::DataType::Kind::kArray) add("element", *type.element, std::nullopt);
  if (type.kind == delta::DataType::Kind::kMap) {
    add("key", *type.key, std::nullopt);
    add("value", *type.element, std::nullopt);
  }
  if (children.empty()) return std::nullopt;
  if (children.size() == 1 && id) return children[0].second;
  return duckdb::Value::STRUCT(std::move(children));
}

duckdb::CopyFunction WriterOf(duckdb::ClientContext& context, const SinkFormat& format) {
  if (format.lines) return LineWriter();
  return duckdb::Catalog::GetEntry<duckdb::CopyFunctionCatalogEntry>(context, INVALID_CATALOG, DEFAULT_SCHEMA, "parquet")
      .function;
}

/// A value's bytes for the key of a slot; equal for values of one partition.
void AppendKey(std::string& key, const duckdb::UnifiedVectorFormat& format, duckdb::PhysicalType type, duckdb::idx_t row) {
  auto index = format.sel->get_index(row);
  const bool is_text = type == duckdb::PhysicalType::VARCHAR;
  // No partition has the empty text: it stands with NULL.
  if (!format.validity.RowIsValid(index) ||
      (is_text && duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[index].GetSize() == 0)) {
    key.push_back('\0');
    return;
  }
  key.push_back('\1');
  if (is_text) {
    const auto& text = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[index];
    auto size = static_cast<uint32_t>(text.GetSize());
    key.append(reinterpret_cast<const char*>(&size), sizeof size);
    key.append(text.GetData(), size);
    return;
  }
  size_t width = duckdb::GetTypeIdSize(type);
  key.append(reinterpret_cast<const char*>(format.data) + index * width, width);
}

}  // namespace

struct SinkRun::Buffer {
  explicit Buffer(duckdb::ClientContext& context, const duckdb::vector<duckdb::LogicalType>& types)
      : rows(duckdb::make_uniq<duckdb::ColumnDataCollection>(context, types)) {
    rows->InitializeAppend(append);
  }
  duckdb::unique_ptr<duckdb::ColumnDataCollection> rows;
  duckdb::ColumnDataAppendState append;
};

struct SinkRun::OpenFile {
  OpenFile(const FileStatistics::Plan& plan) : statistics(plan) {}
  std::string path;  ///< On disk.
  std::string relative;  ///< Below the table's root.
  duckdb::unique_ptr<duckdb::GlobalFunctionData> writer;
  FileStatistics statistics;
  int64_t rows = 0;  ///< With those of the row groups that are being prepared.
  int pending = 0;  ///< Row groups being prepared for it.
  bool full = false;
};

/// One partition (and bucket): where its rows go.
struct SinkRun::Slot {
  delta::PartitionValues values;
  std::string folder;  ///< "day=1/", or "".
  int32_t bucket = 0;
  std::mutex mutex;
  std::shared_ptr<OpenFile> open;
  std::unique_ptr<Buffer> rest;  ///< Rows that threads left over.
};

/// A thread's rows of one slot; `rows` and `count` are those of the chunk at hand.
struct SinkRun::LocalSlot {
  Slot* slot = nullptr;
  std::unique_ptr<Buffer> buffer;
  duckdb::SelectionVector rows;
  duckdb::idx_t count = 0;
};

struct SinkRun::Local {
  std::unordered_map<std::string, std::unique_ptr<LocalSlot>> entries;
  std::map<int32_t, int64_t> actions;
  int64_t rows = 0;
  int64_t next_row = 0;  ///< For rows that go round.
};

namespace {

bool HasVoid(const plan::DataType& type) {
  switch (type.id()) {
    case plan::TypeId::kNull:
      return true;
    case plan::TypeId::kArray:
      return HasVoid(type.element());
    case plan::TypeId::kMap:
      return HasVoid(type.key()) || HasVoid(type.value());
    case plan::TypeId::kStruct:
      return std::any_of(type.fields().begin(), type.fields().end(), [](const auto& field) { return HasVoid(field.type); });
    default:
      return false;
  }
}

}  // namespace

SinkRun::SinkRun(duckdb::ClientContext& context, const SinkTarget& target, const plan::Schema& table, size_t columns)
    : target_(target),
      table_(table),
      schema_(delta::Schema::Parse(target.metadata.schema_string)),
      writer_(WriterOf(context, target.format)),
      numbered_(target.identities.size()) {
  auto local = target.location.store->LocalPath(target.location.path);
  if (!local) ThrowUnsupported("writing tables outside the local file system");
  root_ = *local;
  const auto& fields = schema_.fields();
  if (table_.size() != fields.size() || columns < fields.size()) {
    ThrowInternal("the sink's plan has other columns than its table");
  }
  if (const auto most = static_cast<duckdb::idx_t>(target_.files.max_records); most > 0) {
    group_rows_ = most / ((most + kRowGroupRows - 1) / kRowGroupRows);
  }
  duckdb::child_list_t<duckdb::Value> ids;
  std::vector<int> chunk_columns;
  for (size_t i = 0; i < fields.size(); ++i) {
    bool partition = false;
    for (const auto& name : target.metadata.partition_columns) {
      partition = partition || delta::EqualsIgnoreCase(name, fields[i].name);
    }
    has_not_null_ = has_not_null_ || !table_[i].nullable || HasNotNull(table_[i].type);
    if (table_[i].type.IsNested() && HasVoid(table_[i].type)) ThrowUnsupported("writing values of the type VOID inside others");
    // Delta's files have no columns of the type VOID.
    if (partition || table_[i].type.id() == plan::TypeId::kNull) {
      chunk_columns.push_back(-1);
      continue;
    }
    chunk_columns.push_back(static_cast<int>(data_columns_.size()));
    data_columns_.push_back(i);
    file_names_.push_back(fields[i].PhysicalName());
    file_types_.push_back(FileType(DuckType(table_[i].type), *fields[i].type));
    if (auto id = FieldIds(*fields[i].type, fields[i].ColumnId())) ids.emplace_back(file_names_.back(), std::move(*id));
  }
  if (data_columns_.empty()) {
    std::string dropped = " Columns which are of type void have been dropped.";
    throw Error(ErrorKind::kAnalysis, "DELTA_NON_PARTITION_COLUMN_ABSENT",
                "Data written into Delta needs to contain at least one non-partitioned column." + dropped,
                {{"columnsDroppedMsg", dropped}})
        .WithSqlState("KD005");
  }
  for (const auto& name : target.metadata.partition_columns) {
    for (size_t i = 0; i < fields.size(); ++i) {
      if (delta::EqualsIgnoreCase(name, fields[i].name)) partition_columns_.push_back(i);
    }
  }
  statistics_.emplace(schema_, target.metadata.partition_columns, chunk_columns,
                      delta::TableProperties(target.metadata.configuration));
  if (target.format.lines) {
    bind_ = BindLines(*target.format.lines);
    return;
  }
  duckdb::CopyInfo info;
  info.options["codec"].push_back(duckdb::Value(target.format.codec));
  if (!ids.empty()) info.options["field_ids"].push_back(duckdb::Value::STRUCT(std::move(ids)));
  duckdb::CopyFunctionBindInput input(info);
  bind_ = writer_.copy_to_bind(context, input, file_names_, file_types_);
}

SinkRun::~SinkRun() = default;

std::shared_ptr<SinkRun::Local> SinkRun::MakeLocal() { return std::make_shared<Local>(); }

std::unique_ptr<SinkRun::Buffer> SinkRun::MakeBuffer(duckdb::ClientContext& context) {
  return std::make_unique<Buffer>(context, file_types_);
}

SinkRun::Slot& SinkRun::SlotOf(const std::string& key, duckdb::DataChunk& chunk, duckdb::idx_t row, int32_t bucket) {
  std::lock_guard lock(mutex_);
  auto& slot = slots_[key];
  if (slot) return *slot;
  slot = std::make_unique<Slot>();
  slot->bucket = bucket;
  std::vector<std::string> names;
  for (size_t i = 0; i < partition_columns_.size(); ++i) {
    const auto& field = schema_.fields()[partition_columns_[i]];
    auto value = ToDelta(chunk.data[partition_columns_[i]].GetValue(row));
    if (!value) ThrowUnsupported("partition columns of type " + field.type->SqlName());
    names.push_back(field.PhysicalName());
    slot->values[field.PhysicalName()] = delta::FormatPartitionValue(*field.type, *value);
  }
  if (!names.empty()) slot->folder = delta::PartitionFolder(names, slot->values) + "/";
  return *slot;
}

void SinkRun::Append(duckdb::ClientContext& context, Local& local, duckdb::DataChunk& chunk) {
  duckdb::idx_t count = chunk.size();
  if (count == 0) return;
  duckdb::SelectionVector kept;
  if (target_.action_column) {
    duckdb::UnifiedVectorFormat format;
    chunk.data[*target_.action_column].ToUnifiedFormat(count, format);
    const auto* actions = duckdb::UnifiedVectorFormat::GetData<int32_t>(format);
    kept.Initialize(count);
    duckdb::idx_t left = 0;
    for (duckdb::idx_t i = 0; i < count; ++i) {
      int32_t action = actions[format.sel->get_index(i)];
      ++local.actions[action];
      if (action >= 0) kept.set_index(left++, i);
    }
    if (left < count) {
      if (left == 0) return;
      chunk.Slice(kept, left);
      count = left;
    }
  }
  NumberRows(chunk);
  CheckRows(chunk);
  local.rows += static_cast<int64_t>(count);

  const bool spread = target_.files.kind == SinkFiles::Kind::kExact && (target_.files.bucket_column || target_.files.count > 1);
  if (partition_columns_.empty() && !spread) {
    auto& entry = local.entries[""];
    if (!entry) {
      entry = std::make_unique<LocalSlot>();
      entry->slot = &SlotOf("", chunk, 0, 0);
    }
    duckdb::DataChunk rows;
    rows.InitializeEmpty(file_types_);
    for (size_t i = 0; i < data_columns_.size(); ++i) rows.data[i].Reference(chunk.data[data_columns_[i]]);
    rows.SetCardinality(count);
    Take(context, *entry, rows);
    return;
  }

  // Rows by slot.
  std::vector<duckdb::UnifiedVectorFormat> formats(partition_columns_.size());
  std::vector<duckdb::PhysicalType> types;
  for (size_t i = 0; i < partition_columns_.size(); ++i) {
    chunk.data[partition_columns_[i]].ToUnifiedFormat(count, formats[i]);
    types.push_back(chunk.data[partition_columns_[i]].GetType().InternalType());
  }
  duckdb::UnifiedVectorFormat buckets;
  const int32_t* bucket_of = nullptr;
  if (spread && target_.files.bucket_column) {
    chunk.data[*target_.files.bucket_column].ToUnifiedFormat(count, buckets);
    bucket_of = duckdb::UnifiedVectorFormat::GetData<int32_t>(buckets);
  }
  std::vector<LocalSlot*> touched;
  std::string key;
  std::string last_key;
  LocalSlot* last = nullptr;
  for (duckdb::idx_t row = 0; row < count; ++row) {
    key.clear();
    int32_t bucket = 0;
    if (spread) {
      bucket = bucket_of ? bucket_of[buckets.sel->get_index(row)] : static_cast<int32_t>(local.next_row++ % target_.files.count);
      key.append(reinterpret_cast<const char*>(&bucket), sizeof bucket);
    }
    for (size_t i = 0; i < formats.size(); ++i) AppendKey(key, formats[i], types[i], row);
    if (last == nullptr || key != last_key) {
      auto& entry = local.entries[key];
      if (!entry) {
        entry = std::make_unique<LocalSlot>();
        entry->slot = &SlotOf(key, chunk, row, bucket);
        entry->rows.Initialize(STANDARD_VECTOR_SIZE);
      }
      last = entry.get();
      last_key = key;
    }
    if (last->count == 0) touched.push_back(last);
    last->rows.set_index(last->count++, row);
  }
  for (LocalSlot* entry : touched) {
    duckdb::DataChunk rows;
    rows.InitializeEmpty(file_types_);
    for (size_t i = 0; i < data_columns_.size(); ++i) {
      if (entry->count == count) {
        rows.data[i].Reference(chunk.data[data_columns_[i]]);
      } else {
        rows.data[i].Slice(chunk.data[data_columns_[i]], entry->rows, entry->count);
      }
    }
    rows.SetCardinality(entry->count);
    entry->count = 0;
    Take(context, *entry, rows);
  }
}

std::vector<std::unique_ptr<SinkRun::Buffer>> SinkRun::Fill(duckdb::ClientContext& context, std::unique_ptr<Buffer>& buffer,
                                                            duckdb::DataChunk& rows) {
  std::vector<std::unique_ptr<Buffer>> full;
  for (duckdb::idx_t taken = 0; taken < rows.size();) {
    if (!buffer) buffer = MakeBuffer(context);
    duckdb::idx_t count = rows.size() - taken;
    if (group_rows_ > 0) count = std::min(count, group_rows_ - buffer->rows->Count());
    if (count == rows.size()) {
      buffer->rows->Append(buffer->append, rows);
    } else {
      duckdb::DataChunk part;
      part.InitializeEmpty(file_types_);
      part.Reference(rows);
      part.Slice(taken, count);
      buffer->rows->Append(buffer->append, part);
    }
    taken += count;
    const bool is_full = group_rows_ > 0 ? buffer->rows->Count() >= group_rows_ : buffer->rows->Count() >= kRowGroupRows;
    if (is_full || buffer->rows->SizeInBytes() >= kRowGroupBytes) full.push_back(std::move(buffer));
  }
  return full;
}

void SinkRun::Take(duckdb::ClientContext& context, LocalSlot& entry, duckdb::DataChunk& rows) {
  for (auto& full : Fill(context, entry.buffer, rows)) Flush(context, *entry.slot, *full);
}

std::shared_ptr<SinkRun::OpenFile> SinkRun::OpenNext(duckdb::ClientContext& context, Slot& slot) {
  auto file = std::make_shared<OpenFile>(*statistics_);
  int32_t index = target_.files.kind == SinkFiles::Kind::kExact ? slot.bucket : next_file_++;
  char name[16];
  std::snprintf(name, sizeof name, "%05d", index);
  file->relative = slot.folder + "part-" + name + "-" + NewUuid() + target_.format.suffix;
  file->path = storage::JoinPath(root_, file->relative);
  std::error_code failure;
  std::filesystem::create_directories(std::filesystem::path(file->path).parent_path(), failure);
  if (failure) {
    std::string folder = "file:" + storage::JoinPath(root_, slot.folder);
    ThrowSpark(-1, "TASK_WRITE_FAILED", {{"path", folder}}, "Cannot write to " + folder + ": " + failure.message() + ".",
               ErrorKind::kRuntime);
  }
  {
    std::lock_guard lock(mutex_);
    made_.push_back(file->path);
  }
  file->writer = writer_.copy_to_initialize_global(context, *bind_, file->path);
  return file;
}

void SinkRun::Flush(duckdb::ClientContext& context, Slot& slot, Buffer& buffer) {
  FileStatistics statistics(*statistics_);
  const auto count = static_cast<int64_t>(buffer.rows->Count());
  buffer.append.current_chunk_state.handles.clear();
  for (auto& chunk : buffer.rows->Chunks()) statistics.Update(chunk);
  std::shared_ptr<OpenFile> file;
  {
    std::lock_guard lock(slot.mutex);
    if (slot.open && target_.files.max_records > 0 && slot.open->rows + count > target_.files.max_records) {
      slot.open->full = true;
      if (slot.open->pending == 0) Close(context, slot, *slot.open);
      slot.open.reset();
    }
    if (!slot.open) slot.open = OpenNext(context, slot);
    file = slot.open;
    file->rows += count;
    ++file->pending;
  }
  auto batch = writer_.prepare_batch(context, *bind_, *file->writer, std::move(buffer.rows));
  std::lock_guard lock(slot.mutex);
  writer_.flush_batch(context, *bind_, *file->writer, *batch);
  file->statistics.Merge(statistics);
  --file->pending;
  if (target_.files.kind == SinkFiles::Kind::kBySize &&
      writer_.rotate_next_file(*file->writer, *bind_,
                               duckdb::optional_idx(static_cast<duckdb::idx_t>(target_.files.target_bytes)))) {
    file->full = true;
    if (slot.open == file) slot.open.reset();
  }
  if (file->full && file->pending == 0) Close(context, slot, *file);
}

void SinkRun::Close(duckdb::ClientContext& context, Slot& slot, OpenFile& file) {
  writer_.copy_to_finalize(context, *bind_, *file.writer);
  file.writer.reset();
  delta::AddFile add;
  add.path = storage::EncodePath(file.relative);
  add.partition_values = slot.values;
  add.size = static_cast<int64_t>(std::filesystem::file_size(file.path));
  add.modification_time_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  add.data_change = target_.data_change;
  add.stats = file.statistics.Json();
  std::lock_guard lock(mutex_);
  result_.bytes += add.size;
  result_.adds.push_back(std::move(add));
}

void SinkRun::Combine(duckdb::ClientContext& context, Local& local) {
  for (auto& [key, entry] : local.entries) {
    if (!entry->buffer || entry->buffer->rows->Count() == 0) continue;
    Slot& slot = *entry->slot;
    std::vector<std::unique_ptr<Buffer>> full;
    {
      std::lock_guard lock(slot.mutex);
      if (!slot.rest) {
        slot.rest = std::move(entry->buffer);
      } else if (group_rows_ > 0) {
        entry->buffer->append.current_chunk_state.handles.clear();
        for (auto& rows : entry->buffer->rows->Chunks()) {
          for (auto& filled : Fill(context, slot.rest, rows)) full.push_back(std::move(filled));
        }
      } else {
        entry->buffer->append.current_chunk_state.handles.clear();
        slot.rest->append.current_chunk_state.handles.clear();
        slot.rest->rows->Combine(*entry->buffer->rows);
        if (slot.rest->rows->Count() >= kRowGroupRows) full.push_back(std::move(slot.rest));
      }
    }
    for (auto& rows : full) Flush(context, slot, *rows);
  }
  local.entries.clear();
  std::lock_guard lock(mutex_);
  result_.rows += local.rows;
  for (const auto& [action, count] : local.actions) result_.actions[action] += count;
}

void SinkRun::FinishSlot(duckdb::ClientContext& context, Slot& slot) {
  if (slot.rest && slot.rest->rows->Count() > 0) Flush(context, slot, *slot.rest);
  slot.rest.reset();
  if (slot.open) Close(context, slot, *slot.open);
  slot.open.reset();
}

/// Finishes one slot; slots of many partitions are finished on all threads.
class SinkRun::CloseTask : public duckdb::BaseExecutorTask {
 public:
  CloseTask(duckdb::TaskExecutor& executor, SinkRun& run, duckdb::ClientContext& context, Slot& slot)
      : BaseExecutorTask(executor), run_(run), context_(context), slot_(slot) {}
  void ExecuteTask() override { run_.FinishSlot(context_, slot_); }

 private:
  SinkRun& run_;
  duckdb::ClientContext& context_;
  Slot& slot_;
};

void SinkRun::Finish(duckdb::ClientContext& context) {
  if (slots_.empty() && target_.format.never_none && partition_columns_.empty()) {
    auto& slot = slots_[""];
    slot = std::make_unique<Slot>();
    slot->open = OpenNext(context, *slot);
  }
  if (slots_.size() <= 1) {
    for (auto& [key, slot] : slots_) FinishSlot(context, *slot);
    return;
  }
  duckdb::TaskExecutor executor(context);
  for (auto& [key, slot] : slots_) executor.ScheduleTask(duckdb::make_uniq<CloseTask>(executor, *this, context, *slot));
  executor.WorkOnTasks();
}

SinkResult SinkRun::TakeResult() {
  std::sort(result_.adds.begin(), result_.adds.end(),
            [](const delta::AddFile& a, const delta::AddFile& b) { return a.path < b.path; });
  result_.numbered.assign(numbered_.begin(), numbered_.end());
  return std::move(result_);
}

void SinkRun::RemoveFiles() {
  slots_.clear();  // Closes the files.
  std::error_code ignored;
  for (const auto& path : made_) std::filesystem::remove(path, ignored);
}

}  // namespace headrace::engine
