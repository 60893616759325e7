#include "features/publisher.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"

namespace headrace::features {
namespace {

[[noreturn]] void ThrowInvalid(const std::string& message) {
  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", message);
}

bool IsFloating(OnlineType type) { return type == OnlineType::kFloat || type == OnlineType::kDouble; }

/// Turns rows of a batch into encoded keys and rows. The batch has the columns of `columns`, in that order.
class RowMaker {
 public:
  RowMaker(const OnlineSchema& columns, const std::vector<OnlineColumn>& keys, const std::string& table)
      : columns_(columns), keys_(keys), table_(table) {
    for (const auto& key : keys) key_places_.push_back(columns.Find(key.name));
  }

  std::string_view Key(const RowBatch& batch, size_t row) {
    key_.clear();
    for (size_t i = 0; i < keys_.size(); ++i) {
      const size_t at = key_places_[i];
      if (batch.IsNull(at, row)) ThrowInvalid("Primary key '" + keys_[i].name + "' of '" + table_ + "' is null in a row.");
      if (keys_[i].type == OnlineType::kLong || keys_[i].type == OnlineType::kInteger) {
        AppendIntKey(batch.Int(at, row), &key_);
      } else {
        AppendKey(keys_[i], Value(batch, at, row), &key_);
      }
    }
    return key_;
  }

  /// `places` says where each column goes in the encoder's schema.
  void Encode(const RowBatch& batch, size_t row, const std::vector<int>& places, RowEncoder* encoder) const {
    encoder->Clear();
    for (size_t i = 0; i < columns_.columns.size(); ++i) {
      if (batch.IsNull(i, row)) continue;
      const OnlineType type = columns_.columns[i].type;
      if (IsFloating(type)) {
        encoder->SetDouble(places[i], batch.Double(i, row));
      } else if (type >= OnlineType::kString) {
        encoder->SetText(places[i], batch.Text(i, row));
      } else {
        encoder->SetInt(places[i], batch.Int(i, row));
      }
    }
  }

 private:
  OnlineValue Value(const RowBatch& batch, size_t column, size_t row) const {
    const OnlineType type = columns_.columns[column].type;
    if (IsFloating(type)) return batch.Double(column, row);
    if (type >= OnlineType::kString) return batch.Text(column, row);
    if (type == OnlineType::kBoolean) return batch.Int(column, row) != 0;
    return batch.Int(column, row);
  }

  const OnlineSchema& columns_;
  const std::vector<OnlineColumn>& keys_;
  const std::string& table_;
  std::vector<int> key_places_;
  std::string key_;
};

std::vector<int> PlacesIn(const OnlineSchema& target, const OnlineSchema& columns) {
  std::vector<int> places;
  for (const auto& column : columns.columns) places.push_back(target.Find(column.name));
  return places;
}

void Upsert(Publication* publication, const OnlineSchema& columns, RowMaker* maker, const RowBatch& batch) {
  RowEncoder encoder(publication->schema(), publication->schema_version());
  const std::vector<int> places = PlacesIn(publication->schema(), columns);
  for (size_t row = 0; row < batch.rows(); ++row) {
    maker->Encode(batch, row, places, &encoder);
    publication->Put(maker->Key(batch, row), encoder.Row());
  }
}

}  // namespace

Publisher::Publisher(FeatureTables* tables, OnlineStore* store, std::shared_ptr<TableReader> reader,
                     std::shared_ptr<const Clock> clock)
    : tables_(tables), store_(store), reader_(std::move(reader)), clock_(std::move(clock)) {}

OnlineTableInfo Publisher::Describe(const FeatureTable& table, const PublishRequest& request, int64_t version) const {
  const OnlineSchema all = reader_->SchemaAt(table.location, version);
  OnlineTableInfo info;
  info.name = table.name;
  info.timestamp_keys = table.timestamp_keys;
  info.source = table.location;
  OnlineSchema chosen;
  const auto require = [&](const std::string& name, const char* what) -> const OnlineColumn& {
    const int at = all.Find(name);
    if (at < 0) ThrowInvalid(std::string(what) + " '" + name + "' is not a column of '" + table.name + "'.");
    return all.columns[at];
  };
  for (const auto& key : table.primary_keys) info.primary_keys.push_back(require(key, "Primary key"));
  for (const auto& key : table.timestamp_keys) require(key, "Timestamp key");
  for (const auto& feature : request.features) require(feature, "Feature");
  const auto contains = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto& column : all.columns) {
    const bool key = contains(table.primary_keys, column.name) || contains(table.timestamp_keys, column.name);
    if (key || request.features.empty() || contains(request.features, column.name)) chosen.columns.push_back(column);
  }
  info.schemas = {std::move(chosen)};
  return info;
}

