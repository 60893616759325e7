#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "serving/forest.h"

namespace headrace::serving {

/// A LightGBM model with one output, predicted by our own walk of its trees. A feature's value is first replaced by how many
/// of the feature's thresholds lie below it, which a float holds exactly. Immutable and thread-safe.
class LightgbmForest {
 public:
  /// Reads a model as LightGBM writes it to a text file. Nothing for a model of another kind: several outputs, categories,
  /// linear leaves, averaged outputs (random forests), trees too deep or too large, objectives whose answer is more than
  /// the sum or its logistic function.
  static std::optional<LightgbmForest> Read(std::string_view text);

  /// How many columns a row has.
  size_t width() const { return features_.size(); }

  /// Predicts `count` rows of width() doubles; NaN is a missing value. False, and `out` is undefined, for rows with
  /// infinities. Sums are made tree by tree in double precision, as LightGBM makes them, so that the bits are its bits.
  bool Predict(const double* rows, size_t count, double* out) const;

  /// Rows that between them pass both sides of many splits, exact ties, zeros and missing values: what to compare with the
  /// library that made the model.
  std::vector<double> ProbeRows(size_t count) const;

 private:
  /// What LightGBM takes for a missing value of a feature.
  enum class Missing : uint8_t { kNothing, kZero, kNan };
  struct Feature {
    std::vector<double> thresholds;  ///< Ascending.
    Missing missing = Missing::kNothing;
    bool used = false;
  };
  struct Tree;
  bool AddTree(const Tree& tree);
  static float Rank(const Feature& feature, double value);

  std::vector<Feature> features_;
  Forest<double> trees_;
  double sigmoid_ = 0;  // 0: the sum is the answer.
};

}  // namespace headrace::serving
