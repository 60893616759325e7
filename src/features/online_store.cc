#include "features/online_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <condition_variable>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"

namespace headrace::features {
namespace {

constexpr std::string_view kTablePrefix = "table/";
constexpr std::string_view kNextId = "next_id";
constexpr size_t kChunkBytes = 4u << 20;
/// The number of the table's state that leads a key as readers make it; the rest is the key in RocksDB.
constexpr size_t kStateBytes = 8;
/// Larger rows would push many others out of the cache.
constexpr size_t kMaxCachedRow = 16u << 10;

void Check(const rocksdb::Status& status, std::string_view what) {
  if (status.ok()) return;
  throw Error(ErrorKind::kInternal, "INTERNAL_ERROR", "Online store: " + std::string(what) + ": " + status.ToString());
}

rocksdb::Slice AsSlice(std::string_view text) { return {text.data(), text.size()}; }

std::string BigEndian(uint32_t value) {
  const uint32_t swapped = __builtin_bswap32(value);
  return {reinterpret_cast<const char*>(&swapped), 4};
}

std::string Prefix(uint32_t id, uint32_t generation) { return BigEndian(id) + BigEndian(generation); }

std::string StateBytes(uint64_t number) { return {reinterpret_cast<const char*>(&number), kStateBytes}; }

json::array ColumnsToJson(const std::vector<OnlineColumn>& columns) {
  json::array out;
  for (const auto& column : columns) out.push_back({{"name", column.name}, {"type", OnlineTypeName(column.type)}});
  return out;
}

std::vector<OnlineColumn> ColumnsFromJson(const json::value& value) {
  std::vector<OnlineColumn> out;
  for (const auto& column : value.as_array()) {
    out.push_back({std::string(column.at("name").as_string()), OnlineTypeFromName(column.at("type").as_string())});
  }
  return out;
}

std::string InfoToJson(const OnlineTableInfo& info) {
  json::array schemas;
  for (const auto& schema : info.schemas) schemas.push_back(ColumnsToJson(schema.columns));
  return json::serialize(json::object{{"id", info.id},
                                      {"generation", info.generation},
                                      {"primary_keys", ColumnsToJson(info.primary_keys)},
                                      {"timestamp_keys", json::value_from(info.timestamp_keys)},
                                      {"schemas", schemas},
                                      {"source", info.source},
                                      {"source_version", info.source_version},
                                      {"published_at", info.published_at}});
}

OnlineTableInfo InfoFromJson(std::string name, std::string_view text) {
  const json::value value = ParseJson(text);
  OnlineTableInfo info;
  info.name = std::move(name);
  info.id = value.at("id").to_number<uint32_t>();
  info.generation = value.at("generation").to_number<uint32_t>();
  info.primary_keys = ColumnsFromJson(value.at("primary_keys"));
  info.timestamp_keys = json::value_to<std::vector<std::string>>(value.at("timestamp_keys"));
  for (const auto& schema : value.at("schemas").as_array()) info.schemas.push_back({ColumnsFromJson(schema)});
  info.source = std::string(value.at("source").as_string());
  info.source_version = value.at("source_version").to_number<int64_t>();
  info.published_at = value.at("published_at").to_number<int64_t>();
  return info;
}

rocksdb::WriteOptions Synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

/// The open database, kept alive by every table state that is still read.
struct OnlineTable::Shared {
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* rows = nullptr;
  rocksdb::ColumnFamilyHandle* meta = nullptr;
  /// Encoded rows by state number and key. Every publish makes a new state, so that nothing in here is ever out of date; what
  /// older states left goes as the least recently used.
  std::shared_ptr<rocksdb::Cache> row_cache;
  std::atomic<uint64_t> next_state{0};

  void CacheRow(std::string_view key, std::string_view row) {
    if (row.size() > kMaxCachedRow) return;
    auto* owned = new std::string(row);
    const auto status = row_cache->Insert(AsSlice(key), owned, sizeof(std::string) + owned->capacity(),
                                          [](const rocksdb::Slice&, void* value) { delete static_cast<std::string*>(value); });
    status.PermitUncheckedError();  // A row that finds no room is deleted by the cache and read again.
  }

