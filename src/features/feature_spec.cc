#include "features/feature_spec.h"

#include <yaml-cpp/yaml.h>

#include "base/error.h"

namespace headrace::features {
namespace {

json::value ToJson(const YAML::Node& node) {
  // The client writes defaults as JSON text, so that "1" and 1 stay apart.
  return ParseJson(node.as<std::string>());
}

FeatureSpecColumn ReadColumn(const std::string& name, const YAML::Node& node) {
  FeatureSpecColumn column;
  column.name = name;
  column.included = !node["include"] || node["include"].as<bool>();
  const auto source = node["source"].as<std::string>();
  if (source == "training_data") return column;
  if (source != "feature_store") ThrowUnsupported("feature_spec.yaml with columns from '" + source + "'");
  column.from_store = true;
  column.table = node["table_name"].as<std::string>();
  column.feature = node["feature_name"].as<std::string>();
  column.lookup_keys = node["lookup_key"].as<std::vector<std::string>>();
  if (node["default_value_json"]) column.default_value = ToJson(node["default_value_json"]);
  return column;
}

}  // namespace

FeatureSpec ReadFeatureSpec(const std::string& path) {
  try {
    const YAML::Node root = YAML::LoadFile(path);
    FeatureSpec spec;
    for (const auto& entry : root["input_columns"]) {
      for (const auto& named : entry) spec.columns.push_back(ReadColumn(named.first.as<std::string>(), named.second));
    }
    if (spec.columns.empty()) {
      throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", path + " lists no input_columns.");
    }
    return spec;
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", path + " is not a feature spec: " + error.what());
  }
}

}  // namespace headrace::features
