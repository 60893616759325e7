#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "features/online_row.h"

namespace headrace::features {

/// One column of a logged model's input, as feature_spec.yaml names it.
struct FeatureSpecColumn {
  std::string name;  ///< The model's name for it: the feature's own or its renamed output.
  bool included = true;  ///< False for columns that only serve a look-up (exclude_columns).
  bool from_store = false;  ///< Otherwise the caller gives it.
  std::string table;  ///< Full name of the feature table, when from_store.
  std::string feature;  ///< Its column there.
  std::vector<std::string> lookup_keys;  ///< Columns of the request, in the order of the table's primary keys.
  std::optional<json::value> default_value;
};

/// The look-ups that were logged with a model.
struct FeatureSpec {
  std::vector<FeatureSpecColumn> columns;
};

/// Reads `path` (feature_spec.yaml, written by the feature store client). Throws kInvalidParameter that says what is
/// wrong with it.
FeatureSpec ReadFeatureSpec(const std::string& path);

}  // namespace headrace::features
