#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace headrace::serving {

/// How the numbers of an answer are written.
enum class OutputKind {
  kFloat,  ///< 0.5, 1.0
  kInt,  ///< 1
  kLabel,  ///< Indexes into NativeModel::labels(), which are JSON texts.
};

/// The answers of one call, row by row, `width` numbers a row. Reused between calls.
struct Predictions {
  std::vector<double> values;
  size_t width = 1;
  bool nested = false;  ///< Written as a list a row even when width is 1.
};

/// A tree ensemble that predicts from numbers without leaving the process. Thread-safe.
class NativeModel {
 public:
  virtual ~NativeModel() = default;
  /// The columns of a row, in order; empty names when the model was trained without any.
  virtual const std::vector<std::string>& feature_names() const = 0;
  size_t num_features() const { return feature_names().size(); }
  /// Predicts `count` rows of num_features() doubles, row after row; NaN is a missing value. Throws kInternal with the
  /// library's message.
  virtual void Predict(const double* rows, size_t count, Predictions* out) const = 0;
  virtual OutputKind output_kind() const = 0;
  /// For kLabel: the class labels as JSON.
  virtual const std::vector<std::string>& labels() const;
};

/// What came of trying to load a model natively: a model, or why a Python worker must serve it.
struct NativeLoad {
  std::unique_ptr<NativeModel> model;
  std::string reason;
};

/// Loads a model saved by mlflow.xgboost. `model_class` is that of the MLmodel file. `library` is libxgboost.so of the
/// wheel. Throws kInvalidParameter when the file is no model.
NativeLoad LoadXgboost(const std::string& library, const std::string& model_file, const std::string& model_class);

/// Loads a LightGBM model in its text format. `labels` are a classifier's classes as JSON; empty for anything else.
NativeLoad LoadLightgbm(const std::string& library, const std::string& model_file, std::vector<std::string> labels);

}  // namespace headrace::serving
