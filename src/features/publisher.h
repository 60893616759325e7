#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "features/feature_tables.h"
#include "features/online_store.h"
#include "features/table_reader.h"

namespace headrace::features {

struct PublishRequest {
  std::string table;
  enum class Mode { kMerge, kOverwrite } mode = Mode::kMerge;
  std::vector<std::string> features;  ///< Empty for all.
  std::optional<int64_t> version;  ///< Of the Delta table; the latest one without it.
};

struct PublishResult {
  int64_t version = 0;  ///< The Delta version that the store now has.
  int64_t rows = 0;  ///< Rows written.
  bool incremental = false;  ///< Only what changed since the last publish was read.
};

/// Copies feature tables into the online store while it is read. Thread-safe.
class Publisher {
 public:
  Publisher(FeatureTables* tables, OnlineStore* store, std::shared_ptr<TableReader> reader, std::shared_ptr<const Clock> clock);
  /// Throws kNotFound for an unknown table, kInvalidParameter for an unknown feature or a null primary key.
  PublishResult Publish(const PublishRequest& request);

 private:
  OnlineTableInfo Describe(const FeatureTable& table, const PublishRequest& request, int64_t version) const;
  bool PublishChanges(const FeatureTable& table, OnlineTableInfo info, int64_t from, int64_t to, PublishResult* result);
  void PublishAll(const FeatureTable& table, OnlineTableInfo info, int64_t version, bool replace, PublishResult* result);

  FeatureTables* tables_;
  OnlineStore* store_;
  std::shared_ptr<TableReader> reader_;
  std::shared_ptr<const Clock> clock_;
  std::array<std::mutex, 16> mutexes_;  // By hash of the table's name.
};

}  // namespace headrace::features
