#include "serving/model_metadata.h"

#include <yaml-cpp/yaml.h>

#include <array>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/json.h"

namespace headrace::serving {
namespace {

namespace fs = std::filesystem;

struct TypeName {
  std::string_view mlflow;
  InputType type;
  const char* numpy;
};
constexpr std::array<TypeName, 9> kTypes = {{{"boolean", InputType::kBoolean, "bool"},
                                             {"integer", InputType::kInteger, "int32"},
                                             {"long", InputType::kLong, "int64"},
                                             {"float", InputType::kFloat, "float32"},
                                             {"double", InputType::kDouble, "float64"},
                                             {"string", InputType::kString, "str"},
                                             {"binary", InputType::kBinary, "bytes"},
                                             {"datetime", InputType::kDatetime, "datetime64[ns]"},
                                             {"", InputType::kComplex, "object"}}};

std::string Text(const YAML::Node& node, const char* key) {
  return node && node[key] && node[key].IsScalar() ? node[key].as<std::string>() : "";
}

Signature ReadSignature(const YAML::Node& node) {
  Signature signature;
  if (const std::string params = Text(node, "params"); !params.empty() && params != "null" && params != "~") {
    signature.params = !ParseJson(params).as_array().empty();
  }
  const std::string inputs = Text(node, "inputs");
  if (inputs.empty() || inputs == "null") return signature;
  const json::value parsed = ParseJson(inputs);
  for (const auto& input : parsed.as_array()) {
    const auto& object = input.as_object();
    const std::string_view type = object.at("type").as_string();
    if (type == "tensor") {
      signature.tensor = true;
      signature.columns.clear();
      return signature;
    }
    InputColumn column;
    column.type = InputType::kComplex;
    for (const auto& known : kTypes) {
      if (known.mlflow == type) column.type = known.type;
    }
    if (const auto* name = object.if_contains("name")) {
      column.name = std::string(name->as_string());
    } else {
      signature.named = false;
    }
    if (const auto* required = object.if_contains("required")) column.required = required->as_bool();
    signature.columns.push_back(std::move(column));
  }
  return signature;
}

/// Paths in an MLmodel file are relative to its folder and stay inside it.
std::string Inside(const fs::path& folder, const std::string& relative) {
  const fs::path full = (folder / relative).lexically_normal();
  const fs::path rest = full.lexically_relative(folder.lexically_normal());
  if (relative.empty() || rest.empty() || *rest.begin() == "..") {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                "The MLmodel file names a path outside its folder: '" + relative + "'.");
  }
  return full;
}

ModelMetadata Read(const fs::path& path) {
  const fs::path file = path / "MLmodel";
  if (!fs::exists(file)) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "There is no MLmodel file in " + path.string() + ".");
  }
  const YAML::Node root = YAML::LoadFile(file);
  const YAML::Node flavors = root["flavors"];
  ModelMetadata metadata;
  metadata.path = path;
  if (!flavors || !flavors["python_function"]) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                "The model in " + path.string() + " has no python_function flavor, so it cannot be served.");
  }
  const YAML::Node pyfunc = flavors["python_function"];
  metadata.loader_module = Text(pyfunc, "loader_module");
  for (const char* flavor : {"xgboost", "lightgbm"}) {
    if (metadata.loader_module != std::string("mlflow.") + flavor || !flavors[flavor]) continue;
    metadata.native_flavor = flavor;
    metadata.native_file = Inside(path, Text(flavors[flavor], "data"));
    metadata.model_class = Text(flavors[flavor], "model_class");
    if (metadata.model_class.empty()) {
      metadata.model_class = metadata.native_flavor == "xgboost" ? "xgboost.core.Booster" : "lightgbm.basic.Booster";
    }
  }
  if (root["signature"]) metadata.signature = ReadSignature(root["signature"]);
  if (const std::string data = Text(pyfunc, "data"); !data.empty()) {
    const fs::path folder = Inside(path, data);
    if (fs::exists(folder / "feature_spec.yaml")) {
      metadata.feature_spec = features::ReadFeatureSpec(folder / "feature_spec.yaml");
      metadata.raw_model_path = folder / "raw_model";
    }
  }
  return metadata;
}

}  // namespace

const char* NumpyName(InputType type) {
  for (const auto& known : kTypes) {
    if (known.type == type) return known.numpy;
  }
  ThrowInternal("an input type without a name");
}

bool Signature::AllNumeric() const {
  for (const auto& column : columns) {
    if (!IsNumeric(column.type)) return false;
  }
  return true;
}

ModelMetadata ReadModelMetadata(const std::string& path) {
  try {
    return Read(path);
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                "The MLmodel file in " + path + " cannot be read: " + error.what());
  }
}

}  // namespace headrace::serving
