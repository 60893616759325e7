#pragma once

#include <optional>
#include <string>
#include <vector>

#include "features/feature_spec.h"

namespace headrace::serving {

/// The column types of MLflow signatures.
enum class InputType { kBoolean, kInteger, kLong, kFloat, kDouble, kString, kBinary, kDatetime, kComplex };

/// The numpy name that mlflow's messages use for it: "float64", "int64", ...
const char* NumpyName(InputType type);
inline bool IsNumeric(InputType type) { return type <= InputType::kDouble; }

struct InputColumn {
  std::string name;
  InputType type = InputType::kDouble;
  bool required = true;
};

/// A model's inputs as its signature declares them.
struct Signature {
  std::vector<InputColumn> columns;
  bool tensor = false;  ///< Inputs are arrays; `columns` is empty then.
  bool named = true;  ///< False when the columns have no names.
  bool params = false;  ///< The model takes inference parameters.
  bool AllNumeric() const;
};

/// What the MLmodel file of a model folder says, as far as serving needs it.
struct ModelMetadata {
  std::string path;  ///< The model's folder.
  std::string loader_module;  ///< Of the python_function flavor.
  std::string native_flavor;  ///< "xgboost", "lightgbm" or "".
  std::string native_file;  ///< Full path of that flavor's model file.
  std::string model_class;  ///< Of that flavor, "xgboost.sklearn.XGBClassifier".
  std::optional<Signature> signature;
  /// For a model logged by the feature store client: its look-ups, and the folder of the model inside.
  std::optional<features::FeatureSpec> feature_spec;
  std::string raw_model_path;
};

/// Reads a model folder. Throws kInvalidParameter that says what is missing or broken.
ModelMetadata ReadModelMetadata(const std::string& path);

}  // namespace headrace::serving
