#pragma once

#include <optional>
#include <vector>

#include "base/json.h"
#include "serving/forest.h"

namespace headrace::serving {

/// An XGBoost model with one output, predicted by our own walk of its trees. Immutable and thread-safe.
class XgboostForest {
 public:
  /// Reads the `learner` of a model that XGBoost saved as JSON, up to the given boosting round (0: all). Nothing for a
  /// model of another kind: several outputs, categories, dropped trees (DART), trees too deep or too large, objectives
  /// whose answer is more than the sum or its logistic function.
  static std::optional<XgboostForest> Read(const json::value& learner, int end_round);

  /// Predicts `count` rows of `width` floats; NaN is a missing value, infinities are not for it. Sums are made tree by
  /// tree in single precision, as XGBoost makes them, so that the bits are its bits.
  void Predict(const float* rows, size_t count, size_t width, float* out) const;

  /// Rows that between them pass both sides of many splits, exact ties and missing values: what to compare with the
  /// library that made the model.
  std::vector<float> ProbeRows(size_t count, size_t width) const;

 private:
  bool AddTree(const json::object& tree);
  Forest<float> trees_;
  float base_ = 0;
  bool logistic_ = false;
};

}  // namespace headrace::serving