  ~Shared() {
    if (!db) return;
    if (rows) db->DestroyColumnFamilyHandle(rows);
    if (meta) db->DestroyColumnFamilyHandle(meta);
    db->Close();
  }

  /// Drops the rows of one generation: of all of a table when `to` is not the next one.
  void DropGenerations(uint32_t id, uint32_t from, uint32_t to) {
    const auto status = db->DeleteRange(rocksdb::WriteOptions(), rows, Prefix(id, from), Prefix(id, to));
    if (!status.ok()) {
      // Nobody reads these rows again; they cost space until the next start drops them.
      Log(LogLevel::kWarning, "features", "an old generation could not be dropped", {{"error", status.ToString()}});
    }
  }
};

/// The rows of one generation of a table, counted by the table states that read them: when they were replaced, the last
/// reader to let go drops them.
struct OnlineTable::Generation {
  Generation(std::shared_ptr<Shared> store, uint32_t id, uint32_t number) : store(std::move(store)), id(id), number(number) {}
  ~Generation() {
    if (replaced.load(std::memory_order_acquire)) store->DropGenerations(id, number, number + 1);
  }
  std::shared_ptr<Shared> store;
  uint32_t id;
  uint32_t number;
  std::atomic<bool> replaced{false};
};

class PublishSignal {
 public:
  std::condition_variable changed;
};

OnlineRow::OnlineRow() : slice_(std::make_unique<rocksdb::PinnableSlice>()) {}
OnlineRow::~OnlineRow() = default;
OnlineRow::OnlineRow(OnlineRow&&) noexcept = default;

void OnlineRow::Release() {
  slice_->Reset();
  bytes_ = {};
}

OnlineTable::OnlineTable(OnlineTableInfo info, std::shared_ptr<Shared> store, std::shared_ptr<Generation> generation)
    : info_(std::move(info)),
      prefix_(Prefix(info_.id, info_.generation)),
      key_start_(StateBytes(store->next_state.fetch_add(1, std::memory_order_relaxed)) + prefix_),
      store_(std::move(store)),
      generation_(std::move(generation)) {}

OnlineTable::~OnlineTable() = default;

OnlineTable::Found OnlineTable::Get(std::string_view key, OnlineRow* row, bool may_block) const {
  row->slice_->Reset();
  rocksdb::Cache* cache = store_->row_cache.get();
  if (auto* handle = cache->Lookup(AsSlice(key))) {
    row->bytes_ = *static_cast<const std::string*>(cache->Value(handle));
    const auto release = [](void* cache, void* handle) {
      static_cast<rocksdb::Cache*>(cache)->Release(static_cast<rocksdb::Cache::Handle*>(handle));
    };
    row->slice_->PinSlice(AsSlice(row->bytes_), release, cache, handle);
    return Found::kRow;
  }
  static const rocksdb::ReadOptions anywhere;
  static const rocksdb::ReadOptions in_memory = [] {
    rocksdb::ReadOptions options;
    options.read_tier = rocksdb::kBlockCacheTier;
    return options;
  }();
  const auto status =
      store_->db->Get(may_block ? anywhere : in_memory, store_->rows, AsSlice(key.substr(kStateBytes)), row->slice_.get());
  if (status.IsNotFound()) return Found::kNothing;
  if (status.IsIncomplete() && !may_block) return Found::kOnDisk;
  Check(status, "read");
  row->bytes_ = {row->slice_->data(), row->slice_->size()};
  if (RowView::SchemaVersion(row->bytes_) >= info_.schemas.size()) return Found::kNewer;
  store_->CacheRow(key, row->bytes_);
  return Found::kRow;
}

int64_t OnlineTable::CountRows() const {
  std::unique_ptr<rocksdb::Iterator> it(store_->db->NewIterator(rocksdb::ReadOptions(), store_->rows));
  int64_t rows = 0;
  for (it->Seek(prefix_); it->Valid() && it->key().starts_with(prefix_); it->Next()) ++rows;
  Check(it->status(), "scan");
  return rows;
}

std::unique_ptr<OnlineStore> OnlineStore::Open(const std::string& path, OnlineStoreOptions options) {
  std::filesystem::create_directories(path);
  std::unique_ptr<OnlineStore> store(new OnlineStore());
  store->options_ = options;
  store->signal_ = std::make_unique<PublishSignal>();
  store->shared_ = std::make_shared<OnlineTable::Shared>();
  store->shared_->row_cache = rocksdb::NewLRUCache(options.row_cache_bytes);

  rocksdb::DBOptions db_options;
  db_options.create_if_missing = true;
  db_options.create_missing_column_families = true;
  db_options.keep_log_file_num = 3;
  db_options.max_background_jobs = 2;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  rocksdb::ColumnFamilyOptions rows;
  rows.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rows.compression = rocksdb::kLZ4Compression;
  rows.memtable_whole_key_filtering = true;
  rows.memtable_prefix_bloom_size_ratio = 0.02;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(
      db_options, path, {{rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions()}, {"rows", rows}}, &handles, &db);
  if (!status.ok()) {
    // RocksDB holds a lock on the folder, which so keeps a second server off the whole root.
    bool in_use = status.IsIOError() && status.ToString().find("lock file") != std::string::npos;
    throw Error(ErrorKind::kUnavailable, "TEMPORARILY_UNAVAILABLE",
                "The online store at " + path +
                    " does not open: " + (in_use ? "another server is running over the same folder." : status.ToString()));
  }
  store->shared_->db.reset(db);
  store->shared_->meta = handles[0];
  store->shared_->rows = handles[1];
  store->Load();
  return store;
}

OnlineStore::~OnlineStore() = default;

void OnlineStore::Load() {
  auto tables = std::make_shared<Tables>();
  std::string next_id;
  const auto status = shared_->db->Get(rocksdb::ReadOptions(), shared_->meta, AsSlice(kNextId), &next_id);
  if (!status.IsNotFound()) {
    Check(status, "read of the next table id");
    next_id_ = static_cast<uint32_t>(std::stoul(next_id));
  }
  std::unique_ptr<rocksdb::Iterator> it(shared_->db->NewIterator(rocksdb::ReadOptions(), shared_->meta));
  for (it->Seek(AsSlice(kTablePrefix)); it->Valid() && it->key().starts_with(AsSlice(kTablePrefix)); it->Next()) {
    const std::string name = it->key().ToString().substr(kTablePrefix.size());
    OnlineTableInfo info = InfoFromJson(name, it->value().ToStringView());
    // What a publish that never committed, or a drop that was cut short, left behind.
    if (info.generation > 0) shared_->DropGenerations(info.id, 0, info.generation);
    shared_->DropGenerations(info.id, info.generation + 1, UINT32_MAX);
    next_generation_[info.id] = info.generation + 1;
    auto generation = std::make_shared<OnlineTable::Generation>(shared_, info.id, info.generation);
    (*tables)[name].reset(new OnlineTable(std::move(info), shared_, std::move(generation)));
  }
  Check(it->status(), "scan of the tables");
  tables_.store(std::move(tables));
}

std::shared_ptr<const OnlineTable> OnlineStore::Find(const std::string& name) const {
  const auto tables = tables_.load(std::memory_order_acquire);
  const auto it = tables->find(name);
  return it == tables->end() ? nullptr : it->second;
}

std::vector<std::shared_ptr<const OnlineTable>> OnlineStore::List() const {
  std::vector<std::shared_ptr<const OnlineTable>> out;
  for (const auto& [name, table] : *tables_.load()) out.push_back(table);
  return out;
}

void OnlineStore::Install(std::shared_ptr<const OnlineTable> table) {
  std::lock_guard lock(mutex_);
  auto tables = std::make_shared<Tables>(*tables_.load());
  (*tables)[table->info().name] = table;
  tables_.store(std::move(tables));
}

void OnlineStore::Release(const std::string& name) {
  std::lock_guard lock(mutex_);
  publishing_.erase(name);
  signal_->changed.notify_all();
}

std::unique_ptr<Publication> OnlineStore::Begin(OnlineTableInfo info, Publication::Mode mode) {
  if (info.schemas.size() != 1 || info.primary_keys.empty()) ThrowInternal("a publish needs one schema and a primary key");
  {
    std::unique_lock lock(mutex_);
    signal_->changed.wait(lock, [&] { return !publishing_.contains(info.name); });
    publishing_.insert(info.name);
  }
  const std::string name = info.name;
  try {
    const auto base = Find(name);
    std::vector<bool> published(info.schemas[0].columns.size(), true);
    std::unique_lock lock(mutex_);
    if (base) {
      info.id = base->info().id;
      info.generation = base->info().generation;
    } else {
      info.id = next_id_++;
      Check(shared_->db->Put(Synced(), shared_->meta, AsSlice(kNextId), std::to_string(next_id_)), "write of the next table id");
      next_generation_[info.id] = 0;
    }
    if (mode == Publication::Mode::kReplace || !base) {
      info.generation = next_generation_[info.id]++;
    } else {
      if (base->info().primary_keys != info.primary_keys) {
        throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                    "The primary keys of '" + name + "' are not those it was published with; publish with mode='overwrite'.");
      }
      OnlineSchema joined = base->info().schema();
      for (const auto& column : info.schemas[0].columns) {
        const int at = joined.Find(column.name);
        if (at < 0) {
          joined.columns.push_back(column);
        } else if (joined.columns[at].type != column.type) {
          throw Error(
              ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
              "Column '" + column.name + "' of '" + name + "' was published with another type; publish with mode='overwrite'.");
        }
      }
      published.assign(joined.columns.size(), false);
      for (size_t i = 0; i < joined.columns.size(); ++i) published[i] = info.schemas[0].Find(joined.columns[i].name) >= 0;
      info.schemas = base->info().schemas;
      if (info.schemas.back() != joined) info.schemas.push_back(std::move(joined));
    }
    return std::unique_ptr<Publication>(
        new Publication(this, base, std::move(info), mode, std::move(published), options_.atomic_write_bytes));
  } catch (...) {
    Release(name);
    throw;
  }
}

bool OnlineStore::Drop(const std::string& name) {
  std::shared_ptr<const OnlineTable> table;
  {
    std::unique_lock lock(mutex_);
    signal_->changed.wait(lock, [&] { return !publishing_.contains(name); });
    auto tables = std::make_shared<Tables>(*tables_.load());
    const auto it = tables->find(name);
    if (it == tables->end()) return false;
    table = it->second;
    Check(shared_->db->Delete(Synced(), shared_->meta, std::string(kTablePrefix) + name), "drop of a table");
    tables->erase(it);
    tables_.store(std::move(tables));
  }
  table->generation_->replaced.store(true, std::memory_order_release);
  return true;
}

Publication::Publication(OnlineStore* store, std::shared_ptr<const OnlineTable> base, OnlineTableInfo info, Mode mode,
                         std::vector<bool> published, size_t atomic_bytes)
    : store_(store),
      base_(std::move(base)),
      info_(std::move(info)),
      in_place_(base_ != nullptr && mode == Mode::kMerge),
      published_(std::move(published)),
      atomic_bytes_(atomic_bytes) {
  for (const bool column : published_) overlays_ |= !column;
  if (!info_.timestamp_keys.empty()) timestamp_column_ = schema().Find(info_.timestamp_keys[0]);
}

Publication::~Publication() {
  base_.reset();
  if (!committed_ && !in_place_) {
    store_->shared_->DropGenerations(info_.id, info_.generation, info_.generation + 1);
  }
  store_->Release(info_.name);
}

std::string Publication::FullKey(std::string_view key) const {
  std::string full = Prefix(info_.id, info_.generation);
  full.append(key);
  return full;
}

std::optional<std::string> Publication::Current(const std::string& key) const {
  if (const auto it = pending_.find(key); it != pending_.end()) return it->second;
  std::string row;
  const auto status = store_->shared_->db->Get(rocksdb::ReadOptions(), store_->shared_->rows, FullKey(key), &row);
  if (status.IsNotFound()) return std::nullopt;
  Check(status, "read");
  return row;
}

std::string Publication::Overlay(std::string_view fresh, std::string_view current) const {
  const OnlineSchema& old_schema = info_.schemas.at(RowView::SchemaVersion(current));
  const RowView old_row(current, old_schema), new_row(fresh, schema());
  RowEncoder encoder(schema(), schema_version());
  for (size_t i = 0; i < schema().columns.size(); ++i) {
    if (published_[i]) {
      encoder.Set(i, new_row.Value(i));
    } else if (const int at = old_schema.Find(schema().columns[i].name); at >= 0) {
      encoder.Set(i, old_row.Value(at));
    }
  }
  return std::string(encoder.Row());
}

void Publication::Put(std::string_view key, std::string_view row) {
  std::string owned_key(key);
  std::string owned_row(row);
  if (timestamp_column_ >= 0 || overlays_) {
    if (const auto current = Current(owned_key)) {
      if (timestamp_column_ >= 0) {
        const OnlineSchema& old_schema = info_.schemas.at(RowView::SchemaVersion(*current));
        const int at = old_schema.Find(info_.timestamp_keys[0]);
        const RowView old_row(*current, old_schema), new_row(row, schema());
        if (at >= 0 && !old_row.IsNull(at) &&
            (new_row.IsNull(timestamp_column_) || new_row.Int(timestamp_column_) < old_row.Int(at))) {
          return;
        }
      }
      if (overlays_) owned_row = Overlay(row, *current);
    }
  }
  pending_bytes_ += owned_key.size() + owned_row.size();
  pending_.insert_or_assign(std::move(owned_key), std::move(owned_row));
  ++rows_written_;
  Spill();
}

void Publication::Delete(std::string_view key) {
  pending_bytes_ += key.size();
  pending_.insert_or_assign(std::string(key), std::nullopt);
  Spill();
}

void Publication::Spill() {
  if (in_place_) {
    if (pending_bytes_ > atomic_bytes_) MoveToNewGeneration();
    return;
  }
  if (pending_bytes_ < kChunkBytes) return;
  rocksdb::WriteBatch batch;
  for (const auto& [key, row] : pending_) {
    row ? batch.Put(store_->shared_->rows, FullKey(key), *row) : batch.Delete(store_->shared_->rows, FullKey(key));
  }
  Check(store_->shared_->db->Write(rocksdb::WriteOptions(), &batch), "write");
  pending_.clear();
  pending_bytes_ = 0;
}

void Publication::MoveToNewGeneration() {
  // Too much for one atomic batch: what is served is copied, changed there, and replaced by the copy at commit.
  const std::string old_prefix = Prefix(info_.id, info_.generation);
  {
    std::lock_guard lock(store_->mutex_);
    info_.generation = store_->next_generation_[info_.id]++;
  }
  in_place_ = false;
  const std::string new_prefix = Prefix(info_.id, info_.generation);
  auto* db = store_->shared_->db.get();
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions(), store_->shared_->rows));
  rocksdb::WriteBatch batch;
  for (it->Seek(old_prefix); it->Valid() && it->key().starts_with(old_prefix); it->Next()) {
    batch.Put(store_->shared_->rows, new_prefix + it->key().ToString().substr(old_prefix.size()), it->value());
    if (batch.GetDataSize() > kChunkBytes) {
      Check(db->Write(rocksdb::WriteOptions(), &batch), "copy");
      batch.Clear();
    }
  }
  Check(it->status(), "scan");
  Check(db->Write(rocksdb::WriteOptions(), &batch), "copy");
}

void Publication::Commit(int64_t source_version, int64_t now_micros) {
  if (committed_) ThrowInternal("a publish committed twice");
  info_.source_version = source_version;
  info_.published_at = now_micros;
  auto& shared = store_->shared_;
  rocksdb::WriteBatch batch;
  for (const auto& [key, row] : pending_) {
    row ? batch.Put(shared->rows, FullKey(key), *row) : batch.Delete(shared->rows, FullKey(key));
  }
  batch.Put(shared->meta, std::string(kTablePrefix) + info_.name, InfoToJson(info_));
  Check(shared->db->Write(Synced(), &batch), "commit of a publish");
  committed_ = true;

  auto generation =
      in_place_ ? base_->generation_ : std::make_shared<OnlineTable::Generation>(shared, info_.id, info_.generation);
  store_->Install(std::shared_ptr<const OnlineTable>(new OnlineTable(info_, shared, std::move(generation))));
  if (!in_place_ && base_) base_->generation_->replaced.store(true, std::memory_order_release);
}

}  // namespace headrace::features
