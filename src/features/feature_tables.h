#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "metastore/metastore.h"

namespace headrace::features {

/// A column of a feature table that is neither key nor timestamp.
struct Feature {
  std::string name;
  std::string type;  ///< Spark's simple name: "double", "array<int>".
  std::string description;
};

/// What is known of a feature table besides its rows, which are a Delta table's.
struct FeatureTable {
  std::string name;  ///< catalog.schema.table
  std::string id;
  std::vector<std::string> primary_keys;
  std::vector<std::string> timestamp_keys;
  std::vector<std::string> partition_columns;
  std::vector<Feature> features;
  std::string description;
  std::string location;  ///< Of the Delta table: a path or a URI.
  json::object tags;
  std::string creator;
  int64_t created_ms = 0;
  int64_t updated_ms = 0;
};

json::object ToJson(const FeatureTable& table);

/// The registry of feature tables, kept in the metastore. Thread-safe.
class FeatureTables {
 public:
  FeatureTables(metastore::Metastore* metastore, std::shared_ptr<const Clock> clock);
  /// From `{name, primary_keys, timestamp_keys, partition_columns, features, description, location, tags}`. Throws
  /// kAlreadyExists and kInvalidParameter.
  FeatureTable Create(const json::object& request, const std::string& user);
  /// Throws kNotFound.
  FeatureTable Get(const std::string& name) const;
  std::optional<FeatureTable> Find(const std::string& name) const;
  std::vector<FeatureTable> List() const;
  /// Changes what the request has of features, description and location.
  FeatureTable Update(const std::string& name, const json::object& request);
  FeatureTable SetTag(const std::string& name, const std::string& key, const std::string& value);
  FeatureTable DeleteTag(const std::string& name, const std::string& key);
  void Delete(const std::string& name);

 private:
  template <typename Change>
  FeatureTable Modify(const std::string& name, Change&& change);
  metastore::Metastore* metastore_;
  std::shared_ptr<const Clock> clock_;
};

}  // namespace headrace::features
