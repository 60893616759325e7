#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "features/feature_spec.h"
#include "features/online_store.h"
#include "serving/scoring_input.h"

namespace headrace::serving {

/// The features a model takes from one table under one set of keys, fetched with one read a row. Thread-safe once all
/// features were added.
class FeatureLookup {
 public:
  /// `layout` is the native model's, null when a worker serves it.
  FeatureLookup(std::string table, std::vector<std::string> keys, InputLayout* layout);
  /// Adds a feature and the model column it fills.
  void Add(const features::FeatureSpecColumn& column, size_t model_column);

  /// Throws kNotFound when the table was not published, kInvalidParameter when it lacks a feature or has other keys.
  void Bind(const features::OnlineStore& store) const;
  /// Fills the columns that the caller did not give. A key without a row gives the defaults, null without one. Without
  /// `may_block` it is false when a row is not in memory.
  bool Fill(const features::OnlineStore& store, ScoringInput* input, bool may_block) const;
  /// The same for one row of JSON values by name.
  void Fill(const features::OnlineStore& store, json::object* row) const;

 private:
  struct Feature {
    std::string name;  ///< In the table.
    std::string output;  ///< In the model.
    size_t model_column;
    double default_number;
    json::value default_value;
  };
  /// Where a feature stands in the rows of one schema version.
  struct Place {
    int at;  ///< -1 for a version without it.
    bool floating;
  };
  /// The places of the features in the rows of one published state, by schema version.
  struct Bound {
    std::shared_ptr<const features::OnlineTable> table;
    std::vector<std::vector<Place>> places;
  };
  using Found = features::OnlineTable::Found;
  /// Reads the row of the store that a row of the input asks for; kNothing when it asks for none.
  Found Look(const Bound& bound, const ScoringInput& input, size_t row, bool may_block, features::OnlineRow* online) const;
  /// kRow when all rows are filled.
  Found FillFrom(const Bound& bound, ScoringInput* input, bool may_block) const;
  void FillRow(const Bound& bound, std::string_view bytes, const uint8_t* given, double* out) const;
  /// Calls `read` with the current state, and again while that is being replaced by one with new columns.
  template <typename Read>
  Found WithCurrent(const features::OnlineStore& store, bool may_block, Read read) const;
  std::shared_ptr<const Bound> Current(const features::OnlineStore& store) const;
  void AppendKeyPart(const features::OnlineColumn& column, const Scalar& value, std::string* key) const;
  [[noreturn]] void ThrowMissingKey(const std::string& name) const;

  std::string table_;
  std::vector<std::string> keys_;
  std::vector<size_t> key_places_;  // Among the layout's keys.
  std::vector<Feature> features_;
  mutable std::atomic<std::shared_ptr<const Bound>> bound_;
};

/// Reads a request of any form, fills the features, and writes it again as dataframe_split with the model's columns.
std::string AssembleRows(std::string_view body, const std::vector<std::string>& model_columns,
                         const std::vector<std::unique_ptr<FeatureLookup>>& lookups, const features::OnlineStore& store);

}  // namespace headrace::serving