PublishResult Publisher::Publish(const PublishRequest& request) {
  // One at a time per table: what is read of the store below must hold until the commit.
  const std::string name = tables_->Get(request.table).name;
  std::lock_guard lock(mutexes_[std::hash<std::string>()(name) % mutexes_.size()]);
  const FeatureTable table = tables_->Get(name);
  if (table.location.empty()) ThrowInvalid("Feature table '" + table.name + "' has no location.");
  PublishResult result;
  result.version = request.version ? *request.version : reader_->LatestVersion(table.location);
  OnlineTableInfo info = Describe(table, request, result.version);
  const auto known = store_->Find(table.name);
  bool replace = request.mode == PublishRequest::Mode::kOverwrite;

  if (!replace && known && known->info().source == table.location && known->info().source_version >= 0) {
    // Columns that were not published before need the rows that did not change, too.
    bool same_columns = true;
    for (const auto& column : info.schemas[0].columns) same_columns &= known->info().schema().Find(column.name) >= 0;
    if (same_columns && known->info().source_version == result.version) {
      result.incremental = true;
      return result;
    }
    if (same_columns && known->info().source_version < result.version &&
        PublishChanges(table, info, known->info().source_version, result.version, &result)) {
      return result;
    }
    // Read as a whole, a source whose every column is published leaves nothing of the old rows to keep.
    bool covers = true;
    for (const auto& column : known->info().schema().columns) covers &= info.schemas[0].Find(column.name) >= 0;
    replace = covers;
  }
  PublishAll(table, std::move(info), result.version, replace, &result);
  return result;
}

bool Publisher::PublishChanges(const FeatureTable& table, OnlineTableInfo info, int64_t from, int64_t to, PublishResult* result) {
  const OnlineSchema columns = info.schemas[0];
  const std::vector<OnlineColumn> keys = info.primary_keys;
  auto publication = store_->Begin(std::move(info), Publication::Mode::kMerge);
  RowMaker maker(columns, keys, table.name);
  std::unordered_set<std::string> gone;
  bool any_removed = false;
  const bool complete = reader_->Changes(
      table.location, from, to, columns,
      [&](const RowBatch& batch) {
        any_removed |= batch.rows() > 0;
        for (size_t row = 0; row < batch.rows(); ++row) gone.emplace(maker.Key(batch, row));
      },
      [&](const RowBatch& batch) {
        for (size_t row = 0; row < batch.rows(); ++row) gone.erase(std::string(maker.Key(batch, row)));
        Upsert(publication.get(), columns, &maker, batch);
      });
  // A row that went from a table with a timestamp key may uncover an older one, which only a full read finds.
  if (!complete || (any_removed && !table.timestamp_keys.empty())) return false;
  for (const auto& key : gone) publication->Delete(key);
  result->rows = publication->rows_written();
  result->incremental = true;
  publication->Commit(to, clock_->NowMicros());
  return true;
}

void Publisher::PublishAll(const FeatureTable& table, OnlineTableInfo info, int64_t version, bool replace,
                           PublishResult* result) {
  const OnlineSchema columns = info.schemas[0];
  const std::vector<OnlineColumn> keys = info.primary_keys;
  auto publication = store_->Begin(std::move(info), replace ? Publication::Mode::kReplace : Publication::Mode::kMerge);
  RowMaker maker(columns, keys, table.name);
  reader_->Scan(table.location, version, columns,
                [&](const RowBatch& batch) { Upsert(publication.get(), columns, &maker, batch); });
  result->rows = publication->rows_written();
  publication->Commit(version, clock_->NowMicros());
}

}  // namespace headrace::features
